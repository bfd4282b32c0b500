//! Locks among processes: each on something else, and none whose wait cannot be ended.

use std::time::Duration;

use polecat::host::HostError;
use polecat::host::locks::{Choosing, Gate, Hunks, Sending, Typing, Work, Worktrees};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use tokio::time::timeout;

use super::fixtures::{Sandbox, polecat};
use super::polecat::Ash;

#[tokio::test]
async fn who_has_one_lock_holds_up_nobody_who_wants_another() {
    let Ash { rig, worktree, main, .. } = &Ash::new().await;
    let ash = &polecat("ash");
    let _choosing = Choosing::lock(rig).await.unwrap();
    let _work = Work::try_lock(rig, ash).await.unwrap();
    let _sending = Sending::lock(rig, worktree).await.unwrap();
    let _typing = Typing::lock(rig, ash).await.unwrap();
    let _deeds = Hunks::lock(worktree).await.unwrap();
    let _worktrees = Worktrees::lock(&main.join(".git")).await.unwrap();
    let _gate = Gate::lock(rig).await.unwrap();
    let busy = Work::try_lock(rig, ash).await;
    assert!(matches!(busy, Err(HostError::Busy { .. })), "{busy:?}");
}

#[tokio::test]
async fn a_wait_that_was_given_up_takes_nothing_later() {
    let Ash { rig, .. } = &Ash::new().await;
    let ash = &polecat("ash");
    let held = Typing::lock(rig, ash).await.unwrap();
    let waits = timeout(Duration::from_millis(20), Typing::lock(rig, ash)).await;
    assert!(waits.is_err(), "two had it at once");
    drop(held);
    Typing::lock(rig, ash).await.unwrap();
}

#[tokio::test]
async fn a_fifo_in_place_of_the_folder_holds_up_nobody() {
    let sandbox = Sandbox::new();
    sandbox.repository("shop");
    let (rig, ash) = (sandbox.rig("shop").await, polecat("ash"));
    let dir = rig.polecat_dir(&ash);
    std::fs::create_dir_all(dir.parent().unwrap()).unwrap();
    mknodat(CWD, &dir, FileType::Fifo, Mode::RWXU, 0).unwrap();
    let locked = timeout(Duration::from_secs(20), Typing::lock(&rig, &ash)).await;
    assert!(locked.is_ok(), "it waits for somebody to write");
}
