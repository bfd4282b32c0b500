//! Calls about a polecat that may be on another host: each is carried out where its polecat is, by the
//! same program, and answered as if it were here.

use std::future::Future;

use serde::{Serialize, de::DeserializeOwned};

use super::{At, CallContext, Method, Operation};
use crate::rpc::{encode::Encode, error::Refusal};

/// A call about a polecat, wherever that is.
pub(in crate::rpc) trait Everywhere:
    Method + Serialize + Send + AboutPolecat
{
    /// What came of it.
    type Answer: Encode + Serialize + DeserializeOwned + Send;

    /// Whether it changes nothing, so that it may be done once more.
    const READS: bool = false;

    /// Whether it counts which of two came first, as of messages.
    const IN_ORDER: bool = false;

    /// Does it, on the machine of the polecat.
    fn here(
        self,
        context: &CallContext<'_>,
    ) -> impl Future<Output = Result<Self::Answer, Refusal>> + Send;

    /// What went wrong in it without being in the way.
    fn warnings(_: &Self::Answer) -> &[String] {
        &[]
    }

    /// Leaves out what means something on this machine only, before it goes to another.
    fn leave(&mut self) {}

    /// An answer of a host whose clock is so many milliseconds `ahead`, with the times of the clock here.
    fn arrived(_: &mut Self::Answer, _ahead: i64) {}
}

/// Whom a call is about.
pub(in crate::rpc) trait AboutPolecat {
    /// As a person said it.
    fn said(&self) -> Option<&str>;

    /// It is about `polecat` at `at`.
    fn set(&mut self, at: At, polecat: &str);
}

impl<C: Everywhere> Operation for C {
    type Answer = C::Answer;

    async fn run(mut self, context: &CallContext<'_>) -> Result<Self::Answer, Refusal> {
        let Some(said) = self.said().map(str::to_owned) else { return self.here(context).await };
        if context.is_far(&said) {
            context.types_elsewhere();
        }
        let done = if let Some(far) = context.far(&said).await? {
            let progress = context.progress(said.clone());
            self.leave();
            far.carry_out(self, &progress).await
        } else {
            self.here(context).await
        };
        done.map_err(|refusal| refusal.about(&said))
    }

    fn warnings(answer: &Self::Answer) -> &[String] {
        C::warnings(answer)
    }
}

/// What stands where a polecat is named.
pub(super) trait Name {
    fn said(&self) -> Option<&str>;
    fn of(polecat: &str) -> Self;
}

impl Name for String {
    fn said(&self) -> Option<&str> {
        Some(self)
    }

    fn of(polecat: &str) -> Self {
        polecat.to_owned()
    }
}

/// `build1:shop/` names only the rig.
impl Name for Option<String> {
    fn said(&self) -> Option<&str> {
        self.as_deref()
    }

    fn of(polecat: &str) -> Self {
        Some(polecat.to_owned()).filter(|polecat| !polecat.is_empty())
    }
}
