//! The user's configuration: what it may hold, once. Lua sends it as it was written.

mod agent;
mod dialog;
mod hosts;
mod kept;
mod reader;
mod rigs;
#[cfg(test)]
mod round_trip;
mod screen;
mod status;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use rmpv::Value;
use serde::Deserialize;

use self::reader::{Item, Report, Table};
use super::{PROTOCOL, calls::Hello, decode::decode, error::RpcError, paths};
use crate::{
    core::{
        Gastown, Template,
        agent::AgentOverrides,
        screen::{Patterns, Policy},
        session::{State, notifications::Occasion},
        settings::Sources,
    },
    session::{EditorFacts, HealthRow, Level, Settings},
};

/// `vim.g.polecat` as Lua found it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Written {
    /// What can be sent of it.
    values: Option<Value>,
    /// What is wrong with the rest, in whole sentences.
    problems: Vec<String>,
    /// The working directory it was found in: relative paths begin there, also after a `:cd`.
    cwd: Option<PathBuf>,
}

/// Reads the configuration.
///
/// # Errors
/// All that is wrong with it, each by its path.
pub(super) fn settings(written: Written, editor: EditorFacts) -> Result<Settings, Vec<String>> {
    let Written { values, problems, cwd } = written;
    let values = values.unwrap_or(Value::Array(Vec::new()));
    let (report, paths) = (Report::default(), Paths { cwd, home: paths::home() });
    for problem in problems {
        report.note(problem);
    }
    let mut settings = read(&mut Item::root(&values, &report).table(), &paths, editor);
    for (name, host) in &mut settings.hosts {
        host.config = hosts::config_of(&values, name.as_str());
    }
    let problems = report.problems();
    if problems.is_empty() { Ok(settings) } else { Err(problems) }
}

/// The error of every call while the configuration has these problems.
pub(super) fn invalid(problems: &[String]) -> RpcError {
    RpcError::config_invalid(format!("the configuration: {}", problems.join("\n")))
}

/// What `:checkhealth` shows of them.
pub(super) fn health(problems: &[String]) -> Vec<HealthRow> {
    let row = |level, text: String, hint: &str| HealthRow {
        section: "configuration",
        level,
        text,
        hint: Some(hint.to_owned()).filter(|hint| !hint.is_empty()),
    };
    let wrong =
        |problem: &String| row(Level::Error, problem.clone(), "see |polecat-configuration|");
    let rest = "nothing else is checked while the configuration is invalid";
    problems.iter().map(wrong).chain([row(Level::Info, rest.to_owned(), "")]).collect()
}

/// What is wrong with the configuration that the arguments of a `hello` carry, in msgpack.
///
/// # Errors
/// They are not arguments of a `hello` in this protocol.
pub fn config_problems(mut hello: &[u8]) -> Result<Vec<String>, String> {
    let value = rmpv::decode::read_value(&mut hello).map_err(|error| error.to_string())?;
    let hello: Hello = decode("hello", value).map_err(|error| error.message)?;
    if hello.protocol != PROTOCOL {
        return Err(format!("protocol {} is not {PROTOCOL}", hello.protocol));
    }
    let editor = hello.nvim.unwrap_or_default().into();
    Ok(settings(hello.config.unwrap_or_default(), editor).err().unwrap_or_default())
}

/// The patterns by which the screen of the agent `name` is read, with `values` of a configuration, in
/// msgpack.
///
/// # Errors
/// What is wrong with the configuration, or that it does not tell of the agent.
pub fn configured_patterns(mut values: &[u8], name: &str) -> Result<Patterns, Vec<String>> {
    let values = rmpv::decode::read_value(&mut values).map_err(|error| vec![error.to_string()])?;
    let written = Written { values: Some(values), ..Written::default() };
    let agents = settings(written, EditorFacts::default())?.agents.into_iter().collect();
    let sources = Sources { agents, ..Sources::default() };
    let resolved = sources.resolve(Some(name), &|_| true);
    resolved.map(|found| found.agent.patterns()).map_err(|error| vec![error.to_string()])
}

/// The path of every key that a configuration may have: `tmux.socket`, `agents.*.command`,
/// `agents.*.dialogs[1].text`.
#[must_use]
pub fn config_keys() -> Vec<String> {
    let (report, nothing) = (Report::probing(), Value::Map(Vec::new()));
    let paths = Paths { cwd: None, home: None };
    read(&mut Item::root(&nothing, &report).table(), &paths, EditorFacts::default());
    report.keys().into_iter().collect()
}

fn read(config: &mut Table, paths: &Paths, editor: EditorFacts) -> Settings {
    let (mut rig, mut tmux) = (config.table("rig"), config.table("tmux"));
    let mut capture = config.table("capture");
    let mut list = config.table("status");
    let watch = config.read("watch", Item::boolean).unwrap_or_default();
    // These are Lua's own, and come along because the configuration is sent whole.
    config.table("backend").read("command", |item| command(item, paths).map(drop));
    config.table("install").text("url");
    config.read("log_level", |item| item.one_of(&LOG_LEVELS.map(|level| (level, ()))));
    Settings {
        rigs: rigs::rigs(config, watch, paths),
        hosts: hosts::hosts(config, watch, paths),
        all_rigs: config.read("all", Item::boolean).unwrap_or_default(),
        rig_path: rig.read("path", |item| paths.path(item)),
        rig_name: rig.text("name"),
        tmux_command: tmux.read("command", |item| paths.program(item)),
        // A name, or a path: told apart like a program's.
        no_tmux_start: None,
        count_delay: Duration::ZERO,
        tmux_socket: tmux.read("socket", |item| paths.program(item)),
        tracker_command: config.table("tracker").text("command"),
        capture_fit: capture.read("fit", Item::boolean),
        capture_lines: capture
            .read("lines", |item| item.integer(1))
            .and_then(|lines| lines.try_into().ok()),
        agent: config.text("agent"),
        agents: agents(config),
        dialogs: config.read("dialogs", |item| item.one_of(&POLICIES)).unwrap_or_default(),
        setup: rigs::setup(config).unwrap_or_default(),
        wrap: rigs::wrap(config, paths).unwrap_or_default(),
        gastown: config.read("gastown", |item| item.one_of(&GASTOWNS)).flatten(),
        worktrees: config
            .read("worktrees", |item| paths.template(item, editor.data.as_deref()))
            .unwrap_or_default(),
        notify: config.read("notify", |item| item.words(&occasions())).unwrap_or_else(|| {
            let states = [State::Waiting, State::Died, State::Idle].map(Occasion::State);
            states.into_iter().chain([Occasion::Trouble]).collect()
        }),
        notify_command: config
            .read("notify_command", |item| command(item, paths))
            .unwrap_or_default(),
        prompts: config
            .read("prompts", |item| Some(item.map(prompt)))
            .into_iter()
            .flatten()
            .collect(),
        questions_by_select: config
            .read("questions", |item| item.one_of(&QUESTIONS))
            .unwrap_or_default(),
        columns: status::columns(&mut list),
        sidebar: status::sidebar(&mut list.table("sidebar")),
        editor,
    }
}

fn agents(config: &mut Table) -> BTreeMap<String, AgentOverrides> {
    let agents = config.read("agents", |item| Some(item.map(|item| Some(agent::changes(item)))));
    agents.into_iter().flatten().collect()
}

/// What a host goes by, as its hub has read it: in msgpack.
///
/// # Errors
/// What is wrong with it.
pub(super) fn of_hub(mut config: &[u8]) -> Result<Settings, String> {
    let values = rmpv::decode::read_value(&mut config).map_err(|error| error.to_string())?;
    let written = Written { values: Some(values), ..Written::default() };
    settings(written, editor_there()).map_err(|problems| problems.join("; "))
}

/// What a Neovim on a host would say of itself: both are to see the same.
fn editor_there() -> EditorFacts {
    let folder = |variable: &str, usual: &str| {
        let named = std::env::var_os(variable).map(PathBuf::from);
        let folder = named.or_else(|| Some(paths::home()?.join(usual)));
        folder.map(|folder| folder.join("nvim"))
    };
    let data = folder("XDG_DATA_HOME", ".local/share");
    EditorFacts { tmux: None, data, state: folder("XDG_STATE_HOME", ".local/state") }
}

/// What a person can be told of, by its words.
fn occasions() -> Vec<(&'static str, Occasion)> {
    let states = STATES.map(Occasion::State).into_iter();
    states.chain([Occasion::Trouble]).map(|one| (one.as_str(), one)).collect()
}

/// A text for messages, whose name is a word.
fn prompt(item: &Item) -> Option<String> {
    if item.path().contains(char::is_whitespace) {
        return item.problem("expected a name without blanks");
    }
    item.text()
}

const LOG_LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];
/// Who answers dialogs; what is not said is for the agents' own flags to imply.
const POLICIES: [(&str, Policy); 2] = [("accept", Policy::Accept), ("ask", Policy::Ask)];
/// How a question of an agent is put.
const QUESTIONS: [(&str, bool); 2] = [("window", false), ("select", true)];
/// Which gastown runs the town; with `auto` the town tells.
const GASTOWNS: [(&str, Option<Gastown>); 3] =
    [("auto", None), ("0.5", Some(Gastown::V0_5)), ("0.6", Some(Gastown::V0_6))];
const STATES: [State; 8] = [
    State::Starting,
    State::Working,
    State::Idle,
    State::Waiting,
    State::Exited,
    State::Died,
    State::Stopped,
    State::Unknown,
];

/// A program, or a list of it and its arguments.
fn command(item: &Item, paths: &Paths) -> Option<Vec<String>> {
    if item.is_text() {
        return paths.program(item).map(|program| vec![program]);
    }
    let mut words = item.list("a program and its arguments", Item::variable)?;
    let Some(program) = words.first_mut().filter(|program| !program.is_empty()) else {
        return item.problem("expected a program and its arguments, got none");
    };
    *program = paths.program_of(item, std::mem::take(program))?;
    Some(words)
}

/// What paths of the configuration begin at.
struct Paths {
    cwd: Option<PathBuf>,
    home: Option<PathBuf>,
}

impl Paths {
    fn path(&self, item: &Item) -> Option<PathBuf> {
        self.named(item, &item.text()?)
    }

    /// The path that `text` means, at the key or the value of `item`.
    fn named(&self, item: &Item, text: &str) -> Option<PathBuf> {
        if text.starts_with('~') && text != "~" && !text.starts_with("~/") {
            return item.problem(&format!("`{text}`: only `~/` is supported"));
        }
        let cwd = self.cwd.as_deref().unwrap_or(Path::new("/"));
        Some(paths::absolute(Path::new(text), cwd, self.home.as_deref()))
    }

    /// A program by its name, or by a path.
    fn program(&self, item: &Item) -> Option<String> {
        self.program_of(item, item.text()?)
    }

    fn program_of(&self, item: &Item, text: String) -> Option<String> {
        if text.contains('/') {
            return self.named(item, &text)?.into_os_string().into_string().ok();
        }
        Some(text)
    }

    fn template(&self, item: &Item, data: Option<&Path>) -> Option<Template> {
        let text = item.text()?;
        let at_home = text.strip_prefix("~/").zip(self.home.as_deref());
        let full = at_home.map(|(rest, home)| format!("{}/{rest}", home.display()));
        let template = Template::parse(full.as_deref().unwrap_or(&text), data);
        template.map_err(|bad| item.problem::<()>(&bad.to_string())).ok()
    }
}

#[cfg(test)]
mod tests;
