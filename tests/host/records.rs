//! Records that outlive everything.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use polecat::core::{Exit, ExitHow};
use polecat::host::HostError;
use polecat::host::records::{self, ExitRecord};

use super::fixtures::{Sandbox, files, polecat};

fn record(how: ExitHow) -> ExitRecord {
    ExitRecord {
        session: "gt-shop-ash".to_owned(),
        agent: Some("claude".to_owned()),
        issue: None,
        workdir: Some("/a b/\"c\"".into()),
        exit: Exit {
            how,
            at: "2026-01-16T09:05:00.25Z".parse().unwrap(),
            lived_ms: 1_234,
            command: "claude --flag 'x y'".to_owned(),
            tail: vec!["  error: ❯ \u{1b}[31m".to_owned(), String::new()],
        },
    }
}

#[tokio::test]
async fn a_record_comes_back_as_it_was_and_the_last_one_counts() {
    let sandbox = Sandbox::new();
    sandbox.repository("shop");
    let (rig, ash) = (sandbox.rig("shop").await, polecat("ash"));
    assert_eq!(records::load(&rig, &ash).await.unwrap(), None);
    let (lost, gone) = (ExitHow::Unknown, ExitHow::Gone);
    for how in [ExitHow::Status(3), ExitHow::Signal(9), lost, gone, ExitHow::Status(0)] {
        records::save(&rig, &ash, &record(how)).await.unwrap();
        assert_eq!(records::load(&rig, &ash).await.unwrap(), Some(record(how)));
    }
    assert_eq!(records::load(&rig, &polecat("birch")).await.unwrap(), None);
    let exits = rig.runtime_dir().join("polecat/exits");
    assert_eq!(files(&exits), ["ash.json"], "no half-written file stays");
    let mode = fs::metadata(exits.join("ash.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    records::delete(&rig, &ash).await.unwrap();
    records::delete(&rig, &ash).await.unwrap();
    assert_eq!(records::load(&rig, &ash).await.unwrap(), None);
}

#[tokio::test]
async fn a_broken_record_is_named_and_one_of_a_later_version_is_read() {
    let sandbox = Sandbox::new();
    sandbox.repository("shop");
    let (rig, ash) = (sandbox.rig("shop").await, polecat("ash"));
    records::save(&rig, &ash, &record(ExitHow::Unknown)).await.unwrap();
    let file = rig.runtime_dir().join("polecat/exits/ash.json");
    let good = fs::read_to_string(&file).unwrap();
    fs::write(&file, good.replacen('{', r#"{"later":{"a":1},"#, 1)).unwrap();
    assert_eq!(records::load(&rig, &ash).await.unwrap(), Some(record(ExitHow::Unknown)));
    for text in ["", "{", "[]", &good.replace("2026", "someday"), &good[..good.len() / 2]] {
        fs::write(&file, text).unwrap();
        let refused = records::load(&rig, &ash).await.unwrap_err();
        assert!(matches!(&refused, HostError::Broken { path, .. } if *path == file), "{refused}");
    }
}

#[tokio::test]
async fn many_writers_at_once_leave_one_whole_record() {
    let sandbox = Sandbox::new();
    sandbox.repository("shop");
    let (rig, ash) = (sandbox.rig("shop").await, polecat("ash"));
    let mut writers = tokio::task::JoinSet::new();
    for status in 0..20 {
        let (rig, ash) = (rig.clone(), ash.clone());
        writers.spawn(async move {
            records::save(&rig, &ash, &record(ExitHow::Status(status))).await.unwrap();
            records::load(&rig, &ash).await.unwrap().unwrap();
        });
    }
    assert_eq!(writers.join_all().await.len(), 20);
}

#[tokio::test]
async fn a_rig_that_is_gone_does_not_come_back_as_a_folder_of_records() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let rig = sandbox.rig("town/shop").await;
    fs::remove_dir_all(&rig.path).unwrap();
    let refused =
        records::save(&rig, &polecat("ash"), &record(ExitHow::Unknown)).await.unwrap_err();
    assert!(matches!(refused, HostError::RigGone { .. }), "{refused}");
    assert!(!rig.path.exists());
}
