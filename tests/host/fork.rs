//! Forking a polecat: another one with all that stands in its worktree, which is only read.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use polecat::core::{Gastown, Rig, RigKind, Town};
use polecat::host::git::{self, Forked};
use polecat::host::provision::{WorktreeKind, provide};
use polecat::host::{HostError, Launch};

use super::fixtures::{Sandbox, counting, files, polecat};
use super::polecat::Ash;

/// All that git and a person see of a worktree.
#[derive(Debug, PartialEq)]
struct Seen {
    branch: String,
    head: String,
    status: String,
    staged: String,
    files: Vec<(String, Vec<u8>)>,
}

fn see(sandbox: &Sandbox, worktree: &Path) -> Seen {
    let git = |args: &[&str]| sandbox.git(worktree, args);
    let names = files(worktree).into_iter().filter(|name| name != ".git");
    let read = |name: String| {
        let path = worktree.join(&name);
        let link = fs::read_link(&path).map(|to| to.as_os_str().as_encoded_bytes().to_vec());
        let bytes = link.or_else(|_| fs::read(&path)).unwrap();
        (name, bytes)
    };
    Seen {
        branch: git(&["symbolic-ref", "--short", "HEAD"]),
        head: git(&["rev-parse", "HEAD"]),
        status: git(&["status", "--porcelain", "--untracked-files=all"]),
        staged: git(&["ls-files", "--stage"]),
        files: names.map(read).collect(),
    }
}

impl Ash {
    /// At work: something committed, staged, changed, removed, new and ignored.
    async fn at_work() -> Self {
        let ash = Self::with(&[("kept", "one\n"), ("gone", "one\n"), ("same", "one\n")]).await;
        ash.write(".gitignore", "*.log\n");
        ash.write("tool", "#!/bin/sh\n");
        ash.commit("work");
        ash.write("kept", "staged\n");
        ash.write("added", "added\n");
        ash.git(&["add", "kept", "added"]);
        ash.write("kept", "written\n");
        ash.write("new/file", "new\n");
        ash.write("noise.log", "noise\n");
        fs::remove_file(ash.worktree.join("gone")).unwrap();
        fs::set_permissions(ash.worktree.join("tool"), fs::Permissions::from_mode(0o755)).unwrap();
        symlink("kept", ash.worktree.join("link")).unwrap();
        ash
    }

    async fn fork(&self) -> Result<Forked, HostError> {
        let (none, launch) = (BTreeSet::new(), &self.sandbox.launch);
        git::fork(&self.rig, &polecat("ash"), Some(&polecat("birch")), none, 72, launch).await
    }

    /// The same, by a launcher that may be the end of it.
    async fn fork_in_a_task(
        &self,
        launch: Launch,
    ) -> Result<Result<Forked, HostError>, tokio::task::JoinError> {
        let (rig, ash, birch) = (self.rig.clone(), polecat("ash"), polecat("birch"));
        let fork =
            async move { git::fork(&rig, &ash, Some(&birch), BTreeSet::new(), 72, &launch).await };
        tokio::spawn(fork).await
    }

    fn refs(&self) -> String {
        self.main(&["for-each-ref", "--format=%(refname) %(objectname)"])
    }

    /// The worktree, git's folder for it, and its index, to the byte.
    fn untouched(&self) -> (Seen, Vec<String>, Option<Vec<u8>>) {
        let git_dir = PathBuf::from(self.git(&["rev-parse", "--absolute-git-dir"]));
        let seen = see(&self.sandbox, &self.worktree);
        (seen, files(&git_dir), fs::read(git_dir.join("index")).ok())
    }
}

#[tokio::test]
async fn a_fork_has_all_that_stands_in_the_worktree_and_the_first_one_is_untouched() {
    let ash = Ash::at_work().await;
    let (before, refs) = (ash.untouched(), ash.refs());
    let forked = ash.fork().await.unwrap();
    assert_eq!(ash.untouched(), before);
    let branch = "polecat/birch-20";
    assert_eq!((forked.worktree.branch.as_str(), &forked.warnings), (branch, &vec![]));
    let of_parent = before.0;
    let birch = see(&ash.sandbox, &forked.worktree.path);
    assert_eq!(birch.branch, branch);
    let but_ignored = of_parent.files.iter().filter(|(name, _)| name != "noise.log");
    assert_eq!(birch.files, but_ignored.cloned().collect::<Vec<_>>());
    assert_eq!(
        (&birch.head, &birch.status, &birch.staged),
        (&of_parent.head, &of_parent.status, &of_parent.staged)
    );
    // One branch more, and nothing else that stays.
    let head = &of_parent.head;
    let own = format!("refs/heads/{branch} {head}");
    let more: BTreeSet<_> = refs.lines().map(str::to_owned).chain([own]).collect();
    assert_eq!(ash.refs().lines().map(str::to_owned).collect::<BTreeSet<_>>(), more);
    // All of its work is compared with what all of the first one's is.
    let (name, path) = (polecat("birch"), &forked.worktree.path);
    let base = git::fork_point(&ash.rig, &name, path, &ash.sandbox.launch).await.unwrap();
    assert_eq!(base, Some(ash.base.clone()));
}

#[tokio::test]
async fn cut_off_at_any_step_a_fork_is_whole_or_gone_and_the_first_one_untouched() {
    let ash = Ash::at_work().await;
    let (before, refs) = (ash.untouched(), ash.refs());
    let everything = || {
        let mut all = files(&ash.sandbox.path("."));
        all.retain(|name| !name.ends_with("ORIG_HEAD"));
        all
    };
    let all = everything();
    let mut cut = 0;
    loop {
        let (launch, count) = counting(&ash.sandbox.launch, cut);
        let ended = ash.fork_in_a_task(launch).await;
        let steps = count.load(Ordering::SeqCst);
        let heal = git::recover(&ash.rig, &polecat("birch"), &ash.sandbox.launch).await;
        assert!(heal.unwrap().is_none());
        assert_eq!(ash.untouched(), before, "after {cut} programs");
        let worktree = ash.rig.new_worktree(&polecat("birch"));
        if worktree.exists() {
            let (forked, parent) = (see(&ash.sandbox, &worktree), see(&ash.sandbox, &ash.worktree));
            assert_eq!((forked.status, forked.staged), (parent.status, parent.staged));
        } else {
            assert_eq!(everything(), all, "after {cut} programs");
            assert_eq!(ash.refs(), refs, "after {cut} programs");
        }
        if steps <= cut {
            ended.unwrap().unwrap();
            break;
        }
        assert!(!worktree.exists(), "after {cut} programs it cannot be whole");
        cut += 1;
    }
    assert!(cut > 10, "{cut}");
}

#[tokio::test]
async fn the_git_of_a_killed_backend_is_waited_for() {
    let ash = Ash::at_work().await;
    let aside = |name: &str| ash.rig.polecats_dir().join(name).join("shop");
    // Cut off when its worktree is there.
    let mut cut = 0;
    let worktree = loop {
        let (launch, _) = counting(&ash.sandbox.launch, cut);
        assert!(!matches!(ash.fork_in_a_task(launch).await, Ok(Ok(_))), "no step left a worktree");
        let worktree = aside(".restoring-birch-72");
        if worktree.join(".git").exists() {
            break worktree;
        }
        git::recover(&ash.rig, &polecat("birch"), &ash.sandbox.launch).await.unwrap();
        cut += 1;
    };
    let mut orphan = (ash.sandbox.launch)(OsStr::new("git"))
        .arg("-C")
        .arg(&worktree)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let (rig, launch) = (ash.rig.clone(), ash.sandbox.launch.clone());
    let mut heal =
        tokio::spawn(async move { git::recover(&rig, &polecat("birch"), &launch).await });
    let early = tokio::time::timeout(Duration::from_millis(300), &mut heal).await;
    assert!(early.is_err() && worktree.exists(), "it did not wait: {early:?}");
    drop(orphan.stdin.take());
    orphan.wait().unwrap();
    assert!(heal.await.unwrap().unwrap().is_none());
    assert!(!worktree.exists());
}

#[tokio::test]
async fn a_fork_is_taken_back_unless_somebody_has_worked_in_it() {
    let ash = Ash::at_work().await;
    let (before, refs, all) = (ash.untouched(), ash.refs(), files(&ash.sandbox.path(".")));
    let launch = &ash.sandbox.launch;
    let forked = ash.fork().await.unwrap();
    for (file, text) in [("mine", "mine\n"), ("kept", "other\n")] {
        let path = forked.worktree.path.join(file);
        let old = fs::read(&path).ok();
        fs::write(&path, text).unwrap();
        let refused = git::rollback_fork(&ash.rig, &forked, launch).await.unwrap_err();
        let told = format!("`{file}` has changed");
        assert!(matches!(&refused, HostError::WorkedIn { what, .. } if *what == told), "{refused}");
        match old {
            Some(old) => fs::write(&path, old).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
    }
    git::rollback_fork(&ash.rig, &forked, launch).await.unwrap();
    assert_eq!((ash.untouched(), ash.refs()), (before, refs));
    assert_eq!(files(&ash.sandbox.path(".")), all);
}

#[tokio::test]
async fn a_taken_name_and_a_first_one_without_commits_are_refused_with_nothing_made() {
    let ash = Ash::at_work().await;
    let launch = &ash.sandbox.launch;
    ash.fork().await.unwrap();
    let before = (ash.refs(), files(&ash.sandbox.path(".")));
    let taken = ash.fork().await.unwrap_err();
    assert!(matches!(taken, HostError::PolecatExists { .. }), "{taken}");
    assert_eq!((ash.refs(), files(&ash.sandbox.path("."))), before);
    let none = git::fork(&ash.rig, &polecat("none"), None, BTreeSet::new(), 73, launch).await;
    assert!(matches!(none, Err(HostError::PolecatNotFound { .. })), "{none:?}");
    ash.git(&["checkout", "--quiet", "--orphan", "fresh"]);
    let unborn = git::fork(&ash.rig, &polecat("ash"), None, BTreeSet::new(), 73, launch).await;
    assert!(matches!(unborn, Err(HostError::NoCommits { .. })), "{unborn:?}");
}

#[tokio::test]
async fn without_a_name_it_gets_the_next_free_one() {
    let ash = Ash::at_work().await;
    let taken = ["furiosa".to_owned()].into();
    let launch = &ash.sandbox.launch;
    let forked = git::fork(&ash.rig, &polecat("ash"), None, taken, 72, launch).await.unwrap();
    assert_ne!(forked.polecat.as_str(), "furiosa");
    let branch = format!("polecat/{}-20", forked.polecat);
    assert_eq!(see(&ash.sandbox, &forked.worktree.path).branch, branch);
}

#[tokio::test]
async fn what_cannot_be_copied_is_told() {
    let ash = Ash::at_work().await;
    ash.commit("mine");
    ash.write("README", "mine\n");
    let mine = ash.commit("mine again");
    fs::write(ash.main.join("README"), "theirs\n").unwrap();
    ash.sandbox.commit(&ash.main, "theirs");
    let merge = (ash.sandbox.launch)(OsStr::new("git"))
        .current_dir(&ash.worktree)
        .args(["merge", "--quiet", "main"])
        .output()
        .unwrap();
    assert!(!merge.status.success());
    let before = ash.untouched();
    let forked = ash.fork().await.unwrap();
    assert_eq!(ash.untouched(), before);
    let told = forked.warnings.join("\n");
    assert!(told.contains("not copied: a merge is in progress"), "{told}");
    let birch = see(&ash.sandbox, &forked.worktree.path);
    assert_eq!(birch.head, mine);
    let text = fs::read_to_string(forked.worktree.path.join("README")).unwrap();
    assert!(text.contains("<<<<<<<") && text.contains("theirs"), "{text}");
}

#[tokio::test]
async fn files_that_come_and_go_meanwhile_are_no_reason_to_fail() {
    let ash = Ash::at_work().await;
    let ended = Arc::new(AtomicBool::new(false));
    let (worktree, stop) = (ash.worktree.clone(), ended.clone());
    let churn = std::thread::spawn(move || {
        let mut count = 0;
        while !stop.load(Ordering::Relaxed) {
            count += 1;
            let path = worktree.join(format!("passing-{}", count % 7));
            fs::write(&path, count.to_string()).unwrap();
            fs::remove_file(&path).unwrap();
        }
    });
    let mut forks = Vec::new();
    for name in ["b1", "b2", "b3"] {
        let (ash_name, name) = (polecat("ash"), polecat(name));
        let launch = &ash.sandbox.launch;
        let none = BTreeSet::new();
        forks.push(git::fork(&ash.rig, &ash_name, Some(&name), none, 72, launch).await);
    }
    ended.store(true, Ordering::Relaxed);
    churn.join().unwrap();
    for forked in forks {
        let text = fs::read_to_string(forked.unwrap().worktree.path.join("kept")).unwrap();
        assert_eq!(text, "written\n");
    }
}

#[tokio::test]
async fn in_a_town_too_where_the_repository_lies_elsewhere() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let (rig, launch) = (sandbox.rig("town/shop").await, &sandbox.launch);
    let made = git::create_worktree(&rig, &polecat("ash"), None, 36, launch).await.unwrap();
    fs::write(made.path.join("new"), "new\n").unwrap();
    let before = see(&sandbox, &made.path);
    let birch = polecat("birch");
    let none = BTreeSet::new();
    let forked = git::fork(&rig, &polecat("ash"), Some(&birch), none, 72, launch).await.unwrap();
    assert_eq!(see(&sandbox, &made.path), before);
    let seen = see(&sandbox, &forked.worktree.path);
    assert_eq!((seen.files, seen.status), (before.files, before.status));
    assert_eq!(forked.worktree.path, rig.new_worktree(&birch));
}

#[tokio::test]
async fn what_a_town_gave_a_fork_is_no_work_of_anybodys_when_it_is_taken_back() {
    let sandbox = Sandbox::new();
    sandbox.town();
    sandbox.write("town/shop/.runtime/overlay/.env", "KEY=1\n");
    let (rig, launch) = (sandbox.rig("town/shop").await, &sandbox.launch);
    let town = Town { gastown: Gastown::V0_6, ..Town::before_0_6(sandbox.path("town")) };
    let rig = Rig { kind: RigKind::Town(town), ..rig };
    let (ash, birch) = (polecat("ash"), polecat("birch"));
    let made = git::create_worktree(&rig, &ash, None, 36, launch).await.unwrap();
    fs::write(made.path.join("new"), "new\n").unwrap();
    let none = BTreeSet::new();
    let forked = git::fork(&rig, &ash, Some(&birch), none, 72, launch).await.unwrap();
    let path = &forked.worktree.path;
    assert_eq!(provide(&rig, path, WorktreeKind::Restored, true).await, [""; 0]);
    assert_eq!(fs::read_to_string(path.join(".env")).unwrap(), "KEY=1\n");
    git::rollback_fork(&rig, &forked, launch).await.unwrap();
    assert!(!path.exists() && made.path.join("new").exists());
}
