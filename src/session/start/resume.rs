//! Starts and messages whose backend was killed, or gave up waiting for a person: whoever
//! watches the session takes them up.

use std::{collections::HashMap, time::Duration};

use tokio::{task::JoinHandle, time::Instant};
use tracing::{info, warn};

use crate::{
    core::{
        agent::Agent,
        session::{SessionInfo, State, StateSource},
    },
    host::processes::ProcessId,
    session::{
        context::RigContext,
        error::SessionError,
        messages::inject,
        sessions::{
            list::Session,
            pending::{self, OWED, PendingPrompts},
        },
        start::send_prompts::Recipient,
    },
    tmux::PaneId,
};

/// How long what could not be told is left alone before it is tried again.
const PAUSE: Duration = Duration::from_secs(5);

/// What one monitor takes up.
#[derive(Default)]
pub(in crate::session) struct Resumed {
    running: HashMap<PaneId, (JoinHandle<()>, Instant)>,
}

impl Resumed {
    /// Takes up what nobody sees to in `session`, which looks like `info`.
    pub(in crate::session) fn look(
        &mut self,
        context: &RigContext,
        session: &Session,
        info: &SessionInfo,
    ) {
        let pane = session.pane.pane_id;
        self.running.retain(|_, (task, at)| !task.is_finished() || at.elapsed() < PAUSE);
        if self.running.contains_key(&pane) || !context.is_cut_off(session, info) {
            return;
        }
        let (context, session) = (context.clone(), session.clone());
        let task = tokio::spawn(async move { context.take_up(&session).await });
        self.running.insert(pane, (task, Instant::now()));
    }
}

impl RigContext {
    /// Whether something of `session` is to be done that nobody is doing.
    fn is_cut_off(&self, session: &Session, info: &SessionInfo) -> bool {
        if !session.is_live() || session.stopping {
            return false;
        }
        let left = session.pasted.as_ref().filter(|pasted| !pasted.told);
        let pasted = left.is_some_and(|pasted| self.is_free(session, pasted.by));
        let owed = session.owed.as_ref().is_some_and(|owed| match owed.by {
            Some(holder) => self.is_free(session, holder),
            None => can_be_told(info),
        });
        pasted || owed
    }

    /// Whether `holder` sees to it no more.
    fn is_free(&self, session: &Session, holder: ProcessId) -> bool {
        if holder.is_this() {
            return !self.tools.is_starting(self.rig.session(&session.polecat).as_str());
        }
        !holder.lives()
    }

    async fn take_up(&self, session: &Session) {
        let polecat = &session.polecat;
        let name = self.rig.session(polecat);
        let Some(begun) = self.tools.starting_alone(name.as_str()) else { return };
        let told = self.resume(session).await.unwrap_or_else(|error| {
            // A later look tries again, unless the agent or its session is gone.
            if !error.is_in_the_way() {
                warn!(%error, %polecat, "what was cut off could not be taken up");
            }
            Vec::new()
        });
        drop(begun);
        for warning in told {
            self.tools.news.warn(format!("polecat `{polecat}`: {warning}"));
        }
    }

    async fn resume(&self, session: &Session) -> Result<Vec<String>, SessionError> {
        let Some((session, owed)) = self.take_over(session).await? else { return Ok(Vec::new()) };
        info!(polecat = %session.polecat, "taking up a start that was cut off");
        let to = Recipient::new(self.addressed(&session).await, session.args());
        let quiet = |_: &str| {};
        let readiness = self.wait_until_ready(&session, &to, &owed, &quiet).await?;
        let warnings = self.brief(&session, &to, owed, readiness, &quiet).await?;
        // What is still in the way was told once, and is tried again.
        let left = self.session(&session.polecat).await?.and_then(|session| session.owed);
        Ok(if left.is_some_and(|owed| owed.is_open()) { Vec::new() } else { warnings })
    }

    /// Submits what stands in the composer, and makes what is owed ours, if it still is nobody's:
    /// of several backends one does.
    async fn take_over(
        &self,
        seen: &Session,
    ) -> Result<Option<(Session, PendingPrompts)>, SessionError> {
        let turn = self.turn(seen).await?;
        let Some(mut session) = self.session(&seen.polecat).await? else { return Ok(None) };
        let same = session.is_live() && session.pane.pane_id == seen.pane.pane_id;
        if !same || session.stopping {
            return Ok(None);
        }
        if session.pasted.as_ref().is_some_and(|pasted| !pasted.told) {
            let to = Recipient::new(self.addressed(&session).await, session.args());
            inject::submit_pasted(self, &mut session, &to).await?;
        }
        let free = |owed: &PendingPrompts| {
            owed.by.is_none_or(|holder| holder.is_this() || !holder.lives())
        };
        let Some(owed) = session.owed.clone().filter(free) else { return Ok(None) };
        let owed = PendingPrompts { by: Some(ProcessId::this()), ..owed };
        self.tmux.set_options(&[pending::note(&session, OWED, owed.encode())]).await?;
        drop(turn);
        Ok(Some((session, owed)))
    }

    /// The agent of a session. One that is configured no more is talked to all the same.
    pub(in crate::session) async fn addressed(&self, session: &Session) -> Agent {
        let known = self.agent_of(session).await;
        known.unwrap_or_else(|| Agent::generic("agent", "", &[]))
    }
}

/// Whether an agent that was not ready in time is by now, as its own screen says.
fn can_be_told(info: &SessionInfo) -> bool {
    matches!(info.state, State::Idle | State::Working)
        && !matches!(info.state_source, StateSource::Silence | StateSource::None)
}
