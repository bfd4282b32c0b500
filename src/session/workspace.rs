//! One tmux server, the programs around it, and the rigs that are worked on.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::watch::Receiver;

use crate::{
    core::{
        rig::{Rig, RigKind},
        session::{SessionInfo, State},
    },
    host::{
        Launch,
        rigs::{self, Wanted},
        tracker::Tracker,
        trust::Store,
        watch::FileEvents,
    },
    session::{
        context::{RigContext, Starts, Tools, Turns},
        error::SessionError,
        events::{Event, EventQueue, Snapshot},
        observe::{monitor::Monitor, monitors::Monitors},
        servers::Servers,
        settings::Settings,
    },
    tmux::{Socket, Tmux, socket_folder},
};

/// Where in the editor a call came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The folder of the current file, when it has one.
    pub file: Option<PathBuf>,
    /// The working directory.
    pub cwd: PathBuf,
}

/// A rig, as a person asks about it.
#[derive(Clone, Debug)]
pub struct RigFacts {
    /// Its name.
    pub name: String,
    /// What a person calls the project.
    pub path: PathBuf,
    /// The folder for what must outlive a session.
    pub home: PathBuf,
    /// `town`, `repository` or `folder`.
    pub kind: &'static str,
    /// The town above it.
    pub town: Option<PathBuf>,
    /// Whether it was pinned rather than found.
    pub pinned: bool,
}

/// All that one Neovim works with. Cheap to clone.
#[derive(Clone)]
pub struct Workspace {
    pub(in crate::session) tools: Arc<Tools>,
    pub(in crate::session) monitors: Arc<Monitors>,
    pinned: Arc<Mutex<Option<PathBuf>>>,
    last: Arc<Mutex<Option<Found>>>,
}

/// Which rig was found last, from where, and when.
#[derive(Clone)]
struct Found {
    place: Place,
    pinned: Option<PathBuf>,
    rig: Arc<Rig>,
    at: Instant,
}

impl Workspace {
    /// A workspace as `settings` say. Nothing is started or looked at yet.
    ///
    /// # Errors
    /// When a setting cannot be used.
    pub fn new(settings: Settings, launch: Launch, news: EventQueue) -> Result<Self, SessionError> {
        Self::sharing(settings, launch, news, Starts::default())
    }

    fn sharing(
        settings: Settings,
        launch: Launch,
        news: EventQueue,
        starts: Starts,
    ) -> Result<Self, SessionError> {
        let pinned = Arc::new(Mutex::new(settings.rig_path.clone()));
        let tools = Arc::new(tools(settings, launch, news, starts)?);
        Ok(Self { tools, monitors: Arc::default(), pinned, last: Arc::default() })
    }

    /// The same with other settings. A rig that was pinned by hand stays pinned.
    ///
    /// # Errors
    /// As [`Workspace::new`].
    pub fn configured(&self, settings: Settings) -> Result<Self, SessionError> {
        let by_hand =
            self.pinned().filter(|path| Some(path) != self.tools.settings.rig_path.as_ref());
        let Tools { launch, news, starts, .. } = &*self.tools;
        let workspace = Self::sharing(settings, launch.clone(), news.clone(), starts.clone())?;
        if by_hand.is_some() {
            workspace.pin_to(by_hand);
        }
        Ok(workspace)
    }

    /// The states that a person is told of.
    #[must_use]
    pub fn notified(&self) -> &[State] {
        &self.tools.settings.notify
    }

    /// The context of the rig that `place` is in. From then on the rig is watched.
    ///
    /// # Errors
    /// When there is no rig, or it cannot be read.
    pub async fn context(&self, place: &Place) -> Result<RigContext, SessionError> {
        let pinned = self.pinned();
        let at = Instant::now();
        let rig = Arc::new(self.find(place, pinned.as_deref()).await?);
        *self.last() = Some(Found { place: place.clone(), pinned, rig: rig.clone(), at });
        let context = RigContext::new(rig, self.tools.clone());
        self.monitor(&context);
        Ok(context)
    }

    /// What `look`, which changes nothing, sees in the rig that `place` is in, or was not longer
    /// than `ago`.
    ///
    /// It is the rig of the last time nearly always, so an older look begins with that one while
    /// the folders are read, and is taken again where they tell of another.
    ///
    /// # Errors
    /// As [`Workspace::context`], and what `look` gives.
    pub async fn look<T, L>(
        &self,
        place: &Place,
        ago: Duration,
        look: impl Fn(RigContext) -> L,
    ) -> Result<T, SessionError>
    where
        L: Future<Output = Result<T, SessionError>>,
    {
        let Some(last) = self.found_last(place) else {
            return look(self.context(place).await?).await;
        };
        let guess = RigContext::new(last.rig, self.tools.clone());
        if last.at.elapsed() < ago {
            return look(guess).await;
        }
        let found = async {
            // The question to tmux goes out first.
            tokio::task::yield_now().await;
            self.context(place).await
        };
        let (seen, found) = tokio::join!(look(guess.clone()), found);
        let found = found?;
        if found.rig == guess.rig { seen } else { look(found).await }
    }

    fn found_last(&self, place: &Place) -> Option<Found> {
        let pinned = self.pinned();
        let last = self.last().clone();
        last.filter(|last| last.place == *place && last.pinned == pinned)
    }

    /// The server of the rig that was asked about last.
    pub(in crate::session) fn tmux(&self) -> Tmux {
        let last = self.last().clone();
        last.map_or_else(|| self.tools.servers.usual(), |found| self.tools.servers.of(&found.rig))
    }

    fn last(&self) -> MutexGuard<'_, Option<Found>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The monitor of the rig.
    pub(in crate::session) fn monitor(&self, context: &RigContext) -> Monitor {
        let (monitor, is_new) = self.monitors.of(context);
        if is_new {
            tokio::spawn(forward(monitor.snapshots.clone(), self.tools.news.clone()));
        }
        monitor
    }

    /// Puts the states that everybody is shown, which are read off the agents' screens too and
    /// held against flicker, in place of those that tmux's facts alone tell.
    pub async fn hold(&self, context: &RigContext, infos: &mut [SessionInfo]) {
        let monitor = self.monitor(context);
        if infos.iter().any(|info| info.running) {
            monitor.first_look().await;
        }
        for info in infos {
            monitor.hold(info);
        }
    }

    /// Has everybody who watches look now, because something was changed through us.
    pub fn changed(&self) {
        self.monitors.nudge();
    }

    /// The rig that `place` is in.
    ///
    /// # Errors
    /// As [`Workspace::context`].
    pub async fn rig(&self, place: &Place) -> Result<RigFacts, SessionError> {
        let rig = self.find(place, self.pinned().as_deref()).await?;
        Ok(facts(&rig, self.pinned().is_some()))
    }

    /// Makes the rig at `path` (relative to the working directory) the rig of every place; none
    /// ends that.
    ///
    /// # Errors
    /// When there is no rig; then nothing changed.
    pub async fn pin(&self, path: Option<&Path>, place: &Place) -> Result<RigFacts, SessionError> {
        let path = path.map(|path| place.cwd.join(path));
        let rig = self.find(place, path.as_deref()).await?;
        // A folder below the rig was named as the rig it is in.
        let path = path.map(|_| rig.path.clone());
        let pinned = path.is_some();
        self.pin_to(path);
        Ok(facts(&rig, pinned))
    }

    /// Leaves the tmux server.
    pub async fn close(&self) {
        self.tools.servers.close().await;
    }

    async fn find(&self, place: &Place, pinned: Option<&Path>) -> Result<Rig, SessionError> {
        let from: Vec<_> = place.file.iter().chain([&place.cwd]).cloned().collect();
        let Settings { rig_name, worktrees, gastown, .. } = &self.tools.settings;
        let wanted = Wanted {
            pinned: pinned.map(Path::to_owned),
            name: rig_name.clone(),
            worktrees: worktrees.clone(),
            gastown: *gastown,
            sockets: Some(socket_folder()),
        };
        Ok(rigs::find(&from, &wanted).await?)
    }

    fn pinned(&self) -> Option<PathBuf> {
        self.pinned.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes the rig at `path` that of every place, or none: without a look, as when it was looked
    /// at before. Where it is gone by now, each call says so.
    pub fn pin_to(&self, path: Option<PathBuf>) {
        *self.pinned.lock().unwrap_or_else(PoisonError::into_inner) = path;
    }
}

/// Passes every snapshot on, until the monitor ends.
async fn forward(mut snapshots: Receiver<Option<Arc<Snapshot>>>, news: EventQueue) {
    while snapshots.changed().await.is_ok() {
        let newest = snapshots.borrow_and_update().clone();
        if let Some(newest) = newest {
            news.tell(Event::Snapshot(newest));
        }
    }
}

fn tools(
    settings: Settings,
    launch: Launch,
    news: EventQueue,
    starts: Starts,
) -> Result<Tools, SessionError> {
    let command = settings.tmux_command.clone().unwrap_or_else(|| "tmux".to_owned());
    let socket = settings.tmux_socket.as_deref().map(Socket::parse);
    let servers = Servers::new(command, socket, launch.clone());
    let tracker = settings.tracker_command.as_deref().unwrap_or("bd");
    let tracker = Tracker::new(tracker, launch.clone())
        .map_err(|error| SessionError::ConfigInvalid(format!("`tracker.command`: {error}")))?;
    let trust = settings.editor.state.as_deref().map(Store::new);
    Ok(Tools {
        servers,
        launch,
        tracker,
        settings,
        trust,
        news,
        starts,
        turns: Turns::default(),
        events: FileEvents::default(),
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
