//! What Neovim is to do in answer to a command: data, carried out by one table in
//! `lua/polecat/ui/effects.lua`. What asks a person carries the call that follows the answer.

pub(super) mod compose;
pub(super) mod file_text;
mod preview;
pub(super) mod question;
pub(super) mod side_by_side;
mod view;

use std::{ffi::OsString, path::PathBuf};

use rmpv::Value;
use serde::{Serialize, Serializer};

pub(super) use self::view::View;
use self::{
    compose::Compose, file_text::FileText, question::QuestionWindow, side_by_side::SideBySide,
};
use super::at::At;
use super::encode::{self, Map};
use crate::core::rig::address::in_commands;
use crate::session::{AttachPlan, FoundLocation};

/// One thing for Neovim to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Effect {
    /// Tells the user.
    Notify(Level, String),
    /// Asks whether to go on.
    Confirm {
        prompt: String,
        /// What goes on is called; the other choice is `Cancel`.
        yes: &'static str,
        /// The command or the key that asks again, for who was busy and could not be asked.
        again: String,
        then: Request,
    },
    /// Lets the user choose.
    Select {
        prompt: String,
        /// What is chosen from, for the user's own `vim.ui.select`.
        kind: Option<&'static str>,
        /// As of [`Effect::Confirm`], where one command does.
        again: Option<String>,
        choices: Vec<Choice>,
    },
    /// Shows what a choice is about, all of it, and lets the user choose.
    Preview(Preview),
    /// Opens the window in which a question of an agent is answered.
    Question(Box<QuestionWindow>),
    /// Opens one of our buffers in a window.
    Open {
        view: View,
        /// Of which rig it is, where that is not the one around.
        at: Option<At>,
        /// The lines, or columns, of its window.
        size: Option<u32>,
        /// Whether it takes the window in which it was asked for.
        here: bool,
    },
    /// Opens a file in a window that shows files.
    Edit {
        file: PathBuf,
        /// What is in it, where it is one of a host.
        content: Option<Box<FileText>>,
        /// From 1; the column in bytes.
        line: Option<u32>,
        column: Option<u32>,
    },
    /// Lists locations in the quickfix window.
    Quickfix { title: String, items: Vec<FoundLocation> },
    /// Runs `plan` in a terminal, or has the user's own tmux client switch.
    Terminal {
        polecat: String,
        plan: AttachPlan,
        /// As of [`Effect::Open`].
        at: Option<At>,
        size: Option<u32>,
        /// The command or the key that attaches again, for who was busy.
        again: String,
        /// A shell is run instead.
        shell: Option<Shell>,
    },
    /// Logs in on a host in a terminal; `then` is called when that was done.
    Login { host: String, argv: Vec<OsString>, again: String, then: Request },
    /// Opens a folder in a tab page that has it as its directory.
    Tab { dir: PathBuf },
    /// Runs the tour in a terminal in a tab page of its own.
    Tour { argv: Vec<OsString> },
    /// Has functions of the configuration called again, and what is another by then sent.
    Configure,
    /// Has the next backend use this rig too; none ends that.
    Pin(Option<PathBuf>),
    /// Opens a buffer to write a text in.
    Compose(Box<Compose>),
    /// Shows a file beside what it was.
    SideBySide(Box<SideBySide>),
    /// Draws one of our buffers anew, where it is open, with these changes to what it shows.
    Refresh {
        name: String,
        /// The folder of its rig, which tells it from another's of the same name.
        rig: Option<PathBuf>,
        since: Option<&'static str>,
    },
    /// Puts a text into the unnamed register.
    Register(String),
    /// Reads the files below a folder again that buffers show, where Neovim does so by itself.
    Checktime(PathBuf),
}

/// Which shell a terminal runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shell {
    /// The user's own, in this folder.
    Here(PathBuf),
    /// The one that the plan goes to, on a host.
    There,
}

impl Shell {
    /// Its folder, where that is one of this machine, as Lua takes it.
    fn dir(self) -> Option<Value> {
        match self {
            Self::Here(dir) => Some(encode::word(dir.as_os_str())),
            Self::There => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Info,
    Warn,
}

/// A call that is made when a person has said so. It is made as it stands: whatever happened
/// meanwhile, it is about what the person was asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Request {
    pub(super) method: &'static str,
    pub(super) args: Value,
    /// Whether what the editor has open goes along, as it is by then.
    pub(super) editor: bool,
}

/// A choice, and what follows it: nothing for one that declines.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    pub(super) label: String,
    pub(super) then: Option<Request>,
}

/// A choice with something to be read first.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Preview {
    /// Of exactly this: asked twice at once, it is answered once.
    pub(super) id: String,
    pub(super) prompt: String,
    /// The title of its window, and the one where there is no room for all of it.
    pub(super) titles: [&'static str; 2],
    pub(super) filetype: &'static str,
    pub(super) lines: Vec<String>,
    pub(super) again: String,
    pub(super) choices: Vec<Choice>,
    /// The choice that shows all of it instead, offered where there is no room.
    pub(super) show_all: &'static str,
}

/// Tells `text`.
pub(super) fn info(text: impl Into<String>) -> Effect {
    Effect::Notify(Level::Info, text.into())
}

/// Tells each of `warnings`.
pub(super) fn warnings(warnings: &[String]) -> impl Iterator<Item = Effect> + use<'_> {
    warnings.iter().map(|text| Effect::Notify(Level::Warn, text.clone()))
}

/// As Lua reads it: `{ kind, ... }`.
impl Serialize for Effect {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Value::from(self.clone().encode()).serialize(to)
    }
}

impl Effect {
    /// The same with the polecat in the commands that it tells named as it was `said`.
    pub(super) fn about(self, said: &str) -> Self {
        match self {
            Self::Notify(level, text) => Self::Notify(level, in_commands(&text, said)),
            other => other,
        }
    }

    fn encode(self) -> Map {
        let kind = |kind: &str| Map::new().put("kind", kind);
        match self {
            Self::Notify(level, text) => {
                let level = if level == Level::Warn { "warn" } else { "info" };
                kind("notify").put("level", level).put("text", text)
            }
            // `Cancel` stands first, which is what a picker answers to a stray <CR>.
            Self::Confirm { prompt, yes, again, then } => {
                let choice = |label: &str, then| Choice { label: label.to_owned(), then };
                let choices = vec![choice("Cancel", None), choice(yes, Some(then))];
                Self::Select { prompt, kind: None, again: Some(again), choices }.encode()
            }
            Self::Select { prompt, kind: what, again, choices } => kind("select")
                .put("busy", not_asked(&prompt, again.as_deref()))
                .put("prompt", prompt)
                .some("of", what)
                .put("choices", self::choices(choices)),
            Self::Preview(preview) => preview.encode(kind("preview")),
            Self::Question(question) => question.encode(kind("question")),
            Self::Open { view, at, size, here } => {
                view.encode().some("at", place(at)).some("size", size).flag("here", here)
            }
            Self::Edit { file, content, line, column } => kind("edit")
                .put("busy", not_opened(&file.to_string_lossy()))
                .put("file", encode::word(file.as_os_str()))
                .some("content", content.map(|content| *content))
                .some("line", line)
                .some("column", column),
            Self::Quickfix { title, items } => {
                let items = items.into_iter().map(|item| quickfix(item).into()).collect();
                kind("quickfix")
                    .put("busy", not_opened("the quickfix window"))
                    .put("title", title)
                    .put("items", Value::Array(items))
            }
            Self::Terminal { polecat, plan, at, size, again, shell } => kind("terminal")
                .put(
                    "busy",
                    busy(
                        match shell {
                            None => format!("not attached to `{polecat}` while you are busy"),
                            Some(_) => format!("no shell of `{polecat}` while you are busy"),
                        },
                        Some(format!("`{again}` tries again")),
                    ),
                )
                .put("polecat", polecat)
                .some("at", place(at))
                .some("size", size)
                .some("shell", shell.as_ref().map(|_| true))
                .some("dir", shell.and_then(Shell::dir))
                .put("plan", encode::attach(plan)),
            Self::Login { host, argv, again, then } => kind("terminal")
                .put("busy", not_asked(&format!("the login on `{host}`"), Some(&again)))
                .put("plan", encode::attach(AttachPlan { argv, switch: None }))
                .put("call", then),
            Self::Tab { dir } => kind("tab")
                .put("busy", not_opened(&dir.to_string_lossy()))
                .put("dir", encode::word(dir.as_os_str())),
            Self::Tour { argv } => kind("terminal")
                .put("busy", not_opened("the tour"))
                .put("tab", true)
                .put("plan", encode::attach(AttachPlan { argv, switch: None })),
            Self::Configure => kind("configure"),
            Self::Pin(path) => {
                kind("pin").some("path", path.map(|path| encode::word(path.as_os_str())))
            }
            Self::Compose(compose) => compose.encode(kind("compose")),
            Self::SideBySide(files) => files.encode(kind("side_by_side")),
            Self::Refresh { name, rig, since } => {
                let spec = since.map(|since| Map::new().put("since", since));
                let rig = rig.map(|rig| encode::word(rig.as_os_str()));
                kind("refresh").put("name", name).some("rig", rig).some("spec", spec)
            }
            Self::Register(text) => kind("register").put("text", text),
            Self::Checktime(folder) => {
                kind("checktime").put("folder", encode::word(folder.as_os_str()))
            }
        }
    }
}

/// Where something of ours is opened.
fn place(at: Option<At>) -> Option<Value> {
    at.map(|at| encode::told(&at))
}

impl From<Request> for Value {
    fn from(request: Request) -> Self {
        let editor = request.editor.then_some(true);
        Map::new()
            .put("method", request.method)
            .put("args", request.args)
            .some("editor", editor)
            .into()
    }
}

/// What is told when a question comes while somebody does something else.
fn not_asked(prompt: &str, again: Option<&str>) -> Map {
    let hint = again.map(|again| format!("`{again}` asks again"));
    busy(format!("not asked while you are busy: {prompt}"), hint)
}

/// The same of a window.
fn not_opened(what: &str) -> Map {
    busy(format!("not opened while you are busy: {what}"), None)
}

fn busy(message: String, hint: Option<String>) -> Map {
    Map::new().put("code", "cancelled").put("message", message).some("hint", hint)
}

/// As `setqflist()` takes it.
fn quickfix(item: FoundLocation) -> Map {
    Map::new()
        .put("filename", encode::word(item.file.as_os_str()))
        .put("lnum", item.line)
        .some("col", item.column)
        .put("text", encode::bytes(item.text))
}

fn choices(choices: Vec<Choice>) -> Value {
    let choice = |Choice { label, then }| Map::new().put("label", label).some("call", then).into();
    Value::Array(choices.into_iter().map(choice).collect())
}

#[cfg(test)]
mod tests;
