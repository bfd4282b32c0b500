//! What the hub has a host do, and what comes of it.

use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};
use serde_bytes::ByteBuf;
use tokio::time::{Instant, sleep_until};

use super::{
    Fleet,
    error::Unanswered,
    pending::{CallAnswer, Ongoing},
    wire,
};
use crate::core::hosts::HostName;

/// How often a step is passed on: a host could tell one after the other without an end, and Neovim has
/// to take each.
const STEP_INTERVAL: Duration = Duration::from_millis(100);
/// How much of it is, in characters.
const STEP_LIMIT: usize = 200;

/// A call to a host: as Lua calls it, with its arguments.
#[derive(Clone, Debug)]
pub struct FarCall {
    name: &'static str,
    args: ByteBuf,
    /// Whether it changes nothing: of one that does, nobody knows whether it has, once the host is
    /// gone.
    reads: bool,
}

/// What comes of a call.
#[derive(Debug)]
pub enum Heard<P, A> {
    /// Something on the way.
    Part(P),
    /// The end of it.
    Answer(A),
}

/// A call that goes on for as long as this is there.
pub struct FarFeed {
    ongoing: Ongoing,
    /// How far the clock of the host is ahead, in milliseconds.
    pub ahead: i64,
}

impl FarCall {
    /// The call `name`, which only looks at something where it `reads`.
    ///
    /// # Errors
    /// The arguments cannot be sent, such as a path that is not UTF-8.
    pub fn new(name: &'static str, args: &impl Serialize, reads: bool) -> Result<Self, String> {
        Ok(Self { name, args: wire::pack(args)?, reads })
    }
}

impl Fleet {
    /// Has the host `name` carry out `call`; waits until it is connected, if it may be. What it
    /// tells before the answer is given to `step`, of much at once the newest. With the answer goes how
    /// far the clock there is ahead, in milliseconds.
    ///
    /// # Errors
    /// See [`Unanswered`].
    pub async fn call<A: DeserializeOwned>(
        &self,
        name: &HostName,
        call: &FarCall,
        step: &(impl Fn(&str) + Sync),
    ) -> Result<(A, i64), Unanswered> {
        match self.call_once(name, call, step).await {
            // What only looks does no harm if it is done twice.
            Err(Unanswered::Lost) if call.reads => {
                self.tried_again(name).await;
                self.call_once(name, call, step).await
            }
            done => done,
        }
    }

    async fn call_once<A: DeserializeOwned>(
        &self,
        name: &HostName,
        call: &FarCall,
        step: &(impl Fn(&str) + Sync),
    ) -> Result<(A, i64), Unanswered> {
        let mut feed = self.feed(name, call).await?;
        let (mut newest, mut due) = (None::<String>, Instant::now());
        loop {
            tokio::select! {
                heard = feed.next::<String, A>() => match heard? {
                    Heard::Part(text) => newest = Some(text),
                    Heard::Answer(answer) => return Ok((answer, feed.ahead)),
                },
                () = sleep_until(due), if newest.is_some() => {
                    let text = newest.take().unwrap_or_default();
                    step(&text.chars().take(STEP_LIMIT).collect::<String>());
                    due = Instant::now() + STEP_INTERVAL;
                }
            }
        }
    }

    /// The same of what sends more than one answer.
    ///
    /// # Errors
    /// See [`Unanswered`].
    pub async fn feed(&self, name: &HostName, call: &FarCall) -> Result<FarFeed, Unanswered> {
        self.connected(name).await?;
        let link = self.link(name)?;
        let ongoing = link.call(call.name, call.args.clone())?;
        Ok(FarFeed { ongoing, ahead: link.ahead() })
    }
}

impl FarFeed {
    /// What comes next. Cancelling it loses nothing.
    ///
    /// # Errors
    /// See [`Unanswered`].
    pub async fn next<P: DeserializeOwned, A: DeserializeOwned>(
        &mut self,
    ) -> Result<Heard<P, A>, Unanswered> {
        match self.ongoing.next().await {
            None => Err(Unanswered::Lost),
            Some(CallAnswer::Part(part)) => read(&part).map(Heard::Part),
            Some(CallAnswer::Answer(answer)) => {
                read(&answer.map_err(Unanswered::Refused)?).map(Heard::Answer)
            }
        }
    }

    /// Tells what carries it out there.
    pub fn tell(&self, what: &impl Serialize) {
        if let Ok(what) = wire::pack(what) {
            self.ongoing.tell(what);
        }
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unanswered> {
    wire::unpack(bytes).map_err(|why| Unanswered::Nonsense { why })
}
