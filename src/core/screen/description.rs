//! In which words a known agent's screen is described; `core/agents/` has what is said of each.

use super::Reason;

/// What is known of an agent's screen. A file of `core/agents/` says what differs from
/// [`Screen::PLAIN`].
#[derive(Debug)]
pub(in crate::core) struct Screen {
    pub(in crate::core) layout: Layout,
    /// What may stand before typed text; an empty one where nothing does.
    pub(in crate::core) marks: &'static [&'static str],
    /// The grey text of an empty composer, by its beginning.
    pub(in crate::core) hints: &'static [&'static str],
    /// What points at a choice.
    pub(in crate::core) markers: &'static [char],
    pub(in crate::core) titles: &'static [(TitleSign, Means)],
    /// The scroll bar that is drawn at the right edge, of these cells.
    pub(in crate::core) scroll_bar: &'static str,
    /// Words under the composer while it works.
    pub(in crate::core) busy_below: &'static [&'static str],
    pub(in crate::core) busy_above: Option<BusyRow>,
    /// The words of the composer's upper rule while it works, behind a spinner.
    pub(in crate::core) busy_rule: &'static [&'static str],
    /// The whole of what stands under a composer that does not listen yet.
    pub(in crate::core) starting: Option<&'static str>,
    /// Words of what it shows before there is a composer.
    pub(in crate::core) splash: &'static [&'static str],
    /// Words of the row that names the keys of a dialog: where one of them is, something is asked,
    /// whichever dialog it is.
    pub(in crate::core) asks: &'static [&'static str],
    /// What the first row of a dialog without a frame begins with.
    pub(in crate::core) dialog_top: &'static [&'static str],
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
    /// The composer between two rules, dialogs in a box, between the rules or in their place.
    RuledOrBoxed,
    /// The composer under a rule, dialogs in a box.
    Boxed,
    /// The composer in a box; so are dialogs, or they stand between two rules.
    InBox,
    /// A bar at the left of the composer, which ends with a foot, and of dialogs, which have none.
    Barred,
    /// No frame: a mark at the left edge, all else under it is indented.
    Marked,
    /// A shell's way: the prompt, or a question for a letter, is the last line.
    LastLine,
    /// Nothing is known of it.
    Unknown,
}

/// The row that moves while an agent works, the first above its composer that is not indented
/// further than it.
#[derive(Debug)]
pub(in crate::core) struct BusyRow {
    pub(in crate::core) indent: usize,
    /// What it begins with; empty for braille cells.
    pub(in crate::core) glyphs: &'static str,
    /// One of these it must hold; nothing more is needed where there are none.
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
    /// Its choices, by their beginnings, where they have no numbers.
    pub(in crate::core) labels: &'static [&'static str],
    pub(in crate::core) answer: Option<Answer>,
}

impl Dialog {
    /// One that only a person answers.
    pub(in crate::core) const fn new(
        id: &'static str,
        reason: Reason,
        signs: &'static [Sign],
    ) -> Self {
        Self { id, reason, signs, labels: &[], answer: None }
    }

    /// With choices that have no numbers.
    pub(in crate::core) const fn labels(mut self, labels: &'static [&'static str]) -> Self {
        self.labels = labels;
        self
    }

    /// Accepted by the choice at `choice`, from 0; arguments of the command that already say so
    /// are each one word, or two with a blank.
    pub(in crate::core) const fn accept(
        mut self,
        choice: usize,
        implied_by: &'static [&'static str],
    ) -> Self {
        self.answer = Some(Answer { choice, implied_by });
        self
    }
}

/// A sign of a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::core) enum Sign {
    /// Exactly these choices, by their beginnings. A model that asks cannot draw its own.
    Choices(&'static [&'static str]),
    /// Choices without numbers, one of them marked.
    Marked,
    /// A choice that begins so.
    Choice(&'static str),
    /// Words outside its choices. The paragraph with them is its question.
    Phrase(&'static str),
    /// The same, of which only the row with them is the question.
    Row(&'static str),
    /// Words outside its choices that are not the question.
    Words(&'static str),
    /// The same, above its choices too: a heading.
    Heading(&'static str),
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
    };

    /// That of an agent of which nothing is known.
    pub(super) const UNKNOWN: Self = Self { markers: &['❯', '›', '●', '>'], ..Self::PLAIN };
}
