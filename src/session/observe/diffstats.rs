//! What each polecat of a rig changed: counted when something says that it may have changed, never
//! while nothing happens.
//!
//! What says so are file events and, for what these miss, an agent that comes to rest. It is a task
//! of its own beside the poller, since it must hear of files also while tmux does not answer.

use std::collections::HashMap;

use tokio::{sync::watch, task::AbortHandle};

use crate::{
    core::{
        names::PolecatName,
        session::{SessionInfo, branch_status::BranchStatus, diffstat::Diffstat},
    },
    session::{context::RigContext, observe::Snapshots},
};
use counter::Counter;

mod counter;
mod schedule;

/// What is known of each polecat's work.
type Badges = HashMap<PolecatName, Badge>;

/// What is known of one's work: how much it is, and how its branch stands.
type Badge = (Diffstat, Option<BranchStatus>);

/// The diffstats of a rig, kept up to date until this is dropped.
pub(in crate::session) struct Diffstats {
    badges: watch::Receiver<Badges>,
    task: AbortHandle,
}

impl Drop for Diffstats {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Diffstats {
    /// Counts for the polecats that `snapshots` show.
    pub(in crate::session) fn start(context: &RigContext, snapshots: Snapshots) -> Self {
        let (sender, badges) = watch::channel(Badges::new());
        let counter = Counter::new(context.clone(), sender);
        let task = tokio::spawn(counter.run(snapshots)).abort_handle();
        Self { badges, task }
    }

    /// Puts what is known into `infos`.
    pub(in crate::session) fn complete(&self, infos: &mut [SessionInfo]) {
        let badges = self.badges.borrow();
        for info in infos {
            let (diff, branch_status) = badges.get(&info.polecat).cloned().unzip();
            (info.diff, info.branch_status) = (diff, branch_status.flatten());
        }
    }

    /// Waits until something else is known. Cancelling it loses nothing.
    pub(in crate::session) async fn changed(&mut self) {
        if self.badges.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
