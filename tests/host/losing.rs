//! Random work, removals and returns, cut off anywhere: every commit and every line can be found
//! again.
//!
//! `POLECAT_SEEDS=500 cargo test --test host losing` runs more of them.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::Poll;

use polecat::core::Rig;
use polecat::host::git::{self, Removal};
use polecat::host::{HostError, Launch};
use tokio::runtime::Runtime;

use super::fixtures::{Sandbox, crashing, polecat};

const BRANCH: &str = "polecat/ash-10";
const FILES: &[&str] = &["README", "a", "b/c", "with space", "noise.log"];

/// Small and the same everywhere: xorshift.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    pub(super) fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

struct World {
    sandbox: Sandbox,
    main: PathBuf,
    rig: Rig,
    worktree: PathBuf,
    random: Random,
    /// Every commit that was ever made.
    commits: BTreeSet<String>,
    /// Every text, as git names it, that was in a file or staged when its polecat was removed.
    texts: BTreeSet<String>,
    story: Vec<String>,
    writes: usize,
}

/// What stands in a worktree.
#[derive(Debug, PartialEq, Eq)]
struct Standing {
    head: Option<String>,
    status: String,
    staged: String,
    files: Vec<(String, Option<Vec<u8>>)>,
}

impl World {
    fn new(seed: u64) -> Self {
        let sandbox = Sandbox::new();
        let main = sandbox.repository("shop");
        sandbox.write("shop/.gitignore", "*.log\n");
        sandbox.commit(&main, "second");
        let bare = sandbox.folder("origin.git");
        sandbox.git(&bare, &["init", "--quiet", "--bare"]);
        sandbox.git(&main, &["remote", "add", "origin", &bare.to_string_lossy()]);
        let rig = run(|| async { sandbox.rig("shop").await });
        let worktree = rig.new_worktree(&polecat("ash"));
        Self {
            main,
            rig,
            worktree,
            random: Random::new(seed),
            commits: BTreeSet::new(),
            texts: BTreeSet::new(),
            story: Vec::new(),
            writes: 0,
            sandbox,
        }
    }

    /// Tries something that git may refuse.
    fn try_git(&self, dir: &Path, args: &[&str]) -> Option<String> {
        let mut git = (self.sandbox.launch)(OsStr::new("git"));
        let output = git.current_dir(dir).args(args).env("GIT_EDITOR", "true").output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        output.status.success().then_some(text)
    }

    fn work(&mut self) {
        let (worktree, main) = (self.worktree.clone(), self.main.clone());
        let (file, what) = (self.random.one(FILES), self.random.below(26));
        let mut told = |args: &[&str]| {
            let done = self.try_git(&worktree, args).is_some();
            self.story.push(format!("{args:?} {done}"));
        };
        match what {
            0..=5 => {
                self.writes += 1;
                let path = worktree.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                let before = fs::read_to_string(&path).unwrap_or_default();
                fs::write(path, format!("{before}line {}\n", self.writes)).unwrap();
                self.story.push(format!("write {file}: line {}", self.writes));
            }
            6 => {
                let _ = fs::remove_file(worktree.join(file));
                self.story.push(format!("delete {file}"));
            }
            7 | 8 => told(&["add", "--", file]),
            9 | 10 => told(&["add", "--all"]),
            11..=13 => told(&["commit", "--quiet", "--all", "--message", "work"]),
            14 => told(&["commit", "--quiet", "--amend", "--allow-empty", "--message", "again"]),
            15 => told(&["stash", "push", "--quiet", "--include-untracked"]),
            16 => told(&["checkout", "--quiet", "-B", "topic"]),
            17 => told(&["checkout", "--quiet", BRANCH]),
            18 => told(&["checkout", "--quiet", "--detach"]),
            19 => told(&["reset", "--quiet", "--hard", "HEAD~"]),
            20 => told(&["rebase", "--quiet", "main"]),
            21 => told(&["push", "--quiet", "--force", "origin", "HEAD:refs/heads/pushed"]),
            22 => {
                self.writes += 1;
                fs::write(main.join("README"), format!("main {}\n", self.writes)).unwrap();
                self.sandbox.commit(&main, "of others");
                self.story.push("main goes on".to_owned());
            }
            23 => told(&["merge", "--quiet", "main"]),
            24 => told(&["cherry-pick", "main~", "main"]),
            _ => {
                let merged = self.try_git(&main, &["merge", "--quiet", "-X", "ours", BRANCH]);
                self.try_git(&main, &["merge", "--abort"]);
                self.story.push(format!("merged: {}", merged.is_some()));
            }
        }
        self.note_commits();
    }

    fn note_commits(&mut self) {
        for (dir, name) in [(&self.worktree, "HEAD"), (&self.main, "HEAD")] {
            let found = self.try_git(dir, &["rev-list", name]);
            self.commits.extend(found.unwrap_or_default().lines().map(str::to_owned));
        }
    }

    fn is_there(&self) -> bool {
        self.rig.polecat_dir(&polecat("ash")).exists()
    }

    fn standing(&self) -> Standing {
        self.standing_in(&self.worktree)
    }

    fn standing_in(&self, worktree: &Path) -> Standing {
        let git = |args: &[&str]| self.try_git(worktree, args);
        let files = git(&["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let files = files.unwrap();
        let files: BTreeSet<&str> = files.split_terminator('\0').collect();
        let read = |name: &&str| ((*name).to_owned(), fs::read(worktree.join(name)).ok());
        Standing {
            head: git(&["rev-parse", "--verify", "HEAD"]),
            status: git(&["status", "--porcelain", "--untracked-files=all"]).unwrap(),
            staged: git(&["ls-files", "--stage"]).unwrap(),
            files: files.iter().map(read).collect(),
        }
    }

    /// Notes every text that must not be lost from now on.
    fn note_texts(&mut self) {
        let standing = self.standing();
        for (name, text) in &standing.files {
            if text.is_some() {
                let args = ["hash-object", "--", name];
                self.texts.extend(self.try_git(&self.worktree, &args));
            }
        }
        // In a conflict all versions.
        let staged = standing.staged.lines().filter_map(|line| line.split(' ').nth(1));
        self.texts.extend(staged.map(str::to_owned));
    }

    /// The polecat's worktree, also where it stands aside: recovery moves it back.
    fn found(&self) -> Option<PathBuf> {
        let entries = fs::read_dir(self.rig.polecats_dir()).into_iter().flatten().flatten();
        let mut found = entries.map(|entry| entry.path().join("shop"));
        found.find(|worktree| worktree.join(".git").exists())
    }

    /// Everything is in a ref, in the stash list, or in the polecat itself.
    fn assert_nothing_is_lost(&self) {
        let mut known = BTreeSet::new();
        let mut take = |dir: &Path, args: &[&str]| {
            let found = self.try_git(dir, args).unwrap_or_default();
            known.extend(found.lines().map(|line| line[..40].to_owned()));
        };
        take(&self.main, &["rev-list", "--objects", "--all"]);
        let stashes = self.try_git(&self.main, &["stash", "list", "--format=%H"]);
        for stash in stashes.unwrap_or_default().lines() {
            take(&self.main, &["rev-list", "--objects", stash]);
        }
        if let Some(worktree) = self.found() {
            take(&worktree, &["rev-list", "--objects", "--all", "--reflog"]);
            take(&worktree, &["rev-list", "--objects", "HEAD"]);
            let standing = self.standing_in(&worktree);
            for (name, text) in &standing.files {
                if text.is_some() {
                    let hash = self.try_git(&worktree, &["hash-object", "--", name]);
                    known.extend(hash);
                }
            }
            let staged = standing.staged.lines().filter_map(|line| line.split(' ').nth(1));
            known.extend(staged.map(str::to_owned));
        }
        for (what, all) in [("commit", &self.commits), ("text", &self.texts)] {
            let lost: Vec<_> = all.difference(&known).collect();
            assert!(lost.is_empty(), "{what}s are lost: {lost:?}\n{}", self.story.join("\n"));
        }
    }

    fn create(&mut self) {
        let (rig, launch) = (self.rig.clone(), self.sandbox.launch.clone());
        let exists = self.try_git(&self.main, &["rev-parse", "--verify", BRANCH]).is_some();
        if exists {
            // A branch that stays is somebody's: the next polecat gets another one.
            self.sandbox
                .git(&self.main, &["branch", "-m", BRANCH, &format!("kept-{}", self.writes)]);
            self.writes += 1;
        }
        run(|| async move { git::create_worktree(&rig, &polecat("ash"), None, 36, &launch).await })
            .unwrap_or_else(|error| panic!("{error}\n{}", self.story.join("\n")));
        self.story.push("created".to_owned());
    }

    /// Removes the polecat, cut off at a random point or not at all; says whether it ended.
    fn remove(&mut self, force: bool) -> bool {
        let kept = self.texts.clone();
        self.note_texts();
        let before = self.standing();
        let (rig, launch) = (self.rig.clone(), self.sandbox.launch.clone());
        let cut = match self.random.below(3) {
            0 => usize::MAX,
            _ => self.random.below(400),
        };
        let removed = cut_off(cut, || async move { remove(&rig, &launch, force).await });
        self.story.push(format!("remove, force {force}, cut {cut}: {removed:?}"));
        match &removed {
            Some(Err(error)) => panic!("{error}\n{}", self.story.join("\n")),
            Some(Ok(false)) => assert_eq!(self.standing(), before, "it was refused"),
            _ => {}
        }
        self.assert_nothing_is_lost();
        let heal = (self.rig.clone(), self.sandbox.launch.clone());
        run(|| async move { git::recover(&heal.0, &polecat("ash"), &heal.1).await })
            .unwrap_or_else(|error| panic!("{error}\n{}", self.story.join("\n")));
        self.assert_nothing_is_lost();
        let is_there = self.is_there();
        if is_there {
            // What its agent changes from now on is its own affair.
            self.texts = kept;
            assert_eq!(self.standing(), before, "{}", self.story.join("\n"));
        }
        assert!(!is_there || removed != Some(Ok(true)), "it is gone or it is not");
        self.assert_no_halves();
        !is_there
    }

    fn restore(&mut self) {
        let cut = if self.random.below(2) == 0 { usize::MAX } else { self.random.below(40) };
        let (rig, launch) = (self.rig.clone(), crashing(&self.sandbox.launch, cut));
        // A program that cannot be started any more is where the backend was killed.
        let back = run(|| async move {
            tokio::spawn(async move { git::restore(&rig, &polecat("ash"), 72, &launch).await })
                .await
        });
        self.story.push(format!("restore, cut {cut}: {back:?}"));
        let heal = (self.rig.clone(), self.sandbox.launch.clone());
        run(|| async move { git::recover(&heal.0, &polecat("ash"), &heal.1).await })
            .unwrap_or_else(|error| panic!("{error}\n{}", self.story.join("\n")));
        self.assert_nothing_is_lost();
        self.assert_no_halves();
    }

    /// Nothing stands aside, and git has no worktree that is not there.
    fn assert_no_halves(&self) {
        let polecats = fs::read_dir(self.rig.polecats_dir()).into_iter().flatten().flatten();
        let names: Vec<_> = polecats.map(|entry| entry.file_name()).collect();
        let aside: Vec<_> =
            names.iter().filter(|name| name.as_encoded_bytes().starts_with(b".")).collect();
        assert!(aside.is_empty(), "{aside:?}\n{}", self.story.join("\n"));
        let listed = self.sandbox.git(&self.main, &["worktree", "list", "--porcelain"]);
        assert!(!listed.contains("prunable"), "{listed}\n{}", self.story.join("\n"));
        assert_eq!(listed.matches("worktree ").count(), 1 + usize::from(self.is_there()));
    }
}

/// Whether it was removed; false: something would be lost.
async fn remove(rig: &Rig, launch: &Launch, force: bool) -> Result<bool, String> {
    let told = |error: HostError| error.to_string();
    let removal = Removal::begin(rig, &polecat("ash"), launch).await.map_err(told)?;
    let mut left = removal.unsaved_work().iter();
    if left.any(|left| !force || !left.can_be_kept()) {
        return Ok(false);
    }
    removal.set_aside().await.map_err(told)?.finish().await.map_err(told)?;
    Ok(true)
}

fn run<F: Future>(make: impl FnOnce() -> F) -> F::Output {
    Runtime::new().unwrap().block_on(make())
}

/// Runs it, and drops it and everything it began when it has been asked so often how it is.
fn cut_off<F: Future>(asks: usize, make: impl FnOnce() -> F) -> Option<F::Output> {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let mut work = pin!(make());
        let mut left = asks;
        std::future::poll_fn(move |context| {
            if left == 0 {
                return Poll::Ready(None);
            }
            left -= 1;
            work.as_mut().poll(context).map(Some)
        })
        .await
    })
}

#[test]
fn whatever_is_done_and_whenever_it_is_cut_off_nothing_is_lost() {
    let seeds = std::env::var("POLECAT_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    let first = std::env::var("POLECAT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    for seed in first..first + seeds.unwrap_or(4) {
        let mut world = World::new(seed);
        world.story.push(format!("seed {seed}"));
        for _ in 0..3 {
            if !world.is_there() {
                world.create();
            }
            for _ in 0..2 + world.random.below(14) {
                world.work();
            }
            let force = world.random.below(3) > 0;
            if world.remove(force) && world.random.below(2) == 0 {
                world.restore();
            }
        }
    }
}
