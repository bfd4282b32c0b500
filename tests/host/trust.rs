//! What was allowed for good is kept by many editors of several versions.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use polecat::core::trust::TrustRequest;
use polecat::host::HostError;
use polecat::host::trust::{self, Store};
use serde_json::{Value as Json, json};

use super::fixtures::Sandbox;

fn request(command: &str) -> TrustRequest {
    TrustRequest {
        home: "/town/shop".into(),
        files: vec!["/town/shop/settings/agents.json".into()],
        argv: vec![command.to_owned()],
        env: Vec::new(),
        settings: Vec::new(),
        contents: Vec::new(),
        lasting: true,
    }
}

fn written(store: &Store) -> Json {
    serde_json::from_str(&fs::read_to_string(store.path()).unwrap()).unwrap()
}

#[tokio::test]
async fn of_editors_that_write_at_once_none_loses_an_answer() {
    let sandbox = Sandbox::new();
    let state = sandbox.path("state");
    let adding: Vec<_> = (0..16)
        .map(|number| {
            let store = Store::new(&state);
            tokio::spawn(async move { store.add(&request(&format!("agent-{number}"))).await })
        })
        .collect();
    for one in adding {
        one.await.unwrap().unwrap();
    }
    let store = Store::new(&state);
    assert_eq!(store.grants().await.unwrap().len(), 16);
    assert!(store.holds(&request("agent-7").id()).await.unwrap());
    assert!(!store.holds(&request("agent-77").id()).await.unwrap());
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(store.path()), 0o600);
    assert_eq!(mode(store.path().parent().unwrap()), 0o700);
    let left = fs::read_dir(store.path().parent().unwrap()).unwrap().count();
    assert_eq!(left, 1, "a file was left behind");
    // The same again is one entry.
    store.add(&request("agent-7")).await.unwrap();
    assert_eq!(store.grants().await.unwrap().len(), 16);
}

#[tokio::test]
async fn what_another_version_wrote_survives() {
    let sandbox = Sandbox::new();
    let store = Store::new(&sandbox.path("state"));
    let entry = json!({ "id": "x", "later": [1] });
    let file = json!({ "format": 1, "trusted": [entry], "later": { "a": 1 } });
    sandbox.write("state/polecat/trust.json", &file.to_string());
    store.add(&request("agent")).await.unwrap();
    let now = written(&store);
    assert_eq!((&now["later"], &now["trusted"][0]), (&file["later"], &entry));
    assert_eq!(now["trusted"][1]["command"], "agent");

    let newer = json!({ "format": 2, "trusted": [{ "id": "y" }] });
    sandbox.write("state/polecat/trust.json", &newer.to_string());
    let refused = store.add(&request("agent")).await.unwrap_err();
    assert!(matches!(refused, HostError::Newer { .. }), "{refused:?}");
    assert!(refused.to_string().contains("a newer version wrote it"), "{refused}");
    assert_eq!(written(&store), newer);
    assert!(store.holds("y").await.unwrap());
}

#[tokio::test]
async fn a_file_that_cannot_be_understood_is_named_and_left() {
    let sandbox = Sandbox::new();
    let store = Store::new(&sandbox.path("state"));
    for text in ["{", "[]", r#"{"trusted":{}}"#, r#"{"format":"1"}"#] {
        let path = sandbox.write("state/polecat/trust.json", text);
        let refused = store.add(&request("agent")).await.unwrap_err().to_string();
        assert!(refused.starts_with(&format!("`{}` is broken", path.display())), "{refused}");
        assert_eq!(fs::read_to_string(path).unwrap(), text);
    }
}

#[tokio::test]
async fn files_of_the_project_are_a_part_of_what_is_run_and_no_others() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let rig = sandbox.rig("town/shop").await;
    let inside = sandbox.write("town/tools/agent", "one");
    let outside = sandbox.write("elsewhere/agent", "one");
    let linked = sandbox.path("elsewhere/link");
    std::os::unix::fs::symlink(&inside, &linked).unwrap();
    let away = sandbox.path("town/tools/away");
    std::os::unix::fs::symlink(&outside, &away).unwrap();
    let missing = sandbox.path("town/tools/missing");
    let words = [&inside, &outside, &linked, &away, &missing, &sandbox.path("town/tools")];
    let words: Vec<_> = words.iter().map(|path| path.to_str().unwrap().to_owned()).collect();
    let paths = async || {
        let found = trust::contents(&rig, words.clone()).await.unwrap();
        found.into_iter().map(|content| (content.path, content.hash)).collect::<Vec<_>>()
    };
    let first = paths().await;
    let named: Vec<_> = first.iter().map(|(path, _)| path.clone()).collect();
    assert_eq!(named, [inside.clone(), linked, away]);
    fs::write(&outside, "two").unwrap();
    let second = paths().await;
    assert_eq!((&first[0], &first[1]), (&second[0], &second[1]));
    assert_ne!(first[2].1, second[2].1);

    fs::remove_file(&inside).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &inside, rustix::fs::Mode::RWXU).unwrap();
    let refused = trust::contents(&rig, words.clone()).await.unwrap_err().to_string();
    assert!(refused.contains("it is not a file"), "{refused}");
}
