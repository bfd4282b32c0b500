//! The patterns to read an agent's screen by: the known ones, and the configuration's.

use std::time::Duration;

use super::description::{Bang, Description, Dialog, Keys, Layout, Screen};

/// The patterns to read an agent's screen by.
#[derive(Clone, Debug)]
pub struct Patterns {
    pub(super) known: Screen,
    keys: Keys,
    /// The beginning of its prompt line, for a screen without the agent's usual frame.
    pub(super) prompt: &'static str,
    pub(super) ready_prompt: Option<String>,
    pub(super) ready_title: Option<String>,
    /// The configuration's dialogs, which come before those of the screen.
    own_dialogs: &'static [Dialog],
}

impl Patterns {
    /// For an unknown agent: everything reads as unknown, except what the configuration adds.
    #[must_use]
    pub fn generic() -> Self {
        Self::of(&Description { screen: None, keys: Keys::UNKNOWN, dialogs: &[] }, "")
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

    /// Whether its screen is known: that one look says nothing then means little.
    #[must_use]
    pub fn reads_screen(&self) -> bool {
        self.known.layout != Layout::Unknown
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

    /// How long a dialog that has just been drawn drops what is pressed.
    #[must_use]
    pub fn dialog_delay(&self) -> Duration {
        Duration::from_millis(self.keys.dialog_delay_ms)
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

    /// What its conversation says for each interrupt.
    #[must_use]
    pub fn interrupted(&self) -> Option<&'static str> {
        self.keys.interrupted
    }

    /// The key that begins a new line in its composer.
    #[must_use]
    pub fn newline(&self) -> Option<&'static str> {
        self.keys.newline
    }

    /// By the description of an agent, the beginning of whose prompt line is `prompt`.
    pub(in crate::core) fn of(description: &Description, prompt: &'static str) -> Self {
        let Description { screen, keys, dialogs } = *description;
        let known = screen.unwrap_or(Screen::UNKNOWN);
        Self { known, keys, prompt, ready_prompt: None, ready_title: None, own_dialogs: dialogs }
    }

    /// All dialogs; the first that fits counts.
    pub(super) fn dialogs(&self) -> impl Iterator<Item = &'static Dialog> + use<> {
        self.own_dialogs.iter().chain(self.known.dialogs)
    }
}
