//! What a person is told of a command that was carried out.

use std::path::Path;

use crate::{
    core::{
        names::{PolecatName, shown},
        rig::address::{beside, in_commands},
        session::{SessionInfo, State},
    },
    rpc::{
        calls::{NotResumed, QueueSummary},
        paths,
    },
    session::{Answered, Backup, MergeHow, Merged, Pushed, Removed, Restored, RigFacts},
};

/// What names `polecat` where `said` named it, or one beside it: in the same rig, on the same host.
pub(super) fn called(said: Option<&str>, polecat: &PolecatName) -> String {
    beside(said.unwrap_or_default(), polecat.as_str())
}

pub(super) fn started(polecat: &str, session: &SessionInfo) -> String {
    format!("`{polecat}` runs in session `{}`", session.session_id)
}

pub(super) fn forked(polecat: &str, session: &SessionInfo, parent: &str) -> String {
    format!("`{polecat}`, forked from `{parent}`, runs in session `{}`", session.session_id)
}

/// Who works on it; what was only told has a branch that is called after it.
pub(super) fn slung(polecat: &str, session: &SessionInfo, issue: Option<&str>) -> String {
    let SessionInfo { session_id, branch, .. } = session;
    match (issue, branch) {
        (Some(issue), _) => format!("`{polecat}` works on `{issue}` in session `{session_id}`"),
        (None, Some(branch)) => {
            format!("`{polecat}` works on branch `{branch}` in session `{session_id}`")
        }
        (None, None) => format!("`{polecat}` works in session `{session_id}`"),
    }
}

/// Who work on it, with which agents.
pub(super) fn slung_to_several(all: &[(String, &SessionInfo)], issue: Option<&str>) -> String {
    let one = |(polecat, session): &(String, &SessionInfo)| match &session.agent {
        Some(agent) => format!("`{polecat}` ({agent})"),
        None => format!("`{polecat}`"),
    };
    let names: Vec<_> = all.iter().map(one).collect();
    let task = issue.map_or_else(|| "the task".to_owned(), |issue| format!("`{issue}`"));
    format!("{} agents work on {task}: {}", all.len(), names.join(", "))
}

pub(super) fn created(polecat: &str, branch: &str) -> String {
    format!("created `{polecat}` on branch `{branch}`")
}

/// What is in the branch now, and how it goes back.
pub(super) fn merged(polecat: &str, merged: &Merged) -> String {
    let (commits, before) = (count(merged.commits, "commit"), merged.before.get(..10));
    let as_one = if merged.how == MergeHow::Squash { ", as one" } else { "" };
    let before = before.unwrap_or(&merged.before);
    let into = &merged.into;
    let undo = format!("`git reset --keep {before}` there undoes it");
    format!("merged {commits} of `{polecat}` into `{into}`{as_one}; {undo}")
}

/// Where a branch is, and what to look at there.
pub(super) fn pushed(pushed: &Pushed) -> String {
    let Pushed { remote, branch, url, pull_request, .. } = pushed;
    let at = match (pull_request, url) {
        (Some(url), _) => format!("; its pull request: {}", shown(url)),
        (None, Some(url)) => format!("; {}", shown(url)),
        (None, None) => String::new(),
    };
    format!("pushed `{branch}` to `{remote}`{at}")
}

/// Which one was opened.
pub(super) fn pull_request(url: &str) -> String {
    format!("opened the pull request {}", shown(url))
}

/// Where conflicts stand, and how to go on or back.
pub(super) fn in_conflict(polecat: &str, merged: &Merged) -> String {
    let files = count(merged.conflicts.len(), "file");
    let (how, abort) = match merged.how {
        MergeHow::Merge => ("resolve and commit them", "git merge --abort"),
        MergeHow::Squash => ("resolve and commit them", "git reset --merge"),
        MergeHow::Rebase => ("resolve them, `git rebase --continue`", "git rebase --abort"),
    };
    let worktree = merged.worktree.display();
    format!("conflicts of `{polecat}` in {files} of `{worktree}`: {how}; `{abort}` aborts it")
}

/// `1 commit`, `2 commits`.
pub(super) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// What an agent in this state is in the middle of; `None` if it rests.
pub(super) fn busy(state: State) -> Option<&'static str> {
    match state {
        State::Working => Some("is working"),
        State::Waiting => Some("waits for an answer"),
        _ => None,
    }
}

pub(super) fn stopped(polecat: &str) -> String {
    format!("stopped `{polecat}`")
}

/// Of the rig whose polecats have `prefix` in front of their names.
pub(super) fn stopped_all(prefix: &str, names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("{prefix}{name}")).collect();
    if names.is_empty() {
        nobody_runs().to_owned()
    } else {
        format!("stopped {}", names.join(", "))
    }
}

/// What came of resuming all, as of [`stopped_all`].
pub(super) fn resumed(prefix: &str, names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{prefix}{name}`")).collect();
    if quoted.is_empty() {
        "there is no conversation to resume".to_owned()
    } else {
        format!("resumed {}", quoted.join(", "))
    }
}

/// Why one of them was not.
pub(super) fn not_resumed(prefix: &str, failed: &NotResumed) -> String {
    let NotResumed { polecat, code, message, hint } = failed;
    let name = format!("{prefix}{polecat}");
    let hint = match code.as_str() {
        "untrusted" | "in_use" => Some(format!("`:PolecatStart {name} resume` asks you")),
        _ => hint.as_ref().map(|hint| in_commands(hint, &name)),
    };
    let hint = hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
    format!("`{name}` was not resumed: {message}{hint}")
}

pub(super) fn nobody_runs() -> &'static str {
    "no polecat is running"
}

pub(super) fn sent(polecat: &str) -> String {
    format!("sent to `{polecat}`")
}

pub(super) fn interrupted(polecat: &str) -> String {
    format!("interrupted `{polecat}`")
}

/// What was answered, and what came of it: what the agent does since, or asks next.
pub(super) fn answered(polecat: &str, answered: &Answered) -> String {
    let Answered { info, answered } = answered;
    let then = match &info.waiting {
        Some(next) => format!("asks next: {}", next.text),
        None => info.state.to_string(),
    };
    format!("`{polecat}`: {answered} → {then}")
}

pub(super) fn nobody_asks() -> &'static str {
    "no polecat waits for an answer"
}

pub(super) fn labelled(polecat: &str, label: Option<&str>) -> String {
    match label {
        Some(label) => format!("`{polecat}` is labelled `{label}`"),
        None => format!("`{polecat}` has no label"),
    }
}

/// That `polecat` asks nothing, and who does.
pub(super) fn asks_nothing(polecat: &str, other: Option<&String>) -> String {
    match other {
        Some(other) => format!("`{polecat}` asks nothing; `{other}` does: `]w` goes there"),
        None => format!("`{polecat}` asks nothing"),
    }
}

pub(super) fn nobody_else_asks() -> &'static str {
    "no other polecat waits for an answer"
}

pub(super) fn rig(rig: &RigFacts) -> String {
    let pinned = if rig.pinned { ", pinned" } else { "" };
    format!("rig `{}` ({}{pinned}) at `{}`", rig.name, rig.kind, rig.path.display())
}

/// What waits, the new message with it.
pub(super) fn queued(polecat: &str, queue: &QueueSummary) -> String {
    let what = match (&queue.held, queue.messages) {
        (Some(_), _) => format!("the queue is held; `:PolecatQueue! {polecat}` sends it"),
        (None, 0 | 1) => "sent when it is at its prompt".to_owned(),
        (None, count) => format!("{count} messages wait for its prompt"),
    };
    format!("queued for `{polecat}`: {what}")
}

/// A queue that is no longer held.
pub(super) fn released(polecat: &str, count: usize) -> String {
    match count {
        0 => format!("nothing is queued for `{polecat}`"),
        1 => format!("1 message is sent when `{polecat}` is at its prompt"),
        count => format!("{count} messages are sent when `{polecat}` is at its prompt"),
    }
}

/// What went, what stays, and where its work is: first what may be all that there is room for.
pub(super) fn removed(polecat: &str, gone: &Removed) -> String {
    let mut parts = match &gone.backup {
        Some(backup) => kept(polecat, backup),
        None => vec![format!("removed `{polecat}`; nothing was lost")],
    };
    parts.extend(gone.branches.iter().map(|branch| format!("branch `{branch}` removed")));
    parts.extend(gone.kept.iter().map(|(branch, why)| format!("branch `{branch}` kept: {why}")));
    if !gone.stashes.is_empty() {
        let hashes: Vec<_> = gone.stashes.iter().map(|hash| beginning(hash, 10)).collect();
        parts.push(format!("kept in the stash list: {}", hashes.join(", ")));
    }
    for (count, what) in [(gone.comments, "unsent comment"), (gone.queued, "queued message")] {
        match count {
            0 => {}
            1 => parts.push(format!("1 {what} was deleted")),
            count => parts.push(format!("{count} {what}s were deleted")),
        }
    }
    parts.join("; ")
}

fn kept(polecat: &str, backup: &Backup) -> Vec<String> {
    vec![
        format!("removed `{polecat}`, its work is kept: `:PolecatRestore {polecat}`"),
        format!("`git log {}` shows it", backup.reference),
    ]
}

/// A worktree was set up.
pub(super) fn set_up(polecat: &str) -> String {
    format!("`{polecat}` is set up")
}

pub(super) fn restored(polecat: &str, back: &Restored, home: Option<&Path>) -> String {
    let text = [
        Some(format!("`{polecat}` is back in `{}`", paths::short(&back.path, home))),
        back.branch.as_ref().map(|branch| format!(" on branch `{branch}`")),
        back.formerly.as_ref().map(|formerly| format!(", because `{formerly}` is taken")),
        Some(format!("; the backup stays: `{}`", back.backup.reference)),
    ];
    text.into_iter().flatten().collect()
}

fn beginning(text: &str, length: usize) -> &str {
    text.get(..length).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn backup() -> Backup {
        Backup { reference: "refs/polecat/backup/ash/1".to_owned(), commit: "c".repeat(40) }
    }

    #[test]
    fn a_removal_tells_what_went_what_stays_and_where_its_work_is() {
        let mut gone = Removed {
            branches: vec!["a".to_owned()],
            kept: vec![("b".to_owned(), "it is not merged".to_owned())],
            backup: None,
            stashes: Vec::new(),
            comments: 0,
            queued: 0,
        };
        let branches = "branch `a` removed; branch `b` kept: it is not merged";
        assert_eq!(removed("ash", &gone), format!("removed `ash`; nothing was lost; {branches}"));
        gone.backup = Some(backup());
        (gone.comments, gone.queued) = (2, 1);
        gone.stashes = vec!["abcdef0123456789".to_owned(), "12".to_owned()];
        assert_eq!(
            removed("ash", &gone),
            format!(
                "removed `ash`, its work is kept: `:PolecatRestore ash`; \
                 `git log refs/polecat/backup/ash/1` shows it; {branches}; \
                 kept in the stash list: abcdef0123, 12; 2 unsent comments were deleted; \
                 1 queued message was deleted"
            )
        );
    }

    #[test]
    fn a_return_tells_where_and_on_which_branch() {
        let mut back = Restored {
            path: PathBuf::from("/home/ada/shop"),
            branch: None,
            formerly: None,
            backup: backup(),
        };
        let home = Some(Path::new("/home/ada"));
        assert_eq!(
            restored("ash", &back, home),
            "`ash` is back in `~/shop`; the backup stays: `refs/polecat/backup/ash/1`"
        );
        back.branch = Some("b-2".to_owned());
        back.formerly = Some("b".to_owned());
        assert_eq!(
            restored("ash", &back, home),
            "`ash` is back in `~/shop` on branch `b-2`, because `b` is taken; \
             the backup stays: `refs/polecat/backup/ash/1`"
        );
    }

    #[test]
    fn who_stopped_is_named_or_nobody() {
        assert_eq!(stopped_all("", &[]), "no polecat is running");
        assert_eq!(stopped_all("", &["ash".to_owned(), "birch".to_owned()]), "stopped ash, birch");
    }
}
