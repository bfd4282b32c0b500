//! Comments that nobody loses.

use polecat::core::diff::{CommentedLines, Side};
use polecat::core::review::Comment;
use polecat::host::reviews;

use super::fixtures::{Sandbox, files, polecat};

fn comment(id: u64) -> Comment {
    let quote = vec!["a \"b\"".to_owned(), String::new()];
    let place = CommentedLines { path: b"src/gr\xff \n".to_vec(), side: Side::Old, line: 3, quote };
    Comment { id, place, shown: 4, text: "Why?\nWhy not?".to_owned() }
}

#[tokio::test]
async fn comments_come_back_as_they_were() {
    let sandbox = Sandbox::new();
    sandbox.repository("shop");
    let (rig, ash) = (sandbox.rig("shop").await, polecat("ash"));
    assert_eq!(reviews::load(&rig, &ash).await.unwrap(), []);
    reviews::change(&rig, &ash, |all| all.push(comment(7))).await.unwrap();
    assert_eq!(reviews::load(&rig, &ash).await.unwrap(), [comment(7)]);
    let folder = rig.runtime_dir().join("polecat/reviews");
    assert_eq!(files(&folder), ["ash.json"], "something else was left");
    std::fs::write(folder.join("ash.json"), "{").unwrap();
    assert!(reviews::load(&rig, &ash).await.unwrap_err().to_string().contains("is broken"));
    let changed = reviews::change(&rig, &ash, Vec::clear).await;
    assert!(changed.is_err(), "what cannot be read was replaced");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_write_at_once_all_are_heeded() {
    let sandbox = Sandbox::new();
    sandbox.repository("shop");
    let rig = sandbox.rig("shop").await;
    let mut writers = tokio::task::JoinSet::new();
    for id in 0..20 {
        let rig = rig.clone();
        let add = move |all: &mut Vec<Comment>| all.push(comment(id));
        writers.spawn(async move { reviews::change(&rig, &polecat("ash"), add).await.unwrap() });
    }
    writers.join_all().await;
    let mut ids: Vec<_> = reviews::load(&rig, &polecat("ash")).await.unwrap();
    ids.sort_by_key(|comment| comment.id);
    assert_eq!(ids, (0..20).map(comment).collect::<Vec<_>>());
}
