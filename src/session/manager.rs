//! One rig and what its operations work with.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use jiff::Timestamp;

use super::{error::SessionError, news::NewsDesk, servers::Servers, settings::Settings};
use crate::{
    core::{
        names::PolecatName,
        rig::{Rig, RigKind},
    },
    host::{
        Launch, polecats,
        tracker::Tracker,
        trust::Store,
        watch::{FileEvents, Shortage},
    },
    tmux::{Socket, Tmux},
};

/// The polecats of one rig: gastown's session manager.
#[derive(Clone)]
pub struct SessionManager {
    pub(super) rig: Arc<Rig>,
    pub(super) tools: Arc<Tools>,
    /// The server that the rig's sessions are on.
    pub(super) tmux: Tmux,
}

/// What all rigs of a workspace share.
pub(super) struct Tools {
    pub(super) servers: Servers,
    pub(super) launch: Launch,
    pub(super) tracker: Tracker,
    pub(super) settings: Settings,
    /// What may run for good; none where the editor has no folder to keep it in.
    pub(super) trust: Option<Store>,
    pub(super) news: NewsDesk,
    pub(super) starts: Starts,
    pub(super) turns: Turns,
    pub(super) events: FileEvents,
    /// What the system had no more of when something was to be watched.
    pub(super) shortage: OnceLock<Shortage>,
}

/// Whose turn it is to type into a session, by its name.
pub(super) type Turns = Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>;

/// The sessions whose start this process sees to, by name, with how many do.
#[derive(Clone, Default)]
pub(super) struct Starts(Arc<Mutex<HashMap<String, usize>>>);

/// Lasts as long as somebody sees to a start.
pub(super) struct Begun {
    starts: Starts,
    session: String,
}

impl Starts {
    /// Counts one more; `alone` only where there is none.
    fn begin(&self, session: &str, alone: bool) -> Option<Begun> {
        let mut starts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = starts.entry(session.to_owned()).or_default();
        if alone && *count > 0 {
            return None;
        }
        *count += 1;
        Some(Begun { starts: self.clone(), session: session.to_owned() })
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let mut starts = self.starts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = starts.get_mut(&self.session) {
            *count -= 1;
        }
        starts.retain(|_, count| *count > 0);
    }
}

impl Tools {
    /// Says that `session` is being started, as long as the value lasts.
    pub(super) fn starting(&self, session: &str) -> Option<Begun> {
        self.starts.begin(session, false)
    }

    /// The same where nobody else starts it.
    pub(super) fn starting_alone(&self, session: &str) -> Option<Begun> {
        self.starts.begin(session, true)
    }

    /// Whether this process is starting `session`.
    pub(super) fn is_starting(&self, session: &str) -> bool {
        self.starts.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(session)
    }

    /// Tells, once, that the system has no more of something.
    pub(super) fn falls_short(&self, of: Shortage) {
        if self.shortage.set(of).is_ok() {
            self.news.warn(format!("{of}; {}", of.hint()));
        }
    }

    /// The turn of those who type into `session`: one at a time.
    pub(super) fn turn(&self, session: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        // Those whom nobody waits for go, so that the map does not grow with every name.
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        turns.entry(session.to_owned()).or_default().clone()
    }
}

impl SessionManager {
    pub(super) fn new(rig: Arc<Rig>, tools: Arc<Tools>) -> Self {
        let tmux = tools.servers.of(&rig);
        Self { rig, tools, tmux }
    }

    /// The rig's name.
    #[must_use]
    pub fn rig_name(&self) -> &str {
        self.rig.name.as_str()
    }

    /// The name of tmux's socket that the rig's town has for itself, where the sessions are on that.
    #[must_use]
    pub fn town_socket(&self) -> Option<&str> {
        match &self.tmux.address().socket {
            Socket::Shared(name) => Some(name),
            Socket::Default | Socket::Name(_) | Socket::Path(_) => None,
        }
    }

    /// The time, for views.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// The polecat `name`, which must exist.
    pub(super) async fn known(&self, name: &str) -> Result<PolecatName, SessionError> {
        let polecat = PolecatName::parse(name)?;
        if polecats::exists(&self.rig, &polecat).await? {
            return Ok(polecat);
        }
        Err(self.not_found(&polecat))
    }

    pub(super) fn not_found(&self, polecat: &PolecatName) -> SessionError {
        SessionError::PolecatNotFound {
            polecat: polecat.to_string(),
            rig: self.rig.name.to_string(),
        }
    }

    /// Where the tracker is asked about work. In a town each worktree leads to the rig's own
    /// issues, as gastown has it; a plain repository has one set of issues, in its main folder,
    /// of which a worktree holds only a copy.
    pub(super) fn tracker_dir(&self, workdir: PathBuf) -> PathBuf {
        match self.rig.kind {
            RigKind::Repository { .. } => self.rig.path.clone(),
            RigKind::Town(_) | RigKind::Folder => workdir,
        }
    }
}
