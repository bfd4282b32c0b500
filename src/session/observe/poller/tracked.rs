//! What is known of one session from look to look.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::{
    core::{
        screen::Patterns,
        session::{Exit, SessionInfo, State, Waiting},
        state::{Steady, Told},
    },
    session::sessions::list::Session,
    tmux::{Drawn, PaneId},
};

/// How long a dialog that goes by itself may take to do so.
const PASSING: SignedDuration = SignedDuration::from_secs(5);
/// How old a guess may be at which agent it is.
const GUESS: SignedDuration = SignedDuration::from_secs(2);
/// How often an agent is looked at that may change soon.
const BUSY: SignedDuration = SignedDuration::from_millis(200);

/// What is known of a session from the looks before.
pub(super) struct Tracked {
    pane: PaneId,
    pid: Option<u32>,
    /// Who its agent is.
    pub(super) read: Reader,
    /// What changes when the pane prints something or its title changes.
    print: Print,
    steady: Steady,
    view: View,
    /// What it is shown to ask.
    asked: Option<Waiting>,
    /// Since when it shows what may go by itself.
    passing_since: Option<Timestamp>,
    /// How its agent ended, which does not change any more.
    pub(super) exit: Option<Exit>,
}

/// By what an agent is read, and told.
#[derive(Clone)]
pub(super) struct Reader {
    /// Its name; none where it is not known.
    pub(super) agent: Option<String>,
    pub(super) patterns: Patterns,
    /// Its command line, where its start did not write it down.
    pub(super) command: Option<String>,
    /// The arguments of its command.
    pub(super) args: Vec<String>,
    /// When it was only guessed which agent it is; it may not have begun to run.
    pub(super) guessed_at: Option<Timestamp>,
}

/// What one look says.
#[derive(Clone)]
pub(super) struct View {
    told: Told,
    /// What the agent asks.
    waiting: Option<Waiting>,
    /// Whether only silence told.
    unread: bool,
    /// Whether it may go by itself.
    passing: bool,
    /// The rows that it was read off, of a session that leaves nothing behind when it ends.
    rows: Arc<[String]>,
}

/// When it last printed, what that changed, and whether its start is under way.
type Print = (i64, Drawn, bool);

impl Tracked {
    /// After the first look, at `now`; it has been so since `since`.
    pub(super) fn first(
        session: &Session,
        read: Reader,
        view: View,
        (now, since): (Timestamp, Timestamp),
    ) -> Self {
        let told = if view.passing { session.silence(now) } else { view.told };
        Self {
            pane: session.pane.pane_id,
            pid: session.pane.pid,
            read,
            print: print(session),
            steady: Steady::new(told, since),
            asked: view.waiting.clone(),
            passing_since: view.passing.then_some(now),
            view,
            exit: None,
        }
    }

    /// The last `count` rows that were seen of it, without the blank ones at the edges.
    pub(super) fn tail(&self, count: usize) -> Vec<String> {
        let is_text = |row: &String| !row.trim().is_empty();
        let rows = &self.view.rows;
        let end = rows.iter().rposition(is_text).map_or(0, |last| last + 1);
        let first = rows.iter().position(is_text).unwrap_or(end).max(end.saturating_sub(count));
        rows[first..end].to_vec()
    }

    /// Whether it is of `session`, and not of one of the same name before, or of another program
    /// in its pane.
    pub(super) fn is_of(&self, session: &Session) -> bool {
        self.pane == session.pane.pane_id && self.pid == session.pane.pid
    }

    /// Whether it is time to find out again which agent it is.
    pub(super) fn guesses(&self, now: Timestamp) -> bool {
        let old = |at| now.duration_since(at).abs() >= GUESS;
        self.read.guessed_at.is_some_and(old)
    }

    /// What a look would say of a screen that has not changed; `None` when it may have.
    pub(super) fn unchanged(&self, session: &Session, now: Timestamp) -> Option<View> {
        // tmux dates output in whole seconds: what came in this one may have been missed.
        let old = now.as_second() - session.pane.activity > 1;
        let same = old && self.print == print(session) && session.is_live();
        same.then(|| View { told: self.view.told(session, now), ..self.view.clone() })
    }

    /// After the next look.
    pub(super) fn after(self, session: &Session, view: View, now: Timestamp) -> Self {
        let passing_since = view.passing.then(|| self.passing_since.unwrap_or(now));
        let passes = passing_since.is_some_and(|since| now.duration_since(since).abs() < PASSING);
        let told = if passes { self.steady.told } else { view.told };
        let steady = self.steady.after(told, now);
        let asked = self.asked_after(&view);
        Self { print: print(session), steady, asked, view, passing_since, ..self }
    }

    /// What it asks after a look. One question may follow another at once; but a screen that is
    /// drawn in pieces, or anew in another size, shows the same question in other words for a
    /// moment: those must be seen twice.
    fn asked_after(&self, view: &View) -> Option<Waiting> {
        let seen = view.waiting.as_ref();
        let settled = self.asked.is_none() || self.view.waiting.as_ref() == seen;
        let shown = self.asked.as_ref().filter(|_| self.steady.told.state == State::Waiting);
        seen.filter(|_| settled).or(shown).or(seen).cloned()
    }

    /// Puts what the looks say over what tmux says of it.
    pub(super) fn complete(&self, info: &mut SessionInfo) {
        info.state = self.steady.told.state;
        info.state_source = self.steady.told.source;
        info.state_since = Some(self.steady.since);
        info.waiting = self.asked.clone().filter(|_| info.state == State::Waiting);
        info.exit.clone_from(&self.exit);
        info.agent = info.agent.take().or_else(|| self.read.agent.clone());
        info.command = info.command.take().or_else(|| self.read.command.clone());
    }

    /// How soon the next look is due at the latest, when it may change soon.
    pub(super) fn due(&self, now: Timestamp) -> Option<SignedDuration> {
        let state = self.steady.told.state;
        let unsettled = state == State::Waiting && self.asked != self.view.waiting;
        let busy = unsettled || matches!(state, State::Working | State::Starting);
        let doubt = self.steady.due().map(|due| due.duration_since(now).max(SignedDuration::ZERO));
        [busy.then_some(BUSY), doubt].into_iter().flatten().min()
    }
}

impl View {
    /// What silence alone tells.
    pub(super) fn unread(session: &Session, now: Timestamp) -> Self {
        Self { unread: true, ..Self::of(session.silence(now)) }
    }

    /// What a screen tells that asks nothing.
    pub(super) fn of(told: Told) -> Self {
        Self { told, waiting: None, unread: false, passing: false, rows: Arc::default() }
    }

    /// With the rows that it was read off.
    pub(super) fn with_rows(self, rows: Vec<String>) -> Self {
        Self { rows: rows.into(), ..self }
    }

    /// What a screen tells that asks `waiting`, which may go by itself.
    pub(super) fn asking(told: Told, waiting: Waiting, passing: bool) -> Self {
        Self { waiting: Some(waiting), passing, ..Self::of(told) }
    }

    /// What the same screen tells at `now`: silence grows.
    fn told(&self, session: &Session, now: Timestamp) -> Told {
        if self.unread { session.silence(now) } else { self.told }
    }
}

fn print(session: &Session) -> Print {
    let pane = &session.pane;
    let starting = session.mark.as_ref().is_some_and(|mark| mark.starting);
    (pane.activity, pane.drawn.clone(), starting)
}
