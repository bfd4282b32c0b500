//! What a polecat changed, counted as git counts it.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use polecat::core::{Diffstat, Rig};
use polecat::host::git::{self, Begun};

use super::fixtures::{Sandbox, polecat};

struct Shop {
    sandbox: Sandbox,
    worktree: PathBuf,
    rig: Rig,
}

impl Shop {
    /// A repository with some files, and the polecat `ash`.
    async fn new() -> Self {
        let sandbox = Sandbox::new();
        let main = sandbox.repository("shop");
        sandbox.write("shop/main.rs", "one\ntwo\nthree\nfour\nfive\n");
        sandbox.write("shop/src/lib.rs", "a\nb\n");
        sandbox.commit(&main, "files");
        let rig = sandbox.rig("shop").await;
        let made = git::create_worktree(&rig, &polecat("ash"), None, 36, &sandbox.launch).await;
        Self { worktree: made.unwrap().path, rig, sandbox }
    }

    fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        let path = self.worktree.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn git(&self, args: &[&str]) -> String {
        self.sandbox.git(&self.worktree, args)
    }

    async fn counted(&self, begun: Option<Begun>) -> (Diffstat, Begun) {
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
    let shop = Shop::new().await;
    assert_eq!(shop.count().await, Diffstat::default());
    shop.write("main.rs", "one\n2\nthree\nfour\nfive\n");
    shop.sandbox.commit(&shop.worktree, "work");
    assert_eq!(shop.count().await, Diffstat { ahead: 1, ..lines(1, 1) });
    shop.write("main.rs", "one\n2\nthree\nfour\nfive\nsix\n");
    shop.git(&["add", "main.rs"]);
    shop.write("main.rs", "one\n2\nthree\nfour\nfive\nsix\nseven\n");
    shop.write("docs/new/page", "a\nb\nno end");
    std::fs::remove_file(shop.worktree.join("src/lib.rs")).unwrap();
    let all = Diffstat { ahead: 1, uncommitted: 2, untracked: 1, ..lines(6, 3) };
    assert_eq!(shop.count().await, all);
    shop.sandbox.commit(&shop.worktree, "all");
    assert_eq!(shop.count().await, Diffstat { ahead: 2, ..lines(6, 3) });
}

#[tokio::test]
async fn a_rename_is_no_change_and_odd_names_and_files_do_no_harm() {
    let shop = Shop::new().await;
    shop.git(&["mv", "main.rs", "5\t6\tmain.rs"]);
    shop.write("picture", b"\0\x01\n\n\n");
    shop.write("9\t9\ta\nb", "one\n");
    symlink("/nowhere", shop.worktree.join("link")).unwrap();
    shop.git(&["-c", "protocol.file.allow=always", "init", "--quiet", "other"]);
    shop.write("other/file", "not its own\n");
    let fifo = shop.worktree.join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &fifo,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    let counted = shop.count().await;
    assert_eq!((counted.added, counted.removed), (2, 0), "{counted:?}");
}

#[tokio::test]
async fn no_configuration_changes_what_is_counted_and_counting_writes_nothing() {
    let shop = Shop::new().await;
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
        shop.git(&["config", key, value]);
    }
    shop.git(&["mv", "src/lib.rs", "lib.rs"]);
    shop.write("main.rs", "one\n2\nthree\nfour\nfive\n");
    shop.write("new", "x\n");
    let index = PathBuf::from(shop.git(&["rev-parse", "--absolute-git-dir"])).join("index");
    let before = std::fs::read(&index).unwrap();
    // Two entries for the rename: nothing of it is committed.
    let all = Diffstat { uncommitted: 3, untracked: 1, ..lines(2, 1) };
    assert_eq!(shop.count().await, all);
    assert_eq!(std::fs::read(&index).unwrap(), before);
}

#[tokio::test]
async fn what_is_known_from_the_last_count_holds_until_head_moves() {
    let shop = Shop::new().await;
    let (_, begun) = shop.counted(None).await;
    shop.write("main.rs", "");
    let (stat, begun) = shop.counted(Some(begun)).await;
    assert_eq!(stat, Diffstat { uncommitted: 1, ..lines(0, 5) });
    shop.sandbox.commit(&shop.worktree, "work");
    let (stat, begun) = shop.counted(Some(begun)).await;
    assert_eq!(stat, Diffstat { ahead: 1, ..lines(0, 5) });
    shop.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    assert_eq!(shop.counted(Some(begun)).await.0, Diffstat::default());
}

#[tokio::test]
async fn a_folder_that_is_no_worktree_has_no_work_and_a_broken_one_is_an_error() {
    let shop = Shop::new().await;
    let launch = &shop.sandbox.launch;
    // Inside a repository, which git itself would find.
    let folder = shop.sandbox.folder("shop/plain");
    let none = git::diffstat(&shop.rig, &polecat("ash"), &folder, None, launch).await;
    assert_eq!(none.unwrap(), None);
    std::fs::write(folder.join(".git"), "gitdir: /nowhere\n").unwrap();
    let broken = git::diffstat(&shop.rig, &polecat("ash"), &folder, None, launch).await;
    assert!(broken.unwrap_err().to_string().contains("/nowhere"));
}
