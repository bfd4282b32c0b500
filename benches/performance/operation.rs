//! The operations that only look, each in every way.

use polecat::session::{CaptureOptions, RigContext};
use serde_json::{Value as Json, json};

use super::gastown::{self, Step};
use super::shop::{Ask, Shop};
use super::yard::session_of;

/// A call that changes nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    IsRunning,
    Status,
    /// With so many sessions on the server.
    List(usize),
    Capture {
        lines: u32,
        ansi: bool,
    },
}

/// Who is asked about.
pub(crate) const WHO: &str = "p000";
/// Who has printed much.
pub(crate) const WRITER: &str = "writer";

impl Operation {
    pub(crate) fn name(self) -> String {
        match self {
            Operation::IsRunning => "is_running".to_owned(),
            Operation::Status => "status".to_owned(),
            Operation::List(1) => "list, 1 session".to_owned(),
            Operation::List(sessions) => format!("list, {sessions} sessions"),
            Operation::Capture { lines, ansi } => {
                format!("capture, {lines} lines{}", if ansi { ", colours" } else { "" })
            }
        }
    }

    /// The plugin's function and its arguments.
    pub(crate) fn call(self) -> (&'static str, Json) {
        match self {
            Operation::IsRunning => ("is_running", json!([WHO])),
            Operation::Status => ("status", json!([WHO])),
            Operation::List(_) => ("list", json!([])),
            Operation::Capture { lines, ansi } => {
                ("capture", json!([WRITER, { "lines": lines, "ansi": ansi }]))
            }
        }
    }

    pub(crate) async fn library(self, context: &RigContext) {
        let done = match self {
            Operation::IsRunning => context.sessions().is_running(WHO).await.map(drop),
            Operation::Status => context.sessions().status(WHO).await.map(drop),
            Operation::List(_) => context.sessions().list().await.map(drop),
            Operation::Capture { lines, ansi } => {
                context.observer().capture(WRITER, CaptureOptions { lines, ansi }).await.map(drop)
            }
        };
        done.expect("the sessions are there");
    }

    pub(crate) fn gastown(self, sessions: &[String]) -> Vec<Step> {
        match self {
            Operation::IsRunning => vec![gastown::has_session(&session_of(WHO))],
            Operation::Status => gastown::status(&session_of(WHO)),
            Operation::List(_) => gastown::list_with_status(sessions),
            Operation::Capture { lines, ansi } => {
                gastown::capture(&session_of(WRITER), lines, ansi)
            }
        }
    }

    /// The same programs, but for a listing: any Lua plugin would ask for all at once.
    pub(crate) fn sync(self, sessions: &[String]) -> Vec<Step> {
        let fields = "#{session_name}|#{session_windows}|#{session_created}|#{session_attached}|#{session_activity}";
        match self {
            Operation::List(_) => vec![Step::tmux(&["list-sessions", "-F", fields])],
            _ => self.gastown(sessions),
        }
    }

    /// The least that must be asked of tmux.
    pub(crate) fn ask(self, shop: &Shop, key: &str) -> Ask {
        let key = key.to_owned();
        let few = "#{session_name}|#{pane_id}|#{pane_pid}|#{pane_dead}|#{session_created}|#{session_windows}|#{session_attached}|#{window_activity}";
        let session = session_of(WHO);
        let line = match self {
            Operation::IsRunning => format!("has-session -t ={session}"),
            Operation::Status => format!("list-panes -s -t ={session}: -F '{few}'"),
            Operation::List(_) => format!("list-panes -a -F '{few}'"),
            Operation::Capture { lines, ansi } => return capture(shop, lines, ansi, key),
        };
        Ask { line, blocks: 1, key, ..Ask::default() }
    }
}

/// By a file: printed to a control client a capture leaks the server's memory below tmux 3.6.
fn capture(shop: &Shop, lines: u32, ansi: bool, key: String) -> Ask {
    let (pane, file) = (shop.pane(&session_of(WRITER)), shop.file("floor"));
    let (file, colours) = (file.to_string_lossy().into_owned(), if ansi { " -e" } else { "" });
    let line = format!(
        "capture-pane -b bench-d -t {pane} -S -{lines}{colours} ; save-buffer -b bench-d {file} ; delete-buffer -b bench-d"
    );
    Ask { line, blocks: 3, key, file, ..Ask::default() }
}
