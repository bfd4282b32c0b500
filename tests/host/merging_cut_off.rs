//! Random histories and merges, cut off anywhere: the main worktree is as before or has all of the
//! work, and no commit and no line is lost.
//!
//! `POLECAT_SEEDS=200 cargo test --test host merging_cut_off` runs more of them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use polecat::core::{MergeHow, MergeOrder, Merged};
use polecat::host::{HostError, git};

use super::fixtures::{crashing, hook, polecat};
use super::losing::Random;
use super::merging::read_all;
use super::polecat::Ash;

const FILES: &[&str] = &["README", "a", "b/c", "d e", "b", "made.log"];

/// What stands in a worktree: the commit, what git says of it, and all files.
type Standing = (String, String, BTreeMap<PathBuf, String>);

struct World {
    ash: Ash,
    random: Random,
    commits: BTreeSet<String>,
    story: Vec<String>,
    writes: usize,
}

impl World {
    async fn new(seed: u64) -> Self {
        let lines: Vec<_> = (1..30).map(|line| line.to_string()).collect();
        let text = lines.join("\n") + "\n";
        let ash = Ash::with(&[("a", &*text), ("b/c", &*text), (".gitignore", "*.log\n")]).await;
        let (commits, story) = (BTreeSet::new(), Vec::new());
        Self { ash, random: Random::new(seed), commits, story, writes: 0 }
    }

    fn try_git(&mut self, dir: &Path, args: &[&str]) {
        let mut git = (self.ash.sandbox.launch)(OsStr::new("git"));
        let output = git.current_dir(dir).args(args).env("GIT_EDITOR", "true").output().unwrap();
        let side = if dir == self.ash.main { "main" } else { "ash" };
        self.story.push(format!("{side}: {args:?} {}", output.status.success()));
    }

    /// One random thing that somebody does in a worktree.
    fn work(&mut self, dir: &Path) {
        let (file, what) = (self.random.one(FILES), self.random.below(16));
        let path = dir.join(file);
        match what {
            0..=6 => self.write(&path),
            7 => drop(fs::remove_file(&path)),
            8 => self.try_git(dir, &["add", "--", file]),
            9 => self.try_git(dir, &["mv", "a", "renamed"]),
            _ => {
                self.try_git(dir, &["add", "--all"]);
                self.try_git(dir, &["commit", "--quiet", "--message", "work"]);
            }
        }
    }

    fn write(&mut self, path: &Path) {
        self.writes += 1;
        let text = fs::read_to_string(path).unwrap_or_default();
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        let at = self.random.below(lines.len() + 1);
        lines.insert(at, format!("line {}", self.writes));
        // A folder may be in its place, or a file in that of its folder.
        let _ = fs::create_dir_all(path.parent().unwrap());
        let written = fs::write(path, lines.join("\n") + "\n").is_ok();
        self.story.push(format!("{}: line {} at {at}: {written}", path.display(), self.writes));
    }

    fn standing(&self, dir: &Path) -> Standing {
        let mut files = BTreeMap::new();
        read_all(dir, &mut files);
        let git = |args: &[&str]| self.ash.sandbox.git(dir, args);
        let status = git(&["status", "--porcelain", "--untracked-files=all"]);
        (git(&["rev-parse", "HEAD"]), status, files)
    }

    fn remember(&mut self) {
        for dir in [self.ash.main.clone(), self.ash.worktree.clone()] {
            let listed = self.ash.sandbox.git(&dir, &["rev-list", "HEAD"]);
            self.commits.extend(listed.lines().map(str::to_owned));
        }
    }

    fn assert_commits(&self) {
        let found = self.ash.main(&["rev-list", "--all", "--reflog"]);
        let own = self.ash.git(&["rev-list", "HEAD"]);
        let found: BTreeSet<_> = found.lines().chain(own.lines()).map(str::to_owned).collect();
        let lost: Vec<_> = self.commits.difference(&found).collect();
        assert!(lost.is_empty(), "{lost:?}\n{}", self.told());
    }

    fn told(&self) -> String {
        self.story.join("\n")
    }

    /// Merges, is killed, recovers; then what was begun is done or undone.
    async fn round(&mut self, cut: usize) {
        let (main, worktree) = (self.ash.main.clone(), self.ash.worktree.clone());
        let how = MergeHow::ALL[self.random.below(3)];
        let order = MergeOrder { how, ..MergeOrder::default() };
        self.remember();
        let before = (self.standing(&main), self.standing(&worktree));
        let (rig, launch) = (self.ash.rig.clone(), crashing(&self.ash.sandbox.launch, cut));
        let merging = async move { git::merge(&rig, &polecat("ash"), order, &launch).await };
        let outcome = tokio::spawn(merging).await;
        self.story.push(format!("{how:?}, cut {cut}: {outcome:?}"));
        let launch = &self.ash.sandbox.launch;
        let recovered = git::recover(&self.ash.rig, &polecat("ash"), launch).await;
        recovered.unwrap_or_else(|error| panic!("{error}\n{}", self.told()));
        self.assert_commits();
        let after = (self.standing(&main), self.standing(&worktree));
        self.assert_main(&before.0, &after.0, outcome.ok().and_then(Result::ok).as_ref());
        if how == MergeHow::Rebase {
            assert_eq!(before.1.1, after.1.1, "what is not committed\n{}", self.told());
        } else {
            assert_eq!(before.1, after.1, "{}", self.told());
        }
        let left = self.ash.main(&["for-each-ref", "refs/polecat/merging"]);
        assert!(left.is_empty() || how == MergeHow::Rebase, "nothing had to be kept: {left}");
    }

    fn assert_main(&self, before: &Standing, after: &Standing, merged: Option<&Merged>) {
        if before.0 == after.0 {
            assert!(merged.is_none(), "{}", self.told());
            assert_eq!(before, after, "{}", self.told());
            return;
        }
        // Whatever git does not track is as it was, and nothing else is changed.
        assert_eq!(before.1, after.1, "{}", self.told());
        let untracked = self.ash.main(&["ls-files", "--others"]);
        for name in untracked.lines() {
            let path = self.ash.main.join(name.trim_matches('"'));
            assert_eq!(before.2.get(&path), after.2.get(&path), "{name}\n{}", self.told());
        }
        let first = self.ash.main(&["rev-list", "HEAD"]);
        assert!(first.contains(&before.0), "{}", self.told());
    }
}

async fn rounds(seed: u64) {
    let mut world = World::new(seed).await;
    let (main, worktree) = (world.ash.main.clone(), world.ash.worktree.clone());
    for _ in 0..4 {
        for _ in 0..world.random.below(12) {
            world.work(&worktree);
        }
        for _ in 0..world.random.below(5) {
            world.work(&main);
        }
        if world.random.below(4) > 0 {
            world.try_git(&main, &["add", "--all"]);
            world.try_git(&main, &["commit", "--quiet", "--message", "work"]);
        }
        if world.random.below(3) > 0 {
            world.try_git(&worktree, &["add", "--all"]);
            world.try_git(&worktree, &["commit", "--quiet", "--message", "work"]);
        }
        let cut = if world.random.below(4) == 0 { usize::MAX } else { world.random.below(45) };
        world.round(cut).await;
    }
}

#[tokio::test]
async fn merges_that_are_cut_off_anywhere_lose_nothing() {
    let seeds = std::env::var("POLECAT_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    for seed in 1..=seeds.unwrap_or(6) {
        rounds(seed).await;
    }
}

/// Two commits against one, in different lines.
async fn apart() -> Ash {
    let ash = Ash::with(&[("a", "1\n2\n3\n4\n5\n"), ("b", "b\n")]).await;
    ash.write("a", "one\n2\n3\n4\n5\n");
    ash.write("new", "new\n");
    ash.commit("one");
    ash.sandbox.write("shop/a", "1\n2\n3\n4\nfive\n");
    ash.sandbox.commit(&ash.main, "five");
    ash
}

fn state(ash: &Ash) -> (String, BTreeMap<PathBuf, String>) {
    let mut files = BTreeMap::new();
    read_all(&ash.main, &mut files);
    let status = ash.main(&["status", "--porcelain", "--branch"]);
    (format!("{} {status}", ash.main(&["rev-parse", "HEAD"])), files)
}

#[tokio::test]
async fn each_step_of_each_way_leaves_before_or_after() {
    for how in MergeHow::ALL {
        let mut befores = 0;
        for cut in 0.. {
            let ash = apart().await;
            let before = state(&ash);
            let (rig, launch) = (ash.rig.clone(), crashing(&ash.sandbox.launch, cut));
            let order = MergeOrder { how, ..MergeOrder::default() };
            let merging = async move { git::merge(&rig, &polecat("ash"), order, &launch).await };
            let merged = tokio::spawn(merging).await.is_ok_and(|merged| merged.is_ok());
            git::recover(&ash.rig, &polecat("ash"), &ash.sandbox.launch).await.unwrap();
            let after = state(&ash);
            let is_before = after == before;
            befores += usize::from(is_before);
            let a = fs::read_to_string(ash.main.join("a")).unwrap();
            assert_eq!(a == "one\n2\n3\n4\nfive\n", !is_before, "{how:?}, cut {cut}: {a}");
            assert_eq!(ash.main(&["status", "--porcelain"]), "", "{how:?}, cut {cut}");
            if is_before {
                let order = MergeOrder { how, ..MergeOrder::default() };
                let (name, launch) = (polecat("ash"), &ash.sandbox.launch);
                git::merge(&ash.rig, &name, order, launch)
                    .await
                    .unwrap_or_else(|error| panic!("{how:?}, cut {cut}: {error}"));
            }
            let launch = &ash.sandbox.launch;
            let left = git::unsaved_work(&ash.rig, &polecat("ash"), launch).await.unwrap();
            assert_eq!(left, [], "{how:?}, cut {cut}");
            if merged {
                break;
            }
        }
        assert!(befores > 10, "{how:?}: {befores}");
    }
}

#[tokio::test]
async fn a_git_that_is_killed_itself_is_taken_back() {
    for (how, name) in [
        (MergeHow::Merge, "pre-merge-commit"),
        (MergeHow::Merge, "commit-msg"),
        (MergeHow::Squash, "pre-commit"),
        (MergeHow::Rebase, "pre-rebase"),
    ] {
        let ash = apart().await;
        hook(&ash.main.join(".git"), name, "kill -9 $PPID");
        let before = state(&ash);
        let order = MergeOrder { how, ..MergeOrder::default() };
        git::merge(&ash.rig, &polecat("ash"), order, &ash.sandbox.launch).await.unwrap_err();
        assert_eq!(state(&ash), before, "{how:?} {name}");
    }
}

/// In the middle of writing files, with its lock on the index.
#[tokio::test]
async fn a_git_that_is_killed_while_it_writes_files_is_taken_back_once_its_lock_is_gone() {
    let ash = apart().await;
    ash.main(&["config", "filter.kills.smudge", "kill -9 $PPID; sleep 1; cat"]);
    fs::write(ash.main.join(".git/info/attributes"), "new filter=kills\n").unwrap();
    let before = state(&ash);
    let order = MergeOrder::default();
    let failed = git::merge(&ash.rig, &polecat("ash"), order, &ash.sandbox.launch).await;
    let failed = failed.unwrap_err();
    let lock = ash.main.join(".git/index.lock");
    assert!(matches!(failed, HostError::NotUndone { .. }) && lock.exists(), "{failed}");
    fs::remove_file(lock).unwrap();
    ash.main(&["config", "--unset", "filter.kills.smudge"]);
    git::recover(&ash.rig, &polecat("ash"), &ash.sandbox.launch).await.unwrap();
    assert_eq!(state(&ash), before);
}
