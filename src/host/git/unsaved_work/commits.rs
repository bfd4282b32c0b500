//! Commits that are neither pushed nor merged.

use std::collections::BTreeSet;
use std::slice;

use super::UnsavedWork;
use crate::core::rig::branch::is_own;
use crate::core::{Base, PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, read_text};
use crate::host::git::command::LISTING_LIMIT;
use crate::host::git::squashed::is_contained;
use crate::host::git::worktree::layout::WorktreeLayout;
use crate::host::git::{Git, HEAD, failed, fork_point_in, head};
use crate::host::programs::launch::Launch;

/// Where the `HEAD` of a worktree has been, as far as its reflog goes.
#[derive(Default)]
pub(in crate::host::git) struct HeadLog {
    pub(in crate::host::git) commits: BTreeSet<String>,
    pub(in crate::host::git) branches: BTreeSet<String>,
    has_no_log: bool,
}

impl HeadLog {
    /// Whether it may have been at this commit.
    pub(in crate::host::git) fn has(&self, commit: &str) -> bool {
        self.has_no_log || self.commits.contains(commit)
    }
}

pub(super) async fn unsaved_work(
    layout: &WorktreeLayout,
    rig: &Rig,
    polecat: &PolecatName,
    launch: &Launch,
) -> Result<Option<UnsavedWork>, HostError> {
    let Some(git) = layout.git(launch) else { return Ok(None) };
    let mut tips = BTreeSet::new();
    for branch in own_branches(layout, polecat, launch).await? {
        tips.extend(git.commit(&format!("refs/heads/{branch}")).await?);
    }
    tips.extend(git.commit("HEAD").await?);
    let goal = goal(layout, rig, polecat, launch).await?;
    let mut known = vec!["--not".to_owned(), "--remotes".to_owned()];
    known.extend(goal.base.iter().map(|base| base.commit.clone()).chain(goal.tips.clone()));
    let mut left = Vec::new();
    for tip in tips {
        let is_new = !git.listed(&[slice::from_ref(&tip), &known].concat()).await?.is_empty();
        if is_new && !is_contained(&git, polecat, &tip, &goal.tips).await? {
            left.push(tip);
        }
    }
    if left.is_empty() {
        return Ok(None);
    }
    let commits = git.listed(&[left, known].concat()).await?;
    Ok(if commits.is_empty() { None } else { Some(UnsavedWork::Commits(commits)) })
}

/// Where a polecat's work began, and the branches it is meant for.
#[derive(Default)]
pub(in crate::host::git) struct Goal {
    pub(in crate::host::git) base: Option<Base>,
    /// The tips of the branch it began at and of what the main worktree has checked out: what these
    /// reach is merged.
    pub(in crate::host::git) tips: Vec<String>,
}

pub(in crate::host::git) async fn goal(
    layout: &WorktreeLayout,
    rig: &Rig,
    polecat: &PolecatName,
    launch: &Launch,
) -> Result<Goal, HostError> {
    let mut goal = Goal::default();
    if let Some(shared) = layout.shared(launch) {
        goal.tips.extend(shared.commit("HEAD").await?);
    }
    let Some(git) = layout.git(launch) else { return Ok(goal) };
    if git.commit("HEAD").await?.is_none() {
        return Ok(goal);
    }
    if let Some(base) = fork_point_in(&git, rig, polecat, HEAD).await? {
        if let Some(branch) = &base.branch {
            goal.tips.extend(git.tip(branch).await?);
        }
        // git may have deleted it after the branch was reset.
        if git.commit(&base.commit).await?.is_some() {
            goal.base = Some(base);
        }
    }
    Ok(goal)
}

/// The branches of a polecat: the one checked out, and earlier ones of its name.
pub(in crate::host::git) async fn own_branches(
    layout: &WorktreeLayout,
    polecat: &PolecatName,
    launch: &Launch,
) -> Result<Vec<String>, HostError> {
    let (Some(git_dir), Some(git)) = (layout.git_dir.clone(), layout.git(launch)) else {
        return Ok(Vec::new());
    };
    let mut found: BTreeSet<String> = BTreeSet::new();
    found.extend(blocking(move || head::branch_of(&git_dir)).await?);
    for branch in positions(layout).await?.branches {
        if is_own(&branch, polecat) && git.commit(&format!("refs/heads/{branch}")).await?.is_some()
        {
            found.insert(branch);
        }
    }
    Ok(found.into_iter().collect())
}

/// Where the worktree's `HEAD` has been.
pub(in crate::host::git) async fn positions(layout: &WorktreeLayout) -> Result<HeadLog, HostError> {
    let Some(log) = layout.git_dir.as_ref().map(|dir| dir.join("logs/HEAD")) else {
        return Ok(HeadLog::default());
    };
    let text = blocking(move || read_text(&log)).await?;
    let Some(text) = text else { return Ok(HeadLog { has_no_log: true, ..HeadLog::default() }) };
    let mut been = HeadLog::default();
    for line in text.lines() {
        been.take(line);
    }
    Ok(been)
}

impl HeadLog {
    /// `<old> <new> <who> <when>\t<what>`, where `<what>` may be
    /// `checkout: moving from <branch> to <branch>`.
    pub(in crate::host::git) fn take(&mut self, line: &str) {
        let (values, what) = line.split_once('\t').unwrap_or((line, ""));
        let commits = values.split(' ').take(2).filter(|hash| hash.bytes().any(|b| b != b'0'));
        self.commits.extend(commits.map(str::to_owned));
        let moved = what.strip_prefix("checkout: moving from ");
        if let Some((from, to)) = moved.and_then(|moved| moved.split_once(" to ")) {
            self.branches.extend([from.to_owned(), to.to_owned()]);
        }
    }
}

impl Git {
    /// Commits as `<hash> <subject>`, newest first; `args` select them.
    async fn listed(&self, args: &[String]) -> Result<Vec<String>, HostError> {
        let usual =
            ["-c", "log.showSignature=false", "log", "-z", "--no-decorate", "--format=%h %s"];
        let all: Vec<&str> =
            usual.iter().copied().chain(args.iter().map(String::as_str)).chain(["--"]).collect();
        let listed = self.program(&all).up_to(LISTING_LIMIT).run().await;
        let output =
            listed.map_err(|source| failed("looking for commits that are nowhere else", source))?;
        let lines = output.stdout.split(|&byte| byte == 0).filter(|line| !line.is_empty());
        Ok(lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect())
    }
}
