//! How a polecat's branch stands to the one that it is meant for.

use polecat::core::BranchStatus;
use polecat::host::git::{self, ForkPoint};

use super::fixtures::{counting, polecat};
use super::polecat::Ash;

impl Ash {
    async fn stands_now(&self, begun: Option<ForkPoint>) -> (Option<BranchStatus>, ForkPoint) {
        let (ash, launch) = (polecat("ash"), &self.sandbox.launch);
        let found = git::diffstat(&self.rig, &ash, &self.worktree, begun, launch).await;
        let (_, begun) = found.unwrap().unwrap();
        (begun.branch_status().cloned(), begun)
    }

    async fn standing(&self) -> BranchStatus {
        self.stands_now(None).await.0.unwrap()
    }
}

fn of_main(behind: u32, merged: bool, conflicts: bool) -> BranchStatus {
    BranchStatus { of: "main".to_owned(), behind, merged, conflicts }
}

#[tokio::test]
async fn a_branch_is_behind_in_conflict_and_in_the_end_merged() {
    let ash = Ash::with(&[("a", "1\n2\n3\n")]).await;
    assert_eq!(ash.standing().await, of_main(0, false, false));
    ash.write("a", "one\n2\n3\n");
    ash.commit("one");
    assert_eq!(ash.standing().await, of_main(0, false, false));
    ash.sandbox.write("shop/b", "b\n");
    ash.sandbox.commit(&ash.main, "b");
    assert_eq!(ash.standing().await, of_main(1, false, false));
    ash.sandbox.write("shop/a", "uno\n2\n3\n");
    ash.sandbox.commit(&ash.main, "uno");
    assert_eq!(ash.standing().await, of_main(2, false, true));
    ash.main(&["pack-refs", "--all"]);
    ash.main(&["reset", "--quiet", "--hard", "HEAD^"]);
    assert_eq!(ash.standing().await, of_main(1, false, false));
    ash.main(&["merge", "--quiet", "--no-edit", "polecat/ash-10"]);
    assert!(ash.standing().await.merged);
    ash.write("c", "c\n");
    ash.commit("c");
    assert!(!ash.standing().await.merged);
}

#[tokio::test]
async fn work_that_was_squashed_by_hand_is_merged() {
    let ash = Ash::with(&[("a", "1\n2\n3\n")]).await;
    ash.write("a", "one\n2\n3\n");
    ash.commit("one");
    ash.main(&["merge", "--quiet", "--squash", "polecat/ash-10"]);
    assert!(!ash.standing().await.merged, "it is not committed");
    ash.main(&["commit", "--quiet", "--message", "squashed"]);
    assert_eq!(ash.standing().await, of_main(1, true, false));
}

/// What is committed stands still while an agent writes.
#[tokio::test]
async fn a_count_between_commits_costs_no_further_process() {
    let ash = Ash::with(&[("a", "1\n2\n3\n")]).await;
    ash.write("a", "one\n2\n3\n");
    ash.commit("one");
    ash.main(&["pack-refs", "--all"]);
    let (status, begun) = ash.stands_now(None).await;
    let (launch, count) = counting(&ash.sandbox.launch, usize::MAX);
    ash.write("a", "one\ntwo\n3\n");
    let name = polecat("ash");
    let counted = git::diffstat(&ash.rig, &name, &ash.worktree, Some(begun), &launch).await;
    let (_, begun) = counted.unwrap().unwrap();
    assert_eq!(begun.branch_status().cloned(), status);
    assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), 2);
}
