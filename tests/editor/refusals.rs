//! What is refused, in which words, and that nothing was done.

use serde_json::json;

use crate::{
    rig::{Shop, agent},
    support::rig::Project,
};

const HOSTILE: [&str; 10] =
    ["../x", "a.b:c", "-rf", "", "$(touch x)", "a\nb", "a b", "witness", "a/b", "'; touch x; '"];

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_name_is_refused_by_every_operation_and_does_nothing() {
    let shop = Shop::new().await;
    let long = "n".repeat(300);
    for name in HOSTILE.iter().copied().chain([long.as_str()]) {
        for (method, args) in [
            ("start", json!([name, { "new": true, "cmd": agent("prompts") }])),
            ("stop", json!([name, {}])),
            ("status", json!([name])),
            ("is_running", json!([name])),
            ("capture", json!([name, {}])),
            ("inject", json!([name, "hello"])),
            ("new", json!([name, {}])),
        ] {
            let refused = shop.refusal(method, args).await;
            // Before the last slash stands a rig.
            let code = if name == "a/b" { "rig_not_found" } else { "bad_name" };
            assert_eq!(refused.code, code, "{method} {name:?}: {refused:?}");
            assert!(!refused.message.contains('\n'), "{:?}", refused.message);
        }
    }
    assert_eq!(shop.sessions(), [""; 0]);
    assert!(!shop.project.polecats().exists());
    assert!(!shop.project.path().join("x").exists());
    assert_eq!(shop.project.git(&["status", "--porcelain"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_start_needs_is_missed_by_name_before_anything_is_made() {
    let shop = Shop::new().await;
    let refused = shop.try_start("ash", json!({})).await.unwrap_err();
    assert_eq!(refused.code, "polecat_not_found");
    assert!(refused.hint.unwrap().contains(":PolecatStart! ash"));
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    for (options, code, part) in [
        (json!({ "cmd": "no-such-agent --x" }), "command_not_found", "`no-such-agent`"),
        (json!({ "cmd": "'open" }), "bad_argument", "quote"),
        (json!({ "agent": "nobody" }), "bad_argument", "`nobody`"),
        (json!({ "workdir": "/no/such/dir" }), "workdir_missing", "`/no/such/dir`"),
        (json!({ "colour": "red" }), "bad_argument", "colour"),
        (json!({ "agent": 3 }), "bad_argument", "agent"),
    ] {
        let refused = shop.try_start("ash", options.clone()).await.unwrap_err();
        assert_eq!(refused.code, code, "{options}: {refused:?}");
        assert!(refused.message.contains(part), "{options}: {}", refused.message);
    }
    let cwd = shop.editor.lua("return vim.fn.getcwd()", json!(null)).await.unwrap();
    let home = shop.editor.home.path().display().to_string();
    for (workdir, meant) in [
        ("no/such", format!("{}/no/such", cwd.as_str().unwrap())),
        ("~/no such", format!("{home}/no such")),
    ] {
        let refused = shop.try_start("ash", json!({ "workdir": workdir })).await.unwrap_err();
        assert!(refused.message.contains(&format!("`{meant}`")), "{workdir}: {refused:?}");
    }
    assert_eq!(shop.sessions(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polecat_is_made_once() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    let refused = shop.refusal("new", json!(["ash", {}])).await;
    assert!(refused.message.contains("`ash` already exists"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_without_commits_says_so_and_keeps_nothing() {
    let project = Project::new();
    let empty = project.around().join("empty");
    std::fs::create_dir(&empty).unwrap();
    crate::support::rig::git(&empty, &["init", "--quiet"]);
    let shop = Shop::of(project, json!(null)).await;
    shop.editor.command(&format!("cd {}", empty.display())).await.unwrap();
    let refused = shop.refusal("new", json!(["ash", {}])).await;
    assert_eq!(refused.code, "git_failed", "{refused:?}");
    assert!(refused.message.contains("no commits"), "{refused:?}");
    assert!(!shop.project.around().join("empty.polecats").exists());
    assert!(!empty.join(".git/polecat").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_on_a_polecat_without_a_session_say_so() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    for (method, args) in [
        ("stop", json!(["ash", {}])),
        ("capture", json!(["ash", {}])),
        ("inject", json!(["ash", "hello"])),
        ("capture_session", json!(["nobody", {}])),
    ] {
        let refused = shop.refusal(method, args).await;
        assert_eq!(refused.code, "session_not_found", "{method}: {refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_means_nothing_is_refused_by_its_key() {
    for (config, part) in [
        (json!({ "tmux": { "sockt": "x" } }), "tmux.sockt"),
        (json!({ "agent": 3 }), "agent"),
        (json!({ "nonsense": true }), "nonsense"),
    ] {
        let shop = Shop::of(Project::new(), config.clone()).await;
        let refused = shop.refusal("list", json!([])).await;
        assert_eq!(refused.code, "config_invalid", "{config}: {refused:?}");
        assert!(refused.message.contains(part), "{config}: {}", refused.message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lua_function_refuses_each_wrong_argument_by_name() {
    let shop = Shop::new().await;
    for (method, args, part) in [
        ("start", json!([null]), "`session.start`: `polecat`: expected a string, got nothing"),
        ("start", json!([3, {}]), "`polecat`: expected a string, got `3`"),
        ("start", json!(["ash", { "isue": "x" }]), "`isue` is not known; known here: "),
        ("start", json!(["ash", { "new": "yes" }]), "`new`: expected a boolean, got \"yes\""),
        ("start", json!(["ash", { "workdir": "" }]), "`workdir`: expected a path, got nothing"),
        ("start", json!(["ash", { "trust": "no" }]), "`trust`: expected `once` or `always`"),
        ("start", json!(["ash", { "in_use": "no" }]), "`in_use`: expected `ignore`, got `no`"),
        ("start", json!(["ash", "x"]), "`opts`: expected a table, got a string"),
        ("start", json!(["ash", ["x"]]), "`1`: a key must be a string"),
        ("capture", json!(["ash", { "lines": 1.5 }]), "`lines`: expected a whole number"),
        ("capture", json!(["ash", { "lines": -1 }]), "`lines`: expected a whole number"),
        ("capture", json!(["ash", { "lines": 0 }]), "`lines` must be 1 or more"),
        ("inject", json!(["ash", null]), "`text`: expected a string, got nothing"),
        ("stop_all", json!([{ "force": 1 }]), "`force`: expected a boolean, got `1`"),
        ("attach", json!([["ash"]]), "`polecat`: expected a string, got a list"),
    ] {
        let refused = shop.refusal(method, args.clone()).await;
        assert_eq!(refused.code, "bad_argument", "{method} {args}: {refused:?}");
        assert!(refused.message.contains(part), "{method} {args}: {}", refused.message);
    }
    for (code, part) in [
        ("require('polecat').status()", "`session.status`: `polecat` is missing"),
        ("require('polecat').status('ash', {})", "`cb`: expected a function, got a table"),
        ("require('polecat').stop('ash', { force = print })", "`force`: a function cannot be sent"),
        (
            "require('polecat').start('ash', { cmd = { print } })",
            "`cmd[1]`: a function cannot be sent",
        ),
        ("require('polecat').open_diff('ash', { since = 'x' })", "`since`: expected `review`"),
        ("require('polecat').open_capture({ a = 1 })", "`polecat`: expected a string, got a table"),
        ("require('polecat').open_status(3)", "`polecat`: expected a string, got `3`"),
    ] {
        shop.editor.lua(code, json!(null)).await.unwrap();
        shop.editor.expect_message(part).await;
    }
    assert_eq!(shop.sessions(), [""; 0]);
}
