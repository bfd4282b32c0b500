//! Commits that only a worktree's own folder knows, and that would go with it: from its logs,
//! its own refs, and what git notes down in the middle of a rebase or a merge.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::site::Site;
use super::temp_index::{LISTING, input};
use super::{Git, failed};
use crate::host::dir::{bytes, open_file};
use crate::host::error::HostError;
use crate::host::files::{blocking, entries, look_at_link, unread};
use crate::host::launch::Launch;

/// A log of more is none.
const MOST: u64 = 256 * 1024 * 1024;

/// What of git's folder may hold commits, besides the files at its top.
const FOLDERS: &[&str] = &["logs", "refs", "rebase-merge", "rebase-apply", "sequencer"];

/// Lists of what git has still to do, and has done: commands, and commits that may be abbreviated.
const LISTS: &[&str] = &["git-rebase-todo", "git-rebase-todo.backup", "done", "todo"];

/// The commits that nothing else in the repository would have, without those that another one
/// of them has. `branches` are about to go too; `held` are held anyway.
pub(super) async fn unreachable(
    site: &Site,
    branches: &[String],
    held: &[String],
    launch: &Launch,
) -> Result<Vec<String>, HostError> {
    let (Some(git), Some(common)) = (site.shared(launch), site.common.clone()) else {
        return Ok(Vec::new());
    };
    let (git_dir, logs) = (site.git_dir.clone(), common.join("logs/refs/heads"));
    let logs: Vec<PathBuf> = branches.iter().map(|branch| logs.join(branch)).collect();
    let found = blocking(move || known_to(git_dir.as_deref(), &logs)).await?;
    let mut found = git.commits_of(found).await?;
    for branch in branches {
        found.extend(git.commit(&format!("refs/heads/{branch}")).await?);
    }
    if site.is_clone() {
        found.extend(git.refs(&["refs/heads/", "refs/tags/", "refs/stash"]).await?);
    }
    if let Some(own) = site.git(launch) {
        found.extend(own.commit("HEAD").await?);
        found.extend(own.refs(&["refs/worktree/", "refs/bisect/", "refs/rewritten/"]).await?);
    }
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mut elsewhere = held.to_vec();
    if site.is_clone() {
        // All of the repository goes: what remains is what others have.
        elsewhere.push("--remotes".to_owned());
    } else {
        elsewhere.extend(branches.iter().map(|branch| format!("--exclude=refs/heads/{branch}")));
        // What only a remote has is gone with the next forced push.
        elsewhere.extend(["--exclude=refs/remotes/*", "--all"].map(str::to_owned));
    }
    git.tips(found, elsewhere).await
}

/// All that looks like a commit in these files.
fn known_to(git_dir: Option<&Path>, logs: &[PathBuf]) -> Result<BTreeSet<String>, HostError> {
    let mut found = BTreeSet::new();
    for log in logs {
        read(log, &mut found)?;
    }
    let Some(git_dir) = git_dir else { return Ok(found) };
    for name in FOLDERS {
        walk(&git_dir.join(name), &mut found)?;
    }
    for entry in fs::read_dir(git_dir).map_err(|source| unread(git_dir, source))? {
        let entry = entry.map_err(|source| unread(git_dir, source))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // `ORIG_HEAD`, `MERGE_AUTOSTASH`, `FETCH_HEAD`, ...
        if name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') {
            read(&entry.path(), &mut found)?;
        }
    }
    Ok(found)
}

fn walk(dir: &Path, found: &mut BTreeSet<String>) -> Result<(), HostError> {
    for entry in entries(dir)? {
        let path = entry.path();
        match look_at_link(&path)? {
            Some(kind) if kind.is_dir() => walk(&path, found)?,
            _ => read(&path, found)?,
        }
    }
    Ok(())
}

/// The first two words of each line, where they are full hashes: a log has the old commit and the
/// new one there, every other file of git's only one.
fn read(path: &Path, found: &mut BTreeSet<String>) -> Result<(), HostError> {
    let Some(file) = open_file(path)? else { return Ok(()) };
    let bytes = bytes(file, path, MOST)?;
    let is_list = LISTS.iter().any(|list| path.ends_with(list));
    for line in String::from_utf8_lossy(&bytes).lines() {
        if is_list {
            found.extend(
                line.split_ascii_whitespace().filter(|word| is_short(word)).map(str::to_owned),
            );
            continue;
        }
        let words = line.split_ascii_whitespace().take(2);
        found.extend(words.filter(|word| is_hash(word)).map(str::to_owned));
    }
    Ok(())
}

/// Whether it may be the beginning of a hash; git says which, if any.
fn is_short(word: &str) -> bool {
    (4..=64).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_hash(word: &str) -> bool {
    matches!(word.len(), 40 | 64)
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte != b'0')
}

impl Git {
    /// Those that are commits and still there.
    async fn commits_of(&self, hashes: BTreeSet<String>) -> Result<BTreeSet<String>, HostError> {
        let doing = "looking for commits in the worktree's log";
        let lines = hashes.iter().flat_map(|hash| format!("{hash}^{{commit}}\n").into_bytes());
        let lines = lines.collect();
        let asked = self.program(&["cat-file", "--batch-check"]).input(input(lines).await?);
        let output = asked.up_to(LISTING).run().await.map_err(|source| failed(doing, source))?;
        let text = output.text();
        let commits = text.lines().filter_map(|line| {
            let mut words = line.split(' ');
            let hash = words.next()?;
            (words.next() == Some("commit")).then(|| hash.to_owned())
        });
        Ok(commits.collect())
    }

    /// The commits of all refs of these kinds.
    async fn refs(&self, kinds: &[&str]) -> Result<BTreeSet<String>, HostError> {
        let format = "--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname)";
        let args = [&["for-each-ref", format], kinds].concat();
        let text = self.run("looking at refs", &args).await?.text();
        let words = text.lines().map(|line| line.split(' ').collect::<Vec<_>>());
        let commits = words.filter_map(|words| match words[..] {
            ["commit", commit, ..] | [_, _, "commit", commit] => Some(commit.to_owned()),
            _ => None,
        });
        Ok(commits.collect())
    }

    /// Of these commits, those that nothing of `elsewhere` has, without those behind others.
    async fn tips(
        &self,
        commits: BTreeSet<String>,
        elsewhere: Vec<String>,
    ) -> Result<Vec<String>, HostError> {
        let mut args = ["rev-list", "--parents", "--stdin", "--not"].map(str::to_owned).to_vec();
        args.extend(elsewhere);
        let lines = commits.iter().flat_map(|commit| format!("{commit}\n").into_bytes()).collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let asked = self.program(&args).input(input(lines).await?).up_to(LISTING).run().await;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_found_in_logs_and_in_gits_own_files_and_nothing_else_is() {
        let dir = tempfile::tempdir().unwrap();
        let (old, new) = ("1".repeat(40), "a".repeat(40));
        let zero = "0".repeat(40);
        let texts = [
            (
                "logs/HEAD",
                format!("{zero} {old} A <a@b> 1 +0000\tx\n{old} {new} A <a@b> 1 +0000\ty"),
            ),
            ("rebase-merge/autostash", format!("{}\n", "b".repeat(40))),
            ("ORIG_HEAD", format!("{}\n", "c".repeat(40))),
            ("sequencer/todo", "pick eeeeeee a word\nmerge -C ffffffff label\n".to_owned()),
            ("index", "d".repeat(40)),
            ("HEAD", "ref: refs/heads/main\n".to_owned()),
        ];
        for (name, text) in texts {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let found = known_to(Some(dir.path()), &[]).unwrap();
        let short = ["eeeeeee", "ffffffff"].map(str::to_owned);
        let expected = [old, new, "b".repeat(40), "c".repeat(40)].into_iter().chain(short);
        assert_eq!(found, expected.collect());
    }
}
