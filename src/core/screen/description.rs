//! The form of the descriptions of known agents' screens; the descriptions are in `core/agents/`.

use super::Reason;

/// What is known about an agent's screen.
#[derive(Debug)]
pub(in crate::core) struct Screen {
    pub(in crate::core) layout: Layout,
    /// The marks that may precede typed text.
    pub(in crate::core) marks: &'static [&'static str],
    /// The beginnings of the grey text in an empty composer.
    pub(in crate::core) hints: &'static [&'static str],
    /// The marks that point at a choice.
    pub(in crate::core) markers: &'static [char],
    pub(in crate::core) titles: &'static [(TitleSign, Means)],
    /// Texts under the composer while it works.
    pub(in crate::core) busy_below: &'static [&'static str],
    pub(in crate::core) busy_above: Option<BusyRow>,
    /// The complete text under a composer that does not take input yet.
    pub(in crate::core) starting: Option<&'static str>,
    /// Dialogs that show briefly at startup, and need the user only if they stay.
    pub(in crate::core) passing: &'static [&'static str],
    /// The first match counts.
    pub(in crate::core) dialogs: &'static [Dialog],
}

/// How an agent treats typed input.
#[derive(Debug)]
pub(in crate::core) struct Keys {
    /// The key that clears the composer's row at the cursor; pressed again, the row above.
    pub(in crate::core) clears: Option<&'static str>,
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
    /// The composer under a rule, dialogs in a box.
    Boxed,
    /// No frame: a mark at the left edge, with everything below indented.
    Marked,
    /// Unknown.
    Unknown,
}

/// The animated row of a working agent: the first above its composer that is not indented more.
#[derive(Debug)]
pub(in crate::core) struct BusyRow {
    pub(in crate::core) indent: usize,
    /// The characters it may begin with; empty for a braille cell.
    pub(in crate::core) glyphs: &'static str,
    /// It must contain one of these.
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

/// A dialog: how it is recognised and answered.
#[derive(Debug)]
pub(in crate::core) struct Dialog {
    pub(in crate::core) id: &'static str,
    pub(in crate::core) reason: Reason,
    /// All of them must be there.
    pub(in crate::core) signs: &'static [Sign],
    pub(in crate::core) answer: Option<Answer>,
}

/// A sign of a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::core) enum Sign {
    /// Exactly these choices, by their beginnings. A question of the model cannot fake them.
    Choices(&'static [&'static str]),
    /// A choice with this beginning.
    Choice(&'static str),
    /// A text outside its choices. Its paragraph is the question.
    Phrase(&'static str),
    /// A text outside its choices that is not the question.
    Words(&'static str),
}

/// How a dialog is accepted.
#[derive(Debug)]
pub(in crate::core) struct Answer {
    /// The choice that accepts, from 0.
    pub(in crate::core) choice: usize,
    /// Arguments of the command that imply acceptance: each is one word, or two with a space.
    pub(in crate::core) implied_by: &'static [&'static str],
}

impl Keys {
    /// For an unknown agent.
    pub(in crate::core) const UNKNOWN: Self = Self { clears: None, bang: Bang::Unknown };
}

impl Screen {
    /// For an unknown agent.
    pub(super) const UNKNOWN: Self = Self {
        layout: Layout::Unknown,
        marks: &[],
        hints: &[],
        markers: &['❯', '›', '●', '>'],
        titles: &[],
        busy_below: &[],
        busy_above: None,
        starting: None,
        passing: &[],
        dialogs: &[],
    };
}
