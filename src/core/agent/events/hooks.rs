//! What agents tell of themselves by hooks: a program of ours, which they run when something happens.
//!
//! That is less than a stream of events tells: no hook says that a turn was interrupted, or that a
//! question was answered.

use std::fmt;
use std::io::Read;
use std::str::FromStr;

use jiff::Timestamp;
use serde::Deserialize;

use crate::core::{agent::ConversationId, screen::Reason, session::State};

/// The format in which a [`HookWord`] is written down.
const FORMAT: &str = "1";

/// How an agent is given settings for one session, and for which events they hold our hook.
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
    /// The flag [`SETTINGS_FLAG`](crate::core::agent::SETTINGS_FLAG).
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

/// What an agent said last by a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HookWord {
    /// What it said.
    pub said: HookState,
    /// When, in whole milliseconds.
    pub at: Timestamp,
}

/// What an agent says by a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookState {
    /// It works.
    Busy,
    /// Its turn is over.
    Idle,
    /// It asks a person.
    Asks(Reason),
}

/// What a hook reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookReport {
    /// What the agent said of its state, if anything.
    pub word: Option<HookWord>,
    /// The conversation that it is in. A person may have begun or gone on with another one.
    pub conversation: Option<ConversationId>,
}

/// What a hook of Claude Code is told, and those of agents that do as it does. All else is skipped.
#[derive(Deserialize)]
struct HookInput {
    hook_event_name: String,
    tool_name: Option<String>,
    notification_type: Option<String>,
    session_id: Option<String>,
}

impl HookReport {
    /// What a hook was told at `at`.
    ///
    /// # Errors
    /// It is not what a hook is told.
    pub fn from_hook(input: impl Read, at: Timestamp) -> Result<Self, serde_json::Error> {
        let input: HookInput = serde_json::from_reader(input)?;
        let word = input.said().map(|said| HookWord { said, at });
        Ok(Self { word, conversation: input.session_id.and_then(|id| id.parse().ok()) })
    }
}

impl HookState {
    const ALL: [Self; 4] =
        [Self::Busy, Self::Idle, Self::Asks(Reason::Permission), Self::Asks(Reason::Question)];

    /// The state of the agent.
    #[must_use]
    pub fn state(self) -> State {
        match self {
            Self::Busy => State::Working,
            Self::Idle => State::Idle,
            Self::Asks(_) => State::Waiting,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Idle => "idle",
            Self::Asks(reason) => reason.as_str(),
        }
    }
}

impl HookInput {
    fn said(&self) -> Option<HookState> {
        Some(match self.hook_event_name.as_str() {
            "UserPromptSubmit" => HookState::Busy,
            "PermissionRequest" => HookState::Asks(match self.tool_name.as_deref() {
                Some("AskUserQuestion" | "ask_user_question") => Reason::Question,
                _ => Reason::Permission,
            }),
            "Stop" => HookState::Idle,
            "Notification" if self.notification_type.as_deref() == Some("idle_prompt") => {
                HookState::Idle
            }
            _ => return None,
        })
    }
}

/// As it is written down.
impl fmt::Display for HookWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{FORMAT} {} {}", self.said.as_str(), self.at.as_millisecond())
    }
}

impl FromStr for HookWord {
    type Err = ();

    /// It was not written by us, or in a later format.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.split(' ');
        let (format, said, at) = (words.next(), words.next(), words.next());
        let said = HookState::ALL.into_iter().find(|known| Some(known.as_str()) == said);
        let at = at.and_then(|at| Timestamp::from_millisecond(at.parse().ok()?).ok());
        match (said, at, words.next()) {
            (Some(said), Some(at), None) if format == Some(FORMAT) => Ok(Self { said, at }),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_hook_is_told_is_read_for_what_it_says_of_the_state() {
        let (permission, question) =
            (HookState::Asks(Reason::Permission), HookState::Asks(Reason::Question));
        for (json, said) in [
            (r#"{"hook_event_name":"UserPromptSubmit","prompt":"go"}"#, Some(HookState::Busy)),
            // Qwen Code tells so of each answer of a tool.
            (r#"{"hook_event_name":"UserPromptSubmit","prompt":""}"#, Some(HookState::Busy)),
            (r#"{"hook_event_name":"PermissionRequest","tool_name":"Bash"}"#, Some(permission)),
            (
                r#"{"hook_event_name":"PermissionRequest","tool_name":"AskUserQuestion"}"#,
                Some(question),
            ),
            (r#"{"hook_event_name":"Stop","more":[{"a":{}}]}"#, Some(HookState::Idle)),
            (
                r#"{"hook_event_name":"Notification","notification_type":"idle_prompt"}"#,
                Some(HookState::Idle),
            ),
            (r#"{"hook_event_name":"Notification","notification_type":"other"}"#, None),
            (r#"{"hook_event_name":"SubagentStop"}"#, None),
        ] {
            let told = HookReport::from_hook(json.as_bytes(), Timestamp::UNIX_EPOCH).unwrap();
            assert_eq!(told.word.map(|word| word.said), said, "{json}");
        }
        for (id, known) in [("01-a", Some("01-a")), ("--x", None), ("../x", None), ("", None)] {
            let json = format!(r#"{{"hook_event_name":"Stop","session_id":"{id}"}}"#);
            let told = HookReport::from_hook(json.as_bytes(), Timestamp::UNIX_EPOCH).unwrap();
            assert_eq!(told.conversation.as_ref().map(ConversationId::as_str), known);
        }
        for json in ["", "{}", "[]", r#"{"hook_event_name":7}"#] {
            assert!(
                HookReport::from_hook(json.as_bytes(), Timestamp::UNIX_EPOCH).is_err(),
                "{json}"
            );
        }
    }

    #[test]
    fn a_word_comes_back_as_it_was_and_nothing_else_is_one() {
        for said in HookState::ALL {
            let word =
                HookWord { said, at: Timestamp::from_millisecond(1_796_000_000_123).unwrap() };
            assert_eq!(word.to_string().parse(), Ok(word));
        }
        for other in ["", "1 busy", "2 busy 1", "1 rich 1", "1 busy x", "1 busy 1 ", "1 busy 1 #x"]
        {
            assert_eq!(other.parse::<HookWord>(), Err(()), "{other}");
        }
    }
}
