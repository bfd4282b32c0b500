//! The form of the descriptions of known agents' screens; the descriptions are in `core/agents/`.

mod dialog;

pub(in crate::core) use dialog::{Accept, Answering, Dialog, Sign, Way};
pub use dialog::{Done, Opens, Ticks, Toggle, Words};

/// What is known about an agent's screen. A file of `core/agents/` says what differs from
/// [`Screen::PLAIN`].
#[derive(Debug)]
pub(in crate::core) struct Screen {
    pub(in crate::core) layout: Layout,
    /// The marks that may precede typed text; an empty one where nothing does.
    pub(in crate::core) marks: &'static [&'static str],
    /// The beginnings of the grey text in an empty composer.
    pub(in crate::core) hints: &'static [&'static str],
    /// The marks that point at a choice.
    pub(in crate::core) markers: &'static [char],
    pub(in crate::core) titles: &'static [(TitleSign, Means)],
    /// The scroll bar that is drawn at the right edge, of these cells.
    pub(in crate::core) scroll_bar: &'static str,
    /// Texts under the composer while it works.
    pub(in crate::core) busy_below: &'static [&'static str],
    pub(in crate::core) busy_above: Option<BusyRow>,
    /// The words of the composer's upper rule while it works, behind a spinner.
    pub(in crate::core) busy_rule: &'static [&'static str],
    /// The complete text under a composer that does not take input yet.
    pub(in crate::core) starting: Option<&'static str>,
    /// Texts of what it shows before there is a composer.
    pub(in crate::core) splash: &'static [&'static str],
    /// Words of the row that names the keys of a dialog: where one of them is, something is asked,
    /// whichever dialog it is.
    pub(in crate::core) asks: &'static [&'static str],
    /// What the first row of a dialog without a frame begins with.
    pub(in crate::core) dialog_top: &'static [&'static str],
    /// Dialogs that show briefly at startup, and need the user only if they stay.
    pub(in crate::core) passing: &'static [&'static str],
    /// The first match counts.
    pub(in crate::core) dialogs: &'static [Dialog],
    /// How choices are given in dialogs that do not say otherwise.
    pub(in crate::core) answering: Answering,
}

/// How an agent treats typed input. Keys have tmux's names.
#[derive(Debug)]
pub(in crate::core) struct Keys {
    /// The keys that interrupt its work, in their order; none if they are not known.
    pub(in crate::core) interrupt: &'static [&'static str],
    /// What it shows after each of these keys but the last, and only then takes the next one: two
    /// that come at once are another key to it.
    pub(in crate::core) interrupt_again: Option<&'static str>,
    /// The key that begins a new line in the composer.
    pub(in crate::core) newline: Option<&'static str>,
    /// The keys that clear the composer's row at the cursor; pressed again, the row above. None if
    /// they are not known.
    pub(in crate::core) clears: &'static [&'static str],
    /// How it treats a message that begins with `!`.
    pub(in crate::core) bang: Bang,
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
pub(in crate::core) enum Layout {
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
#[derive(Debug)]
pub(in crate::core) struct BusyRow {
    pub(in crate::core) indent: usize,
    /// The characters it may begin with; empty for braille cells.
    pub(in crate::core) glyphs: &'static str,
    /// It must contain one of these, if there are any.
    pub(in crate::core) holds: &'static [&'static str],
    /// Whether these texts may have wrapped to the next row.
    pub(in crate::core) wraps: bool,
    /// A row about finished work: what is above it does not count.
    pub(in crate::core) over: Option<&'static str>,
}

/// The meaning of a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::core) enum Means {
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
pub(in crate::core) enum TitleSign {
    /// An animated braille cell and a space. The rest may be the name of any folder.
    Spinner,
    /// These first characters.
    Begins(&'static str),
}

impl Keys {
    /// For an unknown agent.
    pub(in crate::core) const UNKNOWN: Self = Self {
        interrupt: &[],
        interrupt_again: None,
        newline: None,
        clears: &[],
        bang: Bang::Unknown,
    };
}

impl Screen {
    /// What most agents have in common.
    pub(in crate::core) const PLAIN: Self = Self {
        layout: Layout::Unknown,
        marks: &[],
        hints: &[],
        markers: &[],
        titles: &[],
        scroll_bar: "",
        busy_below: &[],
        busy_above: None,
        busy_rule: &[],
        starting: None,
        splash: &[],
        asks: &[],
        dialog_top: &[],
        passing: &[],
        dialogs: &[],
        answering: Answering::NUMBER,
    };

    /// That of an agent of which nothing is known.
    pub(super) const UNKNOWN: Self = Self { markers: &['❯', '›', '●', '>'], ..Self::PLAIN };
}
