//! Who waits for a person, in all rigs in use, and who comes next.

use jiff::Timestamp;

use crate::rpc::commands::{Done, pressed::Press, report};
use crate::{
    core::session::{SessionInfo, State},
    fleet::{HostStatus, Reached},
    rpc::{
        calls::{At, CallContext, OpenCapture, Operation},
        effects::{Effect, info},
    },
};

/// A polecat that waits: those that have waited longest come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::rpc::commands) struct Waiter {
    /// None comes last.
    since: (bool, Option<Timestamp>),
    /// What names it from where it is asked for.
    pub(in crate::rpc::commands) shown: String,
    pub(in crate::rpc::commands) polecat: String,
    /// From where it is of its own rig.
    pub(in crate::rpc::commands) at: At,
}

/// Who waits in any rig in use, who has waited longest first.
pub(in crate::rpc::commands) async fn longest(context: &CallContext<'_>, at: &At) -> Vec<Waiter> {
    let around = At { rig: None, ..at.clone() };
    let mut waiting = Vec::new();
    for rig in context.workspace.rigs_in_use(&around.clone().into()).await {
        for session in rig.sessions().iter().filter(|one| one.state == State::Waiting) {
            let polecat = session.polecat.as_str().to_owned();
            waiting.push(Waiter {
                since: (session.state_since.is_none(), session.state_since),
                shown: rig.shown(&polecat),
                polecat,
                at: around.in_rig(&rig.path),
            });
        }
    }
    waiting.extend(on_hosts(context, &around));
    waiting.sort();
    waiting
}

/// Those that wait on hosts, as they were seen last: nobody waits for a host to be connected.
fn on_hosts(context: &CallContext<'_>, around: &At) -> Vec<Waiter> {
    let hosts = context.fleet.hosts();
    let up = hosts.iter().filter(|host| host.reached == Reached::Up);
    let sessions = up.flat_map(HostStatus::polecats);
    let waiting = sessions.filter(|(_, session)| session.state == State::Waiting);
    let waiter = |(shown, session): (String, &SessionInfo)| Waiter {
        since: (session.state_since.is_none(), session.state_since),
        polecat: shown.clone(),
        shown,
        at: around.clone(),
    };
    waiting.map(waiter).collect()
}

/// The same from whoever comes next after `polecat` of the rig at `at`, which comes last.
pub(in crate::rpc::commands) fn after(
    mut waiting: Vec<Waiter>,
    at: &At,
    polecat: Option<&str>,
) -> Vec<Waiter> {
    if let Some(place) = waiting.iter().position(|one| one.is(at, polecat)) {
        waiting.rotate_left(place + 1);
    }
    waiting
}

impl Waiter {
    fn is(&self, at: &At, polecat: Option<&str>) -> bool {
        let named = polecat.is_some_and(|polecat| polecat == self.polecat || polecat == self.shown);
        named && self.at.rig == at.rig
    }
}

/// Shows what the next one who waits prints, or with `step` -1 the one before: in place of the
/// capture that the key was pressed in.
pub(in crate::rpc::commands) async fn show(press: &Press<'_>, step: i8) -> Done {
    let (context, from) = (press.context, press.asked.whom());
    let mut waiting = longest(context, &press.at).await;
    if step < 0 {
        waiting.reverse();
    }
    let mut waiting = after(waiting, &press.at, from);
    waiting.retain(|one| !one.is(&press.at, from));
    let Some(Waiter { at, shown: polecat, .. }) = waiting.into_iter().next() else {
        let text = if from.is_some() { report::nobody_else_asks() } else { report::nobody_asks() };
        return Ok(vec![info(text)]);
    };
    let (lines, snapshot) = (None, None);
    let mut effects = OpenCapture { at, polecat, lines, snapshot }.run(context).await?;
    for effect in &mut effects {
        if let Effect::Open { here, .. } = effect {
            *here = press.asked.about.is_some();
        }
    }
    Ok(effects)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiter(rig: &str, polecat: &str, since: i64) -> Waiter {
        let at = At { file: None, cwd: "/".into(), rig: Some(rig.into()) };
        let since = (false, Timestamp::from_second(since).ok());
        let (shown, polecat) = (format!("{rig}/{polecat}"), polecat.to_owned());
        Waiter { since, shown, polecat, at }
    }

    #[test]
    fn who_has_waited_longest_comes_first_and_after_the_last_one_the_first() {
        let mut all = vec![waiter("a", "ash", 7), waiter("b", "ash", 3), waiter("a", "elm", 5)];
        let unknown = Waiter { since: (true, None), ..waiter("a", "oak", 0) };
        all.push(unknown);
        all.sort();
        let order = |from: Option<(&str, &str)>| {
            let at = At { file: None, cwd: "/".into(), rig: from.map(|(rig, _)| rig.into()) };
            let all = after(all.clone(), &at, from.map(|(_, polecat)| polecat));
            all.into_iter().map(|one| one.shown).collect::<Vec<_>>()
        };
        assert_eq!(order(None), ["b/ash", "a/elm", "a/ash", "a/oak"]);
        assert_eq!(order(Some(("b", "ash"))), ["a/elm", "a/ash", "a/oak", "b/ash"]);
        assert_eq!(order(Some(("a", "ash"))), ["a/oak", "b/ash", "a/elm", "a/ash"]);
        assert_eq!(order(Some(("b", "oak"))), order(None), "it does not wait any more");
    }
}
