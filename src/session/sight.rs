//! What a monitor knows of each session from look to look, and the looks themselves.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::{
    error::SessionError,
    folders::Folders,
    glimpse,
    manager::SessionManager,
    resume::Resumed,
    table::{self, Session},
};
use crate::{
    core::{
        names::PolecatName,
        screen::{Patterns, Seen},
        session::{Exit, SessionInfo, State, Waiting},
        state::{Steady, Told},
    },
    tmux::PaneId,
};

/// How long a dialog that goes by itself may take to do so.
const PASSING: SignedDuration = SignedDuration::from_secs(5);
/// How often an agent is looked at that may change soon.
const BUSY: SignedDuration = SignedDuration::from_millis(200);

/// Repeated looks at the polecats of one rig.
pub(super) struct Sight {
    manager: SessionManager,
    known: HashMap<PolecatName, Known>,
    folders: Folders,
    sessions: Vec<Session>,
    resumed: Resumed,
}

/// What is known of a session from the look before.
struct Known {
    pane: PaneId,
    /// By what its agent is read.
    patterns: Patterns,
    /// The arguments of its command.
    args: Vec<String>,
    /// What changes when the pane prints something or its title changes.
    print: Print,
    steady: Steady,
    view: View,
    /// Since when it shows what may go by itself.
    passing_since: Option<Timestamp>,
    /// How its agent ended, which does not change any more.
    exit: Option<Exit>,
}

/// What one look says.
#[derive(Clone)]
struct View {
    told: Told,
    /// What the agent asks.
    waiting: Option<Waiting>,
    /// Whether only silence told.
    unread: bool,
    /// Whether it may go by itself.
    passing: bool,
}

/// When and where it last printed, its title, and whether its start is under way.
type Print = (i64, u32, (u32, u32), String, bool);

impl Sight {
    pub(super) fn new(manager: SessionManager) -> Self {
        Self {
            manager,
            known: HashMap::new(),
            folders: Folders::default(),
            sessions: Vec::new(),
            resumed: Resumed::default(),
        }
    }

    /// Makes the next look read the folders too.
    pub(super) fn expect_change(&mut self) {
        self.folders.expect_change();
    }

    /// All polecats of the rig as they are at `now`, in the order of their names.
    pub(super) async fn look(&mut self, now: Timestamp) -> Result<Vec<SessionInfo>, SessionError> {
        let sessions = self.manager.sessions().await?;
        let names: Vec<_> = sessions.iter().map(|session| session.polecat.clone()).collect();
        self.folders.read(&self.manager, &names, now).await?;
        self.known.retain(|name, _| sessions.iter().any(|session| session.polecat == *name));
        let mut infos = Vec::new();
        for session in &sessions {
            infos.push(self.look_at(session, now).await?);
        }
        let manager = &self.manager;
        for name in self.folders.names() {
            if !sessions.iter().any(|session| session.polecat == *name) {
                infos.push(table::stopped(&manager.rig, name));
            }
        }
        infos.sort_by(|a, b| a.polecat.cmp(&b.polecat));
        for info in &mut infos {
            self.folders.complete(info);
        }
        self.sessions = sessions;
        Ok(infos)
    }

    /// Takes up what is to be done for sessions that look like `infos`, and that nobody does.
    pub(super) fn take_up(&mut self, infos: &[SessionInfo]) {
        for session in &self.sessions {
            if let Some(info) = infos.iter().find(|info| info.polecat == session.polecat) {
                self.resumed.look(&self.manager, session, info);
            }
        }
    }

    async fn look_at(
        &mut self,
        session: &Session,
        now: Timestamp,
    ) -> Result<SessionInfo, SessionError> {
        let known = self.known.remove(&session.polecat);
        let mut known = match known.filter(|known| known.pane == session.pane.pane_id) {
            Some(known) => self.again(known, session, now).await?,
            None => self.first(session, now).await?,
        };
        if known.exit.is_none() && session.has_died() {
            known.exit = Some(self.manager.record_death(session).await?);
        }
        let mut info = session.info(&self.manager.rig, now);
        info.state = known.steady.told.state;
        info.state_source = known.steady.told.source;
        info.state_since = Some(known.steady.since);
        info.waiting = known.view.waiting.clone().filter(|_| info.state == State::Waiting);
        info.exit.clone_from(&known.exit);
        self.known.insert(session.polecat.clone(), known);
        Ok(info)
    }

    async fn first(&self, session: &Session, now: Timestamp) -> Result<Known, SessionError> {
        let patterns = self.manager.patterns_of(session).await;
        let args = session.args();
        let view = self.view(session, &patterns, &args, now).await?;
        let since = session.info(&self.manager.rig, now).state_since.unwrap_or(now);
        let told = if view.passing { session.silence(now) } else { view.told };
        Ok(Known {
            pane: session.pane.pane_id,
            patterns,
            args,
            print: print(session),
            steady: Steady::new(told, since),
            passing_since: view.passing.then_some(now),
            view,
            exit: None,
        })
    }

    /// The next look. A screen that did not change says what it said before.
    async fn again(
        &self,
        known: Known,
        session: &Session,
        now: Timestamp,
    ) -> Result<Known, SessionError> {
        let print = print(session);
        // tmux dates output in whole seconds: what came in this one may have been missed.
        let old = now.as_second() - session.pane.activity > 1;
        let mut view = if old && known.print == print && session.is_live() {
            View { told: known.view.told(session, now), ..known.view.clone() }
        } else {
            self.view(session, &known.patterns, &known.args, now).await?
        };
        let passing_since = view.passing.then(|| known.passing_since.unwrap_or(now));
        let passes = passing_since.is_some_and(|since| now.duration_since(since).abs() < PASSING);
        let told = if passes { known.steady.told } else { view.told };
        let steady = known.steady.after(told, now);
        if steady.told.state == State::Waiting && view.told.state != State::Waiting {
            view.waiting = known.view.waiting;
        }
        Ok(Known { print, steady, view, passing_since, ..known })
    }

    async fn view(
        &self,
        session: &Session,
        patterns: &Patterns,
        args: &[String],
        now: Timestamp,
    ) -> Result<View, SessionError> {
        let silence = session.silence(now);
        let unread = View { told: silence, waiting: None, unread: true, passing: false };
        if !session.is_live() {
            return Ok(unread);
        }
        let starting = silence.state == State::Starting;
        let policy = self.manager.tools.settings.dialogs;
        let reading = self.manager.glimpse(session, patterns).await?.reading;
        let told = Told { state: reading.seen.state(), source: reading.source };
        Ok(match &reading.seen {
            Seen::Unknown | Seen::Starting => unread,
            // The start answers it.
            Seen::Waiting(asked) if starting && patterns.answer(asked, args, policy).is_some() => {
                unread
            }
            Seen::Waiting(asked) => {
                let (waiting, passing) = (Some(glimpse::waiting(asked)), patterns.may_pass(asked));
                View { told, waiting, unread: false, passing }
            }
            // Until its start is over, an agent at its prompt is about to be talked to.
            Seen::Idle if starting => unread,
            Seen::Idle | Seen::Working => {
                View { told, waiting: None, unread: false, passing: false }
            }
        })
    }

    /// How soon the next look is due at the latest, when some agent may change soon.
    pub(super) fn due(&self, now: Timestamp) -> Option<SignedDuration> {
        let busy = |known: &Known| {
            matches!(known.steady.told.state, State::Working | State::Starting).then_some(BUSY)
        };
        let doubt = |known: &Known| {
            known.steady.due().map(|due| due.duration_since(now).max(SignedDuration::ZERO))
        };
        self.known.values().flat_map(|known| [busy(known), doubt(known)]).flatten().min()
    }
}

impl View {
    /// What the same screen tells at `now`: silence grows.
    fn told(&self, session: &Session, now: Timestamp) -> Told {
        if self.unread { session.silence(now) } else { self.told }
    }
}

fn print(session: &Session) -> Print {
    let pane = &session.pane;
    let starting = session.mark.as_ref().is_some_and(|mark| mark.starting);
    (pane.activity, pane.history, pane.cursor, pane.title.clone(), starting)
}
