//! Set-ups that go on at the same time: of several agents of one task, and of those who want the same
//! polecat meanwhile.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value as Json, json};

use crate::{
    rig::{Shop, agent},
    setting_up::{expect_gone, names, pid_in, project, records, shop},
    several::another,
    support::eventually,
};

/// The agents of a task, in a line of the command.
fn agents(count: usize) -> String {
    vec!["brush"; count].join(",")
}

async fn shop_with_brush(run: &str) -> Shop {
    let brush = json!({ "command": agent("prompts"), "ready": { "prompt": "❯ " } });
    let config = json!({ "agents": { "brush": brush }, "setup": { "run": run } });
    Shop::of(project(), config).await
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_say_what_each_set_up_is_at_and_for_whom_in_every_editor() {
    let shop = shop_with_brush("echo $$ > pid; sleep 600").await;
    let second = another(&shop, Json::Null).await;
    for editor in [&shop.editor, &second] {
        editor.command("PolecatStatus").await.unwrap();
    }
    let task = json!([null, { "prompt": "Paint it red", "agent": agents(2) }]);
    let slung = shop.editor.ask("sling", task).await;
    let rows = ["1/2", "2/2"].map(|number| format!("{number}  setting up  brush  echo $$ > pid;"));
    for editor in [&shop.editor, &second] {
        for row in &rows {
            editor.expect_line("polecat://status", row).await;
        }
    }
    let listed = shop.editor.call("list", json!([])).await.unwrap();
    assert_eq!(listed, json!([]), "nobody has a session yet");
    let polecats = names(&shop);
    let mut pids = Vec::new();
    for polecat in &polecats {
        pids.push(pid_in(&shop.project.worktree(polecat).join("pid")).await);
    }
    let info = shop.editor.call("status", json!([polecats[0]])).await.unwrap();
    let told = (&info["setup"], &info["task"], &info["running"]);
    assert_eq!(told, (&json!("echo $$ > pid; sleep 600"), &json!("Paint it red"), &json!(false)));
    // Whoever ends one of them has all taken back.
    shop.editor.command(&format!("PolecatStop {}", polecats[1])).await.unwrap();
    let ended = slung.await.unwrap_err();
    assert_eq!(ended.code, "cancelled", "{ended:?}");
    assert!(ended.message.contains(&format!("`{}` was cancelled", polecats[1])), "{ended:?}");
    assert!(!ended.message.contains("not rolled back"), "{ended:?}");
    for pid in pids {
        expect_gone(pid).await;
    }
    assert_eq!((names(&shop), records(&shop)), (Vec::new(), Vec::new()));
    assert_eq!(shop.project.git(&["branch", "--list", "polecat/*"]), "");
    for editor in [&shop.editor, &second] {
        editor.expect_line("polecat://status", "no polecats yet").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn set_ups_go_on_side_by_side_and_no_more_of_them_than_the_machine_can_bear() {
    // Each waits for another one: one after the other they would never end.
    let run = "touch \"$POLECAT_MAIN/$POLECAT_NAME.log\"; until [ \"$(ls \"$POLECAT_MAIN\" | \
               grep -c '[.]log$')\" -gt 1 ]; do sleep 0.1; done; \
               until [ -e \"$POLECAT_MAIN/go\" ]; do sleep 0.1; done";
    let shop = shop_with_brush(run).await;
    shop.editor.command("PolecatStatus").await.unwrap();
    let task = json!([null, { "prompt": "Paint it", "agent": agents(5) }]);
    let slung = shop.editor.ask("sling", task).await;
    shop.editor.expect_line("polecat://status", "waiting for other set-ups").await;
    let begun = || {
        let files = fs::read_dir(shop.project.path()).into_iter().flatten().flatten();
        files.filter(|file| file.path().extension().is_some_and(|end| end == "log")).count()
    };
    eventually("two at once", async || if begun() > 1 { Ok(()) } else { Err(begun()) }).await;
    assert!(begun() < 5, "{}", begun());
    fs::write(shop.project.path().join("go"), "").unwrap();
    let started = slung.await.unwrap();
    assert_eq!(started.as_array().unwrap().len(), 5, "{started}");
    assert_eq!((begun(), records(&shop)), (5, Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_one_of_several_set_ups_fails_the_others_are_ended_and_it_is_named() {
    let run = "mkdir \"$POLECAT_MAIN/first\" 2>/dev/null || exit 3; \
               echo $$ > \"$POLECAT_MAIN/first.log\"; exec sleep 600";
    let shop = shop_with_brush(run).await;
    let task = json!([null, { "prompt": "Paint it", "agent": agents(3) }]);
    let failed = shop.refusal("sling", task).await;
    assert_eq!(failed.code, "setup_failed", "{failed:?}");
    assert!(failed.message.contains("of 3)") && failed.message.contains("status 3"), "{failed:?}");
    expect_gone(pid_in(&shop.project.path().join("first.log")).await).await;
    assert_eq!((names(&shop), records(&shop)), (Vec::new(), Vec::new()));
    assert_eq!(shop.project.git(&["branch", "--list", "polecat/*"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sets_up_or_starts_what_is_being_set_up_again() {
    let run = "test -f \"$POLECAT_MAIN/ready.log\" || { echo $$ > pid; sleep 600; }";
    let shop = shop(json!({ "run": run })).await;
    let second = another(&shop, Json::Null).await;
    let made = shop.editor.ask("new", json!(["ash", {}])).await;
    let pid_file = shop.project.worktree("ash").join("pid");
    expect_gone_after_stop(&shop, &pid_file).await;
    assert_eq!(made.await.unwrap_err().code, "cancelled");
    fs::remove_file(&pid_file).unwrap();
    let again = shop.editor.ask("set_up", json!(["ash", {}])).await;
    pid_in(&pid_file).await;
    for (method, args) in [
        ("set_up", json!(["ash", {}])),
        ("start", json!(["ash", { "cmd": agent("prompts") }])),
        ("sling", json!([null, { "prompt": "x", "polecat": "ash", "cmd": agent("prompts") }])),
        ("remove", json!(["ash", { "force": true }])),
    ] {
        for editor in [&shop.editor, &second] {
            let refused = editor.call(method, args.clone()).await.unwrap_err();
            assert_eq!(refused.code, "setup_running", "{method}: {refused:?}");
        }
    }
    expect_gone_after_stop(&shop, &pid_file).await;
    assert_eq!(again.await.unwrap_err().code, "cancelled");
    fs::write(shop.project.path().join("ready.log"), "").unwrap();
    second.call("set_up", json!(["ash", {}])).await.unwrap();
    assert_eq!(records(&shop), Vec::<PathBuf>::new());
}

/// Ends the set-up of `ash`, whose command has written its id.
async fn expect_gone_after_stop(shop: &Shop, pid_file: &Path) {
    let pid = pid_in(pid_file).await;
    shop.editor.command("PolecatStop ash").await.unwrap();
    expect_gone(pid).await;
}
