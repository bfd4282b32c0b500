//! Hunks that are taken into the main worktree's index, rejected in the polecat's, and undone.

use std::path::PathBuf;

use polecat::core::Rig;
use polecat::core::diff::{FileDiff, Stage};
use polecat::host::{HostError, git};

use super::fixtures::{Sandbox, polecat};

const NINE: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n1\n2\n3\n4\n5\n6\n7\n8\n9\n";

struct Pair {
    sandbox: Sandbox,
    main: PathBuf,
    ash: PathBuf,
    rig: Rig,
}

impl Pair {
    /// A repository with the file `a`, and the polecat `ash`.
    async fn new() -> Self {
        let sandbox = Sandbox::new();
        let main = sandbox.repository("shop");
        sandbox.write("shop/a", NINE);
        sandbox.commit(&main, "second");
        let rig = sandbox.rig("shop").await;
        let made = git::create_worktree(&rig, &polecat("ash"), None, 36, &sandbox.launch).await;
        Self { ash: made.unwrap().path, sandbox, main, rig }
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.ash.join(file), text).unwrap();
    }

    fn read(&self, file: &str) -> Option<String> {
        std::fs::read_to_string(self.ash.join(file)).ok()
    }

    fn ash(&self, args: &[&str]) -> String {
        self.sandbox.git(&self.ash, args)
    }

    fn staged(&self) -> String {
        self.sandbox.git(&self.main, &["diff", "--cached", "--unified=0"])
    }

    /// A hunk of what was changed, by its index; without one, all of the file.
    async fn piece(&self, stage: Stage, path: &str, hunk: Option<usize>) -> (FileDiff, bool) {
        let launch = &self.sandbox.launch;
        let base = git::started_at(&self.rig, &polecat("ash"), &self.ash, launch).await.unwrap();
        let changes = git::changes(&self.ash, base.as_ref(), launch).await.unwrap();
        let all = changes.piece(stage, path.as_bytes(), None);
        let all = all.unwrap_or_else(|| panic!("no `{path}` in {changes:#?}"));
        let id = hunk.map(|hunk| all.id(&all.hunks[hunk]));
        (changes.piece(stage, path.as_bytes(), id.as_deref()).unwrap(), hunk.is_some())
    }

    async fn take(&self, (piece, part): &(FileDiff, bool)) -> Result<(), HostError> {
        let launch = &self.sandbox.launch;
        git::take(&self.rig, &polecat("ash"), &self.ash, (piece, *part), launch).await
    }

    async fn reject(
        &self,
        stage: Stage,
        (piece, part): &(FileDiff, bool),
    ) -> Result<(), HostError> {
        let launch = &self.sandbox.launch;
        git::reject(&polecat("ash"), &self.ash, stage, (piece, *part), launch).await
    }

    async fn undo(&self) -> Result<String, HostError> {
        git::undo(&self.rig, &polecat("ash"), &self.ash, &self.sandbox.launch).await
    }

    fn undos(&self) -> usize {
        let refs = self.sandbox.git(&self.main, &["for-each-ref", "refs/polecat/undo/ash"]);
        if refs.is_empty() {
            return 0;
        }
        self.sandbox
            .git(&self.main, &["rev-list", "--count", "refs/polecat/undo/ash"])
            .parse()
            .unwrap()
    }
}

#[tokio::test]
async fn a_hunk_is_taken_beside_what_is_staged_already_and_given_back() {
    let pair = Pair::new().await;
    pair.write("a", &format!("first\n{NINE}last\n"));
    pair.sandbox.write("shop/mine", "mine\n");
    pair.sandbox.git(&pair.main, &["add", "mine"]);
    let before = pair.staged();
    let last = pair.piece(Stage::Unstaged, "a", Some(1)).await;
    pair.take(&last).await.unwrap();
    let staged = pair.staged();
    assert!(staged.contains("+last") && staged.contains("+mine"), "{staged}");
    assert!(!staged.contains("+first"), "{staged}");
    let file = std::fs::read_to_string(pair.main.join("a")).unwrap();
    assert_eq!(file, NINE, "the file in the main worktree was touched");
    let twice = pair.take(&last).await.unwrap_err().to_string();
    assert!(twice.contains("patch does not apply"), "{twice}");
    assert_eq!(pair.undos(), 1, "a failure left an undo");
    assert_eq!(pair.undo().await.unwrap(), "`a` in the main worktree's index is as it was");
    assert_eq!(pair.staged(), before);
    let refused = pair.undo().await.unwrap_err().to_string();
    assert_eq!(refused, "nothing to undo for `ash`");
}

#[tokio::test]
async fn new_removed_and_renamed_files_are_taken_whole() {
    let pair = Pair::new().await;
    pair.ash(&["mv", "a", "b"]);
    pair.sandbox.commit(&pair.ash, "renamed");
    pair.write("new file", "x");
    std::fs::remove_file(pair.ash.join("README")).unwrap();
    for (stage, path) in
        [(Stage::Committed, "b"), (Stage::Untracked, "new file"), (Stage::Unstaged, "README")]
    {
        let piece = pair.piece(stage, path, None).await;
        pair.take(&piece).await.unwrap();
    }
    let status = pair.sandbox.git(&pair.main, &["diff", "--cached", "--name-status", "-M"]);
    assert_eq!(status, "D\tREADME\nR100\ta\tb\nA\tnew file");
    for _ in 0..3 {
        pair.undo().await.unwrap();
    }
    assert_eq!((pair.staged().as_str(), pair.undos()), ("", 0));
}

#[tokio::test]
async fn a_rejected_hunk_is_gone_from_where_it_stood_only_and_comes_back() {
    let pair = Pair::new().await;
    let changed = format!("first\n{NINE}last\n");
    pair.write("a", &changed);
    let first = pair.piece(Stage::Unstaged, "a", Some(0)).await;
    pair.reject(Stage::Unstaged, &first).await.unwrap();
    assert_eq!(pair.read("a").unwrap(), format!("{NINE}last\n"));
    let kept = pair.ash(&["show", "refs/polecat/undo/ash:before/a"]);
    assert_eq!(kept, changed.trim_end(), "the backup is not what stood there");
    pair.undo().await.unwrap();
    assert_eq!(pair.read("a").unwrap(), changed);
    pair.ash(&["add", "a"]);
    let staged = pair.piece(Stage::Staged, "a", Some(1)).await;
    pair.reject(Stage::Staged, &staged).await.unwrap();
    let both = (pair.read("a").unwrap(), pair.ash(&["show", ":a"]) + "\n");
    assert_eq!(both, (format!("first\n{NINE}"), format!("first\n{NINE}")));
    pair.undo().await.unwrap();
    assert_eq!(
        (pair.read("a").unwrap(), pair.ash(&["show", ":a"]) + "\n"),
        (changed.clone(), changed)
    );
}

#[tokio::test]
async fn a_rejected_commit_stays_and_its_change_is_undone_in_the_file() {
    let pair = Pair::new().await;
    pair.write("a", &format!("first\n{NINE}"));
    let head = pair.sandbox.commit(&pair.ash, "first");
    let piece = pair.piece(Stage::Committed, "a", Some(0)).await;
    pair.reject(Stage::Committed, &piece).await.unwrap();
    assert_eq!(pair.ash(&["rev-parse", "HEAD"]), head);
    assert_eq!(pair.read("a").unwrap(), NINE);
    let again = pair.reject(Stage::Committed, &piece).await.unwrap_err().to_string();
    assert!(again.contains("patch does not apply"), "{again}");
    assert_eq!(pair.undos(), 1);
}

#[tokio::test]
async fn an_untracked_file_is_removed_whole_and_brought_back_to_the_byte() {
    let pair = Pair::new().await;
    let path = pair.ash.join("bi nary");
    std::fs::write(&path, b"\0\xff").unwrap();
    let piece = pair.piece(Stage::Untracked, "bi nary", None).await;
    assert!(pair.take(&piece).await.unwrap_err().to_string().contains("is not shown as text"));
    pair.reject(Stage::Untracked, &piece).await.unwrap();
    assert!(!path.exists());
    std::fs::write(&path, b"another").unwrap();
    let refused = pair.undo().await.unwrap_err().to_string();
    assert!(refused.contains("is there again"), "{refused}");
    std::fs::remove_file(&path).unwrap();
    pair.undo().await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"\0\xff");
    assert_eq!(pair.ash(&["status", "--porcelain"]), "?? \"bi nary\"");
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
    let changes = git::changes(&made.path, Some(&made.base), &sandbox.launch).await.unwrap();
    let piece = changes.piece(Stage::Untracked, b"new", None).unwrap();
    let taken =
        git::take(&rig, &polecat("ash"), &made.path, (&piece, false), &sandbox.launch).await;
    let refused = taken.unwrap_err().to_string();
    assert!(
        refused.ends_with("is a bare repository: it has no index to take changes into"),
        "{refused}"
    );
}

#[tokio::test]
async fn what_was_changed_since_a_review_is_shown_alone_wherever_it_has_come_to() {
    let pair = Pair::new().await;
    let launch = &pair.sandbox.launch;
    let refused = git::since_review(&pair.ash, launch).await.unwrap_err().to_string();
    assert!(refused.contains("not been reviewed yet"), "{refused}");
    pair.write("a", &format!("first\n{NINE}"));
    pair.write("new", "x\n");
    let snapshot = git::snapshot(&pair.ash, "reviewed", launch).await.unwrap();
    git::keep_reviewed(&pair.ash, &snapshot.commit, launch).await.unwrap();
    assert_eq!(git::since_review(&pair.ash, launch).await.unwrap().sections, []);
    pair.write("a", &format!("first\n{NINE}last\n"));
    pair.sandbox.commit(&pair.ash, "answered");
    pair.write("new", "y\n");
    let changes = git::since_review(&pair.ash, launch).await.unwrap();
    let told: Vec<_> =
        changes.sections[0].files.iter().map(|file| (file.path(), file.counts())).collect();
    assert_eq!(told, [(&b"a"[..], (1, 0)), (b"new", (1, 1))]);
    let others = pair.sandbox.git(&pair.main, &["for-each-ref", "refs/worktree"]);
    assert_eq!(others, "", "the mark is not the worktree's own");
}
