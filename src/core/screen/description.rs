//! In which words a known agent's screen is described; `core/agents/` has what is said of each.

use super::Reason;

/// What is known of an agent's screen.
#[derive(Debug)]
pub(in crate::core) struct Screen {
    pub(in crate::core) layout: Layout,
    /// What may stand before typed text.
    pub(in crate::core) marks: &'static [&'static str],
    /// The grey text of an empty composer, by its beginning.
    pub(in crate::core) hints: &'static [&'static str],
    /// What points at a choice.
    pub(in crate::core) markers: &'static [char],
    pub(in crate::core) titles: &'static [(TitleSign, Means)],
    /// Words under the composer while it works.
    pub(in crate::core) busy_below: &'static [&'static str],
    pub(in crate::core) busy_above: Option<BusyRow>,
    /// The whole of what stands under a composer that does not listen yet.
    pub(in crate::core) starting: Option<&'static str>,
    /// Dialogs that show for a moment while it begins, and only when they stay want a person.
    pub(in crate::core) passing: &'static [&'static str],
    /// The first that fits counts.
    pub(in crate::core) dialogs: &'static [Dialog],
}

/// What an agent makes of what is typed to it.
#[derive(Debug)]
pub(in crate::core) struct Keys {
    /// The key that clears the row of its composer in which the cursor is, from its end; pressed
    /// again it goes on with the row above.
    pub(in crate::core) clears: Option<&'static str>,
    /// What it makes of a message that begins with `!`.
    pub(in crate::core) bang: Bang,
}

/// What an agent makes of a message that begins with `!`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bang {
    /// A message like any other.
    Text,
    /// It runs the rest in a shell, unasked; with a blank in front it is a message.
    TextAfterBlank,
    /// That is not known; many agents would run it.
    Unknown,
}

/// Where an agent draws what one can type to, and its dialogs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::core) enum Layout {
    /// The composer between two rules, dialogs under one.
    Ruled,
    /// The composer under a rule, dialogs in a box.
    Boxed,
    /// No frame: a mark at the left edge, all else under it is indented.
    Marked,
    /// Nothing is known of it.
    Unknown,
}

/// The row that moves while an agent works, the first above its composer that is not indented
/// further than it.
#[derive(Debug)]
pub(in crate::core) struct BusyRow {
    pub(in crate::core) indent: usize,
    /// What it begins with; empty for a braille cell.
    pub(in crate::core) glyphs: &'static str,
    /// One of these it must hold.
    pub(in crate::core) holds: &'static [&'static str],
    /// Whether those words may have been pushed to the row under it.
    pub(in crate::core) wraps: bool,
    /// A row that tells of finished work, so that what is above is no sign.
    pub(in crate::core) over: Option<&'static str>,
}

/// What a title says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::core) enum Means {
    /// The agent is busy.
    Working,
    /// It is at its prompt.
    Idle,
    /// It can be talked to, as the configuration has it.
    Ready,
    /// It is not busy: idle, or asking.
    Quiet,
    /// It asks.
    Waiting,
}

/// How a title is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::core) enum TitleSign {
    /// A moving braille cell and a blank. The rest may be the name of any folder.
    Spinner,
    /// These first characters.
    Begins(&'static str),
}

/// A dialog, how it is recognised and what answers it.
#[derive(Debug)]
pub(in crate::core) struct Dialog {
    pub(in crate::core) id: &'static str,
    pub(in crate::core) reason: Reason,
    /// All must be there.
    pub(in crate::core) signs: &'static [Sign],
    pub(in crate::core) answer: Option<Answer>,
}

/// A sign of a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::core) enum Sign {
    /// Exactly these choices, by their beginnings. A model that asks cannot draw its own.
    Choices(&'static [&'static str]),
    /// A choice that begins so.
    Choice(&'static str),
    /// Words outside its choices. The paragraph with them is its question.
    Phrase(&'static str),
    /// Words outside its choices that are not the question.
    Words(&'static str),
}

/// How a dialog is accepted.
#[derive(Debug)]
pub(in crate::core) struct Answer {
    /// The choice that accepts, from 0.
    pub(in crate::core) choice: usize,
    /// Arguments of the command that already say so: each is one word, or two with a blank.
    pub(in crate::core) implied_by: &'static [&'static str],
}

impl Keys {
    /// Those of an agent of which nothing is known.
    pub(in crate::core) const UNKNOWN: Self = Self { clears: None, bang: Bang::Unknown };
}

impl Screen {
    /// That of an agent of which nothing is known.
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
