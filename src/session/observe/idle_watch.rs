//! When what a polecat changed is worth another look.

use crate::session::{
    context::RigContext,
    observe::{poller::Poller, rest::WorkDetector},
    workspace::Workspace,
};

/// Waits for a polecat's agent to come to rest, or to have committed.
pub struct IdleWatch {
    poller: Poller,
    polecat: String,
    detector: WorkDetector,
}

impl IdleWatch {
    /// For `polecat`, from now on.
    #[must_use]
    pub fn of(workspace: &Workspace, context: &RigContext, polecat: &str) -> Self {
        let poller = workspace.poller(context);
        let (polecat, detector) = (polecat.to_owned(), WorkDetector::default());
        let mut watch = Self { poller, polecat, detector };
        watch.take_newest();
        watch
    }

    /// Waits until it has done something. Cancelling it loses nothing.
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
        let mut polecats = newest.iter().flat_map(|newest| &newest.polecats);
        let info = polecats.find(|info| info.polecat.as_str() == self.polecat);
        info.is_some_and(|info| self.detector.has_worked(info))
    }
}
