//! What is known of one session from look to look.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::{
    core::{
        screen::Patterns,
        session::{Exit, SessionInfo, State, Waiting},
        state::{DebouncedState, Observation},
    },
    session::sessions::list::Session,
    tmux::{Drawn, PaneId},
};

/// How long a dialog that closes by itself may take to do so.
const PASSING_DIALOG_TIMEOUT: SignedDuration = SignedDuration::from_secs(5);
/// How often to guess again which agent it is.
const GUESS_INTERVAL: SignedDuration = SignedDuration::from_secs(2);
/// How often to look at an agent that may change soon.
const BUSY_INTERVAL: SignedDuration = SignedDuration::from_millis(200);

/// What is known of a session from earlier looks.
pub(super) struct Tracked {
    pane: PaneId,
    pid: Option<u32>,
    /// Which agent it is, and how its screen is read.
    pub(super) read: Reader,
    /// Changes when the pane prints something or its title changes.
    print: Print,
    debounced: DebouncedState,
    view: View,
    /// The question that is shown.
    asked: Option<Waiting>,
    /// Since when it shows a dialog that may close by itself.
    passing_since: Option<Timestamp>,
    /// How its agent ended; final once it is known.
    pub(super) exit: Option<Exit>,
}

/// How an agent's screen is read, and which agent it is.
#[derive(Clone)]
pub(super) struct Reader {
    /// Its name, if known.
    pub(super) agent: Option<String>,
    pub(super) patterns: Patterns,
    /// Its command line, if its start did not record it.
    pub(super) command: Option<String>,
    /// The arguments of its command.
    pub(super) args: Vec<String>,
    /// When the agent was guessed, if it was: it may not have begun to run then.
    pub(super) guessed_at: Option<Timestamp>,
}

/// What one look shows.
#[derive(Clone)]
pub(super) struct View {
    told: Observation,
    /// What the agent asks.
    waiting: Option<Waiting>,
    /// Whether the state is a guess, for which silence counts.
    unread: bool,
    /// Whether its dialog may close by itself.
    passing: bool,
    /// The rows that were read, for sessions that leave nothing behind when they end.
    rows: Arc<[String]>,
}

/// When it last printed, what changed with that, and whether it is still starting.
type Print = (i64, Drawn, bool);

impl Tracked {
    /// After the first look, at `now`; the state has lasted since `since`.
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
            debounced: DebouncedState::new(told, since),
            asked: view.waiting.clone(),
            passing_since: view.passing.then_some(now),
            view,
            exit: None,
        }
    }

    /// The last `count` rows that were seen, without blank ones at either end.
    pub(super) fn tail(&self, count: usize) -> Vec<String> {
        let is_text = |row: &String| !row.trim().is_empty();
        let rows = &self.view.rows;
        let end = rows.iter().rposition(is_text).map_or(0, |last| last + 1);
        let first = rows.iter().position(is_text).unwrap_or(end).max(end.saturating_sub(count));
        rows[first..end].to_vec()
    }

    /// Whether this is the same session, not an earlier one of the same name or another program in
    /// its pane.
    pub(super) fn is_of(&self, session: &Session) -> bool {
        self.pane == session.pane.pane_id && self.pid == session.pane.pid
    }

    /// Whether to find out again which agent it is.
    pub(super) fn guesses(&self, now: Timestamp) -> bool {
        let old = |at| now.duration_since(at).abs() >= GUESS_INTERVAL;
        self.read.guessed_at.is_some_and(old)
    }

    /// What a look would show of an unchanged screen; `None` if it may have changed.
    pub(super) fn unchanged(&self, session: &Session, now: Timestamp) -> Option<View> {
        // tmux dates output in whole seconds, so output of this second may have been missed.
        let old = now.as_second() - session.pane.activity > 1;
        let same = old && self.print == print(session) && session.is_live();
        same.then(|| View { told: self.view.told(session, now), ..self.view.clone() })
    }

    /// After the next look.
    pub(super) fn after(self, session: &Session, view: View, now: Timestamp) -> Self {
        let passing_since = view.passing.then(|| self.passing_since.unwrap_or(now));
        let passes = passing_since
            .is_some_and(|since| now.duration_since(since).abs() < PASSING_DIALOG_TIMEOUT);
        let told = match view.told.state {
            _ if passes || self.is_ahead(&view) => self.debounced.told,
            // It is drawing anew: one that has started does not start again.
            State::Starting if self.debounced.told.state != State::Starting => session.silence(now),
            _ => view.told,
        };
        let debounced = self.debounced.after(told, now);
        let asked = self.asked_after(&view);
        Self { print: print(session), debounced, asked, view, passing_since, ..self }
    }

    /// Whether only the title says for now that it waits: the dialog is about to be drawn.
    fn is_ahead(&self, view: &View) -> bool {
        let shown = self.debounced.told.state == State::Waiting;
        !shown && view.is_untold() && !self.view.is_untold()
    }

    /// The question to show after a look. One that differs from what is shown must be seen twice: a
    /// screen that is drawn in pieces, or in another size, shows the same question in other words
    /// for a moment.
    fn asked_after(&self, view: &View) -> Option<Waiting> {
        let seen = view.waiting.as_ref();
        let settled = self.asked.is_none() || self.view.waiting.as_ref() == seen;
        let shown = self.asked.as_ref().filter(|_| self.debounced.told.state == State::Waiting);
        seen.filter(|_| settled).or(shown).or(seen).cloned()
    }

    /// Puts what the looks say in place of what tmux alone says.
    pub(super) fn complete(&self, info: &mut SessionInfo) {
        info.state = self.debounced.told.state;
        info.state_source = self.debounced.told.source;
        info.state_since = Some(self.debounced.since);
        info.waiting = self.asked.clone().filter(|_| info.state == State::Waiting);
        info.exit.clone_from(&self.exit);
        info.name_agent(self.read.agent.as_ref());
        info.command = info.command.take().or_else(|| self.read.command.clone());
    }

    /// How soon the next look must follow, if the agent may change soon.
    pub(super) fn due(&self, now: Timestamp) -> Option<SignedDuration> {
        let state = self.debounced.told.state;
        let unsettled = state == State::Waiting && self.asked != self.view.waiting;
        let unsettled = unsettled || (state != State::Waiting && self.view.is_untold());
        let busy = unsettled || matches!(state, State::Working | State::Starting);
        let doubt =
            self.debounced.due().map(|due| due.duration_since(now).max(SignedDuration::ZERO));
        [busy.then_some(BUSY_INTERVAL), doubt].into_iter().flatten().min()
    }
}

impl View {
    /// What silence alone says.
    pub(super) fn unread(session: &Session, now: Timestamp) -> Self {
        Self::guessed(session, now, None)
    }

    /// What silence says of an agent that seems to ask `waiting`: while it prints it works.
    pub(super) fn guessed(session: &Session, now: Timestamp, waiting: Option<Waiting>) -> Self {
        let view = Self { unread: true, waiting, ..Self::of(session.silence(now)) };
        Self { told: view.told(session, now), ..view }
    }

    /// What a screen without a question says.
    pub(super) fn of(told: Observation) -> Self {
        Self { told, waiting: None, unread: false, passing: false, rows: Arc::default() }
    }

    /// Whether it asks, and nothing says what.
    fn is_untold(&self) -> bool {
        self.waiting.as_ref().is_some_and(|waiting| waiting.text.is_empty())
    }

    /// With the rows that were read.
    pub(super) fn with_rows(self, rows: Vec<String>) -> Self {
        Self { rows: rows.into(), ..self }
    }

    /// What a screen that asks `waiting` says; `passing` if that may close by itself.
    pub(super) fn asking(told: Observation, waiting: Waiting, passing: bool) -> Self {
        Self { waiting: Some(waiting), passing, ..Self::of(told) }
    }

    /// What the same screen says at `now`, since silence grows.
    fn told(&self, session: &Session, now: Timestamp) -> Observation {
        if !self.unread {
            return self.told;
        }
        let told = session.silence(now);
        let asks = told.state == State::Idle && self.waiting.is_some();
        if asks { Observation { state: State::Waiting, ..told } } else { told }
    }
}

fn print(session: &Session) -> Print {
    let pane = &session.pane;
    let starting = session.mark.as_ref().is_some_and(|mark| mark.starting);
    (pane.activity, pane.drawn.clone(), starting)
}
