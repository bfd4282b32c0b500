//! When a polecat's agent comes to rest: what it changed is then worth another look.

use crate::session::{
    context::RigContext,
    observe::{poller::Poller, rest::RestDetector},
    workspace::Workspace,
};

/// Waits for a polecat's agent to come to rest.
pub struct IdleWatch {
    poller: Poller,
    polecat: String,
    detector: RestDetector,
}

impl IdleWatch {
    /// For `polecat`, from now on.
    #[must_use]
    pub fn of(workspace: &Workspace, context: &RigContext, polecat: &str) -> Self {
        let poller = workspace.poller(context);
        let (polecat, detector) = (polecat.to_owned(), RestDetector::default());
        let mut watch = Self { poller, polecat, detector };
        watch.take_newest();
        watch
    }

    /// Waits until it rests after it did something. Cancelling it loses nothing.
    pub async fn next(&mut self) {
        while self.poller.snapshots.changed().await.is_ok() {
            if self.take_newest() {
                return;
            }
        }
        // The poller has ended; a refresh by hand still works.
        std::future::pending::<()>().await;
    }

    fn take_newest(&mut self) -> bool {
        let newest = self.poller.snapshots.borrow_and_update();
        let state = newest.as_ref().and_then(|newest| {
            let info = newest.polecats.iter().find(|info| info.polecat.as_str() == self.polecat)?;
            Some(info.state)
        });
        state.is_some_and(|state| self.detector.rests(state))
    }
}
