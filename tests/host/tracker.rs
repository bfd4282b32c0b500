//! The tracker: `br`, and scripted programs for what `br` does not do.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use polecat::core::IssueId;
use polecat::host::path::find_program;
use polecat::host::run::Program;
use polecat::host::tracker::{Tracker, TrackerError};

use super::fixtures::Sandbox;

/// Where `br` is: `BR_BIN`, else what `make tools` brought, else `PATH`.
fn br() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let given = std::env::var_os("BR_BIN").map(PathBuf::from);
    let tools =
        std::env::var_os("POLECAT_TOOLS").map_or_else(|| root.join(".tools"), PathBuf::from);
    let kept = Some(tools.join("bin/br")).filter(|kept| kept.is_file());
    let found = given.or(kept).or_else(|| find_program("br", root));
    let found = found.expect("no `br`: run `make tools`, or set BR_BIN");
    found.to_string_lossy().into_owned()
}

fn id(text: &str) -> IssueId {
    IssueId::parse(text).unwrap()
}

async fn call(sandbox: &Sandbox, dir: &Path, args: &[&str]) -> String {
    Program::new(&sandbox.launch, br()).args(args).dir(dir).run().await.unwrap().text()
}

/// A repository with a tracker in it, and an issue.
async fn tracked(sandbox: &Sandbox) -> (Tracker, PathBuf, IssueId) {
    let dir = sandbox.repository("shop");
    call(sandbox, &dir, &["init"]).await;
    let made = call(sandbox, &dir, &["create", "Sell \"shoes\"", "--json"]).await;
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let issue = id(made["id"].as_str().unwrap());
    (Tracker::new(&br(), sandbox.launch.clone()).unwrap(), dir, issue)
}

/// A tracker that is this shell script.
fn scripted(sandbox: &Sandbox, script: &str) -> Tracker {
    let path = sandbox.write("tracker.sh", script);
    let command = format!("sh '{}' extra", path.display());
    Tracker::new(&command, sandbox.launch.clone()).unwrap()
}

async fn refusal(tracker: &Tracker, dir: &Path) -> String {
    tracker.show(&id("gt-1"), dir).await.unwrap_err().to_string()
}

#[tokio::test]
async fn an_issue_is_shown_hooked_and_synced() {
    let sandbox = Sandbox::new();
    let (tracker, dir, issue) = tracked(&sandbox).await;
    let shown = tracker.show(&issue, &dir).await.unwrap();
    assert_eq!((shown.id.as_str(), shown.title.as_str()), (issue.as_str(), "Sell \"shoes\""));
    assert_eq!(shown.status, "open");
    tracker.hook(&issue, "shop/polecats/ash", &dir).await.unwrap();
    let raw = call(&sandbox, &dir, &["show", issue.as_str(), "--json"]).await;
    let raw: serde_json::Value = serde_json::from_str(&raw).unwrap();
    assert_eq!(raw[0]["status"], "hooked");
    assert_eq!(raw[0]["assignee"], "shop/polecats/ash");
    tracker.sync(&dir).await.unwrap();
}

#[tokio::test]
async fn a_tracker_whose_database_is_in_use_is_asked_again() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repository("shop");
    let script = r#"
        echo call >> calls
        [ $(wc -l < calls) -gt 2 ] && exit 0
        echo '{ "error": { "message": "Database error: database is busy" } }'
        exit 2
    "#;
    scripted(&sandbox, script).hook(&id("gt-1"), "shop/polecats/ash", &dir).await.unwrap();
    assert_eq!(std::fs::read_to_string(dir.join("calls")).unwrap().lines().count(), 3);
    let script = "echo call >> calls; echo 'the disk is full' >&2; exit 1";
    let refused = scripted(&sandbox, script).sync(&dir).await.unwrap_err().to_string();
    assert!(refused.contains("the disk is full"), "{refused}");
    assert_eq!(std::fs::read_to_string(dir.join("calls")).unwrap().lines().count(), 4);
}

#[tokio::test]
async fn an_unknown_issue_and_a_deleted_one_are_refused_each_in_its_words() {
    let sandbox = Sandbox::new();
    let (tracker, dir, issue) = tracked(&sandbox).await;
    assert_eq!(refusal(&tracker, &dir).await, "the tracker has no issue `gt-1`");
    call(&sandbox, &dir, &["delete", issue.as_str(), "--force"]).await;
    let refused = tracker.show(&issue, &dir).await.unwrap_err();
    let expected = format!("issue `{issue}` was deleted (it is a tombstone)");
    assert_eq!(refused.to_string(), expected);
}

#[tokio::test]
async fn a_folder_without_a_tracker_says_what_the_tracker_says() {
    let sandbox = Sandbox::new();
    let tracker = Tracker::new(&br(), sandbox.launch.clone()).unwrap();
    let refused = tracker.show(&id("gt-1"), &sandbox.folder("bare")).await.unwrap_err();
    assert!(matches!(refused, TrackerError::Run(_)), "{refused}");
    assert!(refused.to_string().contains("Beads not initialized"), "{refused}");
}

#[tokio::test]
async fn an_answer_that_is_no_list_of_issues_is_refused() {
    let sandbox = Sandbox::new();
    let dir = sandbox.path(".");
    for (script, expected) in [
        ("echo '[]'", "the tracker has no issue `gt-1`"),
        ("echo hello", "cannot be read: expected value at line 1"),
        ("true", "cannot be read: EOF while parsing"),
        ("echo '[{\"id\":\"gt-1\"}]'", "cannot be read: missing field `status`"),
        ("echo '[{\"id\":\"gt-1\",\"status\":7}]'", "cannot be read: invalid type"),
        ("echo broken >&2; exit 4", "failed (exit status: 4): broken"),
    ] {
        let refused = refusal(&scripted(&sandbox, script), &dir).await;
        assert!(refused.contains(expected), "{script}: {refused}");
    }
}

#[tokio::test]
async fn who_ends_with_1_says_of_the_issue_why_it_is_not_shown() {
    let sandbox = Sandbox::new();
    let dir = sandbox.path(".");
    let not_shown = "the tracker does not show issue `gt-1`";
    for (script, expected) in [
        // `bd` of 2026, which says it twice.
        (
            r#"echo "Issue gt-1 not found" >&2; echo '{"error":"no issues found"}'; exit 1"#,
            format!("{not_shown}: Issue gt-1 not found"),
        ),
        // `bd` of 527b7ce79's days, and one that answers with an object alone.
        (
            r#"echo 'Error: no issue found matching "gt-1"' >&2; exit 1"#,
            format!("{not_shown}: Error: no issue found matching \"gt-1\""),
        ),
        (r#"echo '{"error":"no issue found"}'; exit 1"#, format!("{not_shown}: no issue found")),
        (
            "echo 'Error: no beads database found' >&2; exit 1",
            format!("{not_shown}: Error: no beads database found"),
        ),
        ("exit 1", not_shown.to_owned()),
        // Another one said that all went well.
        (
            "echo 'Error fetching gt-1: issue not found' >&2",
            "the tracker has no issue `gt-1`".into(),
        ),
    ] {
        let refused = scripted(&sandbox, script).show(&id("gt-1"), &dir).await.unwrap_err();
        assert_eq!(refused.to_string(), expected, "{script}");
    }
}

#[tokio::test]
async fn who_ends_otherwise_has_said_nothing_of_the_issue() {
    let sandbox = Sandbox::new();
    let dir = sandbox.path(".");
    for script in [
        "echo broken >&2; exit 2",
        "exit 127",
        "kill -9 $$",
        "echo 'Error: database is locked' >&2; exit 1",
    ] {
        let refused = scripted(&sandbox, script).show(&id("gt-1"), &dir).await.unwrap_err();
        assert!(matches!(refused, TrackerError::Run(_)), "{script}: {refused:?}");
    }
}

#[tokio::test]
async fn chatter_beside_the_answer_does_no_harm_and_the_command_may_hold_arguments() {
    let sandbox = Sandbox::new();
    let script = r#"echo "warning: [old]" >&2; echo "[{\"id\":\"gt-1\",\"status\":\"$*\"}]""#;
    let shown = scripted(&sandbox, script).show(&id("gt-1"), &sandbox.path(".")).await.unwrap();
    assert_eq!(shown.status, "extra show gt-1 --json");
}

#[tokio::test]
async fn a_slow_or_missing_tracker_says_so() {
    let sandbox = Sandbox::new();
    let (slow, dir) = (scripted(&sandbox, "exec sleep 600"), sandbox.path("."));
    let begun = Instant::now();
    let refused = refusal(&slow.within(Duration::from_millis(300)), &dir).await;
    assert!(refused.ends_with("did not end within 300ms"), "{refused}");
    assert!(begun.elapsed() < Duration::from_secs(60));
    let missing = Tracker::new("no-such-tracker", sandbox.launch.clone()).unwrap();
    let refused = missing.show(&id("gt-1"), &dir).await.unwrap_err();
    assert_eq!(refused.to_string(), "`no-such-tracker` is not on PATH");
    assert!(refused.hint().unwrap().contains("tracker.command"));
    assert!(Tracker::new(" ", sandbox.launch.clone()).is_err());
    assert!(Tracker::new("bd 'x", sandbox.launch.clone()).is_err());
}
