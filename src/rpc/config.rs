//! The user's configuration as it arrives, and what of it concerns the backend.

use std::collections::BTreeMap;

use rmpv::Value;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny},
};

use super::{agent::Agent, decode::read, error::RpcError};
use crate::{
    core::{Gastown, Template, screen::Policy},
    session::{EditorFacts, Settings},
};

/// Reads the configuration; what is wrong in it is refused by its name.
pub(super) fn settings(config: Option<Value>, editor: EditorFacts) -> Result<Settings, RpcError> {
    let invalid = |why: String| RpcError::config_invalid(format!("the configuration: {why}"));
    let config: Config = read(config.unwrap_or(Value::Array(Vec::new()))).map_err(invalid)?;
    let worktrees = config.worktrees.map(|text| Template::parse(&text, editor.data.as_deref()));
    let worktrees = worktrees.transpose().map_err(|bad| invalid(format!("`worktrees`: {bad}")))?;
    Ok(Settings {
        rig_path: config.rig.path.map(Into::into),
        rig_name: config.rig.name,
        tmux_command: config.tmux.command,
        tmux_socket: config.tmux.socket,
        tracker_command: config.tracker.command,
        agent: config.agent,
        agents: config.agents.into_iter().map(|(name, agent)| (name, agent.into())).collect(),
        dialogs: config.dialogs.map(|answerer| answerer.0).unwrap_or_default(),
        gastown: config.gastown.and_then(|version| version.0),
        worktrees: worktrees.unwrap_or_default(),
        editor,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Config {
    #[serde(deserialize_with = "table")]
    rig: Rig,
    #[serde(deserialize_with = "table")]
    tmux: Tmux,
    #[serde(deserialize_with = "table")]
    tracker: Tracker,
    agent: Option<String>,
    #[serde(deserialize_with = "table")]
    agents: BTreeMap<String, Agent>,
    dialogs: Option<Answerer>,
    worktrees: Option<String>,
    gastown: Option<Version>,
    // These are Lua's own; they come along because the configuration is sent whole.
    #[serde(rename = "capture")]
    _capture: IgnoredAny,
    #[serde(rename = "notify")]
    _notify: IgnoredAny,
    #[serde(rename = "log_level")]
    _log_level: IgnoredAny,
    #[serde(rename = "backend")]
    _backend: IgnoredAny,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Rig {
    path: Option<String>,
    name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Tmux {
    command: Option<String>,
    socket: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Tracker {
    command: Option<String>,
}

/// Which gastown runs the town; none where the town is to tell.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Version(Option<Gastown>);

impl TryFrom<String> for Version {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "auto" => Ok(Self(None)),
            "0.5" => Ok(Self(Some(Gastown::V0_5))),
            "0.6" => Ok(Self(Some(Gastown::V0_6))),
            _ => Err(format!("`{text}`, expected `auto`, `0.5` or `0.6`")),
        }
    }
}

/// Who answers dialogs; what is not said is for the agents' own flags to imply.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Answerer(Policy);

impl TryFrom<String> for Answerer {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "accept" => Ok(Self(Policy::Accept)),
            "ask" => Ok(Self(Policy::Ask)),
            _ => Err(format!("`{text}`, expected `accept` or `ask`")),
        }
    }
}

/// A table of the configuration, which may be Lua's empty one.
pub(super) fn table<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    read(Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: Vec<(&str, Value)>) -> Value {
        Value::Map(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    fn check(config: Value, expected: &str) {
        let error = settings(Some(config), EditorFacts::default()).unwrap_err();
        assert_eq!(error.code, "config_invalid");
        assert!(error.message.contains(expected), "`{}` lacks `{expected}`", error.message);
    }

    #[test]
    fn what_is_unknown_or_of_the_wrong_type_is_named() {
        check(map(vec![("tmx", "x".into())]), "`tmx` is not known");
        check(map(vec![("tmux", map(vec![("sockt", "x".into())]))]), "`sockt` is not known");
        check(map(vec![("agent", 3.into())]), "`agent`: expected a string, got `3`");
        check(
            map(vec![("agents", map(vec![("mine", map(vec![("args", "x".into())]))]))]),
            "`mine.args`: expected a list, got \"x\"",
        );
        check(
            map(vec![("dialogs", "never".into())]),
            "`dialogs`: `never`, expected `accept` or `ask`",
        );
        check(
            map(vec![("worktrees", "../{repo}/{polecat}".into())]),
            "`worktrees`: `../{repo}/{polecat}`: it must begin with",
        );
        let agent = |key: &str, value: Value| {
            map(vec![("agents", map(vec![("mine", map(vec![(key, value)]))]))])
        };
        check(agent("prompt_mode", "stdin".into()), "`mine.prompt_mode`: `stdin`, expected `arg`");
        check(agent("hooks", map(vec![("fle", "x".into())])), "fle` is not known");
        let dialog = Value::Array(vec![map(vec![("press", Value::Array(Vec::new()))])]);
        check(agent("dialogs", dialog), "text` is missing");
    }

    #[test]
    fn an_empty_table_of_lua_is_an_empty_configuration() {
        let empty = || Value::Array(Vec::new());
        assert!(settings(Some(empty()), EditorFacts::default()).is_ok());
        let config = map(vec![("agents", empty()), ("rig", empty())]);
        assert!(settings(Some(config), EditorFacts::default()).is_ok());
    }
}
