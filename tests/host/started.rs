//! Where the work of a polecat began, whatever was done to its branch.

use std::path::PathBuf;

use polecat::core::Rig;
use polecat::host::git;

use super::fixtures::{Sandbox, polecat};

struct Begun {
    sandbox: Sandbox,
    main: PathBuf,
    worktree: PathBuf,
    rig: Rig,
    first: String,
}

impl Begun {
    /// A repository with the polecat `ash`.
    async fn new() -> Self {
        let sandbox = Sandbox::new();
        let main = sandbox.repository("shop");
        let rig = sandbox.rig("shop").await;
        let made = git::create_worktree(&rig, &polecat("ash"), None, 36, &sandbox.launch).await;
        let made = made.unwrap();
        Self { sandbox, main, worktree: made.path, rig, first: made.base.commit }
    }

    async fn started_at(&self) -> String {
        let launch = &self.sandbox.launch;
        let found = git::started_at(&self.rig, &polecat("ash"), &self.worktree, launch).await;
        let base = found.unwrap().unwrap();
        assert_eq!(base.branch.as_deref(), Some("main"));
        base.commit
    }

    fn git(&self, args: &[&str]) -> String {
        self.sandbox.git(&self.worktree, args)
    }
}

#[tokio::test]
async fn it_is_where_the_branch_was_made_also_when_main_goes_on() {
    let begun = Begun::new().await;
    begun.sandbox.commit(&begun.worktree, "work");
    begun.sandbox.commit(&begun.main, "of others");
    assert_eq!(begun.started_at().await, begun.first);
}

#[tokio::test]
async fn after_a_rebase_the_work_of_others_does_not_count() {
    let begun = Begun::new().await;
    begun.sandbox.commit(&begun.worktree, "work");
    let others = begun.sandbox.commit(&begun.main, "of others");
    begun.git(&["rebase", "--quiet", "main"]);
    assert_eq!(begun.started_at().await, others);
}

#[tokio::test]
async fn merged_work_is_the_polecats_own_all_the_same() {
    let begun = Begun::new().await;
    begun.sandbox.commit(&begun.worktree, "work");
    begun.sandbox.git(&begun.main, &["merge", "--quiet", "--ff-only", "polecat/ash-10"]);
    assert_eq!(begun.started_at().await, begun.first);
}

#[tokio::test]
async fn a_branch_set_back_behind_its_beginning_begins_where_it_stands() {
    let begun = Begun::new().await;
    begun.sandbox.commit(&begun.main, "of others");
    begun.git(&["reset", "--quiet", "--hard", "main"]);
    let record = begun.rig.runtime_dir().join("polecat/worktrees/ash.json");
    let later = begun.git(&["rev-parse", "main"]);
    let text = std::fs::read_to_string(&record).unwrap().replace(&begun.first, &later);
    std::fs::write(&record, text).unwrap();
    begun.git(&["reset", "--quiet", "--hard", &begun.first]);
    assert_eq!(begun.started_at().await, begun.first);
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
    let found = git::started_at(&rig, &polecat("ash"), &worktree, &sandbox.launch).await;
    let base = found.unwrap().unwrap();
    assert_eq!((base.commit, base.branch.as_deref()), (origin, Some("origin/main")));
}
