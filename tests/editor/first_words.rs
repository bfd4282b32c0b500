//! What an agent is told when it starts, and that it is told once.

use jiff::{SignedDuration, Timestamp, Zoned, tz::TimeZone};
use serde_json::{Value as Json, json};

use crate::{
    framed::{Log, Yard, program},
    rig::{Shop, agent},
    support::{eventually_equal, neovim::tracker, rig::Project},
};

const NUDGE: &str = "Run `gt hook` to check your hook and begin work.";

/// gastown's beacon as it may read now, nine hours east of Greenwich: the minute may have turned.
fn beacons(topic: &str) -> Vec<String> {
    let now = Timestamp::now() + SignedDuration::from_hours(9);
    let minutes = [now, now - SignedDuration::from_mins(1)].map(|at| Zoned::new(at, TimeZone::UTC));
    let beacon = |at: Zoned| {
        let at = at.strftime("%Y-%m-%dT%H:%M");
        format!(
            "[GAS TOWN] shop/polecats/ash <- witness • {at} • {topic}\n\n\
             Work is on your hook. Run `gt hook` now and begin immediately."
        )
    };
    minutes.map(beacon).to_vec()
}

fn assert_told(said: &[String], topic: &str) {
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(beacons(topic).contains(&said[0]), "{said:#?}");
    assert_eq!(said[1], NUDGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_town_the_beacon_and_then_the_nudge_are_each_submitted_once() {
    let yard = Yard::new(Json::Null).await;
    let info = yard.start("ash", "").await.unwrap();
    assert_told(&yard.log().said(), "assigned");
    assert_eq!(info["warnings"], json!([]), "{info}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nudge_names_the_session_that_gastown_recorded() {
    let yard = Yard::new(Json::Null).await;
    let new = yard.editor.call("new", json!(["ash", {}])).await.unwrap();
    let runtime = std::path::Path::new(new["workdir"].as_str().unwrap()).join(".runtime");
    std::fs::create_dir(&runtime).unwrap();
    // Its time stands below it.
    std::fs::write(runtime.join("session_id"), "s-42\n2026-01-16T09:05:00Z\n").unwrap();
    yard.start("ash", "").await.unwrap();
    assert_eq!(yard.log().said()[1], format!("{NUDGE} [session:s-42]"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_without_hooks_is_first_told_to_run_what_hooks_would() {
    let yard = Yard::new(Json::Null).await.with_gt();
    let options = json!({ "new": true, "cmd": yard.framed(""), "agent": "prompts" });
    yard.editor.call("start", json!(["ash", options])).await.unwrap();
    let said = yard.log().said();
    assert_eq!(said[0], "gt prime && gt mail check --inject && gt nudge deacon session-started");
    assert_told(&said[1..], "assigned");
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_of_a_town_an_issue_is_named_with_its_title() {
    let shop = Shop::with_tracker().await;
    let issue = shop.project.issue("Paint the door");
    let log = Log(shop.project.around().join("log"));
    let command = agent(&format!("framed --log {}", log.0.display()));
    let options = json!({ "new": true, "issue": issue, "agent": "claude", "cmd": command });
    let info = shop.try_start("ash", options).await.unwrap();
    let said = log.said();
    assert_eq!(said.len(), 1, "{said:#?}");
    for part in [issue.as_str(), "Paint the door", "begin"] {
        assert!(said[0].contains(part), "{said:#?}");
    }
    assert_eq!(info["warnings"], json!([]), "{info}");
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_of_a_town_and_without_an_issue_nothing_at_all_is_typed() {
    let shop = Shop::new().await;
    let file = shop.project.around().join("received");
    shop.start("ash", &format!("records {}", file.display())).await;
    shop.editor.call("inject", json!(["ash", "first"])).await.unwrap();
    eventually_equal("first\r".to_owned(), async || std::fs::read_to_string(&file).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_a_prompt_with_its_command_gets_it_there_and_nothing_is_typed() {
    let yard = Yard::new(Json::Null).await;
    let claude = format!("exec {} \"$@\"", yard.framed(""));
    program(&yard.programs.path().join("claude"), &claude);
    let options = json!({ "new": true, "agent": "claude" });
    yard.editor.call("start", json!(["ash", options])).await.unwrap();
    let argv = yard.log().values("argv")[0].clone();
    assert_eq!(argv[0], "--dangerously-skip-permissions");
    let prompt = argv.as_array().unwrap().last().unwrap().as_str().unwrap().to_owned();
    let (beacon, nudge) = prompt.rsplit_once("\n\n").unwrap();
    assert_told(&[beacon.to_owned(), nudge.to_owned()], "assigned");
    assert_eq!(yard.log().said(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enter_that_was_swallowed_is_pressed_again_and_the_text_is_not_doubled() {
    let yard = Yard::new(Json::Null).await;
    let info = yard.start("ash", "--deaf 1").await.unwrap();
    assert_told(&yard.log().said(), "assigned");
    assert_eq!(info["warnings"], json!([]), "{info}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enter_that_was_taken_for_a_line_break_is_pressed_again() {
    let yard = Yard::new(Json::Null).await;
    let info = yard.start("ash", "--breaks 1").await.unwrap();
    let said = yard.log().said();
    let broken: Vec<_> = said.iter().map(|text| text.ends_with('\n')).collect();
    assert_eq!(broken.iter().filter(|broken| **broken).count(), 1, "{said:?}");
    let said: Vec<_> = said.iter().map(|text| text.trim_end().to_owned()).collect();
    assert_told(&said, "assigned");
    assert_eq!(info["warnings"], json!([]), "{info}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_lost_is_sent_once_more() {
    let yard = Yard::new(Json::Null).await;
    let info = yard.start("ash", "--drop 1").await.unwrap();
    assert_told(&yard.log().said(), "assigned");
    assert_eq!(info["warnings"], json!([]), "{info}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_slow_to_draw_is_told_everything_once() {
    let yard = Yard::new(Json::Null).await;
    let info = yard.start("ash", "--draw 1500").await.unwrap();
    assert_told(&yard.log().said(), "assigned");
    assert_eq!(info["warnings"], json!([]), "{info}");
}

#[tokio::test(flavor = "multi_thread")]
async fn to_who_shows_nothing_nothing_is_submitted_and_the_start_says_so() {
    let yard = Yard::new(Json::Null).await;
    let file = yard.programs.path().join("received");
    let command = agent(&format!("records {} --blind", file.display()));
    let options = json!({ "new": true, "cmd": command, "agent": "prompts" });
    let info = yard.editor.call("start", json!(["ash", options])).await.unwrap();
    let warnings = info["warnings"].as_array().unwrap();
    assert!(warnings[0].as_str().unwrap().contains("[GAS TOWN]"), "{warnings:?}");
    let refused = yard.editor.call("inject", json!(["ash", "the last"])).await.unwrap_err();
    assert_eq!(refused.code, "not_shown", "{refused:?}");
    let received = std::fs::read_to_string(&file).unwrap();
    assert_eq!(received.matches("[GAS TOWN]").count(), 1, "{received:?}");
    assert!(received.ends_with("the last"), "{received:?}");
    assert!(!received.contains('\r'), "{received:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_without_a_frame_is_told_too_without_an_enter_too_many() {
    let yard = Yard::new(Json::Null).await;
    let options = json!({ "new": true, "cmd": agent("prompts"), "agent": "prompts" });
    let info = yard.editor.call("start", json!(["ash", options])).await.unwrap();
    assert_eq!(info["warnings"], json!([]), "{info}");
    // What was typed before this would be answered before it.
    yard.editor.call("inject", json!(["ash", "the last"])).await.unwrap();
    let seen = yard.editor.expect_capture("ash", 100, "got: the last").await;
    assert_eq!(seen.matches("got:").count(), 3, "{seen}");
    assert_eq!(seen.matches("got: [GAS TOWN]").count(), 1, "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_goes_to_a_program_that_takes_it_and_to_no_other() {
    let refuses = "case \"$*\" in *--no-daemon*) exit 2;; *--help*) exit 0;; esac";
    // As a script of a person's that adds it itself.
    let adds =
        "case \"$*\" in *--no-daemon*) exit 2;; *--help*) echo ' --no-daemon'; exit 0;; esac";
    let takes = "case \"$*\" in *--help*) echo '  --no-daemon  Run alone\n  --no-alt-screen'; exit 0;; esac";
    for (codex, expected) in [(refuses, false), (adds, false), (takes, true)] {
        let yard = Yard::new(Json::Null).await;
        let script = format!("{codex}\nexec {} \"$@\"", yard.framed(""));
        program(&yard.programs.path().join("codex"), &script);
        let options = json!({ "new": true, "agent": "codex" });
        yard.editor.call("start", json!(["ash", options])).await.unwrap();
        let argv = yard.log().values("argv")[0].clone();
        let argv: Vec<&str> = argv.as_array().unwrap().iter().filter_map(Json::as_str).collect();
        for flag in ["--no-daemon", "--no-alt-screen"] {
            assert_eq!(argv.contains(&flag), expected, "{argv:?}");
        }
        assert_eq!(argv[0], "--dangerously-bypass-approvals-and-sandbox");
    }
}

/// A shop with the agent `mine`, which is claude's, draws as it does and logs.
async fn with_mine() -> (Shop, Log) {
    let project = Project::new().with_tracker();
    let log = Log(project.around().join("log"));
    let mine = json!({ "preset": "claude", "command": agent("framed"), "args": ["--log", log.0] });
    let config = json!({ "tracker": { "command": tracker() }, "agents": { "mine": mine } });
    (Shop::of(project, config).await, log)
}

/// The last argument of the agent that was started last.
fn last_argument(log: &Log) -> String {
    let argv = log.values("argv").pop().unwrap();
    argv.as_array().unwrap().last().and_then(Json::as_str).unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_goes_along_with_the_issue_as_one_argument() {
    let (shop, log) = with_mine().await;
    let issue = shop.project.issue("Paint the door");
    let options = json!({ "new": true, "agent": "mine", "issue": issue, "prompt": "In red." });
    shop.try_start("ash", options).await.unwrap();
    let told = last_argument(&log);
    assert!(told.contains("Paint the door") && told.ends_with("\n\nIn red."), "{told}");
    assert_eq!(log.said(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_town_a_prompt_comes_behind_what_gastown_says() {
    let yard = Yard::new(Json::Null).await;
    let cmd = yard.framed("");
    let options = json!({ "new": true, "agent": "claude", "cmd": cmd, "prompt": "In red." });
    yard.editor.call("start", json!(["ash", options])).await.unwrap();
    let said = yard.log().said();
    assert_eq!(said[1..], [NUDGE, "In red."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_has_the_agent_told_the_rest_of_the_line_and_the_lines_of_a_range() {
    let (shop, log) = with_mine().await;
    shop.project.commit("main.rs", "one\ntwo\nthree\n");
    shop.editor.command(&format!("edit {}/main.rs", shop.project.path().display())).await.unwrap();
    shop.editor.command("2,3PolecatStart! ash agent=mine prompt=look at=this | now").await.unwrap();
    shop.editor.expect_message("`ash` runs in session").await;
    let quote = "main.rs:2-3\n```rust\ntwo\nthree\n```";
    assert_eq!(last_argument(&log), format!("look at=this | now\n\n{quote}"));
    shop.editor.command("1PolecatStart! birch agent=mine").await.unwrap();
    shop.editor.expect_message("`birch` runs in session").await;
    assert_eq!(last_argument(&log), "main.rs:1\n```rust\none\n```");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_no_argument_can_be_is_typed() {
    let (shop, log) = with_mine().await;
    let text = "größe \"x\"\n".repeat(3_000);
    for (count, (prompt, typed)) in
        [("update", "update"), ("-p now", "-p now"), ("!ls it", " !ls it"), (&text, &text)]
            .into_iter()
            .enumerate()
    {
        let options = json!({ "new": true, "agent": "mine", "prompt": prompt });
        let info = shop.try_start(&format!("p{count}"), options).await.unwrap();
        assert_eq!(info["warnings"], json!([]), "{info}");
        let said = log.said().pop().unwrap();
        assert_eq!(said.trim_end(), typed.trim_end());
    }
    let options = json!({ "new": true, "agent": "mine", "prompt": " \n" });
    let refused = shop.try_start("ash", options).await.unwrap_err();
    assert_eq!(refused.code, "bad_argument", "{refused:?}");
    assert!(!shop.project.worktree("ash").exists());
}

/// As what starts only with a newer Node on its `PATH`.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_asked_for_its_flags_with_the_variables_that_it_is_given() {
    let own = json!({ "agents": { "codex": { "env": { "HAS_NODE": "yes" } } } });
    let yard = Yard::new(own).await;
    let takes = "[ \"$HAS_NODE\" = yes ] || exit 1\n\
                 case \"$*\" in *--help*) echo '  --no-daemon'; exit 0;; esac";
    let script = format!("{takes}\nexec {} \"$@\"", yard.framed(""));
    program(&yard.programs.path().join("codex"), &script);
    let options = json!({ "new": true, "agent": "codex" });
    yard.editor.call("start", json!(["ash", options])).await.unwrap();
    let argv = yard.log().values("argv")[0].clone();
    assert!(argv.as_array().unwrap().contains(&json!("--no-daemon")), "{argv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_that_a_person_has_configured_is_not_given_twice() {
    let own = json!({ "agents": { "codex": { "args": ["--no-daemon"] } } });
    let yard = Yard::new(own).await;
    let takes = "case \"$*\" in *--help*) echo '  --no-daemon  Run alone'; exit 0;; esac";
    let script = format!("{takes}\nexec {} \"$@\"", yard.framed(""));
    program(&yard.programs.path().join("codex"), &script);
    let options = json!({ "new": true, "agent": "codex" });
    yard.editor.call("start", json!(["ash", options])).await.unwrap();
    let argv = yard.log().values("argv")[0].clone();
    let argv: Vec<&str> = argv.as_array().unwrap().iter().filter_map(Json::as_str).collect();
    assert_eq!(argv.iter().filter(|arg| **arg == "--no-daemon").count(), 1, "{argv:?}");
}
