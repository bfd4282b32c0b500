//! A yard with all the ways to work in it: an editor with the plugin, the plugin's library, and the
//! floor. All of it goes when it is dropped.

use std::collections::BTreeMap;

use polecat::session::{EditorPlace, EventQueue, RigContext, Settings, Workspace};
use serde_json::{Value as Json, json};

use super::clock::{Span, now};
use super::floor;
use super::gastown::Step;
use super::pipe::Pipe;
use super::samples::Samples;
use super::support::editor::Editor;
use super::support::tmux::tmux_program;
use super::way::Way;
use super::yard::Yard;

/// Where calls are measured. The editor ends first.
pub(crate) struct Shop {
    pub(crate) editor: Editor,
    pub(crate) library: RigContext,
    pub(crate) pipe: Pipe,
    pub(crate) yard: Yard,
}

impl std::ops::Deref for Shop {
    type Target = Yard;

    fn deref(&self) -> &Yard {
        &self.yard
    }
}

/// A line for the floor.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    pub(crate) line: String,
    /// How many commands are in the line.
    pub(crate) blocks: usize,
    /// Under which name the answer was kept; nil when there is none of that name.
    pub(crate) key: String,
    /// What tmux writes, or with a text what it reads.
    pub(crate) file: String,
    pub(crate) text: String,
}

impl Shop {
    pub(crate) async fn new() -> Shop {
        let yard = Yard::new();
        let editor = yard.editor().await;
        let library = library(&yard).await;
        let pipe = Pipe::attach(&tmux_program(), &yard.tmux.socket());
        let shop = Shop { editor, library, pipe, yard };
        start_floor(&shop.editor, &shop.yard).await;
        shop
    }

    /// Runs the plugin's own function in Neovim.
    pub(crate) async fn plugin(&self, method: &str, args: Json) -> Span {
        plugin(&self.editor, method, args).await
    }

    /// Runs programs one after the other, as gastown does.
    pub(crate) fn gastown(&self, steps: &[Step]) -> Span {
        let server = self.server();
        let begin = now();
        for step in steps {
            step.run(&server);
        }
        Span { begin, end: now() }
    }

    /// Runs the same programs from Neovim, which waits for each.
    pub(crate) async fn sync(&self, steps: &[Step]) -> Span {
        let server = self.server();
        let steps: Vec<Json> = steps.iter().map(|step| step.json(&server)).collect();
        span(&self.editor, "require('polecat-bench').sync", json!([steps])).await
    }

    /// Lets the floor keep what the plugin answers to a call, under the call's name.
    pub(crate) async fn keep(&self, key: &str, method: &str, args: Json) {
        let keep = "require('polecat-bench').keep";
        let kept = self.editor.begin(keep, json!([key, method, args])).await.await;
        kept.unwrap_or_else(|failure| panic!("`{method}` fails: {failure:?}"));
    }

    /// The least that the job needs, from Neovim.
    pub(crate) async fn floor(&self, ask: &Ask) -> Span {
        let Ask { line, blocks, key, file, text } = ask;
        let ask = json!({ "line": line, "blocks": blocks, "key": key, "file": file, "text": text });
        span(&self.editor, "require('polecat-bench').floor", json!([ask])).await
    }

    /// The least that the job needs of tmux.
    pub(crate) fn pipe(&mut self, ask: &Ask) -> Span {
        let begin = now();
        if !ask.text.is_empty() {
            std::fs::write(&ask.file, &ask.text).expect("our own folder is writable");
        }
        self.pipe.ask(&ask.line, ask.blocks);
        if ask.text.is_empty() && !ask.file.is_empty() {
            drop(std::fs::read(&ask.file).expect("tmux has written it"));
        }
        Span { begin, end: now() }
    }

    /// Ends the editor first: it must not see the others go.
    pub(crate) async fn close(self) {
        self.editor.quit().await;
    }
}

/// Starts the floor's process in an editor, and waits for its first answer.
pub(crate) async fn start_floor(editor: &Editor, yard: &Yard) -> Span {
    let this = std::env::current_exe().expect("a program has a path");
    let argv = json!([this, floor::FLAG, tmux_program(), yard.tmux.socket()]);
    span(editor, "require('polecat-bench').start_floor", json!([argv])).await
}

/// One call of the plugin in `editor`.
pub(crate) async fn plugin(editor: &Editor, method: &str, args: Json) -> Span {
    span(editor, "require('polecat-bench').plugin", json!([method, args])).await
}

/// When a function of neovim.lua began and was done.
pub(crate) async fn span(editor: &Editor, function: &str, args: Json) -> Span {
    let answer = editor.begin(function, args.clone()).await.await;
    let span = answer.unwrap_or_else(|failure| panic!("{function} {args:.200}: {failure:?}"));
    let time = |key: &str| span[key].as_u64().expect("neovim.lua gives whole ns");
    Span { begin: time("begin"), end: time("ended") }
}

async fn library(yard: &Yard) -> RigContext {
    let Yard { tmux, town } = yard;
    let settings = Settings {
        tmux_command: Some(tmux_program()),
        tmux_socket: Some(tmux.socket().to_string_lossy().into_owned()),
        tracker_command: Some("true".to_owned()),
        ..Settings::default()
    };
    let news = EventQueue::default();
    let workspace = Workspace::new(settings, tmux.launch(), news).expect("the settings are fine");
    let place = EditorPlace { file: None, cwd: town.rig(), rig: None };
    workspace.context(&place).await.expect("the town has a rig")
}

/// Durations by the way they were reached, in ms.
#[derive(Default)]
pub(crate) struct Taken(pub(crate) BTreeMap<Way, Samples>);

impl Taken {
    pub(crate) fn push(&mut self, way: Way, span: Span) {
        self.0.entry(way).or_default().push(span.ms());
    }
}

impl Taken {
    /// Adds what another turn took.
    pub(crate) fn join(&mut self, turn: Taken) {
        for (way, samples) in turn.0 {
            self.0.entry(way).or_default().extend(samples.into_values());
        }
    }
}
