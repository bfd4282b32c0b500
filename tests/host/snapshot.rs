//! A commit of everything that stands in a worktree.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use polecat::host::git::{self, Snapshot};

use super::fixtures::{Sandbox, files, hook, polecat};

struct Standing {
    sandbox: Sandbox,
    worktree: PathBuf,
}

impl Standing {
    /// The worktree of polecat `ash`.
    async fn new() -> Self {
        let sandbox = Sandbox::new();
        sandbox.repository("shop");
        let rig = sandbox.rig("shop").await;
        let made = git::create_worktree(&rig, &polecat("ash"), None, 36, &sandbox.launch).await;
        Self { worktree: made.unwrap().path, sandbox }
    }

    fn write(&self, below: &str, text: &str) {
        let path = self.worktree.join(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, args: &[&str]) -> String {
        self.sandbox.git(&self.worktree, args)
    }

    /// A snapshot; it must not have changed anything.
    async fn snapshot(&self) -> Snapshot {
        let git_dir = PathBuf::from(self.git(&["rev-parse", "--absolute-git-dir"]));
        let look =
            || (fs::read(git_dir.join("index")).ok(), files(&git_dir), files(&self.worktree));
        let before = look();
        let made = git::snapshot(&self.worktree, "snapshot of ash", &self.sandbox.launch).await;
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
    let standing = Standing::new().await;
    standing.write(".gitignore", "*.log\n");
    standing.write("kept", "one\n");
    standing.write("gone", "one\n");
    let head = standing.sandbox.commit(&standing.worktree, "work");
    standing.write("kept", "staged\n");
    standing.git(&["add", "kept"]);
    standing.write("kept", "written\n");
    standing.write("new/file", "new\n");
    standing.write("noise.log", "noise\n");
    fs::remove_file(standing.worktree.join("gone")).unwrap();
    let made = standing.snapshot().await;
    assert_eq!(made.head.as_deref(), Some(head.as_str()));
    assert_eq!(standing.tree(&made.commit), [".gitignore", "README", "kept", "new/file"]);
    assert_eq!(standing.tree(&made.index), [".gitignore", "README", "gone", "kept"]);
    assert_eq!(standing.shown(&made.commit, "kept"), "written");
    assert_eq!(standing.shown(&made.index, "kept"), "staged");
    let parents = standing.git(&["log", "-1", "--format=%P", &made.commit]);
    assert_eq!(parents, format!("{head} {}", made.index));
    assert_eq!(standing.git(&["rev-parse", &format!("{}^{{tree}}", made.commit)]), made.tree);
    let who = standing.git(&["log", "-1", "--format=%an <%ae> %cn <%ce>", &made.commit]);
    assert_eq!(who, "polecat.nvim <polecat@localhost> polecat.nvim <polecat@localhost>");
}

#[tokio::test]
async fn modes_links_and_names_of_any_bytes_are_kept() {
    let standing = Standing::new().await;
    standing.write("run.sh", "#!/bin/sh\n");
    let run = standing.worktree.join("run.sh");
    fs::set_permissions(&run, fs::Permissions::from_mode(0o755)).unwrap();
    symlink("/nowhere/at all", standing.worktree.join("link")).unwrap();
    for name in [&b"new\nline"[..], b"-rf", b":(top)x", b"\xff\xfe"] {
        fs::write(standing.worktree.join(OsStr::from_bytes(name)), "text\n").unwrap();
    }
    let made = standing.snapshot().await;
    let listing = (standing.sandbox.launch)(OsStr::new("git"))
        .current_dir(&standing.worktree)
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
    let standing = Standing::new().await;
    standing.write("file", "one\n");
    standing.sandbox.commit(&standing.worktree, "work");
    let git_dir = PathBuf::from(standing.git(&["rev-parse", "--absolute-git-dir"]));
    let moment = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    let set =
        |path: &Path| fs::File::options().write(true).open(path).unwrap().set_modified(moment);
    set(&standing.worktree.join("file")).unwrap();
    standing.git(&["-c", "core.trustctime=false", "update-index", "--refresh"]);
    set(&git_dir.join("index")).unwrap();
    standing.write("file", "two\n");
    set(&standing.worktree.join("file")).unwrap();
    standing.git(&["config", "core.trustctime", "false"]);
    let made = standing.snapshot().await;
    assert_eq!(standing.shown(&made.commit, "file"), "two");
}

#[tokio::test]
async fn what_git_was_told_not_to_look_at_is_in_it() {
    let standing = Standing::new().await;
    for name in ["assumed", "skipped", "sparse"] {
        standing.write(name, "one\n");
    }
    standing.sandbox.commit(&standing.worktree, "work");
    standing.git(&["update-index", "--assume-unchanged", "assumed"]);
    standing.git(&["update-index", "--skip-worktree", "skipped", "sparse"]);
    standing.write("assumed", "two\n");
    standing.write("skipped", "two\n");
    fs::remove_file(standing.worktree.join("sparse")).unwrap();
    let made = standing.snapshot().await;
    assert_eq!(standing.shown(&made.commit, "assumed"), "two");
    assert_eq!(standing.shown(&made.commit, "skipped"), "two");
    assert_eq!(standing.shown(&made.commit, "sparse"), "one", "it was never checked out");
}

#[tokio::test]
async fn in_the_middle_of_a_merge_files_stand_as_they_are() {
    let standing = Standing::new().await;
    let main = standing.sandbox.path("shop");
    standing.write("README", "of ash\n");
    standing.write("other", "one\n");
    standing.sandbox.commit(&standing.worktree, "work");
    fs::write(main.join("README"), "of main\n").unwrap();
    standing.sandbox.commit(&main, "of others");
    let launch = &standing.sandbox.launch;
    let merge = launch(OsStr::new("git"))
        .current_dir(&standing.worktree)
        .args(["merge", "--quiet", "main"])
        .output()
        .unwrap();
    assert!(!merge.status.success(), "it conflicts");
    standing.write("other", "staged\n");
    standing.git(&["add", "other"]);
    standing.write("other", "written\n");
    let made = standing.snapshot().await;
    assert!(standing.shown(&made.commit, "README").contains("<<<<<<<"));
    assert_eq!(standing.shown(&made.index, "README"), "of ash");
    assert_eq!(standing.shown(&made.index, "other"), "staged");
    assert_eq!(standing.shown(&made.commit, "other"), "written");
}

#[tokio::test]
async fn a_branch_without_commits_and_a_detached_head_have_one_too() {
    let standing = Standing::new().await;
    let first = standing.git(&["rev-parse", "HEAD"]);
    standing.git(&["checkout", "--quiet", "--detach"]);
    assert_eq!(standing.snapshot().await.head, Some(first));
    standing.git(&["checkout", "--quiet", "--orphan", "fresh"]);
    standing.write("new", "new\n");
    let made = standing.snapshot().await;
    assert_eq!(made.head, None);
    assert_eq!(standing.tree(&made.commit), ["README", "new"]);
}

#[tokio::test]
async fn it_needs_no_name_and_runs_no_hook() {
    let standing = Standing::new().await;
    let git_dir = PathBuf::from(standing.git(&["rev-parse", "--git-common-dir"]));
    let ran = standing.sandbox.path("ran");
    for name in ["pre-commit", "post-index-change", "post-commit", "reference-transaction"] {
        hook(&git_dir, name, &format!("touch '{}'", ran.display()));
    }
    standing.git(&["config", "user.useConfigOnly", "true"]);
    standing.git(&["config", "commit.gpgSign", "true"]);
    standing.write("new", "new\n");
    standing.snapshot().await;
    assert!(!ran.exists());
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named_and_nothing_is_left_behind() {
    let standing = Standing::new().await;
    // Even root cannot read a submodule that has no commit.
    standing.git(&["init", "--quiet", "empty"]);
    let git_dir = PathBuf::from(standing.git(&["rev-parse", "--absolute-git-dir"]));
    let made = git::snapshot(&standing.worktree, "snapshot", &standing.sandbox.launch).await;
    let refused = made.unwrap_err().to_string();
    assert!(refused.contains("empty"), "{refused}");
    assert!(!files(&git_dir).iter().any(|file| file.contains("polecat-index")));
}
