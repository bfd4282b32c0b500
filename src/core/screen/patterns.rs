//! The patterns to read an agent's screen by: the known ones, and the configuration's.

use super::Reason;
use super::description::{Bang, Keys, Screen};

/// The patterns to read an agent's screen by.
#[derive(Clone, Debug)]
pub struct Patterns {
    pub(super) known: &'static Screen,
    keys: &'static Keys,
    /// The beginning of its prompt line, for a screen without the agent's usual frame.
    pub(super) prompt: &'static str,
    pub(super) ready_prompt: Option<String>,
    pub(super) ready_title: Option<String>,
    pub(super) dialogs: Vec<CustomDialog>,
}

/// A dialog from the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomDialog {
    /// The text it is recognised by; line breaks do not matter.
    pub text: String,
    /// Why the agent waits.
    pub reason: Reason,
    /// The keys that answer it, as tmux names them; empty if only the user may.
    pub keys: Vec<String>,
    /// The beginning of the choice that must be marked before they are pressed, if any.
    pub selected: Option<String>,
}

impl Patterns {
    /// For an unknown agent: everything reads as unknown, except what the configuration adds.
    #[must_use]
    pub fn generic() -> Self {
        Self::of(&Screen::UNKNOWN, &Keys::UNKNOWN, "")
    }

    /// Adds the prompt from the configuration.
    #[must_use]
    pub fn with_ready_prompt(mut self, prompt: &str) -> Self {
        self.ready_prompt = Some(prompt.to_owned());
        self
    }

    /// Adds the beginning of the title from the configuration.
    #[must_use]
    pub fn with_ready_title(mut self, title: &str) -> Self {
        self.ready_title = Some(title.to_owned());
        self
    }

    /// Adds the dialogs from the configuration, which take precedence over the preset's.
    #[must_use]
    pub fn with_dialogs(mut self, dialogs: Vec<CustomDialog>) -> Self {
        self.dialogs = dialogs;
        self
    }

    /// How the agent treats a message that begins with `!`.
    #[must_use]
    pub fn bang(&self) -> Bang {
        self.keys.bang
    }

    /// The keys that clear its composer, row by row; none if they are not known.
    #[must_use]
    pub fn clears(&self) -> &'static [&'static str] {
        self.keys.clears
    }

    /// The keys that interrupt its work; none if they are not known.
    #[must_use]
    pub fn interrupt(&self) -> &'static [&'static str] {
        self.keys.interrupt
    }

    /// What it shows after each of these keys but the last, before it takes the next one.
    #[must_use]
    pub fn interrupt_again(&self) -> Option<&'static str> {
        self.keys.interrupt_again
    }

    /// The key that begins a new line in its composer.
    #[must_use]
    pub fn newline(&self) -> Option<&'static str> {
        self.keys.newline
    }

    /// From the description of a known agent.
    pub(in crate::core) fn of(
        known: &'static Screen,
        keys: &'static Keys,
        prompt: &'static str,
    ) -> Self {
        Self { known, keys, prompt, ready_prompt: None, ready_title: None, dialogs: Vec::new() }
    }
}
