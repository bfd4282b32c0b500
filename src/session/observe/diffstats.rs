//! What each polecat of a rig changed, counted when something tells that it may be more or less.
//!
//! What tells are file events, and a change of an agent's state for what they miss. Nothing is
//! counted while nothing happens.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::Timestamp;
use tokio::{sync::watch, task::AbortHandle};

use crate::{
    core::{
        names::PolecatName,
        session::{SessionInfo, State},
        work::Diffstat,
    },
    session::context::RigContext,
};
use counter::Counter;

mod counter;
mod schedule;

/// What is known of each polecat's work.
type Badges = HashMap<PolecatName, Diffstat>;
/// What a look told of each polecat that may mean that its work has changed.
type Glances = BTreeMap<PolecatName, Glance>;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Glance {
    branch: Option<String>,
    state: State,
    activity: Option<Timestamp>,
}

/// A running count of a rig's polecats; it ends when dropped.
pub(in crate::session) struct Work {
    seen: watch::Sender<Arc<Glances>>,
    badges: watch::Receiver<Badges>,
    task: AbortHandle,
}

impl Drop for Work {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Work {
    pub(in crate::session) fn start(context: &RigContext) -> Self {
        let (seen, glances) = watch::channel(Arc::default());
        let (sender, badges) = watch::channel(Badges::new());
        let counter = Counter::new(context.clone(), sender);
        let task = tokio::spawn(counter.run(glances)).abort_handle();
        Self { seen, badges, task }
    }

    /// Says how all polecats look.
    pub(in crate::session) fn look(&self, infos: &[SessionInfo]) {
        self.seen.send_if_modified(|seen| {
            let same = |info: &SessionInfo| {
                seen.get(&info.polecat).is_some_and(|glance| glance.is_of(info))
            };
            if infos.len() == seen.len() && infos.iter().all(same) {
                return false;
            }
            let glances = infos.iter().map(|info| (info.polecat.clone(), Glance::of(info)));
            *seen = Arc::new(glances.collect());
            true
        });
    }

    /// Puts what is known into `infos`.
    pub(in crate::session) fn complete(&self, infos: &mut [SessionInfo]) {
        let badges = self.badges.borrow();
        for info in infos {
            info.diff = badges.get(&info.polecat).copied();
        }
    }

    /// Waits until more is known. Cancelling it loses nothing.
    pub(in crate::session) async fn changed(&mut self) {
        if self.badges.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Glance {
    fn of(info: &SessionInfo) -> Self {
        let SessionInfo { branch, state, last_activity: activity, .. } = info;
        Self { branch: branch.clone(), state: *state, activity: *activity }
    }

    fn is_of(&self, info: &SessionInfo) -> bool {
        self.branch == info.branch
            && self.state == info.state
            && self.activity == info.last_activity
    }

    /// Whether its agent has just left off working.
    fn rests_after(&self, before: &Self) -> bool {
        let busy = matches!(self.state, State::Working | State::Starting | State::Unknown);
        self.state != before.state && !busy
    }
}
