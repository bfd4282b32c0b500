//! A town that gastown works in at the same time: its locks and its markers are honoured.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, SystemTime};

use polecat::core::{Gastown, Rig, RigKind};
use polecat::host::git::{self, Removal};
use polecat::host::locks::{GastownPolecat, GastownPool};
use polecat::host::{HostError, polecats};
use tokio::time::timeout;

use super::fixtures::{Sandbox, hook, polecat};

/// Long enough for what does not wait.
const LOCK_WAIT: Duration = Duration::from_millis(200);

/// A town of one generation with the rig `shop`.
struct Yard {
    sandbox: Sandbox,
    rig: Rig,
}

impl Yard {
    async fn of(gastown: Gastown) -> Self {
        let sandbox = Sandbox::new();
        sandbox.town();
        let mut rig = sandbox.rig("town/shop").await;
        let RigKind::Town(town) = &mut rig.kind else { panic!("{rig:?}") };
        town.gastown = gastown;
        Self { sandbox, rig }
    }

    /// Has git write down who holds gastown's locks whenever a branch is made, moved or removed.
    async fn watched(gastown: Gastown) -> Self {
        let yard = Self::of(gastown).await;
        let (locks, log) = (yard.locks(), yard.log());
        let script = format!(
            "cd '{}' 2>/dev/null || exit 0
            for lock in pool ash; do
              flock --nonblock polecat-$lock.lock true && state=free || state=held
              echo $lock $state >>'{}'
            done",
            locks.display(),
            log.display()
        );
        let clone = yard.sandbox.path("town/shop/mayor/rig/.git");
        hook(&clone, "reference-transaction", &script);
        yard
    }

    fn log(&self) -> PathBuf {
        self.sandbox.path("locks.log")
    }

    fn locks(&self) -> PathBuf {
        self.rig.runtime_dir().join("locks")
    }

    /// What was written down since the last time.
    fn seen(&self) -> BTreeSet<String> {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        let _ = fs::remove_file(self.log());
        text.lines().map(str::to_owned).collect()
    }

    async fn create(&self, name: &str) -> Result<git::Worktree, HostError> {
        git::create_worktree(&self.rig, &polecat(name), None, 36, &self.sandbox.launch).await
    }

    async fn remove(&self) -> Result<git::Removed, HostError> {
        let removal = Removal::begin(&self.rig, &polecat("ash"), &self.sandbox.launch).await?;
        removal.set_aside().await?.finish().await
    }

    async fn restore(&self) -> Result<git::Restored, HostError> {
        git::restore(&self.rig, &polecat("ash"), 72, &self.sandbox.launch).await
    }

    async fn reuse(&self) -> Result<git::Reused, HostError> {
        let turn = GastownPolecat::lock(&self.rig, &polecat("ash")).await?;
        git::reuse(&self.rig, &polecat("ash"), turn, None, 48, &self.sandbox.launch).await
    }

    /// As gastown does, until the value goes.
    fn hold(&self, lock: &str) -> ProcessId {
        fs::create_dir_all(self.locks()).unwrap();
        let mut flock = (self.sandbox.launch)(OsStr::new("flock"));
        flock.arg(self.locks().join(lock)).args(["sh", "-c", "echo held; read line"]);
        let mut child = flock.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "held\n");
        ProcessId(child)
    }
}

/// A process of gastown's that has a lock.
struct ProcessId(Child);

impl Drop for ProcessId {
    fn drop(&mut self) {
        // It reads no more.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn lines(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn gastowns_locks_are_held_where_gastown_holds_them() {
    let yard = Yard::watched(Gastown::V0_6).await;
    let ash = yard.create("ash").await.unwrap();
    assert_eq!(yard.seen(), lines(&["pool held", "ash held"]), "making it");
    let reused = yard.reuse().await.unwrap();
    assert_eq!(yard.seen(), lines(&["pool free", "ash held"]), "giving it other work");
    let launch = &yard.sandbox.launch;
    git::rollback_reuse(&yard.rig, &polecat("ash"), &reused, launch).await.unwrap();
    assert_eq!(yard.seen(), lines(&["pool free", "ash held"]), "taking that back");
    fs::write(ash.path.join("draft"), "a draft").unwrap();
    yard.remove().await.unwrap();
    assert_eq!(yard.seen(), lines(&["pool free", "ash held"]), "removing it");
    yard.restore().await.unwrap();
    assert_eq!(yard.seen(), lines(&["pool held", "ash held"]), "bringing it back");
    let next = git::create_next(&yard.rig, BTreeSet::new(), None, 84, launch).await.unwrap();
    assert_eq!(yard.seen(), lines(&["pool held", "ash free"]), "making another one");
    git::rollback_create(&yard.rig, &next.polecat, &next.worktree, launch).await.unwrap();
    yard.create("ash").await.unwrap_err();
    let _pool = GastownPool::lock(&yard.rig).await.unwrap();
}

#[tokio::test]
async fn a_town_of_gastown_before_0_6_gets_no_locks() {
    let yard = Yard::of(Gastown::V0_5).await;
    let ash = yard.create("ash").await.unwrap();
    yard.reuse().await.unwrap();
    fs::write(ash.path.join("draft"), "a draft").unwrap();
    yard.remove().await.unwrap();
    yard.restore().await.unwrap();
    assert!(!yard.locks().exists());
}

#[tokio::test]
async fn who_makes_or_removes_a_polecat_waits_for_gastown() {
    let yard = Yard::of(Gastown::V0_6).await;
    let pool = yard.hold("polecat-pool.lock");
    assert!(timeout(LOCK_WAIT, yard.create("birch")).await.is_err(), "it did not wait");
    assert!(!yard.rig.polecat_dir(&polecat("birch")).exists());
    drop(pool);
    let ash = yard.create("ash").await.unwrap();
    let held = yard.hold("polecat-ash.lock");
    assert!(timeout(LOCK_WAIT, yard.remove()).await.is_err(), "it did not wait");
    assert!(ash.path.join("README").exists());
    let busy = GastownPolecat::try_lock(&yard.rig, &polecat("ash")).await.unwrap_err();
    assert!(busy.to_string().contains("/.runtime/locks/polecat-ash.lock` is locked"), "{busy}");
    drop(held);
    yard.remove().await.unwrap();
    assert!(!polecats::exists(&yard.rig, &polecat("ash")).await.unwrap());
}

#[tokio::test]
async fn of_a_name_that_gastown_sees_to_nobody_makes_a_polecat() {
    let yard = Yard::of(Gastown::V0_6).await;
    let launch = &yard.sandbox.launch;
    let _held = yard.hold("polecat-obsidian.lock");
    let next = git::create_next(&yard.rig, BTreeSet::new(), None, 36, launch).await.unwrap();
    assert_eq!(next.polecat.as_str(), "quartz");
    let marker = yard.sandbox.write("town/shop/polecats/ash.pending", "4711");
    let refused = yard.create("ash").await.unwrap_err();
    assert!(matches!(refused, HostError::Pending { .. }), "{refused}");
    assert!(refused.to_string().contains("polecats/ash.pending"), "{refused}");
    let long_ago = SystemTime::now() - Duration::from_secs(301);
    fs::File::options().write(true).open(marker).unwrap().set_modified(long_ago).unwrap();
    yard.create("ash").await.unwrap();
}

#[tokio::test]
async fn a_link_in_place_of_a_lock_is_named_and_not_followed() {
    let yard = Yard::of(Gastown::V0_6).await;
    fs::create_dir_all(yard.locks()).unwrap();
    symlink(yard.sandbox.path("elsewhere"), yard.locks().join("polecat-pool.lock")).unwrap();
    let refused = yard.create("ash").await.unwrap_err();
    assert!(matches!(refused, HostError::Link { .. }), "{refused}");
    assert!(!yard.sandbox.path("elsewhere").exists());
}
