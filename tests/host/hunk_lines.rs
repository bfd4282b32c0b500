//! Single lines of hunks that are taken and rejected, and what becomes of files with other changes.

use polecat::core::diff::Stage;
use polecat::host::git;

use super::fixtures::polecat;
use super::polecat::Ash;

const NINE: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n1\n2\n3\n4\n5\n6\n7\n8\n9\n";
const FILES: &[(&str, &str)] = &[("a", NINE)];

/// What git has staged of a file in the main worktree.
fn index(ash: &Ash, file: &str) -> String {
    ash.main(&["show", &format!(":{file}")]) + "\n"
}

#[tokio::test]
async fn some_lines_are_taken_and_then_the_rest_and_each_is_given_back() {
    let ash = Ash::with(FILES).await;
    let changed = NINE.replacen("5\n", "five\nand a half\n", 1);
    ash.write("a", &changed);
    // The hunk: 2 3 4 -5 +five +and a half 6 7 8.
    let line = ash.rows(Stage::Unstaged, "a", (0, 5..6)).await;
    ash.take(&line).await.unwrap();
    let between = NINE.replacen("5\n", "5\nand a half\n", 1);
    assert_eq!((ash.read_main("a"), index(&ash, "a")), (Some(between.clone()), between.clone()));
    ash.main(&["commit", "--quiet", "--message", "a half"]);
    let other = ash.rows(Stage::Unstaged, "a", (0, 0..5)).await;
    ash.take(&other).await.unwrap();
    assert_eq!((ash.read_main("a"), index(&ash, "a")), (Some(changed.clone()), changed.clone()));
    ash.undo().await.unwrap();
    // The whole hunk, and the whole file, are what is left of them.
    for hunk in [Some(0), None] {
        assert_eq!(index(&ash, "a"), between);
        ash.take(&ash.piece(Stage::Unstaged, "a", hunk).await).await.unwrap();
        assert_eq!(ash.read_main("a").as_ref(), Some(&changed), "{hunk:?}");
        ash.undo().await.unwrap();
    }
    ash.undo().await.unwrap();
    assert_eq!((ash.read_main("a").as_deref(), index(&ash, "a").as_str()), (Some(NINE), NINE));
    let none = ash.rows(Stage::Unstaged, "a", (0, 0..3)).await;
    let refused = ash.take(&none).await.unwrap_err().to_string();
    assert_eq!(
        refused, "what you selected of `a` is already in the main worktree",
        "context alone"
    );
    assert_eq!(ash.undos(), 0);
}

#[tokio::test]
async fn a_file_with_other_changes_is_left_alone_and_only_its_index_has_what_was_taken() {
    let ash = Ash::with(&[("a", NINE), ("b", NINE)]).await;
    for file in ["a", "b", "new"] {
        ash.write(file, format!("first\n{NINE}"));
    }
    ash.sandbox.write("shop/a", &format!("{NINE}mine\n"));
    ash.sandbox.write("shop/new", "mine\n");
    let changes = ash.changes().await;
    let pieces: Vec<_> =
        [("a", Stage::Unstaged), ("b", Stage::Unstaged), ("new", Stage::Untracked)]
            .map(|(file, stage)| changes.piece(stage, file.as_bytes()).unwrap())
            .into();
    let (launch, name) = (&ash.sandbox.launch, polecat("ash"));
    let left = git::take(&ash.rig, &name, &ash.worktree, &pieces, launch).await.unwrap();
    assert_eq!(left, [b"a".to_vec(), b"new".to_vec()]);
    let first = format!("first\n{NINE}");
    for file in ["a", "b", "new"] {
        assert_eq!(index(&ash, file), first, "{file}");
    }
    let files = ["a", "b", "new"].map(|file| ash.read_main(file).unwrap());
    assert_eq!(files, [format!("{NINE}mine\n"), first, "mine\n".to_owned()]);
    let undone = ash.undo().await.unwrap();
    let expected = "`a` and 2 other files in the main worktree and its index are as they were";
    assert_eq!(undone, expected);
    assert_eq!((ash.staged().as_str(), ash.undos()), ("", 0), "one press, one undo");
    let files = ["a", "b", "new"].map(|file| ash.read_main(file).unwrap());
    assert_eq!(files, [format!("{NINE}mine\n"), NINE.to_owned(), "mine\n".to_owned()]);
}

#[tokio::test]
async fn lines_of_new_and_removed_files_are_taken_until_the_whole_is_there() {
    let ash = Ash::with(&[("gone", "1\n2\n3\n")]).await;
    ash.write("new", "1\n2\n3");
    std::fs::remove_file(ash.worktree.join("gone")).unwrap();
    for (rows, new, gone) in [
        (1..2, Some("2\n"), Some("1\n3\n")),
        (0..2, Some("1\n2\n"), Some("3\n")),
        (2..3, Some("1\n2\n3"), None),
    ] {
        ash.take(&ash.rows(Stage::Untracked, "new", (0, rows.clone())).await).await.unwrap();
        ash.take(&ash.rows(Stage::Unstaged, "gone", (0, rows)).await).await.unwrap();
        assert_eq!(
            (ash.read_main("new").as_deref(), ash.read_main("gone").as_deref()),
            (new, gone)
        );
    }
    let status = ash.main(&["diff", "--cached", "--name-status", "--no-renames"]);
    assert_eq!(status, "D\tgone\nA\tnew");
    for _ in 0..6 {
        ash.undo().await.unwrap();
    }
    assert_eq!((ash.main(&["status", "--porcelain"]).as_str(), ash.undos()), ("", 0));
}

#[tokio::test]
async fn lines_are_rejected_in_every_stage_and_come_back() {
    let ash = Ash::with(FILES).await;
    let one = NINE.replacen("2\n", "two\nplus\n", 1);
    ash.write("a", &one);
    ash.commit("two");
    ash.write("new", "1\n2\n3\n");
    // 1 -2 +two +plus 3 4 5
    let plus = ash.rows(Stage::Committed, "a", (0, 3..4)).await;
    ash.reject(Stage::Committed, &plus).await.unwrap();
    assert_eq!(ash.read("a"), Some(NINE.replacen("2\n", "two\n", 1)));
    // Of the commit, the rest: what is not committed is in between.
    let rest = ash.rows(Stage::Committed, "a", (0, 0..4)).await;
    ash.reject(Stage::Committed, &rest).await.unwrap();
    assert_eq!(ash.read("a").as_deref(), Some(NINE));
    let line = ash.rows(Stage::Untracked, "new", (0, 1..2)).await;
    ash.reject(Stage::Untracked, &line).await.unwrap();
    assert_eq!(ash.read("new").as_deref(), Some("1\n3\n"));
    let all = ash.rows(Stage::Untracked, "new", (0, 0..2)).await;
    ash.reject(Stage::Untracked, &all).await.unwrap();
    assert_eq!(ash.read("new"), None);
    for _ in 0..4 {
        ash.undo().await.unwrap();
    }
    assert_eq!((ash.read("a"), ash.read("new").as_deref()), (Some(one), Some("1\n2\n3\n")));
}
