//! Attempts at one task stand together, wherever polecats are listed.

use std::collections::BTreeMap;

use crate::core::session::{SessionInfo, attempt::Attempt};

/// Sorts by the places that `of` gives, each a rank and a name; attempts at one task stand where the
/// first of them does.
pub(super) fn sort<'a, T: Copy, R: Ord + Copy>(
    rows: &mut [T],
    of: impl Fn(T) -> (&'a SessionInfo, (R, &'a str)),
) {
    rows.sort_by_key(|one| of(*one).1);
    let mut first = BTreeMap::new();
    for one in rows.iter().rev() {
        let (session, place) = of(*one);
        first.extend(task(session).map(|task| (task, place)));
    }
    rows.sort_by_key(|one| {
        let (session, own) = of(*one);
        let place = task(session).and_then(|task| first.get(task)).copied().unwrap_or(own);
        let number = session.attempt.as_ref().map(|attempt| attempt.number);
        (place, own.0, number, own.1)
    });
}

/// `1/3`; nothing where no other attempt is left, as `counts` of them say.
pub(super) fn short(session: &SessionInfo, counts: &BTreeMap<&str, usize>) -> Option<String> {
    let has_others = task(session).is_some_and(|task| counts.get(task) > Some(&1));
    session.attempt.as_ref().filter(|_| has_others).map(Attempt::short)
}

/// The task that others are given, too.
fn task(session: &SessionInfo) -> Option<&str> {
    session.attempt.as_ref().map(|attempt| attempt.task.as_str())
}
