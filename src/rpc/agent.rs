//! One entry of `agents` of the configuration: an agent, or what differs from a known one.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::config::table;
use crate::core::{
    agent::{Changes, PromptMode, Resume},
    screen::{CustomDialog, Reason},
};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Agent {
    preset: Option<String>,
    command: Option<String>,
    args: Option<Vec<String>>,
    #[serde(deserialize_with = "table")]
    env: BTreeMap<String, String>,
    process_names: Option<Vec<String>>,
    #[serde(deserialize_with = "table")]
    ready: Ready,
    settle_ms: Option<u64>,
    prompt_mode: Option<Passing>,
    dialogs: Vec<Asked>,
    #[serde(deserialize_with = "table")]
    hooks: Hooks,
    #[serde(deserialize_with = "table")]
    resume: Resuming,
    config_dir_env: Option<String>,
    session_id_env: Option<String>,
    instructions: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Ready {
    prompt: Option<String>,
    title: Option<String>,
    delay_ms: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Hooks {
    provider: Option<String>,
    dir: Option<String>,
    file: Option<String>,
}

/// One of both.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Resuming {
    flag: Option<String>,
    subcommand: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    text: String,
    #[serde(default)]
    press: Vec<String>,
    selected: Option<String>,
    #[serde(default)]
    reason: Why,
}

/// Why it asks: the words that `waiting` is told with.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Why(Reason);

impl Default for Why {
    fn default() -> Self {
        Self(Reason::Question)
    }
}

impl TryFrom<String> for Why {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let all = [Reason::Permission, Reason::Question, Reason::Trust, Reason::SignIn];
        let found = all.into_iter().find(|reason| reason.as_str() == text);
        let expected = || all.map(|reason| format!("`{}`", reason.as_str())).join(", ");
        found.map(Self).ok_or_else(|| format!("`{text}`, expected one of {}", expected()))
    }
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Passing(PromptMode);

impl TryFrom<String> for Passing {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let expected = "expected `arg`, `none` or a flag such as `--prompt`";
        PromptMode::parse(&text).map(Self).ok_or_else(|| format!("`{text}`, {expected}"))
    }
}

impl From<Agent> for Changes {
    fn from(agent: Agent) -> Self {
        let subcommand = agent.resume.subcommand.map(Resume::Subcommand);
        Self {
            like: agent.preset,
            command: agent.command,
            args: agent.args,
            wrapper: None,
            env: agent.env.into_iter().collect(),
            process_names: agent.process_names,
            prompt: agent.ready.prompt,
            title: agent.ready.title,
            delay_ms: agent.ready.delay_ms,
            settle_ms: agent.settle_ms,
            prompt_mode: agent.prompt_mode.map(|passing| passing.0),
            initial_prompt: None,
            hooks_provider: agent.hooks.provider,
            hooks_dir: agent.hooks.dir,
            hooks_file: agent.hooks.file,
            resume: subcommand.or(agent.resume.flag.map(Resume::Flag)),
            config_dir_env: agent.config_dir_env,
            session_id_env: agent.session_id_env,
            instructions: agent.instructions,
            dialogs: agent.dialogs.into_iter().map(CustomDialog::from).collect(),
        }
    }
}

impl From<Asked> for CustomDialog {
    fn from(asked: Asked) -> Self {
        let Asked { text, press, selected, reason } = asked;
        Self { text, reason: reason.0, keys: press, selected }
    }
}
