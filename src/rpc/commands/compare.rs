//! `:PolecatDiff ash birch`: the work of two polecats side by side.

use super::invocation::Invocation;
use crate::{
    core::{
        names::{PolecatName, shown},
        rig::address::beside,
    },
    rpc::{
        calls::CallContext,
        effects::View,
        error::{Refusal, RpcError},
    },
    session::Reach,
};

/// What shows the polecat that is named first, and `other`, which must be in its rig.
pub(super) async fn view(
    context: &CallContext<'_>,
    asked: &Invocation,
    other: &str,
) -> Result<View, Refusal> {
    let one = asked.polecat()?;
    if asked.bang() || asked.words.raw("since").is_some() {
        let why = "`!` and `since=` are about one polecat, not about two";
        return Err(RpcError::bad_argument(why).into());
    }
    let name = name_beside(context, asked, (&one, other)).await?;
    PolecatName::parse(&name).map_err(crate::session::SessionError::from)?;
    Ok(View::Diff { polecat: format!("{one}..{name}"), since: None })
}

/// What `other` is called in the rig of `one`.
async fn name_beside(
    context: &CallContext<'_>,
    asked: &Invocation,
    (one, other): (&str, &str),
) -> Result<String, Refusal> {
    let elsewhere = || {
        let (one, other) = (shown(one), shown(other));
        RpcError::bad_argument(format!(
            "`{one}` and `{other}` are in two rigs: only those of one can be compared"
        ))
    };
    if context.is_far(one) || context.is_far(other) {
        let rig = beside(one, "");
        let name = other.strip_prefix(&rig).unwrap_or(other);
        return if name.contains(['/', ':']) {
            Err(elsewhere().into())
        } else {
            Ok(name.to_owned())
        };
    }
    let whom = context.whom(asked.at(), other, Reach::Anywhere).await?;
    let rig = asked.at().rig;
    if rig.is_some_and(|rig| rig != whom.context.rig_path()) {
        return Err(elsewhere().into());
    }
    Ok(whom.polecat)
}
