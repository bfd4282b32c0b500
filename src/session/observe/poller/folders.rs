//! What the rig's folders and git say of its polecats, read now and then.

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

/// How often folders and git are read: no event tells of a change there.
const FOLDERS_INTERVAL: SignedDuration = SignedDuration::from_secs(5);

/// What they said last.
#[derive(Default)]
pub(super) struct Folders {
    read_at: Option<Timestamp>,
    /// Who had a session then.
    sessions: Vec<PolecatName>,
    polecats: BTreeMap<PolecatName, Folder>,
}

impl Folders {
    /// Makes the next [`Folders::read`] read them.
    pub(super) fn expect_change(&mut self) {
        self.read_at = None;
    }

    /// Reads them if that was long ago, or others have `sessions` now.
    pub(super) async fn read(
        &mut self,
        context: &RigContext,
        sessions: &[PolecatName],
        now: Timestamp,
    ) -> Result<(), SessionError> {
        // Either way: the clock may have been set back since.
        let fresh = self.read_at.is_some_and(|at| now.duration_since(at).abs() < FOLDERS_INTERVAL);
        if !fresh || sessions != self.sessions {
            let polecats = folders::read(&context.rig, sessions.to_vec()).await?;
            *self = Self { read_at: Some(now), sessions: sessions.to_vec(), polecats };
        }
        Ok(())
    }

    /// The polecats, with or without a session.
    pub(super) fn names(&self) -> impl Iterator<Item = &PolecatName> {
        self.polecats.keys()
    }

    /// Adds what the session does not say, or the folder knows better.
    pub(super) fn complete(&self, info: &mut SessionInfo) {
        let Some(folder) = self.polecats.get(&info.polecat) else { return };
        info.workdir = info.workdir.take().or_else(|| folder.workdir.clone());
        info.branch = folder.branch.clone().or(info.branch.take());
        info.label.clone_from(&folder.label);
    }

    /// A polecat without a session, which is as `info` says: how its last agent ended, until the next
    /// starts, and what is queued.
    pub(super) fn left(&self, info: SessionInfo) -> SessionInfo {
        let folder = self.polecats.get(&info.polecat);
        let mut info = info.after(folder.and_then(|folder| folder.exit.clone()));
        if let Some(queue) = folder.and_then(|folder| folder.queue.as_ref()) {
            queue.tell(&mut info);
        }
        info
    }

    /// How the last agent of a polecat ended, until the next starts.
    pub(super) fn exit(&self, polecat: &PolecatName) -> Option<Exit> {
        self.polecats.get(polecat)?.exit.clone()
    }
}
