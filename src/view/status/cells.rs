//! What stands in each column of the list.

use jiff::{SignedDuration, Timestamp};

use super::super::{columns::Cell, words};
use super::doing;
use crate::core::{
    listing::Column,
    rig::branch::is_own,
    session::{
        SessionInfo, State, Usage, attempt::Attempt, branch_status::BranchStatus,
        diffstat::Diffstat, short,
    },
};

/// An agent that works without printing is told of after this.
const SILENCE_DELAY: SignedDuration = SignedDuration::from_mins(2);

pub(super) fn cell(column: Column, session: &SessionInfo, now: Timestamp) -> Cell {
    let usage = session.usage.as_ref();
    let used = |of: fn(&Usage) -> Option<String>| muted(usage.and_then(of).as_deref());
    match column {
        Column::Sign => {
            let state = session.shown_state();
            Cell::new(words::sign(state), Some(words::group(state)))
        }
        Column::Name => Cell::new(session.polecat.as_str(), Some("PolecatName")),
        Column::Attempt => muted(session.attempt.as_ref().map(Attempt::short).as_deref()),
        Column::Label => muted(session.label.as_deref()),
        Column::State => state(session),
        Column::Since => since(session, now),
        Column::Issue => muted(session.issue.as_deref()),
        Column::Agent => muted(session.agent.as_deref()),
        Column::Model => muted(usage.and_then(|usage| usage.model.as_deref())),
        Column::Work => work(session),
        Column::Branch => branch(session),
        Column::Doing => doing::doing(session),
        Column::Tokens => used(|usage| usage.tokens.map(short)),
        Column::Context => used(|usage| usage.context.map(|percent| format!("{percent}%"))),
        Column::Cost => used(|usage| usage.cost.clone()),
        Column::Silence => silence(session, now),
        Column::Queued => queued(session),
        Column::Attached => muted(session.attached.then_some("attached")),
        Column::Resume => muted(session.resumable.as_ref().map(|_| "R resumes")),
    }
}

fn muted(text: Option<&str>) -> Cell {
    Cell::new(text.map(words::plain).unwrap_or_default(), Some("PolecatMuted"))
}

/// Of one that waits, what it waits for.
fn state(session: &SessionInfo) -> Cell {
    let reason = session.waiting.as_ref().map(|waiting| waiting.reason.as_str());
    let word = reason.filter(|reason| session.state == State::Waiting && !reason.is_empty());
    let word = word.unwrap_or(words::state(session));
    Cell::new(words::plain(word), Some(words::group(session.shown_state())))
}

fn since(session: &SessionInfo, now: Timestamp) -> Cell {
    // What it was before, it is not any more.
    if session.setting_up().is_some() {
        return Cell::default();
    }
    let at = session.state_since.or_else(|| session.exit.as_ref().map(|exit| exit.at));
    muted(at.map(|at| words::coarse(at, now)).as_deref())
}

/// `4m silent`, where an agent that works has printed nothing for a while.
fn silence(session: &SessionInfo, now: Timestamp) -> Cell {
    let works = matches!(session.state, State::Working | State::Starting);
    let printed = session.last_activity.filter(|_| works && session.running);
    match printed {
        Some(at) if now.duration_since(at) >= SILENCE_DELAY => {
            Cell::new(format!("{} silent", words::coarse(at, now)), Some("PolecatWaiting"))
        }
        _ => Cell::default(),
    }
}

/// The branch, where it tells more than the polecat's name.
fn branch(session: &SessionInfo) -> Cell {
    muted(session.branch.as_deref().filter(|branch| !is_own(branch, &session.polecat)))
}

/// `2 queued`, and whether they are held.
fn queued(session: &SessionInfo) -> Cell {
    let Some(count) = session.queued else { return Cell::default() };
    match session.queue_held {
        None => muted(Some(format!("{count} queued").as_str())),
        Some(_) => Cell::new(format!("{count} held"), Some("PolecatWaiting")),
    }
}

/// `+120 -30 ↑2 ↓3 conflicts`; empty while unknown, and where nothing was changed.
fn work(session: &SessionInfo) -> Cell {
    let Some(Diffstat { ahead, added, removed, .. }) = session.diff else {
        return Cell::default();
    };
    let status = session.branch_status.as_ref();
    let mut parts = Vec::new();
    if (ahead, added, removed) != (0, 0, 0) {
        parts = changed(ahead, added, removed);
    }
    parts.extend(status.map(standing).unwrap_or_default());
    if let Some((first, _)) = parts.first_mut() {
        *first = first.trim_start().to_owned();
    }
    Cell { parts }
}

type Parts = Vec<(String, Option<&'static str>)>;

/// ` merged`, or ` ↓3 conflicts`.
fn standing(status: &BranchStatus) -> Parts {
    if status.merged {
        return vec![(" merged".to_owned(), Some("PolecatAdded"))];
    }
    let behind =
        (status.behind > 0).then(|| (format!(" ↓{}", status.behind), Some("PolecatMuted")));
    let conflicts = status.conflicts.then(|| (" conflicts".to_owned(), Some("PolecatRemoved")));
    behind.into_iter().chain(conflicts).collect()
}

/// `+120 -30 ↑2`
fn changed(ahead: u32, added: u64, removed: u64) -> Parts {
    let group = |number: u64, group| Some(if number == 0 { "PolecatMuted" } else { group });
    let mut parts = vec![
        (format!("+{added}"), group(added, "PolecatAdded")),
        (" ".to_owned(), None),
        (format!("-{removed}"), group(removed, "PolecatRemoved")),
    ];
    if ahead > 0 {
        parts.push((format!(" ↑{ahead}"), Some("PolecatMuted")));
    }
    parts
}
