//! Views: what opens them, and what Neovim tells those that are open. The latter are carried out in
//! `rpc/views.rs`, in the order in which they come.

use super::{At, CallContext, Operation, Since, calls};
use crate::rpc::{
    effects::{Effect, View},
    error::Refusal,
};

calls! {
    /// Draws a view from now on.
    "view.open" => ViewOpen {
        at: At,
        /// A number that Neovim chose.
        view: u64,
        kind: String,
        polecat: Option<String>,
        session: Option<String>,
        lines: Option<u32>,
        follow: Option<bool>,
        ansi: Option<bool>,
        since: Option<Since>,
        width: Option<usize>,
    }
    /// What has changed of its window.
    "view.set" => ViewSet {
        at: Option<At>,
        view: u64,
        width: Option<usize>,
        visible: Option<bool>,
    }
    "view.refresh" => ViewRefresh { at: Option<At>, view: u64 }
    "view.close" => ViewClose { at: Option<At>, view: u64 }
    /// A key that was pressed in a view: what it does, and what the row stood for, if for anything.
    "view.act" => ViewAct { at: Option<At>, view: u64, act: String, id: Option<String> }
    /// Has Neovim attach to a polecat's session, as a command does.
    "open.attach" => OpenAttach { at: At, polecat: String }
    /// The same of the status window.
    "open.status" => OpenStatus { at: At, polecat: Option<String> }
    /// The same of a capture.
    "open.capture" => OpenCapture {
        at: At,
        polecat: String,
        lines: Option<u32>,
        snapshot: Option<bool>,
    }
    /// The same of what a polecat changed.
    "open.diff" => OpenDiff { at: At, polecat: String, since: Option<Since> }
}

impl Operation for OpenAttach {
    type Answer = Vec<Effect>;

    async fn run(self, _: &CallContext<'_>) -> Result<Vec<Effect>, Refusal> {
        Ok(open(View::Attach { polecat: self.polecat }))
    }
}

impl Operation for OpenStatus {
    type Answer = Vec<Effect>;

    async fn run(self, _: &CallContext<'_>) -> Result<Vec<Effect>, Refusal> {
        Ok(open(View::Status { polecat: self.polecat }))
    }
}

impl Operation for OpenCapture {
    type Answer = Vec<Effect>;

    async fn run(self, _: &CallContext<'_>) -> Result<Vec<Effect>, Refusal> {
        Ok(open(View::Capture {
            polecat: Some(self.polecat),
            session: None,
            lines: self.lines,
            snapshot: self.snapshot.unwrap_or_default(),
        }))
    }
}

impl Operation for OpenDiff {
    type Answer = Vec<Effect>;

    async fn run(self, _: &CallContext<'_>) -> Result<Vec<Effect>, Refusal> {
        let since = self.since.map(|since| since.name().to_owned());
        Ok(open(View::Diff { polecat: self.polecat, since }))
    }
}

fn open(view: View) -> Vec<Effect> {
    vec![Effect::Open { view, size: None }]
}
