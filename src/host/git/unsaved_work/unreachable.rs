//! Commits that only a worktree's own reflogs and refs reach, as after `git reset --hard`: they
//! would be lost with it.

use std::collections::BTreeSet;

use crate::host::error::HostError;
use crate::host::files::{blocking, read_text};
use crate::host::git::command::LISTING_LIMIT;
use crate::host::git::unsaved_work::positions;
use crate::host::git::worktree::layout::WorktreeLayout;
use crate::host::git::{Git, failed};
use crate::host::programs::launch::Launch;

/// The commits that nothing else in the repository would reach, without ancestors of one another.
/// `branches` (commit and name) are about to be deleted; `held` are kept in any case.
pub(in crate::host::git) async fn unreachable(
    layout: &WorktreeLayout,
    branches: &[(String, String)],
    held: &[String],
    launch: &Launch,
) -> Result<Vec<String>, HostError> {
    let (Some(git), Some(own), Some(common)) =
        (layout.shared(launch), layout.git(launch), layout.common.clone())
    else {
        return Ok(Vec::new());
    };
    let mut found = positions(layout).await?;
    for (commit, branch) in branches {
        found.commits.insert(commit.clone());
        let log = common.join("logs/refs/heads").join(branch);
        let log = blocking(move || read_text(&log)).await?.unwrap_or_default();
        log.lines().for_each(|line| found.take(line));
    }
    found.commits.extend(own.commit("HEAD").await?);
    found.commits.extend(own.own_refs().await?);
    let mut elsewhere = held.to_vec();
    let excluded = branches.iter().map(|(_, branch)| format!("--exclude=refs/heads/{branch}"));
    elsewhere.extend(excluded);
    // A commit that only a remote branch reaches is gone with the next forced push.
    elsewhere.extend(["--exclude=refs/remotes/*", "--all"].map(str::to_owned));
    git.tips(found.commits, elsewhere).await
}

impl Git {
    /// The commits of the refs that exist for this worktree only.
    async fn own_refs(&self) -> Result<Vec<String>, HostError> {
        let args = ["for-each-ref", "--format=%(objectname) %(refname)", "refs/worktree/"];
        let text = self.run("looking at refs", &args).await?.text();
        let refs = text.lines().filter_map(|line| line.split_once(' '));
        let refs = refs.filter(|(_, name)| !name.starts_with("refs/worktree/polecat/"));
        Ok(refs.map(|(commit, _)| commit.to_owned()).collect())
    }

    /// Those of the commits that nothing in `elsewhere` reaches, without ancestors of one another.
    /// Commits that git has already deleted are skipped.
    async fn tips(
        &self,
        commits: BTreeSet<String>,
        elsewhere: Vec<String>,
    ) -> Result<Vec<String>, HostError> {
        let args = ["rev-list", "--single-worktree", "--ignore-missing", "--parents", "--stdin"];
        let elsewhere = elsewhere.iter().map(String::as_str);
        let args: Vec<_> = args.into_iter().chain(["--not"]).chain(elsewhere).collect();
        let lines = commits.iter().flat_map(|commit| [commit.as_str(), "\n"]).collect::<String>();
        let asked = self.program(&args).input(lines).up_to(LISTING_LIMIT).run().await;
        let doing = "looking for commits that are nowhere else";
        let listed = asked.map_err(|source| failed(doing, source))?.text();
        let mut tips: Vec<String> = Vec::new();
        let mut inner = BTreeSet::new();
        for line in listed.lines() {
            let mut words = line.split(' ').map(str::to_owned);
            tips.extend(words.next());
            inner.extend(words);
        }
        tips.retain(|tip| !inner.contains(tip));
        Ok(tips)
    }
}
