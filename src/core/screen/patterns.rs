//! By what an agent is read: what is known of it, and what the configuration adds.

use super::Reason;
use super::description::{Bang, Keys, Screen};

/// By what an agent is read.
#[derive(Clone, Debug)]
pub struct Patterns {
    pub(super) known: &'static Screen,
    keys: &'static Keys,
    /// What its prompt line begins with, for a screen without the agent's usual frame.
    pub(super) prompt: &'static str,
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

impl Patterns {
    /// Of an agent of whose screen nothing is known: all it shows reads as unknown, but for what
    /// the configuration adds.
    #[must_use]
    pub fn generic() -> Self {
        Self::of(&Screen::UNKNOWN, &Keys::UNKNOWN, "")
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
        self.keys.bang
    }

    /// The key that takes text out of its composer, row by row.
    #[must_use]
    pub fn clears(&self) -> Option<&'static str> {
        self.keys.clears
    }

    /// By what is known of an agent.
    pub(in crate::core) fn of(
        known: &'static Screen,
        keys: &'static Keys,
        prompt: &'static str,
    ) -> Self {
        Self { known, keys, prompt, ready_prompt: None, ready_title: None, dialogs: Vec::new() }
    }
}
