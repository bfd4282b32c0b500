//! What was changed in a worktree: nothing forgotten, whatever a person has configured.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use polecat::core::Base;
use polecat::core::diff::{Changes, Stage};
use polecat::host::git;

use super::fixtures::Sandbox;

struct Worktree {
    sandbox: Sandbox,
    path: PathBuf,
    base: Base,
}

impl Worktree {
    /// A repository with a file `README` and the file `a` of nine lines.
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let path = sandbox.repository("shop");
        sandbox.write("shop/a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
        let commit = sandbox.commit(&path, "second");
        Self { sandbox, path, base: Base { commit, branch: Some("main".to_owned()) } }
    }

    fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path.join(file), text).unwrap();
    }

    fn git(&self, args: &[&str]) -> String {
        self.sandbox.git(&self.path, args)
    }

    async fn changes(&self) -> Changes {
        let (rig, launch) = (self.sandbox.rig("shop").await, &self.sandbox.launch);
        git::changes(&rig, &self.path, Some(&self.base), launch).await.unwrap()
    }

    /// `stage change path +added -removed`, a line for each file.
    async fn told(&self) -> Vec<String> {
        let changes = self.changes().await;
        let files = changes.sections.iter().flat_map(|section| {
            section.files.iter().map(|file| {
                let (added, removed) = file.counts();
                let path = String::from_utf8_lossy(file.path()).into_owned();
                let (stage, change) = (section.stage.as_str(), file.change.as_str());
                format!("{stage} {change} {path} +{added} -{removed}")
            })
        });
        files.collect()
    }
}

#[tokio::test]
async fn each_change_stands_where_it_has_come_to() {
    let worktree = Worktree::new();
    assert_eq!(worktree.told().await, [""; 0]);
    worktree.git(&["mv", "a", "b"]);
    worktree.sandbox.commit(&worktree.path, "renamed");
    worktree.write("b", "1\n2\n3\n4\n5\n6\n7\n8\nnine\n");
    worktree.git(&["add", "b"]);
    worktree.write("b", "one\n2\n3\n4\n5\n6\n7\n8\nnine\n");
    std::fs::remove_file(worktree.path.join("README")).unwrap();
    worktree.write("new file", "x\n");
    assert_eq!(
        worktree.told().await,
        [
            "committed renamed b +0 -0",
            "staged modified b +1 -1",
            "unstaged deleted README +0 -1",
            "unstaged modified b +1 -1",
            "untracked added new file +1 -0",
        ]
    );
    let changes = worktree.changes().await;
    assert_eq!(changes.sections[0].commits, 1);
    assert_eq!(changes.since, format!("main ({})", &worktree.base.commit[..7]));
}

#[tokio::test]
async fn what_a_person_has_configured_changes_nothing() {
    let worktree = Worktree::new();
    worktree.write("a", "1\n\n3\n4\n5\n6\n7\n8\nnine\n");
    worktree.git(&["mv", "README", "grüße"]);
    let plain = worktree.changes().await;
    for (key, value) in [
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.external", "false"),
        ("diff.context", "0"),
        ("diff.interHunkContext", "20"),
        ("diff.renames", "false"),
        ("diff.suppressBlankEmpty", "true"),
        ("diff.algorithm", "histogram"),
        ("diff.submodule", "log"),
        ("diff.orderFile", "order"),
        ("color.ui", "always"),
        ("core.quotePath", "true"),
        ("core.pager", "false"),
    ] {
        worktree.git(&["config", key, value]);
        assert_eq!(worktree.changes().await, plain, "{key}");
    }
}

/// What git would print of new files if it knew them, and what we make of them, are the same.
#[tokio::test]
async fn a_file_that_git_does_not_know_is_shown_as_git_would() {
    let worktree = Worktree::new();
    worktree.write("empty", "");
    worktree.write("no end", "x\ny");
    worktree.write("one", "x\n");
    worktree.write("quo\"te\n", "x\n");
    worktree.write("binary", "a\0b\n");
    worktree.write("late", [&[b'x'; 8_000][..], b"\0\n"].concat());
    worktree.write(".gitignore", "ignored\n");
    worktree.write("ignored", "x\n");
    std::os::unix::fs::symlink("nowhere", worktree.path.join("link")).unwrap();
    let ours = worktree.changes().await;
    assert_eq!(ours.sections.len(), 1);
    assert_eq!(ours.sections[0].stage, Stage::Untracked);
    worktree.git(&["add", "--all"]);
    let mut theirs = worktree.changes().await;
    for file in &mut theirs.sections[0].files {
        let text = String::from_utf8_lossy(&file.head).into_owned();
        let kept = text.split_inclusive('\n').filter(|line| !line.starts_with("index "));
        file.head = kept.collect::<String>().into_bytes();
    }
    assert_eq!(ours.sections[0].files, theirs.sections[0].files);
}

#[tokio::test]
async fn what_is_too_large_is_named_and_what_is_none_of_ours_too() {
    let worktree = Worktree::new();
    worktree.write("large", vec![b'x'; 3 * 1024 * 1024]);
    worktree.sandbox.repository("shop/inner");
    let changes = worktree.changes().await;
    let heads: Vec<_> = changes.sections[0].files.iter().map(|file| file.head.as_slice()).collect();
    let heads = String::from_utf8(heads.concat()).unwrap();
    assert!(heads.contains("b/large\nnew file: 3145728 bytes, too large to be shown\n"), "{heads}");
    assert!(heads.contains("b/inner\nnew file: a separate repository\n"), "{heads}");
    let lines: Vec<_> = (0..2_000_000).map(|line| format!("{line:015}\n")).collect();
    worktree.write("a", lines.concat());
    let changes = worktree.changes().await;
    let missing = changes.sections[0].missing.as_deref();
    assert_eq!(missing, Some("more than 16 MiB: too large to be shown"));
    assert_eq!(changes.sections[1].stage, Stage::Untracked, "the rest is shown all the same");
}

#[tokio::test]
async fn a_conflict_is_told_as_one() {
    let worktree = Worktree::new();
    worktree.git(&["checkout", "--quiet", "-b", "other"]);
    worktree.write("a", "other\n");
    worktree.sandbox.commit(&worktree.path, "other");
    worktree.git(&["checkout", "--quiet", "main"]);
    worktree.write("a", "mine\n");
    worktree.sandbox.commit(&worktree.path, "mine");
    let args = ["-c", "commit.gpgSign=false", "merge", "--quiet", "other"];
    let merge =
        (worktree.sandbox.launch)("git".as_ref()).current_dir(&worktree.path).args(args).output();
    assert!(!merge.unwrap().status.success(), "there is a conflict");
    let told = worktree.told().await;
    assert!(told.contains(&"unstaged unmerged a +0 -0".to_owned()), "{told:?}");
}

#[tokio::test]
async fn a_file_is_found_as_it_was_under_the_name_it_had() {
    let worktree = Worktree::new();
    worktree.git(&["mv", "a", "b"]);
    worktree.write("new", "x\n");
    let rig = worktree.sandbox.rig("shop").await;
    let before = async |path: &str| {
        let (base, launch) = (&worktree.base.commit, &worktree.sandbox.launch);
        let path = std::ffi::OsStr::new(path).as_bytes();
        git::before(&rig, &worktree.path, base, path, launch).await.unwrap()
    };
    let renamed = before("b").await;
    assert_eq!(renamed.path.as_deref(), Some(&b"a"[..]));
    assert_eq!(renamed.text, b"1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    assert_eq!(before("README").await.text, b"a shop\n", "nothing has become of it");
    assert_eq!(before("new").await, git::FileBefore::default());
}

#[tokio::test]
async fn a_folder_below_a_repository_is_no_worktree() {
    let worktree = Worktree::new();
    let below = worktree.sandbox.folder("shop/below");
    let (rig, launch) = (worktree.sandbox.rig("shop").await, &worktree.sandbox.launch);
    let refused = git::changes(&rig, &below, None, launch).await.unwrap_err();
    assert_eq!(refused.to_string(), format!("`{}` is not a git worktree", below.display()));
}
