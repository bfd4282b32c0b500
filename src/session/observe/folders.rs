//! What the rig's folders tell a monitor, read now and then.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::{
    core::{
        names::PolecatName,
        session::{Exit, SessionInfo},
    },
    host::folders::{self, Folder},
    session::{context::RigContext, error::SessionError},
};

/// How long what is read of folders and git may be old: nothing tells of a change there.
const FOLDERS: SignedDuration = SignedDuration::from_secs(5);

/// What the rig's folders and git tell of its polecats.
#[derive(Default)]
pub(in crate::session) struct Folders {
    read_at: Option<Timestamp>,
    /// The names of sessions at that time.
    sessions: Vec<PolecatName>,
    polecats: BTreeMap<PolecatName, Folder>,
}

impl Folders {
    /// Makes the next reading happen.
    pub(in crate::session) fn expect_change(&mut self) {
        self.read_at = None;
    }

    /// Reads them when that was long ago, or the `sessions` are others.
    pub(in crate::session) async fn read(
        &mut self,
        context: &RigContext,
        sessions: &[PolecatName],
        now: Timestamp,
    ) -> Result<(), SessionError> {
        // In no direction: the clock may have been set back since.
        let fresh = self.read_at.is_some_and(|at| now.duration_since(at).abs() < FOLDERS);
        if !fresh || sessions != self.sessions {
            let polecats = folders::read(&context.rig, sessions.to_vec()).await?;
            *self = Self { read_at: Some(now), sessions: sessions.to_vec(), polecats };
        }
        Ok(())
    }

    /// The polecats, with or without a session.
    pub(in crate::session) fn names(&self) -> impl Iterator<Item = &PolecatName> {
        self.polecats.keys()
    }

    /// What the session does not tell, or the folder knows better.
    pub(in crate::session) fn complete(&self, info: &mut SessionInfo) {
        let Some(folder) = self.polecats.get(&info.polecat) else { return };
        info.workdir = info.workdir.take().or_else(|| folder.workdir.clone());
        info.branch = folder.branch.clone().or(info.branch.take());
    }

    /// How the last agent of a polecat ended, until the next starts.
    pub(in crate::session) fn exit(&self, polecat: &PolecatName) -> Option<Exit> {
        self.polecats.get(polecat)?.exit.clone()
    }
}
