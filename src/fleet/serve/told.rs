//! What the hub is told of the rigs: all of them at first, then the rows that have changed.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    fleet::wire::{FarRig, FromHost, HostRows, MESSAGE_LIMIT, Rigs},
    session::{RigStatus, SessionError, Status},
};

/// How long after something was told the next is: of many that print, or are counted, each changes at
/// another time.
const UPDATE_INTERVAL: Duration = Duration::from_millis(200);
/// After so many bytes of rows all is told once more: a hub takes no more than twice as much.
const ROWS_LIMIT: usize = MESSAGE_LIMIT as usize / 2;

/// What was told, and what is to be.
#[derive(Default)]
pub(super) struct Told {
    /// None before anything was.
    last: Option<Vec<FarRig>>,
    /// How much was said of rows since all was told, in bytes.
    of_rows: usize,
    seen: Option<Vec<FarRig>>,
    at: Option<Instant>,
}

impl Told {
    /// What there is by now.
    pub(super) fn see(&mut self, status: Result<Status, SessionError>) {
        if let Ok(Status::All(rigs)) = status {
            let rigs = rigs.iter().map(far).collect();
            self.seen = Some(rigs).filter(|rigs| self.last.as_ref() != Some(rigs));
        }
    }

    /// Whether there is something to be told.
    pub(super) fn waits(&self) -> bool {
        self.seen.is_some()
    }

    /// When that is, at the latest.
    pub(super) fn due(&self) -> Instant {
        self.at.map_or_else(Instant::now, |at| at + UPDATE_INTERVAL)
    }

    /// What is to be told at `now`: whatever is more than rows at once.
    pub(super) fn next(&mut self, now: Instant) -> Option<FromHost> {
        let rigs = self.seen.take()?;
        let rows = self.last.as_ref().and_then(|last| HostRows::between(last, &rigs));
        let rows = rows.filter(|_| self.of_rows < ROWS_LIMIT);
        if rows.is_some() && now < self.due() {
            self.seen = Some(rigs);
            return None;
        }
        let ms = Timestamp::now().as_millisecond();
        (self.last, self.at) = (Some(rigs.clone()), Some(now));
        let Some(rows) = rows else {
            self.of_rows = 0;
            return Some(FromHost::Rigs(Rigs { now: ms, rigs }));
        };
        Some(FromHost::Rows(HostRows { now: ms, rigs: rows, length: 0 }))
    }

    /// So many bytes were written for it.
    pub(super) fn wrote(&mut self, bytes: usize) {
        self.of_rows += bytes;
    }
}

fn far(rig: &RigStatus) -> FarRig {
    FarRig {
        address: rig.address.clone(),
        path: rig.path.display().to_string(),
        socket: rig.socket.clone(),
        problem: rig.problem.clone(),
        polecats: rig.sessions().to_vec(),
        unread: rig.snapshot.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{names::PolecatName, session::SessionInfo};

    fn rig(labels: &[&str]) -> FarRig {
        let polecat = |(number, label): (usize, &&str)| {
            let name = PolecatName::parse(&format!("p{number}")).unwrap();
            let info = SessionInfo::stopped(name, String::new(), "shop".to_owned());
            SessionInfo { label: Some((*label).to_owned()), ..info }
        };
        FarRig {
            address: "shop".to_owned(),
            path: "/srv/shop".to_owned(),
            socket: None,
            problem: None,
            polecats: labels.iter().enumerate().map(polecat).collect(),
            unread: false,
        }
    }

    /// What is told of each of these that are seen, and how it is put together again.
    #[test]
    fn rows_that_have_changed_are_told_alone_after_a_pause_and_all_that_is_more_at_once() {
        let (mut told, mut now, mut hub) = (Told::default(), Instant::now(), Vec::new());
        let seen = [
            (vec![rig(&["a", "b"])], "all"),
            (vec![rig(&["a", "c"])], "1 row"),
            (vec![rig(&["d", "e"])], "2 rows"),
            (vec![rig(&["d", "e", "f"])], "all"),
            (vec![rig(&["d", "e", "f"]), rig(&[])], "all"),
            (vec![FarRig { unread: true, ..rig(&["d", "e", "f"]) }, rig(&[])], "all"),
        ];
        for (rigs, expected) in seen {
            told.seen = Some(rigs.clone());
            let at_once = told.next(now);
            assert_eq!(at_once.is_some(), expected == "all");
            if at_once.is_none() {
                now += UPDATE_INTERVAL;
            }
            let said = match at_once.or_else(|| told.next(now)) {
                Some(FromHost::Rigs(all)) => {
                    hub = all.here(0);
                    "all".to_owned()
                }
                Some(FromHost::Rows(rows)) => {
                    let count: usize = rows.rigs.iter().map(|rig| rig.polecats.len()).sum();
                    rows.put_into(&mut hub, 0).unwrap();
                    format!("{count} row{}", if count == 1 { "" } else { "s" })
                }
                other => panic!("{other:?}"),
            };
            assert_eq!((&*said, &hub, told.waits()), (expected, &rigs, false));
        }
        told.seen = Some(vec![rig(&["x"]), rig(&[])]);
        told.last.clone_from(&Some(vec![rig(&["d"]), rig(&[])]));
        told.wrote(ROWS_LIMIT);
        assert!(matches!(told.next(now), Some(FromHost::Rigs(_))), "a hub has bounds");
    }
}
