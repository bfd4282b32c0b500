//! Bringing a removed polecat back, also where something has changed since.

use polecat::host::HostError;
use polecat::host::git;

use super::fixtures::polecat;
use super::remove::Shop;

#[tokio::test]
async fn where_its_branch_is_another_by_now_it_comes_back_on_a_new_one() {
    let shop = Shop::new().await;
    let head = shop.commit("work");
    shop.remove().await.unwrap();
    shop.main(&["branch", "polecat/ash-10", "main"]);
    let back = shop.restore().await;
    assert_eq!(back.branch.as_deref(), Some("polecat/ash-20"));
    assert_eq!(back.formerly.as_deref(), Some("polecat/ash-10"));
    assert_eq!(shop.git(&["rev-parse", "HEAD"]), head);
}

#[tokio::test]
async fn detached_and_without_commits_it_comes_back_so() {
    let shop = Shop::new().await;
    shop.git(&["checkout", "--quiet", "--detach"]);
    let head = shop.commit("away");
    shop.remove().await.unwrap();
    let back = shop.restore().await;
    assert_eq!((back.branch, shop.git(&["rev-parse", "HEAD"])), (None, head));
    shop.git(&["checkout", "--quiet", "--orphan", "fresh"]);
    shop.write("new", "new\n");
    let before = shop.status();
    shop.remove().await.unwrap();
    let back = shop.restore().await;
    assert_eq!(back.branch.as_deref(), Some("fresh"));
    assert_eq!(shop.status(), before);
}

#[tokio::test]
async fn there_is_nothing_to_bring_back_of_one_that_is_there_or_never_was() {
    let shop = Shop::new().await;
    let launch = &shop.sandbox.launch;
    let there = git::restore(&shop.rig, &polecat("ash"), 72, launch).await.unwrap_err();
    assert!(matches!(there, HostError::PolecatExists { .. }), "{there}");
    let never = git::restore(&shop.rig, &polecat("birch"), 72, launch).await.unwrap_err();
    assert!(matches!(never, HostError::NoBackup { .. }), "{never}");
}
