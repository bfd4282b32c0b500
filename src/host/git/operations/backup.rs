//! The backup of a removed polecat: one commit with all of its work, under a ref of its own.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::rig::branch::{is_branch, is_hash};
use crate::core::{Base, PolecatName};
use crate::host::error::HostError;
use crate::host::git::Git;
use crate::host::git::snapshot::PLAINLY;

/// Where backups are: `refs/polecat/backup/<polecat>/<time>`.
const BACKUPS: &str = "refs/polecat/backup";
/// How many backups of one polecat may be made in one millisecond.
const TRIES_LIMIT: i64 = 100;

/// A backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// Its ref. `git log <ref>` shows the commits, `git show <ref>:<file>` a file as it stood.
    pub reference: String,
    /// The commit.
    pub commit: String,
}

/// The content of a backup. Its tree has all files of the worktree. Every commit named here is also
/// a parent, so that git keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::host::git) struct Contents {
    pub(in crate::host::git) polecat: String,
    pub(in crate::host::git) branch: Option<String>,
    pub(in crate::host::git) head: Option<String>,
    pub(in crate::host::git) base: Option<Base>,
    /// A commit of what was staged; none when there was no worktree.
    pub(in crate::host::git) index: Option<String>,
    /// A commit of the files next to the worktree.
    pub(in crate::host::git) beside: Option<String>,
    /// The deleted branches: commit and name.
    pub(in crate::host::git) branches: Vec<(String, String)>,
    pub(in crate::host::git) stashes: Vec<String>,
    /// Commits that only the worktree's own reflogs and refs reached.
    pub(in crate::host::git) lost: Vec<String>,
}

impl Contents {
    /// The parents of the commit: first the checked-out one and the staged one, in the order of
    /// `git stash`.
    pub(in crate::host::git) fn parents(&self) -> Vec<&str> {
        let branches = self.branches.iter().map(|(commit, _)| commit);
        let rest = branches.chain(&self.stashes).chain(&self.lost);
        let all = self.head.iter().chain(&self.index).chain(&self.beside).chain(rest);
        let mut parents: Vec<&str> = Vec::new();
        for parent in all {
            if !parents.contains(&parent.as_str()) {
                parents.push(parent);
            }
        }
        parents
    }

    /// The message of the commit.
    pub(in crate::host::git) fn message(&self) -> String {
        let name = &self.polecat;
        let mut text = format!(
            "polecat: `{name}` as it was before its removal\n\n\
             `:PolecatRestore {name}` brings the last one of these back.\n\n"
        );
        let base = self.base.as_ref();
        let single = [
            ("Polecat", Some(&self.polecat)),
            ("Branch", self.branch.as_ref()),
            ("Head", self.head.as_ref()),
            ("Base", base.map(|base| &base.commit)),
            ("Base-Branch", base.and_then(|base| base.branch.as_ref())),
            ("Index", self.index.as_ref()),
            ("Beside", self.beside.as_ref()),
        ];
        for (key, value) in single {
            if let Some(value) = value {
                let _ = writeln!(text, "{key}: {value}");
            }
        }
        for (commit, branch) in &self.branches {
            let _ = writeln!(text, "Removed-Branch: {commit} {branch}");
        }
        for (key, commits) in [("Stash", &self.stashes), ("Also", &self.lost)] {
            for commit in commits {
                let _ = writeln!(text, "{key}: {commit}");
            }
        }
        text
    }

    /// Whether all names in it are valid: they become arguments of git.
    fn is_ours(&self) -> bool {
        let base = self.base.iter();
        let branches = self.branches.iter().map(|(_, branch)| branch).chain(&self.branch);
        let mut branches = branches.chain(base.clone().filter_map(|base| base.branch.as_ref()));
        let commits = self.parents().into_iter().chain(base.map(|base| &*base.commit));
        !self.polecat.is_empty()
            && branches.all(|branch| is_branch(branch))
            && commits.into_iter().all(is_hash)
    }

    /// Parses a message; `None` if it is not ours.
    pub(in crate::host::git) fn parse(message: &str) -> Option<Self> {
        let mut contents = Self::default();
        let (mut commit, mut branch) = (None, None);
        let trailers = message.trim_end().rsplit("\n\n").next()?;
        for line in trailers.lines() {
            let (key, value) = line.split_once(": ")?;
            let value = value.to_owned();
            match key {
                "Polecat" => contents.polecat = value,
                "Branch" => contents.branch = Some(value),
                "Head" => contents.head = Some(value),
                "Base" => commit = Some(value),
                "Base-Branch" => branch = Some(value),
                "Index" => contents.index = Some(value),
                "Beside" => contents.beside = Some(value),
                "Removed-Branch" => {
                    let (commit, branch) = value.split_once(' ')?;
                    contents.branches.push((commit.to_owned(), branch.to_owned()));
                }
                "Stash" => contents.stashes.push(value),
                "Also" => contents.lost.push(value),
                // From another version.
                _ => {}
            }
        }
        contents.base = commit.map(|commit| Base { commit, branch });
        Some(contents).filter(Self::is_ours)
    }
}

impl Git {
    /// Makes a backup with these files, all of which git keeps from then on.
    pub(in crate::host::git) async fn keep(
        &self,
        tree: &str,
        contents: &Contents,
    ) -> Result<Backup, HostError> {
        let commit = self.commit_tree(tree, &contents.parents(), &contents.message()).await?;
        let mut at = Timestamp::now();
        for _ in 0..TRIES_LIMIT {
            let time = at.strftime("%Y%m%dT%H%M%S.%3fZ");
            let reference = format!("{BACKUPS}/{}/{time}", contents.polecat);
            if self.commit(&reference).await?.is_none() {
                // An empty old value: it must not be there yet.
                let args = [PLAINLY, &["update-ref", &reference, &commit, ""]].concat();
                self.run(&format!("making the backup `{reference}`"), &args).await?;
                return Ok(Backup { reference, commit });
            }
            at += jiff::SignedDuration::from_millis(1);
        }
        Err(HostError::Internal(format!("no free name for a backup of `{}`", contents.polecat)))
    }

    /// All backups, oldest first: polecat and ref.
    pub(in crate::host::git) async fn backups(&self) -> Result<Vec<(String, String)>, HostError> {
        let args = ["for-each-ref", "--sort=refname", "--format=%(refname)", BACKUPS];
        let text = self.run("listing backups", &args).await?.text();
        let named = text.lines().filter_map(|reference| {
            let (polecat, _) =
                reference.strip_prefix(BACKUPS)?.strip_prefix('/')?.split_once('/')?;
            Some((polecat.to_owned(), reference.to_owned()))
        });
        Ok(named.collect())
    }

    /// The last backup of a polecat, and its content.
    pub(in crate::host::git) async fn last_backup(
        &self,
        polecat: &PolecatName,
    ) -> Result<Option<(Backup, Contents)>, HostError> {
        for (name, reference) in self.backups().await?.into_iter().rev() {
            if name != polecat.as_str() {
                continue;
            }
            let Some(commit) = self.commit(&reference).await? else { continue };
            let args = ["log", "-1", "--no-show-signature", "--format=%B", &commit, "--"];
            let message = self.run("reading a backup", &args).await?.text();
            if let Some(contents) = Contents::parse(&message) {
                return Ok(Some((Backup { reference, commit }, contents)));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_backup_is_read_back_from_its_message() {
        let contents = Contents {
            polecat: "ash".to_owned(),
            branch: Some("polecat/ash/gt-1@10".to_owned()),
            head: Some("1".repeat(40)),
            base: Some(Base { commit: "2".repeat(40), branch: Some("origin/main".to_owned()) }),
            index: Some("3".repeat(40)),
            beside: Some("4".repeat(40)),
            branches: vec![("1".repeat(40), "polecat/ash/gt-1@10".to_owned())],
            stashes: vec!["5".repeat(40)],
            lost: vec!["6".repeat(40), "7".repeat(40)],
        };
        assert_eq!(Contents::parse(&contents.message()), Some(contents.clone()));
        assert_eq!(contents.parents().len(), 6, "each once");
        let little = Contents { polecat: "ash".to_owned(), ..Contents::default() };
        assert_eq!(Contents::parse(&little.message()), Some(little));
        assert_eq!(Contents::parse("fix: a thing\n\nSigned-off-by: me\n"), None);
    }
}
