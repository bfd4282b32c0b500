//! The calls that a hub has a host carry out: the table of them, and what carries them out there.

use serde::Serialize;

#[cfg_attr(
    not(test),
    expect(clippy::wildcard_imports, reason = "the table below names every such call")
)]
use super::*;
use super::{
    At, CallContext, Method, RigName,
    everywhere::{AboutPolecat, Name},
    files,
};
use crate::{
    fleet::{FarError, Fleet, Hub, Served, pack, unpack_exactly},
    rpc::{config, error::RpcError},
    session::{Settings, Tickets, Workspace},
};

macro_rules! impl_about {
    ($call:ident) => {
        impl AboutPolecat for $call {
            fn said(&self) -> Option<&str> {
                Name::said(&self.polecat)
            }

            fn set(&mut self, at: At, polecat: &str) {
                (self.at, self.polecat) = (at, Name::of(polecat));
            }
        }
    };
}

/// For calls about a whole rig.
macro_rules! impl_about_rig {
    ($call:ident) => {
        impl AboutPolecat for $call {
            fn said(&self) -> Option<&str> {
                self.rig.as_ref().map(RigName::prefix)
            }

            fn set(&mut self, at: At, _: &str) {
                (self.at, self.rig) = (at, None);
            }
        }
    };
}

macro_rules! everywhere {
    ($($call:ident),*; $($of_rig:ident),*;) => {
        $(impl_about!($call);)*
        impl_about!(FollowOutput);
        $(impl_about_rig!($of_rig);)*

        /// Whether the call `name` is carried out in order with others.
        fn is_in_order(name: &str) -> bool {
            match name {
                $($call::NAME => $call::IN_ORDER,)*
                _ => false,
            }
        }

        /// Carries out the call `name` of a hub.
        async fn carry_out(
            name: &str,
            args: &[u8],
            context: &CallContext<'_>,
        ) -> Result<Vec<u8>, RpcError> {
            match name {
                $($call::NAME => carry_out_one::<$call>(args, context).await,)*
                $($of_rig::NAME => carry_out_one::<$of_rig>(args, context).await,)*
                _ => files::carry_out(name, args, context.workspace).await,
            }
        }
    };
}

everywhere! {
    Stop, IsRunning, Status, Asked, Capture, Inject, ShowQueue, DropQueued, ReleaseQueue, Interrupt,
    Answer, Start, Fork, Sling, New, Setup, Remove, Restore, Label, Attempts,
    ReviewChanges, ReviewBefore, ReviewVersion, KeepComment, DropComment, SendComments, TakeParts,
    RejectParts, UndoParts,
    PlanMerge, Merge, PlanPush, Push, OpenPullRequest, Worktree, ShowSetup;
    StopAll, ResumeAll, Issues;
}

async fn carry_out_one<C: Everywhere>(
    args: &[u8],
    context: &CallContext<'_>,
) -> Result<Vec<u8>, RpcError> {
    let call: C = unpack_exactly(args).map_err(RpcError::internal)?;
    // Boxed, because what it may wait for is large.
    let answer = Box::pin(call.here(context)).await?;
    Ok(pack(&answer).map_err(RpcError::internal)?.into_vec())
}

/// Carries out the calls of a hub, on a host.
#[derive(Clone)]
pub(in crate::rpc) struct FarCalls {
    /// Without any: a host has no other hosts.
    no_hosts: Fleet,
    tickets: Tickets,
}

impl FarCalls {
    pub(in crate::rpc) fn new(no_hosts: Fleet) -> Self {
        Self { no_hosts, tickets: Tickets::default() }
    }
}

impl Served for FarCalls {
    fn settings(&self, config: &[u8]) -> Result<Settings, String> {
        config::of_hub(config)
    }

    async fn carry_out(
        self,
        name: String,
        args: Vec<u8>,
        workspace: Workspace,
        mut hub: Hub,
    ) -> Result<Vec<u8>, FarError> {
        // Before anything is waited for: the calls begin in the order in which they came.
        let ticket = is_in_order(&name).then(|| self.tickets.take());
        if name == FollowOutput::NAME {
            return follow(&args, &workspace, &mut hub).await.map_err(FarError::from);
        }
        let context = CallContext::of_hub(&hub, (&workspace, &self.no_hosts)).with_ticket(ticket);
        carry_out(&name, &args, &context).await.map_err(FarError::from)
    }
}

async fn follow(args: &[u8], workspace: &Workspace, hub: &mut Hub) -> Result<Vec<u8>, RpcError> {
    let call: FollowOutput = unpack_exactly(args).map_err(RpcError::internal)?;
    call.send(workspace, hub).await?;
    Ok(pack(&()).map_err(RpcError::internal)?.into_vec())
}

impl From<RpcError> for FarError {
    fn from(error: RpcError) -> Self {
        let RpcError { code, message, hint, detail } = error;
        let code = code.to_owned();
        Self { code, message, hint, detail: detail.filter(is_short) }
    }
}

/// How long what a person is asked about may be, in bytes: texts that are longer arrive cut, and
/// nobody shall agree to what they have not seen.
const DETAIL_LIMIT: usize = 16_000;

fn is_short(detail: &impl Serialize) -> bool {
    pack(detail).is_ok_and(|bytes| bytes.len() < DETAIL_LIMIT)
}
