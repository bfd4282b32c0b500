//! The events that an agent's hooks tell us, and the settings that have it run these hooks.

use serde_json::{Map, Value, json};

/// How long an agent may wait for one of our hooks, in seconds. They end by themselves much sooner;
/// this is for a disk that hangs.
const TIMEOUT_S: u64 = 5;

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

impl HookEvents {
    /// Settings with nothing but our hooks, which run `command` in a shell.
    #[must_use]
    pub fn settings_with(&self, command: &str) -> Value {
        let hook = json!({ "type": "command", "command": command, "timeout": TIMEOUT_S });
        let entry = |matcher: &str| match matcher {
            "" => json!([{ "hooks": [hook] }]),
            matcher => json!([{ "matcher": matcher, "hooks": [hook] }]),
        };
        let events =
            self.events.iter().map(|(event, matcher)| ((*event).to_owned(), entry(matcher)));
        json!({ "hooks": events.collect::<Map<_, _>>() })
    }
}

/// Settings that say what both do. As the agents themselves merge theirs: lists are joined, without
/// what is in both, and of two other values `more`'s counts.
#[must_use]
pub fn merged(settings: Value, more: Value) -> Value {
    match (settings, more) {
        (Value::Object(mut settings), Value::Object(more)) => {
            for (key, value) in more {
                let both = match settings.remove(&key) {
                    Some(known) => merged(known, value),
                    None => value,
                };
                settings.insert(key, both);
            }
            Value::Object(settings)
        }
        (Value::Array(mut settings), Value::Array(more)) => {
            for value in more {
                if !settings.contains(&value) {
                    settings.push(value);
                }
            }
            Value::Array(settings)
        }
        (_, more) => more,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_settings_have_what_both_say_and_the_later_wins() {
        let town = json!({ "editorMode": "normal", "hooks": { "Stop": [{ "hooks": ["a"] }] } });
        let mine = json!({
            "editorMode": "vim", "env": { "A": "1" },
            "hooks": { "Stop": [{ "hooks": ["a"] }, { "hooks": ["b"] }] },
        });
        assert_eq!(
            merged(town, mine),
            json!({
                "editorMode": "vim", "env": { "A": "1" },
                "hooks": { "Stop": [{ "hooks": ["a"] }, { "hooks": ["b"] }] },
            })
        );
    }

    #[test]
    fn an_event_with_something_to_match_says_so() {
        const EVENTS: &[(&str, &str)] = &[("Stop", ""), ("Notification", "idle_prompt")];
        let settings = HookEvents { settings: SettingsBy::Flag, events: EVENTS };
        let hook = json!({ "type": "command", "command": "x", "timeout": TIMEOUT_S });
        assert_eq!(
            settings.settings_with("x"),
            json!({ "hooks": {
                "Stop": [{ "hooks": [hook] }],
                "Notification": [{ "matcher": "idle_prompt", "hooks": [hook] }],
            } })
        );
    }
}
