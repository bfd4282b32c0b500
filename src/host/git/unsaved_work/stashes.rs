//! Stashes. All worktrees of a repository share one list of them.

use std::collections::BTreeSet;

use super::UnsavedWork;
use super::commits::{own_branches, positions};
use crate::core::PolecatName;
use crate::core::rig::branch::is_own;
use crate::host::error::HostError;
use crate::host::git::command::LISTING_LIMIT;
use crate::host::git::command::format::printable;
use crate::host::git::failed;
use crate::host::git::worktree::layout::WorktreeLayout;
use crate::host::programs::launch::Launch;

/// A stash that was made in the polecat's worktree or on its branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::host::git) struct Stash {
    pub(in crate::host::git) commit: String,
    /// `stash@{0}`: names another stash after the next `git stash`.
    name: String,
    subject: String,
}

pub(super) async fn unsaved_work(
    layout: &WorktreeLayout,
    polecat: &PolecatName,
    launch: &Launch,
) -> Result<Option<UnsavedWork>, HostError> {
    let found = stashes(layout, polecat, launch).await?;
    let named = |stash: &Stash| format!("{} {}", stash.name, printable(&stash.subject));
    let all: Vec<_> = found.iter().map(named).collect();
    Ok(if all.is_empty() { None } else { Some(UnsavedWork::Stashed(all)) })
}

/// The polecat's stashes, newest first.
pub(in crate::host::git) async fn stashes(
    layout: &WorktreeLayout,
    polecat: &PolecatName,
    launch: &Launch,
) -> Result<Vec<Stash>, HostError> {
    let Some(git) = layout.shared(launch) else { return Ok(Vec::new()) };
    if git.commit("refs/stash").await?.is_none() {
        return Ok(Vec::new());
    }
    let format = "--format=%H%x00%P%x00%gs";
    let args = ["-c", "log.showSignature=false", "log", "--walk-reflogs", "-z", format];
    let args = [&args[..], &["--no-decorate", "refs/stash", "--"]].concat();
    let listed = git.program(&args).up_to(LISTING_LIMIT).run().await;
    let text = listed.map_err(|source| failed("listing stashes", source))?.text();
    let own: BTreeSet<_> = own_branches(layout, polecat, launch).await?.into_iter().collect();
    let been = positions(layout).await?;
    let words: Vec<&str> = text.split('\0').collect();
    let mut found = Vec::new();
    for (number, words) in words.chunks_exact(3).enumerate() {
        let [commit, parents, subject] = words else { continue };
        let base = parents.split(' ').next().unwrap_or_default();
        let on = branch_of(subject);
        let may_be = match on {
            // Older versions of git only name the last part of the branch.
            Some(on) => {
                let ends = |own: &String| own.rsplit('/').next() == Some(on);
                is_own(on, polecat) || own.contains(on) || own.iter().any(ends)
            }
            None => false,
        };
        // It was made on a detached `HEAD`, with a message of its own, or on another branch that
        // was checked out here for a while: the commit it was made on tells whose it is.
        let made_here = on.is_none_or(|on| been.branches.contains(on)) && been.has(base);
        if may_be || made_here {
            let (name, commit) = (format!("stash@{{{number}}}"), (*commit).to_owned());
            found.push(Stash { commit, name, subject: (*subject).to_owned() });
        }
    }
    Ok(found)
}

/// The branch in `WIP on <branch>: ...` and `On <branch>: ...`.
fn branch_of(subject: &str) -> Option<&str> {
    let rest = subject.strip_prefix("WIP on ").or_else(|| subject.strip_prefix("On "))?;
    rest.split_once(':').map(|(branch, _)| branch).filter(|branch| *branch != "(no branch)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_branch_of_a_stash_is_read_from_its_subject() {
        for (subject, branch) in [
            ("WIP on polecat/ash-10: 1234567 first", Some("polecat/ash-10")),
            ("On main: half of it: the left one", Some("main")),
            ("WIP on (no branch): 1234567 first", None),
            ("my own words", None),
            ("On my own", None),
        ] {
            assert_eq!(branch_of(subject), branch, "{subject}");
        }
    }
}
