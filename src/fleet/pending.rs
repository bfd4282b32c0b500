//! The calls to a host that go on: each gets parts, if it has any, and then its answer.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde_bytes::ByteBuf;
use tokio::sync::{mpsc, mpsc::UnboundedSender};

use super::{
    error::{FarError, Unanswered},
    wire::{PARTS_IN_FLIGHT, ToHost},
};

/// What comes of a call.
#[derive(Debug)]
pub(super) enum CallAnswer {
    Part(ByteBuf),
    Answer(Result<ByteBuf, FarError>),
}

/// The calls of one host, while it is connected.
#[derive(Default)]
pub(super) struct PendingCalls(Mutex<Option<Open>>);

/// An open connection.
struct Open {
    to_host: UnboundedSender<ToHost>,
    /// By their numbers.
    waiting: HashMap<u64, mpsc::Sender<CallAnswer>>,
    last: u64,
}

/// A call that goes on. Dropping it tells the host that nobody listens any more.
pub(super) struct Ongoing {
    id: u64,
    to_host: UnboundedSender<ToHost>,
    said: mpsc::Receiver<CallAnswer>,
    /// A part was given that the host does not know to be taken.
    taken: bool,
}

impl PendingCalls {
    /// From now on calls go to this connection.
    pub(super) fn open(&self, to_host: UnboundedSender<ToHost>) {
        *self.locked() = Some(Open { to_host, waiting: HashMap::new(), last: 0 });
    }

    /// The connection is gone: who waits learns that no answer will come.
    pub(super) fn close(&self) {
        drop(self.locked().take());
    }

    /// Has the host carry out the call `name`.
    pub(super) fn call(&self, name: &str, args: ByteBuf) -> Result<Ongoing, Unanswered> {
        let lost = || Unanswered::Unreachable { why: "it has just been lost".to_owned() };
        let mut locked = self.locked();
        let open = locked.as_mut().ok_or_else(lost)?;
        open.waiting.retain(|_, waiting| !waiting.is_closed());
        open.last += 1;
        let id = open.last;
        // One more for the answer.
        let (say, said) = mpsc::channel(PARTS_IN_FLIGHT + 1);
        open.waiting.insert(id, say);
        let message = ToHost::Call { id, name: name.to_owned(), args };
        open.to_host.send(message).map_err(|_| lost())?;
        Ok(Ongoing { id, to_host: open.to_host.clone(), said, taken: false })
    }

    /// Gives a part of an answer to who waits for it.
    ///
    /// # Errors
    /// The host sends more than it may.
    pub(super) fn part(&self, id: u64, part: ByteBuf) -> Result<(), String> {
        let locked = self.locked();
        let Some(waiting) = locked.as_ref().and_then(|open| open.waiting.get(&id)) else {
            return Ok(());
        };
        // The last place is the answer's.
        if waiting.capacity() <= 1 && !waiting.is_closed() {
            return Err("it sends more than it was asked for".to_owned());
        }
        // They may have gone.
        drop(waiting.try_send(CallAnswer::Part(part)));
        Ok(())
    }

    /// Gives an answer to who waits for it.
    pub(super) fn answered(&self, id: u64, result: Result<ByteBuf, FarError>) {
        let waiting = self.locked().as_mut().and_then(|open| open.waiting.remove(&id));
        if let Some(waiting) = waiting {
            drop(waiting.try_send(CallAnswer::Answer(result)));
        }
    }

    fn locked(&self) -> MutexGuard<'_, Option<Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ongoing {
    /// What comes next; `None` once the connection is lost. Cancelling it loses nothing.
    pub(super) async fn next(&mut self) -> Option<CallAnswer> {
        if std::mem::take(&mut self.taken) {
            drop(self.to_host.send(ToHost::Taken(self.id)));
        }
        let said = self.said.recv().await;
        self.taken = matches!(said, Some(CallAnswer::Part(_)));
        said
    }

    /// Tells what carries it out there.
    pub(super) fn tell(&self, what: ByteBuf) {
        drop(self.to_host.send(ToHost::Tell { id: self.id, what }));
    }
}

impl Drop for Ongoing {
    fn drop(&mut self) {
        drop(self.to_host.send(ToHost::Drop(self.id)));
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;

    fn open(calls: &PendingCalls) -> UnboundedReceiver<ToHost> {
        let (to_host, sent) = unbounded_channel();
        calls.open(to_host);
        sent
    }

    fn bytes(text: &str) -> ByteBuf {
        ByteBuf::from(text.as_bytes().to_vec())
    }

    #[tokio::test]
    async fn each_answer_reaches_its_call_and_a_lost_connection_all_that_wait() {
        let calls = PendingCalls::default();
        let none = calls.call("session.stop", bytes(""));
        assert!(matches!(none, Err(Unanswered::Unreachable { .. })));
        let _sent = open(&calls);
        let mut lost = calls.call("session.stop", bytes("")).unwrap();
        let mut answered = calls.call("session.stop", bytes("")).unwrap();
        calls.answered(7_000, Ok(bytes("nobody")));
        calls.answered(answered.id, Ok(bytes("done")));
        calls.close();
        assert!(lost.next().await.is_none());
        let said = answered.next().await;
        assert!(
            matches!(&said, Some(CallAnswer::Answer(Ok(done))) if *done == bytes("done")),
            "{said:?}"
        );
    }

    #[tokio::test]
    async fn a_part_is_told_to_be_taken_when_the_next_is_wanted_and_the_end_when_nobody_listens() {
        let calls = PendingCalls::default();
        let mut sent = open(&calls);
        let mut ongoing = calls.call("session.follow", bytes("")).unwrap();
        let id = ongoing.id;
        assert!(matches!(sent.recv().await, Some(ToHost::Call { .. })));
        calls.part(id, bytes("a")).unwrap();
        assert!(matches!(ongoing.next().await, Some(CallAnswer::Part(_))));
        calls.answered(id, Ok(bytes("")));
        assert!(matches!(ongoing.next().await, Some(CallAnswer::Answer(Ok(_)))));
        drop(ongoing);
        assert!(matches!(sent.recv().await, Some(ToHost::Taken(taken)) if taken == id));
        assert!(matches!(sent.recv().await, Some(ToHost::Drop(dropped)) if dropped == id));
    }

    #[test]
    fn a_host_that_does_not_wait_is_found_out() {
        let calls = PendingCalls::default();
        let _sent = open(&calls);
        let ongoing = calls.call("session.follow", bytes("")).unwrap();
        for _ in 0..PARTS_IN_FLIGHT {
            calls.part(ongoing.id, bytes("x")).unwrap();
        }
        assert!(calls.part(ongoing.id, bytes("x")).is_err());
        assert!(calls.part(7_000, bytes("x")).is_ok(), "a call that is over");
    }
}
