//! What a monitor knows of each session from look to look, and the looks themselves.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
};

use jiff::{SignedDuration, Timestamp};

use super::{
    error::SessionError,
    manager::SessionManager,
    table::{self, Session},
};
use crate::{
    core::{
        names::PolecatName,
        session::{Exit, SessionInfo},
        state::{Steady, Told},
    },
    host::polecats,
    tmux::PaneId,
};

/// How long what is read of folders and git may be old: nothing tells of a change there.
const FOLDERS: SignedDuration = SignedDuration::from_secs(5);

/// Repeated looks at the polecats of one rig.
pub(super) struct Sight {
    manager: SessionManager,
    known: HashMap<PolecatName, Known>,
    folders: Folders,
}

/// What is known of a session from the look before.
struct Known {
    pane: PaneId,
    steady: Steady,
    /// How its agent ended, which does not change any more.
    exit: Option<Exit>,
}

/// What the rig's folders and git tell of its polecats.
#[derive(Default)]
struct Folders {
    read_at: Option<Timestamp>,
    /// The names of sessions at that time.
    sessions: Vec<PolecatName>,
    polecats: BTreeMap<PolecatName, Folder>,
}

struct Folder {
    workdir: Option<PathBuf>,
    branch: Option<String>,
    /// How the last agent ended, where there is no session now.
    exit: Option<Exit>,
}

impl Sight {
    pub(super) fn new(manager: SessionManager) -> Self {
        Self { manager, known: HashMap::new(), folders: Folders::default() }
    }

    /// Makes the next look read the folders too.
    pub(super) fn expect_change(&mut self) {
        self.folders.read_at = None;
    }

    /// All polecats of the rig as they are at `now`, in the order of their names.
    pub(super) async fn look(&mut self, now: Timestamp) -> Result<Vec<SessionInfo>, SessionError> {
        let sessions = self.manager.sessions().await?;
        self.read_folders(&sessions, now).await?;
        self.known.retain(|name, _| sessions.iter().any(|session| session.polecat == *name));
        let mut infos = Vec::new();
        for session in &sessions {
            infos.push(self.look_at(session, now).await?);
        }
        let manager = &self.manager;
        for name in self.folders.polecats.keys() {
            if !sessions.iter().any(|session| session.polecat == *name) {
                infos.push(table::stopped(&manager.rig, name));
            }
        }
        infos.sort_by(|a, b| a.polecat.cmp(&b.polecat));
        for info in &mut infos {
            self.folders.complete(info);
        }
        Ok(infos)
    }

    async fn read_folders(
        &mut self,
        sessions: &[Session],
        now: Timestamp,
    ) -> Result<(), SessionError> {
        let names: Vec<_> = sessions.iter().map(|session| session.polecat.clone()).collect();
        let fresh = self.folders.read_at.is_some_and(|at| now.duration_since(at) < FOLDERS);
        if fresh && names == self.folders.sessions {
            return Ok(());
        }
        let manager = &self.manager;
        let mut polecats = BTreeMap::new();
        let found = polecats::names(&manager.rig).await?;
        for name in found.into_iter().chain(names.iter().cloned()) {
            let folder = manager.folder(&name).await?;
            polecats.insert(name, folder);
        }
        self.folders = Folders { read_at: Some(now), sessions: names, polecats };
        Ok(())
    }

    async fn look_at(
        &mut self,
        session: &Session,
        now: Timestamp,
    ) -> Result<SessionInfo, SessionError> {
        let known = self.known.remove(&session.polecat);
        let known = known.filter(|known| known.pane == session.pane.pane_id);
        let mut info = session.info(&self.manager.rig, now);
        let told = Told { state: info.state, source: info.state_source };
        let mut exit = known.as_ref().and_then(|known| known.exit.clone());
        if exit.is_none() && !session.is_live() {
            exit = Some(self.manager.record_death(session).await?);
        }
        let steady = match known {
            Some(known) => known.steady.after(told, now),
            None => Steady::new(told, info.state_since.unwrap_or(now)),
        };
        info.state = steady.told.state;
        info.state_source = steady.told.source;
        info.state_since = Some(steady.since);
        info.exit.clone_from(&exit);
        let known = Known { pane: session.pane.pane_id, steady, exit };
        self.known.insert(session.polecat.clone(), known);
        Ok(info)
    }
}

impl Folders {
    /// What the session does not tell, or the folder knows better.
    fn complete(&self, info: &mut SessionInfo) {
        let Some(folder) = self.polecats.get(&info.polecat) else { return };
        info.workdir = info.workdir.take().or_else(|| folder.workdir.clone());
        info.branch = folder.branch.clone().or(info.branch.take());
        if info.pane_id.is_none() {
            info.exit.clone_from(&folder.exit);
        }
    }
}

impl SessionManager {
    async fn folder(&self, polecat: &PolecatName) -> Result<Folder, SessionError> {
        let mut info = self.without_session(polecat).await?;
        self.complete_info(&mut info).await;
        Ok(Folder { workdir: info.workdir, branch: info.branch, exit: info.exit })
    }
}
