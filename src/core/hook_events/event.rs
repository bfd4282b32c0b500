//! An event that an agent tells by a hook.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::session::State;

/// The format of an event that is written down.
const FORMAT: u32 = 1;
/// The longest text of an event that is kept, in characters.
const TEXT_LIMIT: usize = 80;

/// An event that an agent told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentEvent {
    /// The format it is written in.
    v: u32,
    /// What happened.
    pub event: Happened,
    /// When, in Unix milliseconds.
    pub at_ms: i64,
    /// The id of the agent's conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// The tool that it asks about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
}

/// What happened in an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Happened {
    /// A conversation began, or was taken up again.
    Began,
    /// It was given a message, and works.
    Prompted,
    /// It goes on working with what a tool said.
    Continued,
    /// It asks for permission.
    Permission,
    /// It asks a question.
    Question,
    /// It has ended its turn.
    Rested,
}

/// What a hook of Claude Code is told, and those of agents that do as it does. All else is skipped.
#[derive(Deserialize)]
struct HookInput {
    hook_event_name: String,
    session_id: Option<String>,
    prompt: Option<String>,
    source: Option<String>,
    tool_name: Option<String>,
    notification_type: Option<String>,
}

impl AgentEvent {
    /// What a hook was told at `now`; `None` if that says nothing of the agent's state.
    ///
    /// # Errors
    /// It is not what a hook is told.
    pub fn from_hook(
        input: impl std::io::Read,
        now: Timestamp,
    ) -> Result<Option<Self>, serde_json::Error> {
        let input: HookInput = serde_json::from_reader(input)?;
        let Some(event) = input.happened() else { return Ok(None) };
        let asks = matches!(event, Happened::Permission | Happened::Question);
        Ok(Some(Self {
            v: FORMAT,
            event,
            at_ms: now.as_millisecond(),
            conversation: input.session_id.filter(|id| is_id(id)),
            tool: input.tool_name.filter(|_| asks).map(|tool| plain(&tool)),
        }))
    }

    /// An event as it was written down; `None` if it was not by us, or in a later format.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let event: Self = serde_json::from_str(text).ok()?;
        let is_ours = event.conversation.as_deref().is_none_or(is_id)
            && event.tool.as_ref().is_none_or(|tool| *tool == plain(tool));
        (event.v == FORMAT && is_ours).then_some(event)
    }

    /// The event on one line, without any `#`.
    #[must_use]
    pub fn encode(&self) -> String {
        // Texts and numbers are always JSON.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// When it happened.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.at_ms).ok()
    }

    /// The state of the agent since then; `None` if it may be any.
    #[must_use]
    pub fn state(&self) -> Option<State> {
        match self.event {
            Happened::Began => None,
            Happened::Prompted | Happened::Continued => Some(State::Working),
            Happened::Permission | Happened::Question => Some(State::Waiting),
            Happened::Rested => Some(State::Idle),
        }
    }
}

impl HookInput {
    fn happened(&self) -> Option<Happened> {
        let is = |text: &Option<String>, word: &str| text.as_deref() == Some(word);
        Some(match self.hook_event_name.as_str() {
            // In the middle of a turn, perhaps.
            "SessionStart" if !is(&self.source, "compact") => Happened::Began,
            // Qwen Code tells of each answer of a tool so, without any text.
            "UserPromptSubmit" if is(&self.prompt, "") => Happened::Continued,
            "UserPromptSubmit" => Happened::Prompted,
            "PermissionRequest" => match self.tool_name.as_deref() {
                Some("AskUserQuestion" | "ask_user_question") => Happened::Question,
                _ => Happened::Permission,
            },
            "Stop" => Happened::Rested,
            "Notification" if is(&self.notification_type, "idle_prompt") => Happened::Rested,
            _ => return None,
        })
    }
}

/// Whether this can be a conversation's id: it may become a word of a command line.
fn is_id(id: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let starts = id.starts_with(|c: char| c.is_ascii_alphanumeric());
    starts && id.len() <= TEXT_LIMIT && id.chars().all(is_plain)
}

/// The beginning of a text, of plain letters.
fn plain(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_ascii_graphic() && c != '#' { c } else { '_' });
    plain.take(TEXT_LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(json: &str) -> Option<AgentEvent> {
        AgentEvent::from_hook(json.as_bytes(), Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn what_a_hook_is_told_is_read_for_what_it_says_of_the_state() {
        for (json, event) in [
            (r#"{"hook_event_name":"SessionStart","source":"startup"}"#, Some(Happened::Began)),
            (r#"{"hook_event_name":"SessionStart","source":"compact"}"#, None),
            (r#"{"hook_event_name":"UserPromptSubmit","prompt":"go"}"#, Some(Happened::Prompted)),
            (r#"{"hook_event_name":"UserPromptSubmit","prompt":""}"#, Some(Happened::Continued)),
            (
                r#"{"hook_event_name":"PermissionRequest","tool_name":"Bash"}"#,
                Some(Happened::Permission),
            ),
            (
                r#"{"hook_event_name":"PermissionRequest","tool_name":"AskUserQuestion"}"#,
                Some(Happened::Question),
            ),
            (r#"{"hook_event_name":"Stop","more":[{"a":{}}]}"#, Some(Happened::Rested)),
            (
                r#"{"hook_event_name":"Notification","notification_type":"idle_prompt"}"#,
                Some(Happened::Rested),
            ),
            (r#"{"hook_event_name":"Notification","notification_type":"other"}"#, None),
            (r#"{"hook_event_name":"PostToolUse"}"#, None),
        ] {
            assert_eq!(told(json).map(|told| told.event), event, "{json}");
        }
        assert!(AgentEvent::from_hook(&b"{}"[..], Timestamp::UNIX_EPOCH).is_err());
    }

    #[test]
    fn an_event_comes_back_as_it_was_and_a_hostile_one_does_no_harm() {
        let json = r##"{"hook_event_name":"PermissionRequest","session_id":"--flag","tool_name":"#{pid}\n`x`"}"##;
        let event = told(json).unwrap();
        assert_eq!((event.conversation.clone(), event.tool.as_deref()), (None, Some("_{pid}_`x`")));
        assert!(!event.encode().contains(['#', '\n']));
        assert_eq!(AgentEvent::decode(&event.encode()), Some(event.clone()));
        for other in [
            event.encode().replace("\"v\":1", "\"v\":2"),
            event.encode().replace("_{pid}", "\\n{pid}"),
            r#"{"v":1,"event":"rested","at_ms":1,"conversation":"../x"}"#.to_owned(),
            "x".to_owned(),
        ] {
            assert_eq!(AgentEvent::decode(&other), None, "{other}");
        }
    }
}
