//! Finishes starts and messages whose backend was killed, or gave up waiting for the user. Any backend
//! that watches the session does.

use std::{collections::HashMap, time::Duration};

use tokio::{task::JoinHandle, time::Instant};
use tracing::{info, warn};

use crate::{
    core::session::{SessionInfo, State, StateSource},
    host::processes::ProcessId,
    session::{
        context::RigContext,
        error::SessionError,
        sessions::{
            list::Session,
            pending::{OWED, PendingPrompts},
        },
        start::Starter,
    },
    tmux::PaneId,
};

/// The pause before one that failed is tried again.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// What one poller finishes, by pane.
#[derive(Default)]
pub(in crate::session) struct Unfinished {
    running: HashMap<PaneId, (JoinHandle<()>, Instant)>,
}

impl Unfinished {
    /// Finishes what was cut off in `session`, whose state is `info`, if nobody else is doing it.
    pub(in crate::session) fn look(
        &mut self,
        context: &RigContext,
        session: &Session,
        info: &SessionInfo,
    ) {
        let pane = session.pane.pane_id;
        self.running.retain(|_, (task, at)| !task.is_finished() || at.elapsed() < RETRY_INTERVAL);
        if self.running.contains_key(&pane) || !context.starter().is_cut_off(session, info) {
            return;
        }
        let (context, session) = (context.clone(), session.clone());
        let task = tokio::spawn(async move { context.starter().take_up(&session).await });
        self.running.insert(pane, (task, Instant::now()));
    }
}

impl Starter {
    /// Whether something in `session` is unfinished and nobody is working on it.
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

    /// Whether `holder` has stopped working on it.
    fn is_free(&self, session: &Session, holder: ProcessId) -> bool {
        if holder.is_this() {
            return !self
                .context
                .shared
                .starts
                .has(self.context.rig.session(&session.polecat).as_str());
        }
        !holder.lives()
    }

    async fn take_up(&self, session: &Session) {
        let polecat = &session.polecat;
        let name = self.context.rig.session(polecat);
        // A message alone is no start: who wants to type waits for its lock, not for us.
        let begun = match &session.owed {
            Some(_) => match self.context.shared.starts.begin_alone(name.as_str()) {
                None => return,
                begun => begun,
            },
            None => None,
        };
        let told = self.finish(session).await.unwrap_or_else(|error| {
            // A later look retries, unless the agent or its session is gone.
            if !error.is_in_the_way() {
                warn!(%error, %polecat, "could not finish an interrupted start");
            }
            Vec::new()
        });
        drop(begun);
        for warning in told {
            self.context.shared.news.warn(format!("polecat `{polecat}`: {warning}"));
        }
    }

    async fn finish(&self, session: &Session) -> Result<Vec<String>, SessionError> {
        let Some((session, owed)) = self.take_over(session).await? else { return Ok(Vec::new()) };
        info!(polecat = %session.polecat, "finishing an interrupted start");
        let to = self.context.messenger().recipient(&session).await;
        let quiet = |_: &str| {};
        let readiness = self.wait_until_ready(&session, &to, &owed, &quiet).await?;
        let warnings = self.send_prompts(&session, &to, owed, readiness, &quiet).await?;
        // The obstacle was reported once; it is retried silently.
        let left = self
            .context
            .sessions()
            .session(&session.polecat)
            .await?
            .and_then(|session| session.owed);
        Ok(if left.is_some_and(|owed| owed.is_open()) { Vec::new() } else { warnings })
    }

    /// Submits the text in the composer, and claims the pending prompts if they are unclaimed. Of
    /// several backends exactly one succeeds.
    async fn take_over(
        &self,
        seen: &Session,
    ) -> Result<Option<(Session, PendingPrompts)>, SessionError> {
        let typing = self.context.messenger().lock_typing(&seen.polecat).await?;
        let Some(mut session) = self.context.sessions().session(&seen.polecat).await? else {
            return Ok(None);
        };
        let same = session.is_live() && session.pane.pane_id == seen.pane.pane_id;
        if !same || session.stopping {
            return Ok(None);
        }
        if session.pasted.as_ref().is_some_and(|pasted| !pasted.told) {
            let to = self.context.messenger().recipient(&session).await;
            self.context.messenger().submit_pasted(&mut session, &to).await?;
        }
        let free = |owed: &PendingPrompts| {
            owed.by.is_none_or(|holder| holder.is_this() || !holder.lives())
        };
        let Some(owed) = session.owed.clone().filter(free) else { return Ok(None) };
        let owed = PendingPrompts { by: Some(ProcessId::this()), ..owed };
        self.context.tmux.set_options(&[session.option(OWED, owed.encode())]).await?;
        drop(typing);
        Ok(Some((session, owed)))
    }
}

/// Whether an agent that was not ready in time is ready now, by its own screen.
fn can_be_told(info: &SessionInfo) -> bool {
    matches!(info.state, State::Idle | State::Working)
        && !matches!(info.state_source, StateSource::Guessed | StateSource::None)
}
