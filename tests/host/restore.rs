//! Bringing a removed polecat back, also where something has changed since.

use polecat::host::HostError;
use polecat::host::git;

use super::fixtures::polecat;
use super::polecat::Ash;

#[tokio::test]
async fn where_its_branch_is_another_by_now_it_comes_back_on_a_new_one() {
    let ash = Ash::new().await;
    let head = ash.commit("work");
    ash.remove().await.unwrap();
    ash.main(&["branch", "polecat/ash-10", "main"]);
    let back = ash.restore().await;
    assert_eq!(back.branch.as_deref(), Some("polecat/ash-20"));
    assert_eq!(back.formerly.as_deref(), Some("polecat/ash-10"));
    assert_eq!(ash.git(&["rev-parse", "HEAD"]), head);
}

#[tokio::test]
async fn detached_and_without_commits_it_comes_back_so() {
    let ash = Ash::new().await;
    ash.git(&["checkout", "--quiet", "--detach"]);
    let head = ash.commit("away");
    ash.remove().await.unwrap();
    let back = ash.restore().await;
    assert_eq!((back.branch, ash.git(&["rev-parse", "HEAD"])), (None, head));
    ash.git(&["checkout", "--quiet", "--orphan", "fresh"]);
    ash.write("new", "new\n");
    let before = ash.status();
    ash.remove().await.unwrap();
    let back = ash.restore().await;
    assert_eq!(back.branch.as_deref(), Some("fresh"));
    assert_eq!(ash.status(), before);
}

#[tokio::test]
async fn there_is_nothing_to_bring_back_of_one_that_is_there_or_never_was() {
    let ash = Ash::new().await;
    let launch = &ash.sandbox.launch;
    let there = git::restore(&ash.rig, &polecat("ash"), 72, launch).await.unwrap_err();
    assert!(matches!(there, HostError::PolecatExists { .. }), "{there}");
    let never = git::restore(&ash.rig, &polecat("birch"), 72, launch).await.unwrap_err();
    assert!(matches!(never, HostError::NoBackup { .. }), "{never}");
}
