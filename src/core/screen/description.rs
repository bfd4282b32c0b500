//! The form in which agents' screens and keys are described, in `core/agents/` and in a person's
//! configuration.
//!
//! Descriptions are constants. What a configuration says is kept as if it were one
//! (`rpc/config/kept.rs`), so that there is one form for both.

mod changes;
mod dialog;
mod trouble;

pub use changes::DescriptionChanges;
pub(crate) use changes::{KeysChanges, ScreenChanges};

pub(crate) use dialog::{Accept, Answering, ChoiceInput, Dialog, Sign};
pub use dialog::{Done, FreeText, Opens, Ticks, Toggle};
pub(crate) use trouble::{TroublePlace, TroubleSign};

/// What is known of an agent's screen and keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    /// `None` where its state can only be guessed.
    pub(crate) screen: Option<Screen>,
    pub(crate) keys: Keys,
    /// The configuration's dialogs, which come before those of the screen.
    pub(crate) dialogs: &'static [Dialog],
}

impl Description {
    /// Whether its state is read off its screen, not guessed.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.screen.is_some_and(|screen| screen.layout != Layout::Unknown)
    }
}

/// What is known about an agent's screen. A file of `core/agents/` says what differs from
/// [`Screen::PLAIN`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Screen {
    pub(crate) layout: Layout,
    /// The marks that may precede typed text; an empty one where nothing does.
    pub(crate) marks: &'static [&'static str],
    /// The beginnings of the grey text in an empty composer.
    pub(crate) hints: &'static [&'static str],
    /// The marks that point at a choice.
    pub(crate) markers: &'static [char],
    pub(crate) titles: &'static [(TitleSign, Means)],
    /// How a title names what it works on: forms with `{task}`, in which `*` is anything, `{spinner}`
    /// a spinner.
    pub(crate) tasks: &'static [&'static str],
    /// How what such a form finds begins where it is no task.
    pub(crate) no_tasks: &'static [&'static str],
    /// The scroll bar that is drawn at the right edge, of these cells.
    pub(crate) scroll_bar: &'static str,
    /// Texts under the composer while it works.
    pub(crate) busy_below: &'static [&'static str],
    pub(crate) busy_above: Option<BusyRow>,
    /// The words of the composer's upper rule while it works, behind a spinner.
    pub(crate) busy_rule: &'static [&'static str],
    /// The complete text under a composer that does not take input yet.
    pub(crate) starting: Option<&'static str>,
    /// Texts of what it shows before there is a composer.
    pub(crate) splash: &'static [&'static str],
    /// What it prints when it starts anew by itself: what stands above is over.
    pub(crate) restarts: &'static str,
    /// Words of the row that names the keys of a dialog: where one of them is, something is asked,
    /// whichever dialog it is.
    pub(crate) asks: &'static [&'static str],
    /// What the first row of a dialog without a frame begins with.
    pub(crate) dialog_top: &'static [&'static str],
    /// Dialogs that show briefly at startup, and need the user only if they stay.
    pub(crate) passing: &'static [&'static str],
    /// The first match counts.
    pub(crate) dialogs: &'static [Dialog],
    /// How choices are given in dialogs that do not say otherwise.
    pub(crate) answering: Answering,
    /// How it shows errors of its service and the like; the first match counts.
    pub(crate) trouble: &'static [TroubleSign],
    /// What paragraphs begin with that may stand between the end of the conversation and the
    /// composer.
    pub(crate) asides: &'static [&'static str],
    /// What a message that was sent begins with in the conversation; none where only its colour
    /// tells.
    pub(crate) sent: &'static [&'static str],
    /// How it shows its model and what it used, below its composer: forms of what stands between two
    /// blanks, with `{model}`, `{tokens}`, `{context}` (how full it is), `{cost}`; behind
    /// `under HEAD: ` of what stands in the row below HEAD.
    pub(crate) usage: &'static [&'static str],
    /// What the upper edge of the box holds with which it greets, which may show them too; empty if
    /// it has none.
    pub(crate) greeting: &'static str,
}

/// How an agent treats typed input. Keys have tmux's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keys {
    /// The keys that interrupt its work, in their order; none if they are not known.
    pub(crate) interrupt: &'static [&'static str],
    /// What it shows after each of these keys but the last, and only then takes the next one: two
    /// that come at once are another key to it.
    pub(crate) interrupt_again: Option<&'static str>,
    /// What its conversation says for each interrupt: it may go on at once with a queued message.
    pub(crate) interrupted: Option<&'static str>,
    /// The key that begins a new line in the composer.
    pub(crate) newline: Option<&'static str>,
    /// The keys that clear the composer's row at the cursor; pressed again, the row above. None if
    /// they are not known.
    pub(crate) clears: &'static [&'static str],
    /// How long a dialog that has just been drawn drops what is pressed, in milliseconds.
    pub(crate) dialog_delay_ms: u64,
    /// How it treats a message that begins with `!`.
    pub(crate) bang: Bang,
}

/// How an agent treats a message that begins with `!`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bang {
    /// A message like any other.
    Text,
    /// It runs the rest in a shell without asking; after a space it is a message.
    TextAfterBlank,
    /// Unknown; many agents would run it.
    Unknown,
}

/// Where an agent draws its composer and its dialogs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// The composer between two rules, dialogs under one.
    Ruled,
    /// The composer between two rules, dialogs in a box, between the rules or in their place.
    RuledOrBoxed,
    /// The composer under a rule, dialogs in a box.
    Boxed,
    /// The composer in a box; so are dialogs, or they stand between two rules.
    InBox,
    /// A bar at the left of the composer, which ends with a foot, and of dialogs, which have none.
    Barred,
    /// No frame: a mark at the left edge, with everything below indented.
    Marked,
    /// A shell's way: the prompt, or a question for a letter, is the last line.
    LastLine,
    /// Nothing is known of it.
    Unknown,
}

/// The animated row of a working agent: the first above its composer that is not indented more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BusyRow {
    pub(crate) indent: usize,
    /// The characters it may begin with; empty for braille cells.
    pub(crate) glyphs: &'static str,
    /// It must contain one of these, if there are any.
    pub(crate) holds: &'static [&'static str],
    /// Whether these texts may have wrapped to the next row.
    pub(crate) wraps: bool,
    /// A row about finished work: what is above it does not count.
    pub(crate) over: Option<&'static str>,
}

/// The meaning of a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// The agent is busy.
    Working,
    /// It is at its prompt.
    Idle,
    /// It is ready, according to the configuration.
    Ready,
    /// It is not busy: idle, or asking a question.
    Quiet,
    /// It asks a question.
    Waiting,
}

/// How a title is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TitleSign {
    /// An animated braille cell and a space. The rest may be the name of any folder.
    Spinner,
    /// These first characters.
    Begins(&'static str),
}

impl Keys {
    /// For an unknown agent.
    pub(crate) const UNKNOWN: Self = Self {
        interrupt: &[],
        interrupt_again: None,
        interrupted: None,
        newline: None,
        clears: &[],
        dialog_delay_ms: 0,
        bang: Bang::Unknown,
    };
}

impl Screen {
    /// What most agents have in common.
    pub(crate) const PLAIN: Self = Self {
        layout: Layout::Unknown,
        marks: &[],
        hints: &[],
        markers: &[],
        titles: &[],
        tasks: &[],
        no_tasks: &[],
        scroll_bar: "",
        busy_below: &[],
        busy_above: None,
        busy_rule: &[],
        starting: None,
        splash: &[],
        restarts: "",
        asks: &[],
        dialog_top: &[],
        passing: &[],
        dialogs: &[],
        answering: Answering::NUMBER,
        trouble: &[],
        asides: &[],
        sent: &[],
        usage: &[],
        greeting: "",
    };

    /// That of an agent of which nothing is known.
    pub(crate) const UNKNOWN: Self = Self { markers: &['❯', '›', '●', '>'], ..Self::PLAIN };
}
