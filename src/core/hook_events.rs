//! Agents that tell of their work by hooks: which hooks, what they tell, and what that is worth.

mod event;
mod own_word;

pub use event::{AgentEvent, Happened};
pub use own_word::{Checked, OwnWord, Sight};

/// How an agent is given settings for one session, and for which events it is to run our hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HookEvents {
    /// How it is given the settings.
    pub settings: SettingsBy,
    /// The events and, for some, what they must match. An event that a version does not know is told
    /// to the user as a mistake in the settings, so only those are used that all have.
    pub events: &'static [(&'static str, &'static str)],
}

/// How an agent is given settings for one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsBy {
    /// The flag [`SETTINGS_FLAG`](super::agent::SETTINGS_FLAG).
    Flag,
    /// This variable names a file. It takes the place of the machine's.
    Variable(SettingsVariable),
}

/// A variable that names a file of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingsVariable {
    /// Its name.
    pub name: &'static str,
    /// Without it, the file of the name below beside the one that this variable names.
    pub beside: &'static str,
    /// The machine's file.
    pub usual: &'static str,
}
