//! Notifications of output in one session, pushed by tmux.

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

/// After this long without a notification, check that we would get one.
const REARM_INTERVAL: Duration = Duration::from_secs(3);

/// Reports when a session prints something. Without notifications (a user is attached, or the
/// connection is being restored) it reports periodically.
pub(in crate::session) struct OutputWatch {
    tmux: Tmux,
    session: SessionId,
    pane: PaneId,
    notices: Receiver<Notification>,
    /// When it was last certain that the next output is reported; `None` in a user's session, whose
    /// options we do not touch.
    armed: Option<Instant>,
}

impl OutputWatch {
    /// Starts watching `session`, a polecat's in `rig`.
    pub(in crate::session) async fn of(tmux: &Tmux, rig: &Rig, session: &Session) -> Self {
        let notices = tmux.notifications();
        let (pane, is_ours) = (&session.pane, !session.is_moved(rig));
        if is_ours {
            // If this fails, we look periodically.
            drop(tmux.arm_activity(pane.session_id, pane.pane_id).await);
        }
        let (session, pane, armed) = (pane.session_id, pane.pane_id, is_ours.then(Instant::now));
        Self { tmux: tmux.clone(), session, pane, notices, armed }
    }

    /// Waits until the session prints something, at most for `tick`. Output after this returns is
    /// reported by the next call.
    pub(in crate::session) async fn next(&mut self, tick: Duration) {
        let told = timeout(tick, self.spoken()).await.is_ok();
        let Some(armed) = self.armed else { return };
        // Before the caller looks, so that no output is missed.
        if told {
            drop(self.tmux.rearm_activity(self.session).await);
        } else if armed.elapsed() >= REARM_INTERVAL {
            drop(self.tmux.keep_armed(self.session, self.pane).await);
        } else {
            return;
        }
        self.armed = Some(Instant::now());
    }

    /// Turns the notifications off.
    pub(in crate::session) async fn end(self) {
        if self.armed.is_some() {
            drop(self.tmux.disarm_activity(self.session, self.pane).await);
        }
    }

    async fn spoken(&mut self) {
        loop {
            match self.notices.recv().await {
                Ok(Notification::Activity(session)) if session == self.session => return,
                // Among the missed ones may be ours.
                Err(RecvError::Lagged(_)) => return,
                Ok(_) => {}
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}
