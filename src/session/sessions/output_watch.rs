//! Word of what goes on in one session, pushed by tmux.

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

/// Where nothing is told for this long, it is made sure that it would be.
const SILENCE: Duration = Duration::from_secs(3);

/// Tells when a session printed something. Without tmux's word (a person is attached to the
/// session, the connection is being made anew) it tells by the clock.
pub(in crate::session) struct OutputWatch {
    tmux: Tmux,
    session: SessionId,
    pane: PaneId,
    notices: Receiver<Notification>,
    /// When it was last certain that the next output is told; never in a session of a person's,
    /// whose options are theirs.
    armed: Option<Instant>,
}

impl OutputWatch {
    /// From now on, for `session` of a polecat of `rig`.
    pub(in crate::session) async fn of(tmux: &Tmux, rig: &Rig, session: &Session) -> Self {
        let notices = tmux.notifications();
        let (pane, is_ours) = (&session.pane, !session.is_moved(rig));
        if is_ours {
            // Whoever cannot be armed is looked at by the clock.
            drop(tmux.arm_activity(pane.session_id, pane.pane_id).await);
        }
        let (session, pane, armed) = (pane.session_id, pane.pane_id, is_ours.then(Instant::now));
        Self { tmux: tmux.clone(), session, pane, notices, armed }
    }

    /// Waits until the session prints something, at most for `tick`. What is printed after this
    /// returns is told by the next call.
    pub(in crate::session) async fn next(&mut self, tick: Duration) {
        let told = timeout(tick, self.spoken()).await.is_ok();
        let Some(armed) = self.armed else { return };
        // Before the caller looks, so that nothing is missed.
        if told {
            drop(self.tmux.rearm_activity(self.session).await);
        } else if armed.elapsed() >= SILENCE {
            drop(self.tmux.keep_armed(self.session, self.pane).await);
        } else {
            return;
        }
        self.armed = Some(Instant::now());
    }

    /// Ends the pushing.
    pub(in crate::session) async fn end(self) {
        if self.armed.is_some() {
            drop(self.tmux.disarm_activity(self.session, self.pane).await);
        }
    }

    async fn spoken(&mut self) {
        loop {
            match self.notices.recv().await {
                Ok(Notification::Activity(session)) if session == self.session => return,
                // Who missed some of them may have missed this one.
                Err(RecvError::Lagged(_)) => return,
                Ok(_) => {}
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}
