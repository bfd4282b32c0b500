//! One tmux server, the programs around it, and the rigs that are worked on.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::watch::Receiver;

use crate::{
    core::{
        rig::{Rig, RigKind},
        session::{SessionInfo, notifications::Occasion},
    },
    host::{
        HostError, Launch,
        flags::HelpTexts,
        rigs::{self, RigOptions},
        tracker::Tracker,
        trust::Store,
        watch::FileEvents,
    },
    session::{
        context::{RigContext, WorkspaceShared},
        error::SessionError,
        events::{Event, EventQueue, Snapshot},
        messages::typing::TypingLocks,
        observe::{poller::Poller, pollers::Pollers},
        rigs::Rigs,
        servers::Servers,
        settings::Settings,
        setup::runs::SetupRuns,
        start::starts::Starts,
    },
    tmux::{Socket, Tmux, socket_folder},
};

/// What goes on in this process, whatever the settings are by now.
type Going = (Starts, SetupRuns);

/// How many lines a capture opens with when the configuration does not say.
const CAPTURE_LINES: u32 = 200;

/// How long a call that only reads may reuse the rig that was found for the last one.
const RECENT_AGE: Duration = Duration::from_secs(1);

/// The place in the editor from which a call came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditorPlace {
    /// The folder of the current file, when it has one.
    pub file: Option<PathBuf>,
    /// The working directory.
    pub cwd: PathBuf,
    /// The folder of exactly the rig that is meant, wherever else the place is.
    pub rig: Option<PathBuf>,
}

/// What a user is shown of a rig.
#[derive(Clone, Debug)]
pub struct RigFacts {
    /// Its name.
    pub name: String,
    /// The project's folder.
    pub path: PathBuf,
    /// The folder for data that outlives sessions.
    pub home: PathBuf,
    /// `town`, `repository` or `folder`.
    pub kind: &'static str,
    /// The town above it.
    pub town: Option<PathBuf>,
    /// Whether it was pinned rather than found.
    pub pinned: bool,
}

/// Everything that one Neovim works with. Cheap to clone.
#[derive(Clone)]
pub struct Workspace {
    pub(in crate::session) shared: Arc<WorkspaceShared>,
    pub(in crate::session) pollers: Arc<Pollers>,
    pub(in crate::session) rigs: Rigs,
    pinned: Arc<Mutex<Option<PathBuf>>>,
    last: Arc<Mutex<Option<Found>>>,
}

/// The rig that was found last: from where, and when.
#[derive(Clone)]
struct Found {
    place: EditorPlace,
    pinned: Option<PathBuf>,
    rig: Arc<Rig>,
    at: Instant,
}

impl Workspace {
    /// A workspace with these settings. Nothing is started or read yet.
    ///
    /// # Errors
    /// A setting is invalid.
    pub fn new(settings: Settings, launch: Launch, news: EventQueue) -> Result<Self, SessionError> {
        Self::sharing(settings, launch, news, Going::default())
    }

    fn sharing(
        settings: Settings,
        launch: Launch,
        news: EventQueue,
        going: Going,
    ) -> Result<Self, SessionError> {
        let pinned = Arc::new(Mutex::new(settings.rig_path.clone()));
        let rigs = Rigs::configured(settings.rigs.keys());
        let shared = Arc::new(shared(settings, launch, news, going)?);
        Ok(Self { shared, pollers: Arc::default(), rigs, pinned, last: Arc::default() })
    }

    /// How many lines a capture opens with when nobody says.
    #[must_use]
    pub fn capture_lines(&self) -> u32 {
        self.shared.settings.capture_lines.unwrap_or(CAPTURE_LINES)
    }

    /// Whether lists are of all rigs where nobody says otherwise.
    #[must_use]
    pub fn lists_all_rigs(&self) -> bool {
        self.shared.settings.all_rigs
    }

    /// Whether sessions take the width of the windows that show them.
    pub(in crate::session) fn fits_captures(&self) -> bool {
        self.shared.settings.capture_fit.unwrap_or(true)
    }

    /// Whether questions of agents are put by the user's own `vim.ui.select`.
    #[must_use]
    pub fn asks_by_select(&self) -> bool {
        self.shared.settings.questions_by_select
    }

    /// The same workspace with new settings. A rig pinned by the user stays pinned.
    ///
    /// # Errors
    /// As [`Workspace::new`].
    pub fn configured(&self, settings: Settings) -> Result<Self, SessionError> {
        let by_hand =
            self.pinned().filter(|path| Some(path) != self.shared.settings.rig_path.as_ref());
        let WorkspaceShared { launch, news, starts, setup_runs, .. } = &*self.shared;
        let going = (starts.clone(), setup_runs.clone());
        let workspace = Self::sharing(settings, launch.clone(), news.clone(), going)?;
        if by_hand.is_some() {
            workspace.pin_to(by_hand);
        }
        Ok(workspace)
    }

    /// What a person is told of.
    #[must_use]
    pub fn notified(&self) -> &[Occasion] {
        &self.shared.settings.notify
    }

    /// The tmux of the configuration, or `tmux`.
    #[must_use]
    pub fn tmux_command(&self) -> &str {
        self.shared.settings.tmux_command.as_deref().unwrap_or("tmux")
    }

    /// The program, and its arguments, that is run for it; empty where there is none.
    #[must_use]
    pub fn notify_command(&self) -> &[String] {
        &self.shared.settings.notify_command
    }

    /// Neovim's folder for state.
    #[must_use]
    pub fn state_folder(&self) -> Option<&Path> {
        self.shared.settings.editor.state.as_deref()
    }

    /// The texts for messages that a person keeps, by name.
    #[must_use]
    pub fn prompts(&self) -> &BTreeMap<String, String> {
        &self.shared.settings.prompts
    }

    /// The context of the rig that contains `place`. From then on the rig is watched.
    ///
    /// # Errors
    /// There is no rig, or it cannot be read.
    pub async fn context(&self, place: &EditorPlace) -> Result<RigContext, SessionError> {
        let pinned = self.pinned();
        let at = Instant::now();
        let rig = Arc::new(self.find(place, pinned.as_deref()).await?);
        // A rig that is meant wherever one stands is not the one around.
        if place.rig.is_none() {
            *self.last() = Some(Found { place: place.clone(), pinned, rig: rig.clone(), at });
        }
        let context = self.context_of(rig);
        self.poller(&context);
        Ok(context)
    }

    /// The context of `rig`, which is not watched because of that.
    pub(in crate::session) fn context_of(&self, rig: Arc<Rig>) -> RigContext {
        RigContext::new(rig, self.shared.clone())
    }

    /// The same for a call that only reads: a rig found less than a second ago is reused.
    ///
    /// # Errors
    /// As [`Workspace::context`].
    pub async fn recent_context(&self, place: &EditorPlace) -> Result<RigContext, SessionError> {
        match self.found_last(place).filter(|last| last.at.elapsed() < RECENT_AGE) {
            Some(last) => Ok(self.context_of(last.rig)),
            None => self.context(place).await,
        }
    }

    fn found_last(&self, place: &EditorPlace) -> Option<Found> {
        let pinned = self.pinned();
        let last = self.last().clone();
        last.filter(|last| last.place == *place && last.pinned == pinned)
    }

    /// Whether the rig with this home was found last: it is the one around a person.
    #[must_use]
    pub fn is_around(&self, home: &Path) -> bool {
        self.last().as_ref().is_some_and(|last| last.rig.home == home)
    }

    /// The tmux server of the rig that was found last.
    pub(in crate::session) fn tmux(&self) -> Tmux {
        let last = self.last().clone();
        last.map_or_else(|| self.shared.servers.usual(), |found| self.shared.servers.of(&found.rig))
    }

    fn last(&self) -> MutexGuard<'_, Option<Found>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The poller of the rig.
    pub(in crate::session) fn poller(&self, context: &RigContext) -> Poller {
        self.rigs.used(context);
        let (poller, is_new) = self.pollers.of(context);
        if is_new {
            let told = (self.shared.news.clone(), self.rigs.clone());
            tokio::spawn(forward(poller.snapshots.clone(), told));
        }
        poller
    }

    /// Replaces states that come from tmux's facts alone with the debounced ones that views show,
    /// which are also read from the agents' screens.
    pub async fn hold(&self, context: &RigContext, infos: &mut [SessionInfo]) {
        let poller = self.poller(context);
        if infos.iter().any(|info| info.running) {
            poller.first_look().await;
        }
        for info in infos {
            poller.overlay(info);
        }
    }

    /// Makes all pollers look now, because we changed something.
    pub fn changed(&self) {
        self.pollers.nudge();
    }

    /// The rig that contains `place`.
    ///
    /// # Errors
    /// As [`Workspace::context`].
    pub async fn rig(&self, place: &EditorPlace) -> Result<RigFacts, SessionError> {
        let rig = self.find(place, self.pinned().as_deref()).await?;
        Ok(facts(&rig, self.pinned().is_some()))
    }

    /// Pins the rig at `path` (relative to the working directory) for every place; `None` unpins. The
    /// rig counts as used.
    ///
    /// # Errors
    /// There is no rig at `path`. Nothing has changed then.
    pub async fn pin(
        &self,
        path: Option<&Path>,
        place: &EditorPlace,
    ) -> Result<RigFacts, SessionError> {
        let path = path.map(|path| place.cwd.join(path));
        // Another one may be meant than that of the view one stands in.
        let place = EditorPlace { rig: None, ..place.clone() };
        let rig = Arc::new(self.find(&place, path.as_deref()).await?);
        self.poller(&self.context_of(rig.clone()));
        // A folder inside the rig stands for the rig.
        let path = path.map(|_| rig.path.clone());
        let pinned = path.is_some();
        self.pin_to(path);
        Ok(facts(&rig, pinned))
    }

    /// Disconnects from all tmux servers.
    pub async fn close(&self) {
        self.shared.servers.close().await;
    }

    /// The rig that contains `place`, or is pinned.
    pub(in crate::session) async fn find(
        &self,
        place: &EditorPlace,
        pinned: Option<&Path>,
    ) -> Result<Rig, SessionError> {
        let from: Vec<_> = place.file.iter().chain([&place.cwd]).cloned().collect();
        let Settings { rig_name, worktrees, gastown, .. } = &self.shared.settings;
        let exact = place.rig.as_deref();
        let wanted = RigOptions {
            pinned: exact.or(pinned).map(Path::to_owned),
            name: rig_name.clone(),
            worktrees: worktrees.clone(),
            gastown: *gastown,
            sockets: Some(socket_folder()),
        };
        let rig = rigs::find(&from, &wanted).await?;
        match exact {
            // What is around it by now is another one.
            Some(path) if path != rig.path => {
                Err(HostError::RigGone { path: path.to_owned() }.into())
            }
            _ => Ok(rig),
        }
    }

    fn pinned(&self) -> Option<PathBuf> {
        self.pinned.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Pins the rig at `path`, or unpins, without a check. If the rig is gone, each call reports it.
    pub fn pin_to(&self, path: Option<PathBuf>) {
        *self.pinned.lock().unwrap_or_else(PoisonError::into_inner) = path;
    }
}

/// Forwards every snapshot until the poller ends.
async fn forward(mut snapshots: Receiver<Option<Arc<Snapshot>>>, (news, rigs): (EventQueue, Rigs)) {
    while snapshots.changed().await.is_ok() {
        let newest = snapshots.borrow_and_update().clone();
        if let Some(newest) = newest {
            news.tell(Event::Snapshot(newest));
            rigs.changed();
        }
    }
}

fn shared(
    settings: Settings,
    launch: Launch,
    news: EventQueue,
    (starts, setup_runs): Going,
) -> Result<WorkspaceShared, SessionError> {
    let command = settings.tmux_command.clone().unwrap_or_else(|| "tmux".to_owned());
    let socket = settings.tmux_socket.as_deref().map(Socket::parse);
    let servers = Servers::new(command, socket, settings.no_tmux_start, launch.clone());
    let tracker = settings.tracker_command.as_deref().unwrap_or("bd");
    let tracker = Tracker::new(tracker, launch.clone())
        .map_err(|error| SessionError::ConfigInvalid(format!("`tracker.command`: {error}")))?;
    let trust = settings.editor.state.as_deref().map(Store::new);
    Ok(WorkspaceShared {
        servers,
        launch,
        tracker,
        settings,
        trust,
        news,
        starts,
        setup_runs,
        helps: HelpTexts::default(),
        typing: TypingLocks::default(),
        events: FileEvents::default(),
        recording: tokio::sync::Mutex::default(),
        shortage: OnceLock::new(),
    })
}

fn facts(rig: &Rig, pinned: bool) -> RigFacts {
    let (kind, town) = match &rig.kind {
        RigKind::Town(town) => ("town", Some(town.root.clone())),
        RigKind::Repository { .. } => ("repository", None),
        RigKind::Folder => ("folder", None),
    };
    let (path, home) = (rig.path.clone(), rig.home.clone());
    RigFacts { name: rig.name.to_string(), path, home, kind, town, pinned }
}
