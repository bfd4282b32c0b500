//! Hunks that are taken into the main worktree, rejected in the polecat's, and undone.

use std::ffi::OsStr;
use std::ops::Range;

use polecat::core::diff::{Changes, DiffPart, PartId, Stage};
use polecat::host::{HostError, git};

use super::fixtures::{Sandbox, polecat};
use super::polecat::Ash;

const NINE: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n1\n2\n3\n4\n5\n6\n7\n8\n9\n";
const FILES: &[(&str, &str)] = &[("a", NINE)];

impl Ash {
    pub(super) fn read(&self, file: &str) -> Option<String> {
        std::fs::read_to_string(self.worktree.join(file)).ok()
    }

    pub(super) fn staged(&self) -> String {
        self.main(&["diff", "--cached", "--unified=0"])
    }

    pub(super) async fn changes(&self) -> Changes {
        let launch = &self.sandbox.launch;
        let base =
            git::fork_point(&self.rig, &polecat("ash"), &self.worktree, launch).await.unwrap();
        git::changes(&self.rig, &self.worktree, base.as_ref(), launch).await.unwrap()
    }

    /// A hunk of what was changed, by its index; without one, all of the file.
    pub(super) async fn piece(&self, stage: Stage, path: &str, hunk: Option<usize>) -> DiffPart {
        let changes = self.changes().await;
        let all = changes.piece(stage, path.as_bytes());
        let all = all.unwrap_or_else(|| panic!("no `{path}` in {changes:#?}"));
        let Some(hunk) = hunk else { return all };
        rows(&changes, stage, path, hunk, 0..usize::MAX)
    }

    /// Some rows of a hunk.
    pub(super) async fn rows(
        &self,
        stage: Stage,
        path: &str,
        (hunk, rows): (usize, Range<usize>),
    ) -> DiffPart {
        self::rows(&self.changes().await, stage, path, hunk, rows)
    }

    pub(super) async fn take(&self, piece: &DiffPart) -> Result<Vec<Vec<u8>>, HostError> {
        let launch = &self.sandbox.launch;
        let pieces = std::slice::from_ref(piece);
        git::take(&self.rig, &polecat("ash"), &self.worktree, pieces, launch).await
    }

    pub(super) async fn reject(&self, stage: Stage, piece: &DiffPart) -> Result<(), HostError> {
        let (launch, pieces) = (&self.sandbox.launch, std::slice::from_ref(piece));
        git::reject(&self.rig, &polecat("ash"), &self.worktree, stage, pieces, launch).await
    }

    /// What stands in a file of the main worktree.
    pub(super) fn read_main(&self, file: &str) -> Option<String> {
        std::fs::read_to_string(self.main.join(file)).ok()
    }

    pub(super) async fn undo(&self) -> Result<String, HostError> {
        git::undo(&self.rig, &polecat("ash"), &self.worktree, &self.sandbox.launch).await
    }

    pub(super) fn undos(&self) -> usize {
        let refs = self.main(&["for-each-ref", "refs/polecat/undo/ash"]);
        if refs.is_empty() {
            return 0;
        }
        self.main(&["rev-list", "--count", "refs/polecat/undo/ash"]).parse().unwrap()
    }
}

fn rows(changes: &Changes, stage: Stage, path: &str, hunk: usize, rows: Range<usize>) -> DiffPart {
    let all = changes.piece(stage, path.as_bytes()).expect("it was changed").file;
    let part = PartId::Rows(vec![(all.id(&all.hunks[hunk]), rows)]);
    changes.part(stage, path.as_bytes(), &part).expect("the hunk is there")
}

#[tokio::test]
async fn a_hunk_is_taken_beside_what_is_staged_already_and_given_back() {
    let ash = Ash::with(FILES).await;
    ash.write("a", format!("first\n{NINE}last\n"));
    ash.sandbox.write("shop/mine", "mine\n");
    ash.main(&["add", "mine"]);
    let before = ash.staged();
    let last = ash.piece(Stage::Unstaged, "a", Some(1)).await;
    assert_eq!(ash.take(&last).await.unwrap(), [b""; 0]);
    let staged = ash.staged();
    assert!(staged.contains("+last") && staged.contains("+mine"), "{staged}");
    assert!(!staged.contains("+first"), "{staged}");
    assert_eq!(ash.read_main("a"), Some(format!("{NINE}last\n")), "the file has it too");
    let twice = ash.take(&last).await.unwrap_err().to_string();
    assert_eq!(twice, "what you selected of `a` is already in the main worktree");
    assert_eq!(ash.undos(), 1, "a failure left an undo");
    let undone = ash.undo().await.unwrap();
    assert_eq!(undone, "`a` in the main worktree and its index is as it was");
    assert_eq!((ash.staged(), ash.read_main("a").as_deref()), (before, Some(NINE)));
    let refused = ash.undo().await.unwrap_err().to_string();
    assert_eq!(refused, "nothing to undo for `ash`");
}

#[tokio::test]
async fn new_removed_and_renamed_files_are_taken_whole() {
    let ash = Ash::with(FILES).await;
    ash.git(&["mv", "a", "b"]);
    ash.commit("renamed");
    ash.write("new file", "x");
    std::fs::remove_file(ash.worktree.join("README")).unwrap();
    for (stage, path) in
        [(Stage::Committed, "b"), (Stage::Untracked, "new file"), (Stage::Unstaged, "README")]
    {
        let piece = ash.piece(stage, path, None).await;
        ash.take(&piece).await.unwrap();
    }
    let status = ash.main(&["diff", "--cached", "--name-status", "-M"]);
    assert_eq!(status, "D\tREADME\nR100\ta\tb\nA\tnew file");
    for _ in 0..3 {
        ash.undo().await.unwrap();
    }
    assert_eq!((ash.staged().as_str(), ash.undos()), ("", 0));
}

#[tokio::test]
async fn a_rejected_hunk_is_gone_from_where_it_stood_only_and_comes_back() {
    let ash = Ash::with(FILES).await;
    let changed = format!("first\n{NINE}last\n");
    ash.write("a", &changed);
    let first = ash.piece(Stage::Unstaged, "a", Some(0)).await;
    ash.reject(Stage::Unstaged, &first).await.unwrap();
    assert_eq!(ash.read("a").unwrap(), format!("{NINE}last\n"));
    let kept = ash.git(&["show", "refs/polecat/undo/ash:patch"]);
    assert!(kept.contains("+first") && !kept.contains("+last"), "{kept}");
    ash.undo().await.unwrap();
    assert_eq!(ash.read("a").unwrap(), changed);
    ash.git(&["add", "a"]);
    let staged = ash.piece(Stage::Staged, "a", Some(1)).await;
    ash.reject(Stage::Staged, &staged).await.unwrap();
    let both = (ash.read("a").unwrap(), ash.git(&["show", ":a"]) + "\n");
    assert_eq!(both, (format!("first\n{NINE}"), format!("first\n{NINE}")));
    ash.undo().await.unwrap();
    assert_eq!(
        (ash.read("a").unwrap(), ash.git(&["show", ":a"]) + "\n"),
        (changed.clone(), changed)
    );
}

#[tokio::test]
async fn a_rejected_commit_stays_and_its_change_is_undone_in_the_file() {
    let ash = Ash::with(FILES).await;
    ash.write("a", format!("first\n{NINE}"));
    let head = ash.commit("first");
    let piece = ash.piece(Stage::Committed, "a", Some(0)).await;
    ash.reject(Stage::Committed, &piece).await.unwrap();
    assert_eq!(ash.git(&["rev-parse", "HEAD"]), head);
    assert_eq!(ash.read("a").unwrap(), NINE);
    let again = ash.reject(Stage::Committed, &piece).await.unwrap_err().to_string();
    assert_eq!(again, "what you selected of `a` is already undone");
    assert_eq!(ash.undos(), 1);
}

#[tokio::test]
async fn a_file_that_became_a_link_is_one_change_though_git_tells_it_in_two() {
    let ash = Ash::with(FILES).await;
    std::fs::remove_file(ash.worktree.join("a")).unwrap();
    std::os::unix::fs::symlink("README", ash.worktree.join("a")).unwrap();
    let whole = ash.piece(Stage::Unstaged, "a", None).await;
    ash.take(&whole).await.unwrap();
    assert_eq!(ash.main(&["diff", "--cached", "--name-status"]), "T\ta");
    ash.undo().await.unwrap();
    assert_eq!(ash.staged(), "");
    ash.reject(Stage::Unstaged, &whole).await.unwrap();
    assert_eq!(ash.git(&["status", "--porcelain"]), "");
    ash.undo().await.unwrap();
    assert_eq!(std::fs::read_link(ash.worktree.join("a")).unwrap().to_str(), Some("README"));

    let changes = ash.changes().await;
    let files = changes.sections.iter().flat_map(|section| &section.files);
    let link = files.clone().last().expect("the link is there");
    let id = link.id(&link.hunks[0]);
    let part = PartId::Rows(vec![(id, 0..usize::MAX)]);
    let piece = changes.part(Stage::Unstaged, b"a", &part).expect("it can be asked for");
    ash.reject(Stage::Unstaged, &piece).await.unwrap();
    assert_eq!(ash.git(&["status", "--porcelain"]), " D a");
}

#[tokio::test]
async fn what_is_shown_of_a_file_in_conflict_is_for_a_person_to_decide() {
    let ash = Ash::with(FILES).await;
    ash.git(&["rm", "a"]);
    ash.commit("removed");
    ash.git(&["checkout", "-b", "other", "HEAD~1"]);
    ash.write("a", format!("first\n{NINE}"));
    ash.commit("changed");
    let args = ["-c", "commit.gpgSign=false", "merge", "--quiet", "polecat/ash-10"];
    let mut merge = (ash.sandbox.launch)(OsStr::new("git"));
    let merge = merge.arg("-C").arg(&ash.worktree).args(args).output();
    assert!(!merge.unwrap().status.success(), "there is a conflict");
    ash.write("a", format!("first\n{NINE}last\n"));
    let changes = ash.changes().await;
    let files = changes.sections.iter().flat_map(|section| &section.files);
    let shown: Vec<_> = files.filter(|file| !file.hunks.is_empty()).collect();
    let [.., file] = &shown[..] else { panic!("{changes:#?}") };
    let id = file.id(&file.hunks[0]);
    let part = PartId::Rows(vec![(id, 0..usize::MAX)]);
    let pieces = [changes.piece(Stage::Unstaged, b"a"), changes.part(Stage::Unstaged, b"a", &part)];
    for piece in pieces {
        let piece = piece.expect("it can be asked for");
        let refused = ash.take(&piece).await.unwrap_err().to_string();
        assert!(refused.contains("is in conflict"), "{refused}");
    }
}

#[tokio::test]
async fn an_untracked_file_is_removed_whole_and_brought_back_to_the_byte() {
    let ash = Ash::with(FILES).await;
    let large = "0123456789\n".repeat(300_000);
    for text in ["", "no newline", "one\r\ntwo\n", &large] {
        ash.write("new/file", text);
        let piece = ash.piece(Stage::Untracked, "new/file", None).await;
        ash.reject(Stage::Untracked, &piece).await.unwrap();
        assert_eq!(ash.read("new/file"), None);
        ash.undo().await.unwrap();
        assert_eq!(ash.read("new/file").as_deref(), Some(text));
    }
    std::fs::remove_dir_all(ash.worktree.join("new")).unwrap();
    let path = ash.worktree.join("bi nary");
    std::fs::write(&path, b"\0\xff").unwrap();
    let piece = ash.piece(Stage::Untracked, "bi nary", None).await;
    ash.reject(Stage::Untracked, &piece).await.unwrap();
    assert!(!path.exists());
    ash.main(&["gc", "--quiet", "--prune=now"]);
    std::fs::write(&path, b"another").unwrap();
    let refused = ash.undo().await.unwrap_err().to_string();
    assert!(refused.contains("has changed since"), "{refused}");
    std::fs::remove_file(&path).unwrap();
    ash.undo().await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"\0\xff");
    assert_eq!(ash.git(&["status", "--porcelain"]), "?? \"bi nary\"");
}

#[tokio::test]
async fn files_that_are_no_text_are_taken_as_a_whole() {
    let ash = Ash::with(&[("i", "\0one"), ("gone", "\0gone")]).await;
    ash.write("committed", "\0committed");
    ash.commit("a file");
    ash.write("i", "\0two");
    std::fs::remove_file(ash.worktree.join("gone")).unwrap();
    ash.write("n w", "\0new");
    for (stage, path) in [
        (Stage::Committed, "committed"),
        (Stage::Unstaged, "gone"),
        (Stage::Unstaged, "i"),
        (Stage::Untracked, "n w"),
    ] {
        ash.take(&ash.piece(stage, path, None).await).await.unwrap();
    }
    let staged = ash.main(&["diff", "--cached", "--name-status"]);
    assert_eq!(staged, "A\tcommitted\nD\tgone\nM\ti\nA\tn w");
    for (path, text) in [("i", "\0two"), ("committed", "\0committed"), ("n w", "\0new")] {
        assert_eq!(ash.main(&["show", &format!(":{path}")]), text);
    }
    for _ in 0..4 {
        ash.undo().await.unwrap();
    }
    assert_eq!(ash.staged(), "");
    ash.write("i", "\0three");
    let piece = ash.piece(Stage::Unstaged, "i", None).await;
    ash.write("i", "\0four");
    let refused = ash.take(&piece).await.unwrap_err().to_string();
    assert!(refused.contains("has changed meanwhile"), "{refused}");
    std::fs::remove_file(ash.worktree.join("i")).unwrap();
    std::os::unix::fs::symlink("gone", ash.worktree.join("i")).unwrap();
    let piece = ash.piece(Stage::Unstaged, "i", None).await;
    let refused = ash.take(&piece).await.unwrap_err().to_string();
    assert!(refused.contains("only be staged or undone by hand"), "{refused}");
    assert_eq!((ash.staged().as_str(), ash.undos()), ("", 0));
}

#[tokio::test]
async fn what_is_no_text_is_not_taken_from_a_polecat_that_is_a_clone() {
    let ash = Ash::with(&[("i", "\0one")]).await;
    let clone = ash.sandbox.path("clone");
    ash.main(&["clone", "--quiet", ".", clone.to_str().unwrap()]);
    std::fs::write(clone.join("i"), "\0two").unwrap();
    let launch = &ash.sandbox.launch;
    let changes = git::changes(&ash.rig, &clone, None, launch).await.unwrap();
    let piece = changes.piece(Stage::Unstaged, b"i").unwrap();
    let taken = git::take(&ash.rig, &polecat("ash"), &clone, &[piece], launch).await;
    let refused = taken.unwrap_err().to_string();
    assert!(refused.contains("staging changes of `i`"), "{refused}");
    assert_eq!(ash.main(&["show", ":i"]), "\0one");
}

#[tokio::test]
async fn files_that_are_no_text_are_rejected_as_a_whole() {
    let ash = Ash::with(&[("i", "\0one")]).await;
    ash.write("i", "\0two");
    let unstaged = ash.piece(Stage::Unstaged, "i", None).await;
    ash.reject(Stage::Unstaged, &unstaged).await.unwrap();
    assert_eq!(ash.read("i").as_deref(), Some("\0one"));
    ash.undo().await.unwrap();
    assert_eq!(ash.read("i").as_deref(), Some("\0two"));

    ash.git(&["add", "i"]);
    let staged = ash.piece(Stage::Staged, "i", None).await;
    ash.write("i", "\0three");
    let refused = ash.reject(Stage::Staged, &staged).await.unwrap_err().to_string();
    assert!(refused.contains("does not match the current contents"), "{refused}");
    assert_eq!(ash.read("i").as_deref(), Some("\0three"));
    ash.write("i", "\0two");
    ash.reject(Stage::Staged, &staged).await.unwrap();
    assert_eq!(ash.git(&["status", "--porcelain"]), "");
    ash.undo().await.unwrap();
    assert_eq!(ash.git(&["status", "--porcelain"]), "M  i");
    assert_eq!(ash.read("i").as_deref(), Some("\0two"));
}

#[tokio::test]
async fn a_bare_repository_has_no_index_to_take_into() {
    let sandbox = Sandbox::new();
    let town = sandbox.town();
    let (from, bare) = (town.join("shop/mayor/rig"), town.join("shop/.repo.git"));
    sandbox.git(
        &town,
        &["clone", "--quiet", "--bare", &from.to_string_lossy(), &bare.to_string_lossy()],
    );
    let rig = sandbox.rig("town/shop").await;
    let made =
        git::create_worktree(&rig, &polecat("ash"), None, 36, &sandbox.launch).await.unwrap();
    std::fs::write(made.path.join("new"), "x\n").unwrap();
    let changes = git::changes(&rig, &made.path, Some(&made.base), &sandbox.launch).await;
    let changes = changes.unwrap();
    let piece = changes.piece(Stage::Untracked, b"new").unwrap();
    let taken = git::take(&rig, &polecat("ash"), &made.path, &[piece], &sandbox.launch).await;
    let refused = taken.unwrap_err().to_string();
    assert!(
        refused.ends_with("is a bare repository: it has no index to take changes into"),
        "{refused}"
    );
}

#[tokio::test]
async fn what_was_changed_since_a_review_is_shown_alone_wherever_it_has_come_to() {
    let ash = Ash::with(FILES).await;
    let launch = &ash.sandbox.launch;
    let refused = git::since_review(&ash.rig, &ash.worktree, launch).await.unwrap_err().to_string();
    assert!(refused.contains("not been reviewed yet"), "{refused}");
    ash.write("a", format!("first\n{NINE}"));
    ash.write("new", "x\n");
    let snapshot = git::snapshot(&ash.rig, &ash.worktree, "reviewed", launch).await.unwrap();
    git::keep_reviewed(&ash.rig, &ash.worktree, &snapshot.commit, launch).await.unwrap();
    assert_eq!(git::since_review(&ash.rig, &ash.worktree, launch).await.unwrap().sections, []);
    ash.write("a", format!("first\n{NINE}last\n"));
    ash.commit("answered");
    ash.write("new", "y\n");
    let changes = git::since_review(&ash.rig, &ash.worktree, launch).await.unwrap();
    let told: Vec<_> =
        changes.sections[0].files.iter().map(|file| (file.path(), file.counts())).collect();
    assert_eq!(told, [(&b"a"[..], (1, 0)), (b"new", (1, 1))]);
    let others = ash.main(&["for-each-ref", "refs/worktree"]);
    assert_eq!(others, "", "the mark is not the worktree's own");
}
