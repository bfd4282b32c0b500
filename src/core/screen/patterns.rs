//! What is known of each agent's screen, as data.

mod claude;
mod codex;
mod gemini;
mod generic;

use super::Reason;
use super::title::{Means, TitleSign};

/// By what an agent is read: its preset's knowledge, and what the configuration adds.
#[derive(Clone, Debug)]
pub struct Patterns {
    pub(super) known: &'static Known,
    pub(super) ready_prompt: Option<String>,
    pub(super) ready_title: Option<String>,
    pub(super) dialogs: Vec<CustomDialog>,
}

/// A dialog that the configuration tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomDialog {
    /// Words on the screen it is known by; where rows break does not matter.
    pub text: String,
    /// Why the agent waits in it.
    pub reason: Reason,
    /// tmux's names of the keys that answer it; empty when only a person may.
    pub keys: Vec<String>,
    /// The beginning of the choice that must be marked before they are pressed, when it has any.
    pub selected: Option<String>,
}

/// What is known of one agent.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) layout: Layout,
    /// What may stand before typed text.
    pub(super) marks: &'static [&'static str],
    /// A prompt known by its beginning, for a screen without the agent's usual frame.
    pub(super) bare: &'static str,
    /// The grey text of an empty composer, by its beginning.
    pub(super) hints: &'static [&'static str],
    /// What it makes of a message that begins with `!`.
    pub(super) bang: Bang,
    /// The key that clears the row of its composer in which the cursor is, from its end; pressed
    /// again it goes on with the row above.
    pub(super) clears: Option<&'static str>,
    /// What points at a choice.
    pub(super) markers: &'static [char],
    pub(super) titles: &'static [(TitleSign, Means)],
    /// Words under the composer while it works.
    pub(super) busy_below: &'static [&'static str],
    pub(super) busy_above: Option<BusyRow>,
    /// The whole of what stands under a composer that does not listen yet.
    pub(super) starting: Option<&'static str>,
    /// Dialogs that show for a moment while it begins, and only when they stay want a person.
    pub(super) passing: &'static [&'static str],
    /// The first that fits counts.
    pub(super) dialogs: &'static [Dialog],
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
pub(super) enum Layout {
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
pub(super) struct BusyRow {
    pub(super) indent: usize,
    /// What it begins with; empty for a braille cell.
    pub(super) glyphs: &'static str,
    /// One of these it must hold.
    pub(super) holds: &'static [&'static str],
    /// Whether those words may have been pushed to the row under it.
    pub(super) wraps: bool,
    /// A row that tells of finished work, so that what is above is no sign.
    pub(super) over: Option<&'static str>,
}

/// A dialog, how it is recognised and what answers it.
#[derive(Debug)]
pub(super) struct Dialog {
    pub(super) id: &'static str,
    pub(super) reason: Reason,
    /// All must be there.
    pub(super) signs: &'static [Sign],
    pub(super) answer: Option<Answer>,
}

/// A sign of a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
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
pub(super) struct Answer {
    /// The choice that accepts, from 0.
    pub(super) choice: usize,
    /// Arguments of the command that already say so: each is one word, or two with a blank.
    pub(super) implied_by: &'static [&'static str],
}

const KNOWN: &[&Known] = &[&claude::CLAUDE, &gemini::GEMINI, &codex::CODEX];

impl Patterns {
    /// What is known of a preset's screen; of some nothing is.
    #[must_use]
    pub fn for_agent(name: &str) -> Option<Self> {
        KNOWN.iter().find(|known| known.name == name).map(|known| Self::of(known))
    }

    /// Of an agent of whose screen nothing is known: all it shows reads as unknown, but for what
    /// the configuration adds.
    #[must_use]
    pub fn generic() -> Self {
        Self::of(&generic::GENERIC)
    }

    /// With the prompt that the configuration names.
    #[must_use]
    pub fn with_ready_prompt(mut self, prompt: &str) -> Self {
        self.ready_prompt = Some(prompt.to_owned());
        self
    }

    /// With the beginning of the title that the configuration names.
    #[must_use]
    pub fn with_ready_title(mut self, title: &str) -> Self {
        self.ready_title = Some(title.to_owned());
        self
    }

    /// With the dialogs of the configuration, which are looked for before the preset's.
    #[must_use]
    pub fn with_dialogs(mut self, dialogs: Vec<CustomDialog>) -> Self {
        self.dialogs = dialogs;
        self
    }

    /// What it makes of a message that begins with `!`.
    #[must_use]
    pub fn bang(&self) -> Bang {
        self.known.bang
    }

    /// The key that takes text out of its composer, row by row.
    #[must_use]
    pub fn clears(&self) -> Option<&'static str> {
        self.known.clears
    }

    fn of(known: &'static Known) -> Self {
        Self { known, ready_prompt: None, ready_title: None, dialogs: Vec::new() }
    }
}
