//! Who waits for a person, and who comes next.

use std::cmp::Ordering;

use crate::{
    core::session::{SessionInfo, State},
    rpc::{
        calls::{At, CallContext, List, Operation},
        error::Refusal,
    },
};

/// The polecats that wait: who has waited longest first, and `after` last, whose question was seen.
pub(super) async fn longest(
    context: &CallContext<'_>,
    at: At,
    after: Option<&str>,
) -> Result<Vec<String>, Refusal> {
    let mut waiting = waiting(context, at).await?;
    waiting.sort_by_key(|session| session.state_since);
    let mut names = names(&waiting);
    if let Some(place) = names.iter().position(|name| Some(name.as_str()) == after) {
        names.rotate_left(place + 1);
    }
    Ok(names)
}

/// The polecat that waits and comes next after `from` by its name, or before it with `step` -1; after
/// the last one the first.
pub(super) async fn next(
    context: &CallContext<'_>,
    at: At,
    from: Option<&str>,
    step: i8,
) -> Result<Option<String>, Refusal> {
    let mut names = names(&waiting(context, at).await?);
    names.sort();
    if step < 0 {
        names.reverse();
    }
    let beyond = if step < 0 { Ordering::Less } else { Ordering::Greater };
    let further =
        names.iter().find(|name| from.is_none_or(|from| name.as_str().cmp(from) == beyond));
    let other = |name: &&String| Some(name.as_str()) != from;
    Ok(further.or_else(|| names.iter().find(other)).cloned())
}

async fn waiting(context: &CallContext<'_>, at: At) -> Result<Vec<SessionInfo>, Refusal> {
    let mut all = List { at }.run(context).await?;
    all.retain(|session| session.state == State::Waiting);
    Ok(all)
}

fn names(sessions: &[SessionInfo]) -> Vec<String> {
    sessions.iter().map(|session| session.polecat.to_string()).collect()
}
