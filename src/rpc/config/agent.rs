//! One entry of `agents`: an agent, or how it differs from a known one.

use super::{
    dialog::dialog,
    kept,
    reader::{Item, Table},
    screen::{keys, screen},
};
use crate::core::{
    agent::{AgentOverrides, ConversationFiles, PromptMode, Resume},
    screen::DescriptionChanges,
};

/// Reads what stands at `agents.<name>`.
pub(super) fn changes(item: &Item) -> AgentOverrides {
    let mut agent = item.table();
    let (mut ready, mut hooks) = (agent.table("ready"), agent.table("hooks"));
    AgentOverrides {
        like: agent.text("preset"),
        command: agent.text("command"),
        args: agent.read("args", Item::texts),
        wrapper: None,
        env: agent.read("env", |item| Some(item.map(Item::variable))).unwrap_or_default(),
        process_names: agent.read("process_names", Item::texts),
        runs_as_version: agent.read("runs_as_version", Item::boolean).unwrap_or(false),
        prompt: ready.text("prompt"),
        title: ready.text("title"),
        delay_ms: ready.read("delay_ms", |item| item.integer(0)),
        settle_ms: agent.read("settle_ms", |item| item.integer(0)),
        prompt_mode: agent.read("prompt_mode", prompt_mode),
        initial_prompt: None,
        hooks_provider: hooks.text("provider"),
        hooks_dir: hooks.text("dir"),
        hooks_file: hooks.text("file"),
        hook_args: agent.read("hook_args", Item::texts),
        flags_if_taken: agent.read("flags_if_taken", Item::texts),
        resume: resume(agent.table("resume")),
        config_dir_env: agent.text("config_dir_env"),
        session_id_env: agent.text("session_id_env"),
        instructions: agent.text("instructions"),
        events: agent.read("events", Item::boolean),
        description: DescriptionChanges {
            screen: agent.read("screen", |item| Some(screen(item))),
            keys: keys(agent.table("keys")),
            dialogs: agent.read("dialogs", |item| item.list("tables", dialog)).map(kept::list),
        },
    }
}

fn prompt_mode(item: &Item) -> Option<PromptMode> {
    let text = item.text()?;
    PromptMode::parse(&text).or_else(|| item.refuse("`arg`, `none` or a flag such as `--prompt`"))
}

/// What goes on with a conversation: the words before its id, or with `{id}` among them.
fn resume(mut resume: Table) -> Option<Resume> {
    let (flag, subcommand) = (resume.text("flag"), resume.text("subcommand"));
    let [last, fork, new] = ["last", "fork", "new"].map(|key| resume.text(key));
    let is_subcommand = subcommand.is_some();
    let id = |words: String| if words.contains("{id}") { words } else { format!("{words} {{id}}") };
    let by_id = subcommand.or(flag).map(id);
    let (fork, new) = (fork.map(id), new.map(id));
    let files = files(resume.table("files"));
    let said = [&by_id, &last, &fork, &new].into_iter().any(Option::is_some) || files.is_some();
    let says_new = new.is_some();
    said.then_some(Resume { is_subcommand, by_id, last, fork, new, says_new, files })
}

fn files(mut files: Table) -> Option<ConversationFiles> {
    let [paths, holds] = ["paths", "holds"].map(|key| files.text(key));
    Some(ConversationFiles { paths: paths?, holds: holds? })
}
