//! What Neovim can ask: a type for each call, whose fields are its arguments, with its handling
//! beside it. `methods.rs` lists them all.

mod arguments;
mod changes;
mod command;
mod context;
mod everywhere;
mod far;
mod files;
mod follow;
mod highlight;
mod host_calls;
mod merge;
mod polecats;
mod push;
mod queue;
mod review;
mod reviewed;
mod rig;
mod server;
mod sessions;
mod setup;
mod start;
mod views;
mod worktree;

use std::{fmt::Debug, future::Future};

use rmpv::Value;
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;

use super::{
    effects::Effect,
    encode::{Encode, encoded_by_serde},
    error::{Refusal, RpcError},
};
use crate::{
    core::session::SessionInfo,
    session::{Answered, Completion, HealthRow, Interrupted, Started},
};

pub(super) use super::at::At;
pub(super) use arguments::{
    Agents, AnswerText, Bring, InUse, ResumeArgument, RigName, Since, Trust, UserPath,
};
pub(super) use changes::*;
pub(super) use command::*;
pub(super) use context::CallContext;
pub(super) use everywhere::Everywhere;
pub(super) use far::Far;
pub(super) use files::*;
pub(super) use follow::{FollowOrder, FollowOutput};
pub(super) use highlight::*;
pub(super) use host_calls::FarCalls;
pub(super) use merge::*;
pub(super) use polecats::*;
pub(super) use push::*;
pub(super) use queue::*;
pub(super) use review::*;
pub(super) use rig::*;
pub(super) use server::*;
pub(super) use sessions::*;
pub(super) use setup::*;
pub(super) use start::*;
pub(super) use views::*;
pub(super) use worktree::*;

/// A call: what its fields are is what may be given.
pub(super) trait Method: DeserializeOwned + Debug {
    /// What it is called on the wire.
    const NAME: &'static str;
}

/// A call that does one thing, in a task of its own; commands and keys do it by the same type.
pub(super) trait Operation: Method {
    /// What came of it.
    type Answer: Encode;

    /// Does it.
    fn run(
        self,
        context: &CallContext<'_>,
    ) -> impl Future<Output = Result<Self::Answer, Refusal>> + Send;

    /// What went wrong in it without being in the way.
    fn warnings(_: &Self::Answer) -> &[String] {
        &[]
    }
}

/// Does what `call` asks for, for Lua.
pub(super) async fn answer<C: Operation>(
    call: C,
    context: &CallContext<'_>,
) -> Result<Value, RpcError> {
    // What it may wait for is large: not all of it on one stack.
    let answer = Box::pin(call.run(context)).await?;
    context.warn(C::warnings(&answer));
    answer.encode().map_err(|why| RpcError::internal(format!("the answer: {why}")))
}

encoded_by_serde! {
    bool, ByteBuf, Option<String>, Vec<Effect>, Vec<HealthRow>, Answered, Completion, Greeting,
    Interrupted, SessionInfo, Started, Vec<QueueMessage>, QueueListing,
}

/// Defines calls: the name on the wire, the type, and the arguments.
macro_rules! calls {
    ($(
        $(#[$attribute:meta])*
        $name:literal => $call:ident {
            $($(#[$about:meta])* $field:ident: $type:ty),* $(,)?
        }
    )*) => {$(
        $(#[$attribute])*
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(dead_code, reason = "what goes along with every call is checked in each")]
        pub(in crate::rpc) struct $call {
            $($(#[$about])* pub(in crate::rpc) $field: $type),*
        }

        impl $crate::rpc::calls::Method for $call {
            const NAME: &'static str = $name;
        }
    )*};
}
use calls;
