//! Views: what opens them, and what Neovim tells those that are open. The latter are carried out in
//! `rpc/views.rs`, in the order in which they come.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::{At, Attach, CallContext, Operation, Since, Status, calls};
use crate::{
    rpc::{
        effects::{Effect, View},
        error::Refusal,
    },
    session::Reach,
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
        /// Whether it is of all rigs.
        all: Option<bool>,
    }
    /// What has changed of its window.
    "view.set" => ViewSet {
        at: Option<At>,
        view: u64,
        width: Option<usize>,
        visible: Option<bool>,
    }
    /// Changes how polecats are listed, in every view of them.
    "view.list" => ViewList {
        at: Option<At>,
        order: Option<String>,
        /// Only those in this state, with this agent, of the rig with this home.
        state: Option<String>,
        agent: Option<String>,
        rig: Option<String>,
        /// All are shown.
        all: Option<bool>,
    }
    "view.refresh" => ViewRefresh { at: Option<At>, view: u64 }
    "view.close" => ViewClose { at: Option<At>, view: u64 }
    /// A key that was pressed in a view.
    "view.act" => ViewAct {
        at: At,
        /// None of one that has ended, such as a snapshot.
        view: Option<u64>,
        /// What the key does.
        act: String,
        /// What its row stood for, if for anything; of a selection the first.
        id: Option<String>,
        last_id: Option<String>,
        text: Option<ByteBuf>,
        /// The byte of the text's line that the cursor is on, from 0.
        column: Option<usize>,
        count: Option<u32>,
        about: Option<About>,
        /// The person has said yes.
        confirmed: Option<bool>,
    }
    /// Has Neovim attach to a polecat's session, as a command does.
    "open.attach" => OpenAttach { at: At, polecat: String }
    /// The same of the status window.
    "open.status" => OpenStatus { at: At, polecat: Option<String>, all: Option<bool> }
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

/// What a view is about.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rpc) struct About {
    pub(in crate::rpc) polecat: Option<String>,
    pub(in crate::rpc) session: Option<String>,
}

impl Operation for OpenAttach {
    type Answer = Vec<Effect>;

    async fn run(self, context: &CallContext<'_>) -> Result<Vec<Effect>, Refusal> {
        let again = format!(":PolecatAttach {}", self.polecat);
        if context.is_far(&self.polecat) {
            let (at, polecat) = (self.at, self.polecat);
            let plan = Attach { at: at.clone(), polecat: polecat.clone() }.run(context).await?;
            return Ok(vec![Effect::Terminal {
                polecat,
                plan,
                at: Some(at),
                size: None,
                again,
                shell: None,
            }]);
        }
        let whom = context.whom(self.at.clone(), &self.polecat, Reach::Anywhere).await?;
        let (at, polecat) = (self.at.in_rig(whom.context.rig_path()), whom.shown);
        let plan = Attach { at: at.clone(), polecat: whom.polecat }.run(context).await?;
        Ok(vec![Effect::Terminal { polecat, plan, at: Some(at), size: None, again, shell: None }])
    }
}

impl Operation for OpenStatus {
    type Answer = Vec<Effect>;

    async fn run(self, context: &CallContext<'_>) -> Result<Vec<Effect>, Refusal> {
        let Some(polecat) = self.polecat else {
            let all = match self.all {
                Some(all) => all,
                None => context.lists_all(&self.at).await,
            };
            return Ok(open(View::list(context.workspace, all, false), None));
        };
        if context.is_far(&polecat) {
            return Ok(open(View::Status { polecat }, Some(self.at.for_host())));
        }
        let whom = context.whom(self.at.clone(), &polecat, Reach::Reads).await?;
        let view = View::Status { polecat: whom.shown };
        Ok(open(view, Some(self.at.in_rig(whom.context.rig_path()))))
    }
}

impl Operation for OpenCapture {
    type Answer = Vec<Effect>;

    async fn run(self, context: &CallContext<'_>) -> Result<Vec<Effect>, Refusal> {
        let lines = self.lines.unwrap_or_else(|| context.workspace.capture_lines());
        let snapshot = self.snapshot.unwrap_or_default();
        if context.is_far(&self.polecat) {
            return Ok(open(View::of_far(self.polecat, lines, snapshot), Some(self.at.for_host())));
        }
        let whom = context.whom(self.at.clone(), &self.polecat, Reach::Reads).await?;
        let at = self.at.in_rig(whom.context.rig_path());
        let status = Status { at: at.clone(), polecat: whom.polecat }.run(context).await?;
        let (polecat, session) = (Some(whom.shown), status.session_id);
        Ok(open(View::Capture { polecat, session, lines, snapshot }, Some(at)))
    }
}

impl Operation for OpenDiff {
    type Answer = Vec<Effect>;

    async fn run(self, context: &CallContext<'_>) -> Result<Vec<Effect>, Refusal> {
        let since = self.since.map(|since| since.name().to_owned());
        if context.is_far(&self.polecat) {
            let view = View::Diff { polecat: self.polecat, since };
            return Ok(open(view, Some(self.at.for_host())));
        }
        let whom = context.whom(self.at.clone(), &self.polecat, Reach::Reads).await?;
        let at = self.at.in_rig(whom.context.rig_path());
        Ok(open(View::Diff { polecat: whom.shown, since }, Some(at)))
    }
}

fn open(view: View, at: Option<At>) -> Vec<Effect> {
    vec![Effect::Open { view, at, size: None, here: false }]
}
