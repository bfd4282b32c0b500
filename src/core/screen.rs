//! Reads an agent's state from its title and screen. These are heuristics, kept in this one place.
//!
//! A reading follows the screen's structure, not words anywhere on it: an agent draws its composer (the
//! input field) or a dialog at the bottom, and everything above is conversation, which may quote
//! anything. [`layout`] finds that bottom; [`dialog`] and [`working`] look only there. [`description`] is
//! the form in which `core/agents/` describes the agents; [`patterns`] adds the configuration.
//! [`message`] decides whether one can type, and finds a typed message; [`guess`] whether an unknown agent
//! asks a question.

mod answer;
mod area;
mod charsets;
mod choosing;
mod description;
mod dialog;
mod forms;
mod guess;
mod interrupt;
mod layout;
mod menu;
mod message;
mod messages;
mod patterns;
mod prompt;
mod rows;
mod shown;
mod title;
mod trouble;
mod usage;
mod working;

pub use answer::{NoChoice, Policy, Step};
pub use charsets::Charsets;
pub use choosing::{asked, in_field, is_in_sight, is_marked, question_rows};
pub(crate) use description::{
    Accept, Answering, BusyRow, ChoiceInput, Dialog, Keys, KeysChanges, Layout, Means, Screen,
    ScreenChanges, Sign, TitleSign, TroublePlace, TroubleSign,
};
pub use description::{
    Bang, Description, DescriptionChanges, Done, FreeText, Opens, Ticks, Toggle,
};
pub use guess::guessed;
pub use interrupt::{tells, times, was_sent, working_rows};
pub use message::{
    Composing, MessagePosition, ScreenBaseline, composer_rows, composing, ends_at_cursor,
    folded_at_cursor, place, shows, tail, typed_rows,
};
pub use messages::Messages;
pub use patterns::Patterns;
pub use prompt::shows_prompt;
pub use rows::normal;
pub use shown::ShownScreen;
pub use title::task;
pub use trouble::trouble;
pub use usage::{tells_usage, usage};

use self::layout::Scene;
use super::session::{State, StateSource};

/// One look at a pane.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The pane's title.
    pub title: &'a str,
    /// The rows of the screen without colours, top to bottom.
    pub lines: &'a [String],
}

/// The result of one look. It does not know how long this has been so: a prompt that shows for a
/// moment between two tool calls reads as idle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What the agent is doing.
    pub seen: ScreenState,
    /// Title or screen; `None` if neither says anything.
    pub source: StateSource,
}

/// What an agent is seen doing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and seldom moved")]
pub enum ScreenState {
    /// It draws its composer but does not take input yet.
    Starting,
    /// Busy, though one can often type.
    Working,
    /// At its prompt, empty or with text.
    Idle,
    /// It needs the user.
    Waiting(Question),
    /// Nothing known was seen; only silence says more.
    Unknown,
}

/// A question of an agent to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The kind of answer it needs.
    pub reason: Reason,
    /// The question on one line; empty if only the title shows that there is one.
    pub text: String,
    /// What else the dialog says, such as the command it is about, on one line of limited length.
    pub about: String,
    /// The same as it is drawn: all lines.
    pub lines: Vec<String>,
    /// The choices as they are drawn, without marks and numbers.
    pub choices: Vec<String>,
    /// The number of the first of them: above 1, the dialog's beginning is not shown.
    pub first: usize,
    /// Which of `choices` is marked, from 0.
    pub selected: Option<usize>,
    /// Which of them are ticked, if several can be.
    pub ticked: Option<Vec<bool>>,
    /// Which of them means nothing without words, from 0.
    pub free: Option<usize>,
    /// Whether it is an open field for words.
    pub field: bool,
    /// Which of them agrees, from 0, where that is known.
    pub yes: Option<usize>,
    /// Which of them refuses, from 0.
    pub no: Option<usize>,
    /// Whether its beginning is not on the screen.
    pub cut: bool,
    /// The name of the known dialog, by which answers are looked up.
    pub dialog: Option<&'static str>,
}

/// Why an agent waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It asks for permission.
    Permission,
    /// It asks for a decision or an answer.
    Question,
    /// It asks whether to trust the folder, or the mode it was started in.
    Trust,
    /// It is not set up or signed in.
    SignIn,
}

impl Reason {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Permission => "permission",
            Self::Question => "question",
            Self::Trust => "trust",
            Self::SignIn => "sign-in",
        }
    }
}

impl ScreenState {
    /// The state of a session.
    #[must_use]
    pub fn state(&self) -> State {
        match self {
            Self::Starting => State::Starting,
            Self::Working => State::Working,
            Self::Idle => State::Idle,
            Self::Waiting(_) => State::Waiting,
            Self::Unknown => State::Unknown,
        }
    }
}

/// Reads one look by the agent's patterns.
///
/// A dialog comes first: while one is open, the titles of two of three agents say "ready". Then
/// the agent's title counts, then the composer.
#[must_use]
pub fn read(patterns: &Patterns, look: &Look) -> Reading {
    let mut rows = rows::texts_beside(look.lines, patterns.known.scroll_bar);
    blank_what_is_over(patterns, &mut rows);
    let says = title::means(patterns, look.title);
    let scene = layout::scene(patterns, &rows);
    if let Some(question) = dialog::find(patterns, &rows, &scene) {
        let told = says == Some(Means::Waiting);
        let source = if told { StateSource::Title } else { StateSource::Screen };
        return Reading { seen: ScreenState::Waiting(question), source };
    }
    let (seen, source) = without_dialog(patterns, &rows, &scene, says);
    Reading { seen, source }
}

/// Blanks what an agent showed before it started anew.
fn blank_what_is_over(patterns: &Patterns, rows: &mut [String]) {
    let words = patterns.known.restarts;
    let is_over = |row: &String| !words.is_empty() && rows::holds(row, words);
    let Some(over) = rows.iter().rposition(is_over) else { return };
    // A narrowed screen breaks it into several rows.
    let more = rows[over..].iter().take_while(|row| !row.is_empty()).count();
    rows[..over + more].iter_mut().for_each(String::clear);
}

fn without_dialog(
    patterns: &Patterns,
    rows: &[String],
    scene: &Scene,
    says: Option<Means>,
) -> (ScreenState, StateSource) {
    let composer = match scene {
        Scene::Composer(composer) => Some(composer),
        Scene::Dialog(_) | Scene::Busy => None,
    };
    let quiet = says == Some(Means::Quiet);
    match (says, composer) {
        (Some(Means::Waiting), _) => (ScreenState::Waiting(Question::untold()), StateSource::Title),
        (Some(Means::Working), _) => (ScreenState::Working, StateSource::Title),
        (Some(Means::Ready), _) | (Some(Means::Idle), Some(_)) => {
            (ScreenState::Idle, StateSource::Title)
        }
        (_, None) if *scene == Scene::Busy => (ScreenState::Working, StateSource::Screen),
        (_, None) if working::is_before_composer(&patterns.known, rows) => {
            (ScreenState::Starting, StateSource::Screen)
        }
        (_, None) => (ScreenState::Unknown, StateSource::None),
        (_, Some(composer)) if working::shows(&patterns.known, rows, composer, quiet) => {
            (ScreenState::Working, StateSource::Screen)
        }
        (_, Some(composer)) if working::starts(&patterns.known, rows, composer) => {
            (ScreenState::Starting, StateSource::Screen)
        }
        (_, Some(_)) => (ScreenState::Idle, StateSource::Screen),
    }
}

impl Question {
    /// A question of which only the title is known.
    pub(super) fn untold() -> Self {
        Self {
            reason: Reason::Question,
            text: String::new(),
            about: String::new(),
            lines: Vec::new(),
            choices: Vec::new(),
            first: 1,
            selected: None,
            ticked: None,
            free: None,
            field: false,
            yes: None,
            no: None,
            cut: false,
            dialog: None,
        }
    }
}
