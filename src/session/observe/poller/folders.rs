//! What the rig's folders and git say of its polecats, read now and then.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::{
    core::{
        names::PolecatName,
        session::{Exit, SessionInfo},
    },
    host::folders::{self, Folder},
    session::{
        context::RigContext, error::SessionError, observe::poller::last_sessions::LastSessions,
        sessions::list::Session,
    },
};

/// How often folders and git are read: no event tells of a change there.
const FOLDERS_INTERVAL: SignedDuration = SignedDuration::from_secs(5);

/// The same while it is not clear whether a session was closed.
const CLOSED_INTERVAL: SignedDuration = SignedDuration::from_secs(1);

/// What they said last.
#[derive(Default)]
pub(super) struct Folders {
    read_at: Option<Timestamp>,
    /// Who had a session then, and whether its agent lived.
    sessions: Vec<(PolecatName, bool)>,
    polecats: BTreeMap<PolecatName, Folder>,
    last: LastSessions,
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
        sessions: &[Session],
        now: Timestamp,
    ) -> Result<(), SessionError> {
        // Either way: the clock may have been set back since.
        let sessions: Vec<_> =
            sessions.iter().map(|one| (one.polecat.clone(), one.is_live())).collect();
        let interval = if self.last.is_open() { CLOSED_INTERVAL } else { FOLDERS_INTERVAL };
        let fresh = self.read_at.is_some_and(|at| now.duration_since(at).abs() < interval);
        if !fresh || sessions != self.sessions {
            let names = sessions.iter().map(|(name, _)| name.clone()).collect();
            self.polecats = folders::read(&context.rig, names).await?;
            (self.read_at, self.sessions) = (Some(now), sessions);
            self.read_last(context, now).await;
        }
        Ok(())
    }

    /// Reads what those without a live agent ran last.
    async fn read_last(&mut self, context: &RigContext, now: Timestamp) {
        let has = |name: &PolecatName, lives: bool| {
            self.sessions.iter().any(|(one, alive)| one == name && (*alive || !lives))
        };
        let records = self.polecats.iter().filter(|(name, _)| !has(name, true));
        let records =
            records.filter_map(|(name, folder)| Some((name.clone(), folder.last.clone()?)));
        self.last.read(context, records.collect(), |name| !has(name, false), now).await;
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
        self.last.complete(info);
        self.complete_setup(info);
    }

    /// Adds that its worktree is being set up, where nothing runs yet.
    fn complete_setup(&self, info: &mut SessionInfo) {
        let folder = self.polecats.get(&info.polecat).filter(|_| !info.running);
        if let Some(setting_up) = folder.and_then(|folder| folder.setting_up.as_ref()) {
            setting_up.tell(info);
        }
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
