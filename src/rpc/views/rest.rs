//! When what a polecat changed is worth another look: when its agent comes to rest or has committed, and
//! when its host is there again.

use super::{drawn_diff::Reviewed, rows::Row};
use crate::{
    fleet::{FleetWatch, HostStatus, Reached},
    rpc::{
        calls::{CallContext, Far},
        error::RpcError,
    },
    session::{IdleWatch, Reach, WorkDetector},
};

/// Watches one polecat.
pub(super) enum Rest {
    Here(IdleWatch),
    There(Box<FarRest>),
}

/// What was seen of it.
pub(super) enum RestEvent {
    /// It has done something, or can be seen again.
    Worked,
    /// Its host cannot be reached.
    Lost,
}

/// The same of one on a host, which stays connected.
pub(super) struct FarRest {
    watch: FleetWatch,
    row: Row,
    detector: WorkDetector,
    up: bool,
}

impl Rest {
    pub(super) async fn of(context: &CallContext<'_>, of: &Reviewed) -> Result<Self, RpcError> {
        if of.host.is_some() {
            let watch = context.fleet.listen();
            if let Some(far) = Far::find(context.fleet, &of.polecat).await? {
                let (row, detector) = (far.row(), WorkDetector::default());
                let mut rest = FarRest { watch, row, detector, up: true };
                rest.look();
                return Ok(Self::There(Box::new(rest)));
            }
        }
        let whom = context.whom(of.at.clone(), &of.polecat, Reach::Reads).await?;
        Ok(Self::Here(IdleWatch::of(context.workspace, &whom.context, &whom.polecat)))
    }

    /// Waits until something is to be done. Cancelling it loses nothing.
    pub(super) async fn next(&mut self) -> RestEvent {
        match self {
            Self::Here(idle) => {
                idle.next().await;
                RestEvent::Worked
            }
            Self::There(rest) => rest.next().await,
        }
    }
}

impl FarRest {
    async fn next(&mut self) -> RestEvent {
        loop {
            self.watch.changed().await;
            if let Some(seen) = self.look() {
                return seen;
            }
        }
    }

    fn look(&mut self) -> Option<RestEvent> {
        let hosts = self.watch.newest();
        let host = hosts.iter().find(|host| Some(&host.name) == self.row.host.as_ref())?;
        let was_up = std::mem::replace(&mut self.up, host.reached == Reached::Up);
        match (was_up, self.up) {
            (true, false) => Some(RestEvent::Lost),
            (false, false) => None,
            // What it did meanwhile, nobody has told.
            (false, true) => Some(RestEvent::Worked),
            (true, true) => self.has_worked(host).then_some(RestEvent::Worked),
        }
    }

    fn has_worked(&mut self, host: &HostStatus) -> bool {
        let mut rigs = host.rigs.iter();
        let rig = rigs.find(|rig| self.row.rig.as_os_str() == &*rig.path);
        let mut polecats = rig.into_iter().flat_map(|rig| &rig.polecats);
        let info = polecats.find(|info| info.polecat.as_str() == self.row.polecat);
        info.is_some_and(|info| self.detector.has_worked(info))
    }
}
