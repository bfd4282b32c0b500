//! What one look at a session shows.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    core::{
        agent::events::{EventId, OwnWord},
        screen::Messages,
        session::{
            Detail, State, StateSource, Usage, Waiting,
            debounced_state::{Agreement, Observation},
        },
    },
    session::sessions::{list::Session, screen_reader},
};

/// What one look shows.
#[derive(Clone)]
pub(super) struct SessionView {
    pub(super) told: Observation,
    /// What the agent asks.
    pub(super) waiting: Option<Waiting>,
    /// What holds it up, or ended its last turn.
    pub(super) detail: Option<Detail>,
    /// What it works on, as its title names it.
    pub(super) task: Option<String>,
    /// What its conversation used.
    pub(super) usage: Used,
    /// The messages that were sent to it.
    pub(super) messages: Option<Arc<Messages>>,
    /// The size of the screen, if it was read.
    pub(super) size: Option<(u32, u32)>,
    /// Whether the state is a guess, for which silence counts.
    pub(super) unread: bool,
    /// Whether its dialog may close by itself.
    pub(super) passing: bool,
    /// Whether its dialog is a known one.
    pub(super) known: bool,
    /// The rows that were read, for sessions that leave nothing behind when they end.
    pub(super) rows: Arc<[String]>,
}

/// What a screen says of what a conversation used.
#[derive(Clone)]
pub(super) enum Used {
    /// It shows no place for that, as while it asks something.
    Untold,
    /// This, or nothing.
    Told(Option<Usage>),
}

impl SessionView {
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
        Self {
            told,
            waiting: None,
            detail: None,
            task: None,
            usage: Used::Untold,
            messages: None,
            size: None,
            unread: false,
            passing: false,
            known: false,
            rows: Arc::default(),
        }
    }

    /// With what the agent itself says.
    pub(super) fn weighed(
        self,
        agreement: Agreement,
        heard: Option<&OwnWord>,
        now: Timestamp,
    ) -> (Self, Agreement) {
        let state = heard.map(OwnWord::state);
        // What looks like a question counts where it says that it does nothing.
        let asks = state == Some(State::Idle) && self.told.state == State::Waiting;
        let seen = Some(self.told).filter(|_| !self.unread || asks);
        let (believed, agreement) = agreement.weigh(heard, seen, now);
        let (Some(told), Some(heard)) = (believed, heard) else { return (self, agreement) };
        let untold = || heard.asks().map(screen_reader::untold);
        let waiting = self.waiting.or_else(untold).filter(|_| told.state == State::Waiting);
        let waiting = waiting.map(|waiting| Waiting {
            request: heard.request(&waiting.reason).map(EventId::to_string),
            ..waiting
        });
        (Self { told, waiting, unread: false, ..self }, agreement)
    }

    /// Whether what it asks is no known dialog, or nothing says what.
    pub(super) fn is_piece(&self) -> bool {
        let untold = |waiting: &Waiting| waiting.text.is_empty() || !self.known;
        self.told.state == State::Waiting && self.waiting.as_ref().is_some_and(untold)
    }

    /// Whether only its title tells that it asks something.
    pub(super) fn is_untold(&self) -> bool {
        let untold = self.waiting.as_ref().is_some_and(|waiting| waiting.text.is_empty());
        untold && self.told.state == State::Waiting && self.told.source == StateSource::Title
    }

    /// With the rows that were read.
    pub(super) fn with_rows(self, rows: Vec<String>) -> Self {
        Self { rows: rows.into(), ..self }
    }

    /// With the messages that a screen of this size shows.
    pub(super) fn with_messages(self, messages: Option<Messages>, size: (u32, u32)) -> Self {
        Self { messages: messages.map(Arc::new), size: Some(size), ..self }
    }

    /// With what its title names, and what its conversation used.
    pub(super) fn with_facts(self, task: Option<String>, usage: Used) -> Self {
        Self { task, usage, ..self }
    }

    /// With what holds its agent up.
    pub(super) fn with_detail(self, detail: Option<Detail>) -> Self {
        Self { detail, ..self }
    }

    /// What a screen that asks `waiting` says, in a dialog that is `known` or not.
    pub(super) fn asking(told: Observation, waiting: Waiting, known: bool) -> Self {
        Self { waiting: Some(waiting), known, ..Self::of(told) }
    }

    /// The same of a dialog that may close by itself.
    pub(super) fn passing(self, passing: bool) -> Self {
        Self { passing, ..self }
    }

    /// What the same screen says at `now`, since silence grows.
    pub(super) fn told(&self, session: &Session, now: Timestamp) -> Observation {
        if !self.unread {
            return self.told;
        }
        let told = session.silence(now);
        let asks = told.state == State::Idle && self.waiting.is_some();
        if asks { Observation { state: State::Waiting, ..told } } else { told }
    }
}

/// What the agent itself says.
pub(super) fn said(heard: &OwnWord) -> Observation {
    Observation { state: heard.state(), source: StateSource::Events }
}
