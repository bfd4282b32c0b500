//! What operations do with a polecat whose last operation was cut off.

use std::collections::BTreeSet;
use std::fs;

use polecat::host::HostError;
use polecat::host::git::{self, Removal, Worktree};
use polecat::host::locks::GastownPolecat;

use super::fixtures::{Sandbox, files, polecat};
use super::polecat::Ash;

#[tokio::test]
async fn an_operation_that_finds_another_one_cut_off_refuses_and_loses_nothing() {
    let ash = Ash::new().await;
    let (rig, name, launch) = (&ash.rig, &polecat("ash"), &ash.sandbox.launch);
    let (path, base) = (ash.worktree.clone(), ash.base.clone());
    let made = Worktree { path, branch: "polecat/ash-10".to_owned(), base, tip: None, files: None };
    let turn = GastownPolecat::lock(rig, name).await.unwrap();
    let again = git::reuse(rig, name, turn, None, 37, launch).await.unwrap();
    ash.write("new", "work");
    let removal = Removal::begin(rig, name, launch).await.unwrap();
    drop(removal.set_aside().await.unwrap());
    let before = files(&ash.sandbox.path("."));
    let turn = GastownPolecat::lock(rig, name).await.unwrap();
    for (what, answer) in [
        ("new", git::create_worktree(rig, name, None, 38, launch).await.map(drop)),
        ("restore", git::restore(rig, name, 38, launch).await.map(drop)),
        ("remove", Removal::begin(rig, name, launch).await.map(drop)),
        ("reuse", git::reuse(rig, name, turn, None, 38, launch).await.map(drop)),
        ("take back", git::rollback_create(rig, name, &made, launch).await),
        ("give back", git::rollback_reuse(rig, name, &again, launch).await),
    ] {
        let refused = answer.unwrap_err();
        assert!(matches!(refused, HostError::CutOff { .. }), "{what}: {refused}");
        assert_eq!(refused.to_string(), "the removal of polecat `ash` was cut off");
    }
    assert_eq!(files(&ash.sandbox.path(".")), before);
    assert!(git::recover(rig, name, launch).await.unwrap().is_none());
    assert_eq!(fs::read_to_string(ash.worktree.join("new")).unwrap(), "work");
    ash.git(&["status"]);
}

#[tokio::test]
async fn a_name_whose_removal_was_cut_off_is_given_to_nobody() {
    let sandbox = Sandbox::new();
    sandbox.repository("shop");
    let (rig, launch) = (&sandbox.rig("shop").await, &sandbox.launch);
    let first = git::create_next(rig, BTreeSet::new(), None, 36, launch).await.unwrap();
    let removal = Removal::begin(rig, &first.polecat, launch).await.unwrap();
    drop(removal.set_aside().await.unwrap());
    let next = git::create_next(rig, BTreeSet::new(), None, 37, launch).await.unwrap();
    assert_ne!(next.polecat, first.polecat);
    assert!(!first.worktree.path.exists());
    git::recover_all(rig, launch).await.unwrap();
    assert!(first.worktree.path.join("README").exists());
}
