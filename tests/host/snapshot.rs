//! A commit of everything that stands in a worktree.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use polecat::host::git::{self, Snapshot};

use super::fixtures::{files, hook};
use super::polecat::Ash;

impl Ash {
    /// A snapshot; it must not have changed anything.
    async fn snapshot(&self) -> Snapshot {
        let git_dir = PathBuf::from(self.git(&["rev-parse", "--absolute-git-dir"]));
        let look =
            || (fs::read(git_dir.join("index")).ok(), files(&git_dir), files(&self.worktree));
        let before = look();
        let made =
            git::snapshot(&self.rig, &self.worktree, "snapshot of ash", &self.sandbox.launch);
        let made = made.await;
        assert_eq!(look(), before, "a snapshot touches nothing");
        made.unwrap()
    }

    fn shown(&self, commit: &str, path: &str) -> String {
        self.git(&["show", &format!("{commit}:{path}")])
    }

    fn tree(&self, commit: &str) -> Vec<String> {
        let names = self.git(&["ls-tree", "-r", "-z", "--name-only", commit]);
        names.split_terminator('\0').map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn it_has_what_is_staged_what_is_not_and_what_is_untracked() {
    let ash = Ash::new().await;
    ash.write(".gitignore", "*.log\n");
    ash.write("kept", "one\n");
    ash.write("gone", "one\n");
    let head = ash.commit("work");
    ash.write("kept", "staged\n");
    ash.git(&["add", "kept"]);
    ash.write("kept", "written\n");
    ash.write("new/file", "new\n");
    ash.write("noise.log", "noise\n");
    fs::remove_file(ash.worktree.join("gone")).unwrap();
    let made = ash.snapshot().await;
    assert_eq!(made.head.as_deref(), Some(head.as_str()));
    assert_eq!(ash.tree(&made.commit), [".gitignore", "README", "kept", "new/file"]);
    assert_eq!(ash.tree(&made.index), [".gitignore", "README", "gone", "kept"]);
    assert_eq!(ash.shown(&made.commit, "kept"), "written");
    assert_eq!(ash.shown(&made.index, "kept"), "staged");
    let parents = ash.git(&["log", "-1", "--format=%P", &made.commit]);
    assert_eq!(parents, format!("{head} {}", made.index));
    assert_eq!(ash.git(&["rev-parse", &format!("{}^{{tree}}", made.commit)]), made.tree);
    let who = ash.git(&["log", "-1", "--format=%an <%ae> %cn <%ce>", &made.commit]);
    assert_eq!(who, "polecat.nvim <polecat@localhost> polecat.nvim <polecat@localhost>");
}

#[tokio::test]
async fn modes_links_and_names_of_any_bytes_are_kept() {
    let ash = Ash::new().await;
    ash.write("run.sh", "#!/bin/sh\n");
    let run = ash.worktree.join("run.sh");
    fs::set_permissions(&run, fs::Permissions::from_mode(0o755)).unwrap();
    symlink("/nowhere/at all", ash.worktree.join("link")).unwrap();
    for name in [&b"new\nline"[..], b"-rf", b":(top)x", b"\xff\xfe"] {
        fs::write(ash.worktree.join(OsStr::from_bytes(name)), "text\n").unwrap();
    }
    let made = ash.snapshot().await;
    let listing = (ash.sandbox.launch)(OsStr::new("git"))
        .current_dir(&ash.worktree)
        .args(["ls-tree", "-r", "-z", &made.commit])
        .output()
        .unwrap();
    let entry = |name: &[u8]| {
        let mut lines = listing.stdout.split(|&byte| byte == 0);
        lines.find(|line| line.ends_with(&[b"\t", name].concat())).map(|line| line[..6].to_vec())
    };
    assert_eq!(entry(b"run.sh").unwrap(), b"100755");
    assert_eq!(entry(b"link").unwrap(), b"120000");
    for name in [&b"new\nline"[..], b"-rf", b":(top)x", b"\xff\xfe"] {
        assert_eq!(entry(name).unwrap(), b"100644", "{}", String::from_utf8_lossy(name));
    }
}

/// git trusts the time of its index: a file of the same size that was written in the same moment
/// as the index is read again only as long as the copy is no younger.
#[tokio::test]
async fn a_change_in_the_moment_the_index_was_written_is_seen() {
    let ash = Ash::new().await;
    ash.write("file", "one\n");
    ash.commit("work");
    let git_dir = PathBuf::from(ash.git(&["rev-parse", "--absolute-git-dir"]));
    let moment = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    let set =
        |path: &Path| fs::File::options().write(true).open(path).unwrap().set_modified(moment);
    set(&ash.worktree.join("file")).unwrap();
    ash.git(&["-c", "core.trustctime=false", "update-index", "--refresh"]);
    set(&git_dir.join("index")).unwrap();
    ash.write("file", "two\n");
    set(&ash.worktree.join("file")).unwrap();
    ash.git(&["config", "core.trustctime", "false"]);
    let made = ash.snapshot().await;
    assert_eq!(ash.shown(&made.commit, "file"), "two");
}

#[tokio::test]
async fn what_is_left_out_of_a_sparse_checkout_is_in_it_as_it_was_committed() {
    let ash = Ash::new().await;
    ash.write("sparse", "one\n");
    ash.commit("work");
    ash.git(&["update-index", "--skip-worktree", "sparse"]);
    fs::remove_file(ash.worktree.join("sparse")).unwrap();
    let made = ash.snapshot().await;
    assert_eq!(ash.shown(&made.commit, "sparse"), "one", "it was never checked out");
}

#[tokio::test]
async fn in_the_middle_of_a_merge_files_stand_as_they_are() {
    let ash = Ash::new().await;
    ash.write("README", "of ash\n");
    ash.write("other", "one\n");
    ash.commit("work");
    fs::write(ash.main.join("README"), "of main\n").unwrap();
    ash.sandbox.commit(&ash.main, "of others");
    let launch = &ash.sandbox.launch;
    let merge = launch(OsStr::new("git"))
        .current_dir(&ash.worktree)
        .args(["merge", "--quiet", "main"])
        .output()
        .unwrap();
    assert!(!merge.status.success(), "it conflicts");
    ash.write("other", "staged\n");
    ash.git(&["add", "other"]);
    ash.write("other", "written\n");
    let made = ash.snapshot().await;
    assert!(ash.shown(&made.commit, "README").contains("<<<<<<<"));
    assert_eq!(ash.shown(&made.index, "README"), "of ash");
    assert_eq!(ash.shown(&made.index, "other"), "staged");
    assert_eq!(ash.shown(&made.commit, "other"), "written");
}

#[tokio::test]
async fn a_branch_without_commits_and_a_detached_head_have_one_too() {
    let ash = Ash::new().await;
    let first = ash.git(&["rev-parse", "HEAD"]);
    ash.git(&["checkout", "--quiet", "--detach"]);
    assert_eq!(ash.snapshot().await.head, Some(first));
    ash.git(&["checkout", "--quiet", "--orphan", "fresh"]);
    ash.write("new", "new\n");
    let made = ash.snapshot().await;
    assert_eq!(made.head, None);
    assert_eq!(ash.tree(&made.commit), ["README", "new"]);
}

#[tokio::test]
async fn it_needs_no_name_and_runs_no_hook() {
    let ash = Ash::new().await;
    let git_dir = PathBuf::from(ash.git(&["rev-parse", "--git-common-dir"]));
    let ran = ash.sandbox.path("ran");
    for name in ["pre-commit", "post-index-change", "post-commit", "reference-transaction"] {
        hook(&git_dir, name, &format!("touch '{}'", ran.display()));
    }
    ash.git(&["config", "user.useConfigOnly", "true"]);
    ash.git(&["config", "commit.gpgSign", "true"]);
    ash.write("new", "new\n");
    ash.snapshot().await;
    assert!(!ran.exists());
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named_and_nothing_is_left_behind() {
    let ash = Ash::new().await;
    // Even root cannot read a submodule that has no commit.
    ash.git(&["init", "--quiet", "empty"]);
    let git_dir = PathBuf::from(ash.git(&["rev-parse", "--absolute-git-dir"]));
    let made = git::snapshot(&ash.rig, &ash.worktree, "snapshot", &ash.sandbox.launch).await;
    let refused = made.unwrap_err().to_string();
    assert!(refused.contains("empty"), "{refused}");
    assert!(!files(&git_dir).iter().any(|file| file.contains("polecat-index")));
}
