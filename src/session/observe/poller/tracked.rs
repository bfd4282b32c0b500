//! What is known of one session from look to look.

use jiff::{SignedDuration, Timestamp};
use tracing::info;

use crate::{
    core::{
        agent::events::OwnWord,
        screen::Patterns,
        session::{
            Detail, Exit, SessionInfo, State, StateSource, Usage, Waiting,
            debounced_state::{Agreement, DebouncedState, Observation},
        },
    },
    session::{
        observe::poller::{
            grace_periods::{Held, Holds},
            sent::Sent,
            view::{SessionView, Used, said},
        },
        sessions::list::Session,
    },
    tmux::{Drawn, PaneId},
};

/// How often to guess again which agent it is, while its pane prints.
const GUESS_INTERVAL: SignedDuration = SignedDuration::from_secs(2);
/// The same of one that is still: another program has not begun there without a word, but a guess may
/// have failed.
const STILL_GUESS_INTERVAL: SignedDuration = SignedDuration::from_secs(30);
/// For how long after it printed last a pane is not still, in seconds.
const STILL_INTERVAL_S: i64 = 3;
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
    /// What the screen showed last.
    screen: SessionView,
    /// The same with the agent's own word.
    view: SessionView,
    /// Whether the two agree.
    agreement: Agreement,
    /// The question that is shown.
    asked: Option<Waiting>,
    /// What holds it up, or ended its last turn, by the last screen that told.
    detail: Option<Detail>,
    /// What it works on, as its title names it.
    task: Option<String>,
    /// What its conversation used, by the last screen that told.
    usage: Option<Usage>,
    /// The messages that were sent to it.
    sent: Sent,
    holds: Holds,
    /// Whether it has been at its prompt, or at work: what comes before that is its start.
    begun: bool,
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

/// The state of an agent that has not drawn its prompt yet.
const STARTS: Observation = Observation { state: State::Starting, source: StateSource::Screen };

/// When it last printed, what changed with that, and whether it is still starting.
type Print = (i64, Drawn, bool);

impl Reader {
    /// Whether it reads as `other` does.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (&self.agent, &self.command, &self.args) == (&other.agent, &other.command, &other.args)
    }
}

impl Tracked {
    /// After the first look, at `now`; the state has lasted since `since`.
    pub(super) fn first(
        session: &Session,
        read: Reader,
        (screen, heard): (SessionView, Option<&OwnWord>),
        (now, since): (Timestamp, Timestamp),
    ) -> Self {
        let (view, agreement) = screen.clone().weighed(Agreement::default(), heard, now);
        let told = if view.passing { session.silence(now) } else { view.told };
        Self {
            pane: session.pane.pane_id,
            pid: session.pane.pid,
            read,
            print: print(session),
            debounced: DebouncedState::new(told, since),
            asked: view.waiting.clone(),
            detail: view.detail.clone(),
            task: view.task.clone(),
            usage: usage_after(None, &view),
            sent: Sent::first(view.messages.as_ref()),
            holds: Holds::first(view.passing, view.size, now),
            begun: has_begun(told.state),
            screen,
            view,
            agreement,
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
    pub(super) fn guesses(&self, session: &Session, now: Timestamp) -> bool {
        self.read.guessed_at.is_some_and(|at| {
            let is_still = at.as_second() - session.pane.activity > STILL_INTERVAL_S;
            let interval = if is_still { STILL_GUESS_INTERVAL } else { GUESS_INTERVAL };
            now.duration_since(at).abs() >= interval
        })
    }

    /// What a look would show of an unchanged screen; `None` if it may have changed.
    pub(super) fn unchanged(&self, session: &Session, now: Timestamp) -> Option<SessionView> {
        // tmux dates output in whole seconds, so output of this second may have been missed.
        let old = now.as_second() - session.pane.activity > 1;
        let same = old && self.print == print(session) && session.is_live();
        same.then(|| SessionView { told: self.screen.told(session, now), ..self.screen.clone() })
    }

    /// After the next look.
    pub(super) fn after(
        self,
        session: &Session,
        (screen, heard): (SessionView, Option<&OwnWord>),
        now: Timestamp,
    ) -> Self {
        let (view, agreement) = screen.clone().weighed(self.agreement, heard, now);
        if agreement.overruled && !self.agreement.overruled {
            let (polecat, heard) = (&session.polecat, heard.map(OwnWord::state));
            info!(%polecat, ?heard, shown = ?screen.told.state, "an agent's screen says otherwise");
        }
        let view = match heard {
            Some(heard) if self.is_drawn_anew(&view) => SessionView { told: said(heard), ..view },
            _ => view,
        };
        let holds = self.holds_after(&view, now);
        let (sent, is_sent) = self.sent.after(view.messages.as_ref(), holds.resized(now));
        let told = self.told(&view, &holds, session, now);
        // A turn that was over before anybody looked.
        let is_turn =
            is_sent && (self.debounced.told.state, told.state) == (State::Idle, State::Idle);
        let told = if is_turn { Observation { state: State::Working, ..told } } else { told };
        let debounced = self.debounced.after(told, now);
        let asked = self.asked_after(&view);
        let detail = self.detail_after(&view);
        let task = self.task_after(&view);
        let usage = usage_after(self.usage.clone(), &view);
        let begun = self.begun || has_begun(debounced.told.state);
        let print = print(session);
        Self {
            print,
            debounced,
            screen,
            view,
            agreement,
            asked,
            detail,
            task,
            usage,
            sent,
            holds,
            begun,
            ..self
        }
    }

    fn holds_after(&self, view: &SessionView, now: Timestamp) -> Holds {
        let guess = view.unread && matches!(view.told.state, State::Working | State::Idle);
        self.holds.after(&Held {
            passing: view.passing,
            unread: self.read.patterns.reads_screen() && (guess || self.is_drawn_anew(view)),
            size: view.size,
            piece: view.is_piece(),
            untold: self.read.patterns.reads_screen() && view.is_untold(),
            same: self.view.waiting == view.waiting,
            now,
        })
    }

    /// What to take a look for.
    fn told(
        &self,
        view: &SessionView,
        holds: &Holds,
        session: &Session,
        now: Timestamp,
    ) -> Observation {
        let asks = self.debounced.told.state == State::Waiting;
        match view.told.state {
            _ if holds.passing(now) || (!asks && holds.piece(now)) => self.debounced.told,
            // What it draws before its first prompt is no work, and its pauses are no rest.
            State::Working if holds.is_unread() && !self.begun => STARTS,
            State::Idle if holds.is_unread() && !self.begun && session.is_young(now) => STARTS,
            _ if holds.unread(now) => self.debounced.told,
            // One that has started does not start again.
            _ if self.is_drawn_anew(view) => session.silence(now),
            _ => view.told,
        }
    }

    /// Whether it seems to start, but has started before.
    fn is_drawn_anew(&self, view: &SessionView) -> bool {
        view.told.state == State::Starting && self.begun
    }

    /// The question to show after a look. One that differs from what is shown must be seen twice: a
    /// screen that is drawn in pieces, or in another size, shows the same question in other words
    /// for a moment.
    fn asked_after(&self, view: &SessionView) -> Option<Waiting> {
        let seen = view.waiting.as_ref();
        let settled = self.asked.is_none() || self.view.waiting.as_ref() == seen;
        let shown = self.asked.as_ref().filter(|_| self.debounced.told.state == State::Waiting);
        seen.filter(|_| settled).or(shown).or(seen).cloned()
    }

    /// What holds it up, after a look: while a screen says nothing, what the one before said.
    fn detail_after(&self, view: &SessionView) -> Option<Detail> {
        if view.unread { self.detail.clone() } else { view.detail.clone() }
    }

    /// What it works on, after a look: while it asks, its title may say nothing else.
    fn task_after(&self, view: &SessionView) -> Option<String> {
        let asks = view.told.state == State::Waiting;
        view.task.clone().or_else(|| self.task.clone().filter(|_| asks))
    }

    /// Puts what the looks say in place of what tmux alone says.
    pub(super) fn complete(&self, info: &mut SessionInfo) {
        info.state = self.debounced.told.state;
        info.state_source = self.debounced.told.source;
        info.state_since = Some(self.debounced.since);
        info.waiting = self.asked.clone().filter(|_| info.state == State::Waiting);
        // What ended its turn is told when the end of the turn is.
        let fits = |detail: &Detail| detail.ends_turn() != (info.state == State::Working);
        info.detail = self.detail.clone().filter(fits).filter(|_| info.running);
        info.task = self.task.clone().filter(|_| info.running).or(info.task.take());
        info.usage = self.usage.clone().filter(|_| info.running);
        info.exit.clone_from(&self.exit);
        info.name_agent(self.read.agent.as_ref());
        info.command = info.command.take().or_else(|| self.read.command.clone());
    }

    /// How soon the next look must follow, if the agent may change soon.
    pub(super) fn due(&self, now: Timestamp) -> Option<SignedDuration> {
        let state = self.debounced.told.state;
        let unsettled = state == State::Waiting && self.asked != self.view.waiting;
        let unsettled = unsettled || (state != State::Waiting && self.view.is_piece());
        let unsettled = unsettled || self.holds.unread(now) || self.agreement.is_open();
        let busy = unsettled || matches!(state, State::Working | State::Starting);
        let doubt =
            self.debounced.due().map(|due| due.duration_since(now).max(SignedDuration::ZERO));
        [busy.then_some(BUSY_INTERVAL), doubt].into_iter().flatten().min()
    }
}

fn usage_after(before: Option<Usage>, view: &SessionView) -> Option<Usage> {
    match &view.usage {
        Used::Untold => before,
        Used::Told(usage) => usage.clone(),
    }
}

fn has_begun(state: State) -> bool {
    matches!(state, State::Idle | State::Working)
}

fn print(session: &Session) -> Print {
    let pane = &session.pane;
    let starting = session.mark.as_ref().is_some_and(|mark| mark.starting);
    (pane.activity, pane.drawn.clone(), starting)
}
