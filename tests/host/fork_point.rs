//! Where the work of a polecat began, whatever was done to its branch.

use polecat::host::git;

use super::fixtures::{Sandbox, polecat};
use super::polecat::Ash;

impl Ash {
    async fn started_at(&self) -> String {
        let launch = &self.sandbox.launch;
        let found = git::fork_point(&self.rig, &polecat("ash"), &self.worktree, launch).await;
        let base = found.unwrap().unwrap();
        assert_eq!(base.branch.as_deref(), Some("main"));
        base.commit
    }
}

#[tokio::test]
async fn it_is_where_the_branch_was_made_also_when_main_goes_on() {
    let ash = Ash::new().await;
    ash.commit("work");
    ash.sandbox.commit(&ash.main, "of others");
    assert_eq!(ash.started_at().await, ash.base.commit);
}

#[tokio::test]
async fn after_a_rebase_the_work_of_others_does_not_count() {
    let ash = Ash::new().await;
    ash.commit("work");
    let others = ash.sandbox.commit(&ash.main, "of others");
    ash.git(&["rebase", "--quiet", "main"]);
    assert_eq!(ash.started_at().await, others);
}

#[tokio::test]
async fn merged_work_is_the_polecats_own_all_the_same() {
    let ash = Ash::new().await;
    ash.commit("work");
    ash.main(&["merge", "--quiet", "--ff-only", "polecat/ash-10"]);
    assert_eq!(ash.started_at().await, ash.base.commit);
}

#[tokio::test]
async fn a_branch_set_back_behind_its_beginning_begins_where_it_stands() {
    let ash = Ash::new().await;
    ash.sandbox.commit(&ash.main, "of others");
    ash.git(&["reset", "--quiet", "--hard", "main"]);
    let record = ash.rig.runtime_dir().join("polecat/worktrees/ash.json");
    let later = ash.git(&["rev-parse", "main"]);
    let text = std::fs::read_to_string(&record).unwrap().replace(&ash.base.commit, &later);
    std::fs::write(&record, text).unwrap();
    ash.git(&["reset", "--quiet", "--hard", &ash.base.commit]);
    assert_eq!(ash.started_at().await, ash.base.commit);
}

#[tokio::test]
async fn a_worktree_of_gastowns_begins_where_it_left_the_default_branch() {
    let sandbox = Sandbox::new();
    let town = sandbox.town();
    let clone = town.join("shop/mayor/rig");
    let origin = sandbox.git(&clone, &["rev-parse", "origin/main"]);
    let worktree = town.join("shop/polecats/ash/shop");
    let path = worktree.to_string_lossy();
    sandbox.git(&clone, &["worktree", "add", "--quiet", "-b", "polecat/ash-1", &path]);
    sandbox.commit(&worktree, "work");
    let rig = sandbox.rig("town/shop").await;
    let found = git::fork_point(&rig, &polecat("ash"), &worktree, &sandbox.launch).await;
    let base = found.unwrap().unwrap();
    assert_eq!((base.commit, base.branch.as_deref()), (origin, Some("origin/main")));
}
