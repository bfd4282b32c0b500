//! One rig, and what its services share.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use crate::{
    core::{
        names::PolecatName,
        rig::{Rig, RigKind},
        session::SessionInfo,
    },
    host::{
        Launch,
        flags::HelpTexts,
        polecats,
        tracker::Tracker,
        trust::Store,
        watch::{FileEvents, Shortage},
    },
    session::{
        error::SessionError,
        events::{Event, EventQueue, Files, Snapshot},
        messages::typing::TypingLocks,
        servers::Servers,
        settings::Settings,
        setup::runs::SetupRuns,
        start::starts::Starts,
    },
    tmux::{Socket, Tmux},
};

/// One rig, and what its services share. Each room of the session core has a service that holds
/// one ([`crate::session::Sessions`], [`crate::session::Starter`], ...). Cheap to clone.
#[derive(Clone)]
pub struct RigContext {
    pub(in crate::session) rig: Arc<Rig>,
    pub(in crate::session) shared: Arc<WorkspaceShared>,
    /// The tmux server of the rig's sessions.
    pub(in crate::session) tmux: Tmux,
}

/// What all rigs of a workspace share.
pub(in crate::session) struct WorkspaceShared {
    pub(in crate::session) servers: Servers,
    pub(in crate::session) launch: Launch,
    pub(in crate::session) tracker: Tracker,
    pub(in crate::session) settings: Settings,
    /// What the user has trusted for good; `None` if the editor has no folder to store it in.
    pub(in crate::session) trust: Option<Store>,
    pub(in crate::session) news: EventQueue,
    pub(in crate::session) starts: Starts,
    pub(in crate::session) setup_runs: SetupRuns,
    /// The help texts of agents.
    pub(in crate::session) helps: HelpTexts,
    pub(in crate::session) typing: TypingLocks,
    /// Held while an exit is recorded: whoever else saw it goes on when the record is there.
    pub(in crate::session) recording: tokio::sync::Mutex<()>,
    pub(in crate::session) events: FileEvents,
    /// The system limit that stopped us from watching files, if one was hit.
    pub(in crate::session) shortage: OnceLock<Shortage>,
}

impl WorkspaceShared {
    /// Warns, once, that a system limit was hit.
    pub(in crate::session) fn falls_short(&self, of: Shortage) {
        if self.shortage.set(of).is_ok() {
            self.news.warn(format!("{of}; {}", of.hint()));
        }
    }
}

impl RigContext {
    pub(in crate::session) fn new(rig: Arc<Rig>, shared: Arc<WorkspaceShared>) -> Self {
        let tmux = shared.servers.of(&rig);
        Self { rig, shared, tmux }
    }

    /// The rig's name.
    #[must_use]
    pub fn rig_name(&self) -> &str {
        self.rig.name.as_str()
    }

    /// The rig's home, which is unique; its name may not be.
    #[must_use]
    pub fn rig_home(&self) -> &Path {
        &self.rig.home
    }

    /// The project's folder, which is as unique for a person to read.
    #[must_use]
    pub fn rig_path(&self) -> &Path {
        &self.rig.path
    }

    /// The name of the town's own tmux socket, if the sessions are on it.
    #[must_use]
    pub fn town_socket(&self) -> Option<&str> {
        match &self.tmux.address().socket {
            Socket::Shared(name) => Some(name),
            Socket::Default | Socket::Name(_) | Socket::Path(_) => None,
        }
    }

    /// Tells that files were changed in the worktree of `polecat`.
    pub(in crate::session) fn tell_files(
        &self,
        polecat: PolecatName,
        worktree: PathBuf,
        paths: Vec<PathBuf>,
        whole: bool,
    ) {
        let Rig { name, home, path, .. } = &*self.rig;
        let (rig, home, project) = (name.to_string(), home.clone(), path.clone());
        let files = Files { polecat, host: None, rig, home, project, worktree, paths, whole };
        self.shared.news.tell(Event::Files(files));
    }

    /// A snapshot of the rig with these polecats.
    pub(in crate::session) fn snapshot(&self, polecats: Vec<SessionInfo>) -> Snapshot {
        let Rig { name, home, path, .. } = &*self.rig;
        let (rig, home, path) = (name.to_string(), home.clone(), path.clone());
        Snapshot { rig, host: None, home, path, machine: None, reached: true, polecats }
    }

    /// The polecat `name`, which must exist.
    pub(in crate::session) async fn known(&self, name: &str) -> Result<PolecatName, SessionError> {
        let polecat = PolecatName::parse(name)?;
        if polecats::exists(&self.rig, &polecat).await? {
            return Ok(polecat);
        }
        Err(self.not_found(&polecat))
    }

    pub(in crate::session) fn not_found(&self, polecat: &PolecatName) -> SessionError {
        SessionError::PolecatNotFound {
            polecat: polecat.to_string(),
            rig: self.rig.name.to_string(),
        }
    }

    /// The directory in which to ask the tracker. In a town every worktree redirects to the rig's
    /// issues; a plain repository keeps its issues in the main folder, and a worktree has only a
    /// copy of them.
    pub(in crate::session) fn tracker_dir(&self, workdir: PathBuf) -> PathBuf {
        match self.rig.kind {
            RigKind::Repository { .. } => self.rig.path.clone(),
            RigKind::Town(_) | RigKind::Folder => workdir,
        }
    }
}
