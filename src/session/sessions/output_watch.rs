//! Waiting for output in one session, by tmux's notifications.

use std::time::Duration;

use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, timeout},
};

use crate::{
    core::rig::Rig,
    session::sessions::list::Session,
    tmux::{Notification, PaneId, SessionId, Tmux},
};

/// After this much silence, make sure that output would be told.
const REARM_INTERVAL: Duration = Duration::from_secs(3);

/// Tells when a session may have printed something: when tmux says so; by the clock while tmux does
/// not (a person is attached to the session, or the connection is being made again).
pub(in crate::session) struct OutputWatch {
    tmux: Tmux,
    session: SessionId,
    pane: PaneId,
    notices: Receiver<Notification>,
    /// When it was last certain that the next output is told. Never in a person's own session,
    /// whose options we leave alone.
    armed: Option<Instant>,
}

impl OutputWatch {
    /// For `session` of a polecat of `rig`, from now on.
    pub(in crate::session) async fn of(tmux: &Tmux, rig: &Rig, session: &Session) -> Self {
        let notices = tmux.notifications();
        let (pane, is_ours) = (&session.pane, !session.is_moved(rig));
        if is_ours {
            // Without this, it goes by the clock.
            drop(tmux.arm_activity(pane.session_id, pane.pane_id).await);
        }
        let (session, pane, armed) = (pane.session_id, pane.pane_id, is_ours.then(Instant::now));
        Self { tmux: tmux.clone(), session, pane, notices, armed }
    }

    /// Waits until the session prints something, for `tick` at most. Whatever is printed after this
    /// returns ends the next call.
    pub(in crate::session) async fn next(&mut self, tick: Duration) {
        let told = timeout(tick, self.output()).await.is_ok();
        let Some(armed) = self.armed else { return };
        // Before the caller looks, so that nothing is missed.
        if told {
            drop(self.tmux.rearm_activity(self.session).await);
        } else if armed.elapsed() >= REARM_INTERVAL {
            drop(self.tmux.keep_armed(self.session, self.pane).await);
        } else {
            return;
        }
        self.armed = Some(Instant::now());
    }

    /// Ends tmux's notifications.
    pub(in crate::session) async fn end(self) {
        if self.armed.is_some() {
            drop(self.tmux.disarm_activity(self.session, self.pane).await);
        }
    }

    async fn output(&mut self) {
        loop {
            match self.notices.recv().await {
                Ok(Notification::Activity(session)) if session == self.session => return,
                // This one may be among those that were missed.
                Err(RecvError::Lagged(_)) => return,
                Ok(_) => {}
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}
