//! What every call can reach.

use std::{future::Future, time::Duration};

use super::given::At;
use crate::{
    rpc::{
        editor::Editor,
        encode::{self, Map},
    },
    session::{RigContext, SessionError, Workspace},
};

/// How old a rig that was found may be for a call that only looks: who asks often has the folders
/// read once.
const REUSE_LIMIT: Duration = Duration::from_secs(1);

/// Where a call is carried out, and for whom.
pub(in crate::rpc) struct CallContext<'a> {
    editor: &'a Editor,
    pub(in crate::rpc) workspace: &'a Workspace,
    id: u64,
}

impl<'a> CallContext<'a> {
    /// Of the call `id`.
    pub(in crate::rpc) fn new(editor: &'a Editor, workspace: &'a Workspace, id: u64) -> Self {
        Self { editor, workspace, id }
    }

    /// The rig that `at` is in.
    pub(in crate::rpc) async fn rig(&self, at: At) -> Result<RigContext, SessionError> {
        self.workspace.context(&at.into()).await
    }

    /// Runs the read-only `look` in the rig that `at` is in.
    pub(super) async fn look<T, F>(
        &self,
        at: At,
        look: impl Fn(RigContext) -> F,
    ) -> Result<T, SessionError>
    where
        F: Future<Output = Result<T, SessionError>>,
    {
        self.workspace.look(&at.into(), REUSE_LIMIT, look).await
    }

    /// Does `work`; whether it succeeds or not, what views show is looked at again after it.
    pub(super) async fn changing<T>(&self, work: impl Future<Output = T>) -> T {
        let done = work.await;
        self.workspace.changed();
        done
    }

    /// Tells the steps of what is done for `whom`.
    pub(super) fn progress(&self, whom: String) -> impl Fn(&str) + Send + Sync + use<> {
        let (editor, id) = (self.editor.clone(), self.id);
        move |step: &str| {
            let data = Map::new().put("id", id).put("polecat", whom.as_str()).put("text", step);
            editor.event("progress", data);
        }
    }

    /// Tells each of `warnings`.
    pub(super) fn warn(&self, warnings: &[String]) {
        for text in warnings {
            self.editor.event("notice", encode::warning(text));
        }
    }
}
