//! What a polecat changed, counted as git counts it.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use polecat::core::Diffstat;
use polecat::host::git::{self, ForkPoint};

use super::fixtures::polecat;
use super::polecat::Ash;

const FILES: &[(&str, &str)] =
    &[("main.rs", "one\ntwo\nthree\nfour\nfive\n"), ("src/lib.rs", "a\nb\n")];

impl Ash {
    async fn counted(&self, begun: Option<ForkPoint>) -> (Diffstat, ForkPoint) {
        let (ash, launch) = (polecat("ash"), &self.sandbox.launch);
        git::diffstat(&self.rig, &ash, &self.worktree, begun, launch).await.unwrap().unwrap()
    }

    async fn count(&self) -> Diffstat {
        self.counted(None).await.0
    }
}

fn lines(added: u64, removed: u64) -> Diffstat {
    Diffstat { added, removed, ..Diffstat::default() }
}

#[tokio::test]
async fn committed_staged_changed_and_untracked_lines_count_together() {
    let ash = Ash::with(FILES).await;
    assert_eq!(ash.count().await, Diffstat::default());
    ash.write("main.rs", "one\n2\nthree\nfour\nfive\n");
    ash.commit("work");
    assert_eq!(ash.count().await, Diffstat { ahead: 1, ..lines(1, 1) });
    ash.write("main.rs", "one\n2\nthree\nfour\nfive\nsix\n");
    ash.git(&["add", "main.rs"]);
    ash.write("main.rs", "one\n2\nthree\nfour\nfive\nsix\nseven\n");
    ash.write("docs/new/page", "a\nb\nno end");
    std::fs::remove_file(ash.worktree.join("src/lib.rs")).unwrap();
    let all = Diffstat { ahead: 1, uncommitted: 2, untracked: 1, ..lines(6, 3) };
    assert_eq!(ash.count().await, all);
    ash.commit("all");
    assert_eq!(ash.count().await, Diffstat { ahead: 2, ..lines(6, 3) });
}

#[tokio::test]
async fn a_rename_is_no_change_and_odd_names_and_files_do_no_harm() {
    let ash = Ash::with(FILES).await;
    ash.git(&["mv", "main.rs", "5\t6\tmain.rs"]);
    ash.write("picture", b"\0\x01\n\n\n");
    ash.write("9\t9\ta\nb", "one\n");
    symlink("/nowhere", ash.worktree.join("link")).unwrap();
    ash.git(&["-c", "protocol.file.allow=always", "init", "--quiet", "other"]);
    ash.write("other/file", "not its own\n");
    let fifo = ash.worktree.join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &fifo,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    let counted = ash.count().await;
    assert_eq!((counted.added, counted.removed), (2, 0), "{counted:?}");
}

#[tokio::test]
async fn no_configuration_changes_what_is_counted_and_counting_writes_nothing() {
    let ash = Ash::with(FILES).await;
    for (key, value) in [
        ("diff.external", "false"),
        ("diff.orderFile", "/nowhere"),
        ("diff.renames", "false"),
        ("diff.noprefix", "true"),
        ("diff.relative", "true"),
        ("status.showUntrackedFiles", "no"),
        ("status.branch", "true"),
        ("core.fsmonitor", "true"),
        ("color.ui", "always"),
    ] {
        ash.git(&["config", key, value]);
    }
    ash.git(&["mv", "src/lib.rs", "lib.rs"]);
    ash.write("main.rs", "one\n2\nthree\nfour\nfive\n");
    ash.write("new", "x\n");
    let index = PathBuf::from(ash.git(&["rev-parse", "--absolute-git-dir"])).join("index");
    let before = std::fs::read(&index).unwrap();
    // Two entries for the rename: nothing of it is committed.
    let all = Diffstat { uncommitted: 3, untracked: 1, ..lines(2, 1) };
    assert_eq!(ash.count().await, all);
    assert_eq!(std::fs::read(&index).unwrap(), before);
}

#[tokio::test]
async fn what_is_known_from_the_last_count_holds_until_head_moves() {
    let ash = Ash::with(FILES).await;
    let (_, begun) = ash.counted(None).await;
    ash.write("main.rs", "");
    let (stat, begun) = ash.counted(Some(begun)).await;
    assert_eq!(stat, Diffstat { uncommitted: 1, ..lines(0, 5) });
    ash.commit("work");
    let (stat, begun) = ash.counted(Some(begun)).await;
    assert_eq!(stat, Diffstat { ahead: 1, ..lines(0, 5) });
    ash.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    assert_eq!(ash.counted(Some(begun)).await.0, Diffstat::default());
}

#[tokio::test]
async fn a_folder_that_is_no_worktree_has_no_work_and_a_broken_one_is_an_error() {
    let ash = Ash::with(FILES).await;
    let launch = &ash.sandbox.launch;
    // Inside a repository, which git itself would find.
    let folder = ash.sandbox.folder("shop/plain");
    let none = git::diffstat(&ash.rig, &polecat("ash"), &folder, None, launch).await;
    assert_eq!(none.unwrap(), None);
    std::fs::write(folder.join(".git"), "gitdir: /nowhere\n").unwrap();
    let broken = git::diffstat(&ash.rig, &polecat("ash"), &folder, None, launch).await;
    assert!(broken.unwrap_err().to_string().contains("/nowhere"));
}
