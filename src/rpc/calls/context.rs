//! What every call can reach.

use std::{future::Future, sync::Arc};

use super::{At, RigName};
use crate::{
    fleet::{Fleet, Hub},
    rpc::{
        editor::Editor,
        encode::{self, Map},
        error::Refusal,
        views::rows::Rows,
    },
    session::{Messenger, Reach, RigContext, SessionError, Ticket, Whom, Workspace},
};

/// Where a call is carried out, and for whom.
pub(in crate::rpc) struct CallContext<'a> {
    hears: Hears<'a>,
    pub(in crate::rpc) workspace: &'a Workspace,
    pub(in crate::rpc) fleet: &'a Fleet,
    /// What the view shows that the call is about.
    pub(in crate::rpc) rows: Option<Rows>,
    /// Its place among the others that type.
    ticket: Option<Arc<Ticket>>,
}

/// Who hears what is told on the way.
#[derive(Clone, Copy)]
enum Hears<'a> {
    /// The editor whose call has this number.
    Editor(&'a Editor, u64),
    /// The hub that we serve.
    Hub(&'a Hub),
}

impl<'a> CallContext<'a> {
    /// Of the call `id`.
    pub(in crate::rpc) fn new(
        editor: &'a Editor,
        (workspace, fleet): (&'a Workspace, &'a Fleet),
        id: u64,
    ) -> Self {
        Self { hears: Hears::Editor(editor, id), workspace, fleet, rows: None, ticket: None }
    }

    /// Of a call of the hub that we serve.
    pub(super) fn of_hub(hub: &'a Hub, (workspace, fleet): (&'a Workspace, &'a Fleet)) -> Self {
        Self { hears: Hears::Hub(hub), workspace, fleet, rows: None, ticket: None }
    }

    /// The same with its place among others, if it has one.
    pub(in crate::rpc) fn with_ticket(self, ticket: Option<Ticket>) -> Self {
        Self { ticket: ticket.map(Arc::new), ..self }
    }

    /// It is none of those that type here: they do not wait for it.
    pub(super) fn types_elsewhere(&self) {
        self.ticket.iter().for_each(|ticket| ticket.pass());
    }

    /// Whether it is carried out for a hub: what is sent to that has bounds.
    pub(super) fn is_of_hub(&self) -> bool {
        matches!(self.hears, Hears::Hub(_))
    }

    /// The same, about a view that shows `rows`.
    pub(in crate::rpc) fn about(self, rows: Option<Rows>) -> Self {
        Self { rows, ..self }
    }

    /// The rig that `at` is in.
    pub(in crate::rpc) async fn rig(&self, at: At) -> Result<RigContext, SessionError> {
        self.workspace.context(&at.into()).await
    }

    /// The rig that is named, or the one that `at` is in.
    pub(in crate::rpc) async fn named_rig(
        &self,
        at: At,
        named: Option<&RigName>,
    ) -> Result<RigContext, SessionError> {
        match named {
            Some(rig) => Ok(self.whom(at, rig.prefix(), Reach::Here).await?.context),
            None => self.rig(at).await,
        }
    }

    /// Whether lists are of all rigs where nobody says otherwise: also where there is none around.
    pub(in crate::rpc) async fn lists_all(&self, at: &At) -> bool {
        self.workspace.lists_all_rigs() || !self.workspace.has_rig(&at.clone().into()).await
    }

    /// Whom `said` means at `at`.
    pub(in crate::rpc) async fn whom(
        &self,
        at: At,
        said: &str,
        reach: Reach,
    ) -> Result<Whom, SessionError> {
        // Boxed, to keep the futures of callers small.
        Box::pin(self.workspace.whom(&at.into(), said, reach)).await
    }

    /// The same for a call that only looks: one that was found just now is not looked for again.
    pub(super) async fn recent_rig(&self, at: At) -> Result<RigContext, SessionError> {
        self.workspace.recent_context(&at.into()).await
    }

    /// What sends messages to the agents of `rig`, in the order in which the calls came.
    pub(super) fn messenger(&self, rig: &RigContext) -> Messenger {
        rig.messenger().with_ticket(self.ticket.clone())
    }

    /// Does `work`; whether it succeeds or not, what views show is looked at again after it.
    pub(super) async fn changing<T>(&self, work: impl Future<Output = T>) -> T {
        let done = work.await;
        self.workspace.changed();
        done
    }

    /// The same with a polecat of the rig around, called `said`: an error tells which other rig has
    /// one of that name.
    pub(super) async fn own<T>(
        &self,
        whom: &Whom,
        said: &str,
        work: impl Future<Output = Result<T, SessionError>>,
    ) -> Result<T, Refusal> {
        // Boxed, to keep the futures of callers small.
        match Box::pin(self.changing(work)).await {
            Ok(done) => Ok(done),
            Err(error) => Err(self.workspace.elsewhere(whom, said, error).await.into()),
        }
    }

    /// Tells the steps of what is done for `whom`.
    pub(in crate::rpc) fn progress(&self, whom: String) -> impl Fn(&str) + Send + Sync + use<'a> {
        let hears = self.hears;
        move |step: &str| match hears {
            Hears::Editor(editor, id) => {
                let data = Map::new().put("id", id).put("polecat", whom.as_str()).put("text", step);
                editor.event("progress", data);
            }
            Hears::Hub(hub) => hub.try_part(&step),
        }
    }

    /// Tells each of `warnings`.
    pub(super) fn warn(&self, warnings: &[String]) {
        // A hub is told with the answer.
        let Hears::Editor(editor, _) = self.hears else { return };
        for text in warnings {
            editor.event("notice", encode::warning(text));
        }
    }
}
