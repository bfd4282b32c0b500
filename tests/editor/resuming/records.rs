//! Records of what polecats ran: newer ones, and those that somebody else wrote.

use std::fs;

use serde_json::{Value as Json, json};

use super::{
    expect_known, expect_lost, expect_stopped, lose_server, record, recorded, say, shop, start,
};
use crate::support::{editor::Editor, rig::Town, tmux::TmuxServer};

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_record_is_read_and_left_as_it_is() {
    let shop = shop().await;
    start(&shop, "ash", "named").await;
    expect_stopped(&shop, "ash").await;
    let mut newer = recorded(&shop, "ash");
    (newer["format"], newer["weather"]) = (json!(9), json!({ "rain": true }));
    let text = newer.to_string();
    fs::write(record(&shop, "ash"), &text).unwrap();
    let info = shop.try_start("ash", json!({})).await.unwrap();
    assert_eq!(info["agent"], "named", "{info}");
    assert!(info["warnings"].to_string().contains("a newer version wrote it"), "{info}");
    expect_stopped(&shop, "ash").await;
    assert_eq!(fs::read_to_string(record(&shop, "ash")).unwrap(), text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_record_names_does_not_run_without_a_persons_word() {
    let shop = shop().await;
    start(&shop, "ash", "named").await;
    expect_stopped(&shop, "ash").await;
    let written = shop.project.around().join("written");
    let own = recorded(&shop, "ash");
    let brought = |key: &str, value: Json| {
        let mut changed = own.clone();
        changed[key] = value;
        fs::write(record(&shop, "ash"), changed.to_string()).unwrap();
    };
    let command = format!("touch {}", written.display());
    for (key, value, named) in [
        ("command", json!(command), "touch"),
        ("config_dir", json!("/tmp/brought"), "/tmp/brought"),
        ("workdir", json!(shop.project.around()), "runs in"),
    ] {
        brought(key, value);
        let options = match key {
            "config_dir" => json!({ "agent": "found" }),
            _ => json!({ "resume": true }),
        };
        if key == "config_dir" {
            let mut changed = recorded(&shop, "ash");
            changed["agent"] = json!("found");
            fs::write(record(&shop, "ash"), changed.to_string()).unwrap();
        }
        let refused = shop.refusal("start", json!(["ash", options])).await;
        assert_eq!(refused.code, "untrusted", "{key}: {refused:?}");
        assert!(refused.message.contains("sessions/ash.json"), "{key}: {refused:?}");
        let lines = refused.untrusted["lines"].to_string();
        assert!(lines.contains(named), "{key}: {lines}");
    }
    brought("conversation", json!("--dangerous"));
    let refused = shop.refusal("start", json!(["ash", { "resume": true }])).await;
    assert_eq!(refused.code, "conversation_unknown", "{refused:?}");
    assert!(!written.exists() && shop.sessions().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_a_town_brings_runs_nothing() {
    let town = Town::new();
    town.old_polecat("ash");
    let record = town.rig().join(".runtime/polecat/sessions/ash.json");
    fs::create_dir_all(record.parent().unwrap()).unwrap();
    let written = town.path().join("written");
    let brought = json!({
        "format": 1, "agent": "claude", "command": format!("touch {}", written.display()),
        "conversation": "7", "started": "2026-11-29T12:00:00Z",
    });
    fs::write(&record, brought.to_string()).unwrap();
    let tmux = TmuxServer::absent();
    let editor = Editor::with(&tmux, &town.rig(), Json::Null).await;
    for options in [json!({}), json!({ "resume": true })] {
        let refused = editor.call("start", json!(["ash", options])).await.unwrap_err();
        assert_eq!(refused.code, "untrusted", "{refused:?}");
    }
    let all = editor.call("resume", json!([{}])).await.unwrap();
    assert_eq!(all["resumed"], json!([]), "{all}");
    assert!(!written.exists());
}

/// As where containers without an id of the machine share a project: the record names no machine, and
/// there is no server here.
#[tokio::test(flavor = "multi_thread")]
async fn what_ran_on_an_unknown_machine_is_unknown_and_goes_on_only_when_a_person_says_so() {
    let shop = shop().await;
    start(&shop, "ash", "named").await;
    say(&shop, "ash", "hinges").await;
    lose_server(&shop);
    expect_lost(&shop, "ash").await;
    let mut elsewhere = recorded(&shop, "ash");
    elsewhere["server"].as_object_mut().unwrap().remove("machine");
    fs::write(record(&shop, "ash"), elsewhere.to_string()).unwrap();
    shop.editor.expect_state("ash", "unknown").await;
    let all = shop.editor.call("resume", json!([{}])).await.unwrap();
    assert_eq!(all, json!({ "resumed": [], "failed": [] }));
    let refused = shop.refusal("start", json!(["ash", { "resume": true }])).await;
    assert_eq!(refused.code, "in_use", "{refused:?}");
    assert!(refused.message.contains("another machine"), "{refused:?}");
    assert_eq!(shop.sessions(), [""; 0]);
    shop.try_start("ash", json!({ "resume": true, "in_use": "ignore" })).await.unwrap();
    expect_known(&shop, "ash", "hinges").await;
}
