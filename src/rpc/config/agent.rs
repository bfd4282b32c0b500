//! One entry of `agents`: an agent, or how it differs from a known one.

use super::reader::Item;
use crate::core::{
    agent::{Changes, PromptMode, Resume},
    screen::{CustomDialog, Reason},
};

/// Reads what stands at `agents.<name>`.
pub(super) fn changes(item: &Item) -> Changes {
    let mut agent = item.table();
    let (mut ready, mut hooks) = (agent.table("ready"), agent.table("hooks"));
    let mut resume = agent.table("resume");
    let (flag, subcommand) = (resume.text("flag"), resume.text("subcommand"));
    let dialogs = agent.read("dialogs", |item| item.list("tables", dialog));
    Changes {
        like: agent.text("preset"),
        command: agent.text("command"),
        args: agent.read("args", Item::texts),
        wrapper: None,
        env: agent.read("env", |item| Some(item.map(Item::variable))).unwrap_or_default(),
        process_names: agent.read("process_names", Item::texts),
        prompt: ready.text("prompt"),
        title: ready.text("title"),
        delay_ms: ready.read("delay_ms", |item| item.integer(0)),
        settle_ms: agent.read("settle_ms", |item| item.integer(0)),
        prompt_mode: agent.read("prompt_mode", prompt_mode),
        initial_prompt: None,
        hooks_provider: hooks.text("provider"),
        hooks_dir: hooks.text("dir"),
        hooks_file: hooks.text("file"),
        resume: subcommand
            .map(|words| Resume::subcommand(&words))
            .or_else(|| flag.map(|flag| Resume::flag(&flag))),
        config_dir_env: agent.text("config_dir_env"),
        session_id_env: agent.text("session_id_env"),
        instructions: agent.text("instructions"),
        dialogs: dialogs.unwrap_or_default(),
    }
}

fn prompt_mode(item: &Item) -> Option<PromptMode> {
    let text = item.text()?;
    PromptMode::parse(&text).or_else(|| item.refuse("`arg`, `none` or a flag such as `--prompt`"))
}

fn dialog(item: &Item) -> Option<CustomDialog> {
    // The words that a waiting agent's `reason` is told with.
    let reasons = [Reason::Permission, Reason::Question, Reason::Trust, Reason::SignIn]
        .map(|reason| (reason.as_str(), reason));
    let mut dialog = item.table();
    let text = dialog.needed("text");
    let keys = dialog.read("press", Item::texts).unwrap_or_default();
    let selected = dialog.text("selected");
    let reason = dialog.read("reason", |item| item.one_of(&reasons)).unwrap_or(Reason::Question);
    Some(CustomDialog { text: text?, reason, keys, selected })
}
