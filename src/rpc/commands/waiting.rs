//! Who waits for a person, and who comes next.

use std::cmp::Ordering;

use super::{Done, pressed::Press, report};
use crate::{
    core::session::{SessionInfo, State},
    rpc::{
        calls::{At, CallContext, List, OpenCapture, Operation},
        effects::{Effect, info},
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

/// Shows what the next one who waits prints, or with `step` -1 the one before: in place of the
/// capture that the key was pressed in.
pub(super) async fn show(press: &Press<'_>, step: i8) -> Done {
    let (context, from) = (press.context, press.asked.whom());
    let names = names(&waiting(context, press.at.clone()).await?);
    let Some(polecat) = next(names, from, step) else {
        let text = if from.is_some() { report::nobody_else_asks() } else { report::nobody_asks() };
        return Ok(vec![info(text)]);
    };
    let (at, lines, snapshot) = (press.at.clone(), None, None);
    let mut effects = OpenCapture { at, polecat, lines, snapshot }.run(context).await?;
    for effect in &mut effects {
        if let Effect::Open { here, .. } = effect {
            *here = press.asked.about.is_some();
        }
    }
    Ok(effects)
}

/// The one of `names` that comes next after `from`, or before it with `step` -1; after the last one
/// the first.
fn next(mut names: Vec<String>, from: Option<&str>, step: i8) -> Option<String> {
    names.sort();
    if step < 0 {
        names.reverse();
    }
    let beyond = if step < 0 { Ordering::Less } else { Ordering::Greater };
    let further =
        names.iter().find(|name| from.is_none_or(|from| name.as_str().cmp(from) == beyond));
    let other = |name: &&String| Some(name.as_str()) != from;
    further.or_else(|| names.iter().find(other)).cloned()
}

async fn waiting(context: &CallContext<'_>, at: At) -> Result<Vec<SessionInfo>, Refusal> {
    let mut all = List { at }.run(context).await?;
    all.retain(|session| session.state == State::Waiting);
    Ok(all)
}

fn names(sessions: &[SessionInfo]) -> Vec<String> {
    sessions.iter().map(|session| session.polecat.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_one_is_another_one_and_the_first_one_follows_the_last() {
        let next =
            |from, step| next(["birch", "ash", "elm"].map(str::to_owned).to_vec(), from, step);
        assert_eq!(next(None, 1).as_deref(), Some("ash"));
        assert_eq!(next(None, -1).as_deref(), Some("elm"));
        assert_eq!(next(Some("ash"), 1).as_deref(), Some("birch"));
        assert_eq!(next(Some("cedar"), -1).as_deref(), Some("birch"));
        assert_eq!(next(Some("elm"), 1).as_deref(), Some("ash"));
        assert_eq!(super::next(vec!["ash".to_owned()], Some("ash"), 1), None);
    }
}
