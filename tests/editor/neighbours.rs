//! A town in which gastown works too: neither touches whom the other works with.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use jiff::{SignedDuration, Timestamp};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    framed::program,
    gastown::Gastown,
    rig::agent,
    support::{eventually_equal, neovim::tracker, rig::br, values::Failure},
};

impl Gastown {
    fn heartbeat(&self, session: &str) -> PathBuf {
        self.town.path().join(format!(".runtime/heartbeats/{session}.json"))
    }

    fn beat(&self, session: &str, at: Timestamp) {
        let beat = json!({ "timestamp": at.to_string(), "state": "working" });
        self.write(&format!(".runtime/heartbeats/{session}.json"), &beat.to_string());
    }

    /// What stands in the heartbeat: when it is of, and its state.
    fn beats(&self, session: &str) -> (Timestamp, Json) {
        let text = fs::read_to_string(self.heartbeat(session)).unwrap();
        let beat: Json = serde_json::from_str(&text).unwrap();
        (beat["timestamp"].as_str().unwrap().parse().unwrap(), beat["state"].clone())
    }

    /// Has the rig keep issues.
    async fn with_tracker(self) -> Self {
        br(&self.town.rig(), &["init"]);
        self.asking(&tracker().to_string_lossy()).await;
        self
    }

    async fn asking(&self, tracker: &str) {
        let code = "local tracker, config = ..., vim.g.polecat
            config.tracker = { command = tracker }
            vim.g.polecat = config";
        self.editor.lua(code, json!([tracker])).await.unwrap();
    }

    fn issue(&self) -> String {
        let made = br(&self.town.rig(), &["create", "Paint the door", "--json"]);
        let made: Json = serde_json::from_str(&made).unwrap();
        made["id"].as_str().unwrap().to_owned()
    }

    /// Puts a new issue on a hook, and says which.
    fn hooked(&self, status: &str, assignee: &str) -> String {
        let issue = self.issue();
        let (status, assignee) = (format!("--status={status}"), format!("--assignee={assignee}"));
        br(&self.town.rig(), &["update", &issue, &status, &assignee]);
        issue
    }

    async fn new_polecat(&self, name: &str) {
        self.editor.call("new", json!([name])).await.unwrap();
    }

    /// Slings a new issue, and stops the polecat that it went to.
    async fn slung(&self, polecat: Option<&str>) -> Result<String, Failure> {
        let mut options = json!({ "cmd": agent("prompts") });
        if let Some(polecat) = polecat {
            options["polecat"] = polecat.into();
        }
        let info = self.editor.call("sling", json!([self.issue(), options])).await?;
        let polecat = info["polecat"].as_str().unwrap().to_owned();
        self.editor.call("stop", json!([polecat, { "force": true }])).await.unwrap();
        Ok(polecat)
    }

    /// That `polecat` is not free, asked for or not, with `why` in the refusal.
    async fn assert_claimed(&self, polecat: &str, why: &str) {
        assert_ne!(self.slung(None).await.unwrap(), polecat, "{why}");
        let refused = self.slung(Some(polecat)).await.unwrap_err();
        assert_eq!(refused.code, "dirty", "{refused:?}");
        assert!(refused.message.contains(why), "{refused:?}");
    }
}

fn ago(minutes: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_mins(minutes)
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_we_start_gastown_takes_for_alive_as_long_as_the_session_stands() {
    let town = Gastown::of_today(&[], &["claude", "gt"]).await;
    // An agent of gastown's that was stopped long ago.
    town.beat("sh-ash", ago(120));
    let info = town.started("ash", json!({})).await;
    let (at, state) = town.beats("sh-ash");
    let a_year = SignedDuration::from_hours(365 * 24);
    assert!(at > Timestamp::now() + a_year, "{at}");
    assert_eq!(state, "working");
    assert_eq!(town.variable(&info, "GT_SESSION"), (None, None), "a `gt` would date it anew");
    town.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    assert!(!town.heartbeat("sh-ash").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_died_is_alive_to_gastown_until_somebody_looks_after_it() {
    let town = Gastown::of_today(&[], &["claude"]).await;
    let cmd = agent("dies --status 3 --after 0");
    let refused = town.start("ash", json!({ "new": true, "cmd": cmd })).await.unwrap_err();
    assert_eq!(refused.code, "died_during_startup", "{refused:?}");
    assert!(!town.heartbeat("sh-ash").exists(), "there is no session any more");
    let info = town.started("birch", json!({})).await;
    let pid = info["pid"].as_i64().and_then(|pid| i32::try_from(pid).ok()).unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    town.editor.command("PolecatStatus").await.unwrap();
    town.editor.expect_line("polecat://status", "died").await;
    assert!(town.beats("sh-birch").0 > Timestamp::now());
    town.editor.call("stop", json!(["birch", { "force": true }])).await.unwrap();
    assert!(!town.heartbeat("sh-birch").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heartbeat_of_gastowns_stays_and_a_town_before_0_6_gets_none() {
    let town = Gastown::of_today(&[], &["claude"]).await;
    town.started("ash", json!({})).await;
    town.beat("sh-ash", ago(1));
    town.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    assert!(town.heartbeat("sh-ash").exists());
    let town = Gastown::new(&[], &["claude"]).await;
    town.started("ash", json!({})).await;
    assert!(!town.town.path().join(".runtime").exists());
    assert!(!town.town.rig().join(".runtime/locks").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polecat_for_whom_gastown_has_work_is_not_free() {
    let town = Gastown::of_today(&[], &[]).await.with_tracker().await;
    town.new_polecat("ash").await;
    let close = |issue: &str| br(&town.town.rig(), &["close", issue]);
    for (status, assignee) in [
        ("hooked", "shop/polecats/ash"),
        ("in_progress", "shop/polecats/ash"),
        ("hooked", "shop/ash"),
    ] {
        let issue = town.hooked(status, assignee);
        town.assert_claimed("ash", &format!("issue `{issue}`")).await;
        close(&issue);
    }
    town.beat("sh-ash", ago(1));
    town.assert_claimed("ash", ".runtime/heartbeats/sh-ash.json").await;
    town.write(".runtime/heartbeats/sh-ash.json", "{");
    assert_ne!(town.slung(None).await.unwrap(), "ash", "what cannot be read says nothing");
    town.beat("sh-ash", ago(4));
    let marker = town.town.rig().join("polecats/ash.pending");
    fs::write(&marker, "4711").unwrap();
    town.assert_claimed("ash", "polecats/ash.pending").await;
    let long_ago = SystemTime::now() - Duration::from_secs(301);
    fs::File::options().write(true).open(&marker).unwrap().set_modified(long_ago).unwrap();
    assert_eq!(town.slung(None).await.unwrap(), "ash");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_ended_with_tmuxs_server_is_alive_to_gastown_no_longer() {
    let town = Gastown::of_today(&[], &["claude"]).await;
    town.started("ash", json!({})).await;
    let heartbeat = town.heartbeat("sh-ash");
    let minutes_ago = SystemTime::now() - Duration::from_secs(120);
    fs::File::options().write(true).open(&heartbeat).unwrap().set_modified(minutes_ago).unwrap();
    town.editor.command("PolecatStatus").await.unwrap();
    town.editor.expect_line("polecat://status", "ash").await;
    assert!(heartbeat.exists());
    town.tmux.run(&["kill-server"]);
    eventually_equal(false, async || heartbeat.exists()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_tracker_does_not_tell_no_polecat_is_free() {
    let town = Gastown::of_today(&[], &[]).await.with_tracker().await;
    town.new_polecat("ash").await;
    // By this name: as any `br`, it is not told of the rig's issues by a redirect.
    let script = town.town.path().join("br");
    let list = "case $1 in list) echo 'Error: no database' >&2; exit 1;; esac";
    program(&script, &format!("{list}\nexec '{}' \"$@\"", tracker().display()));
    town.asking(&script.to_string_lossy()).await;
    assert_ne!(town.slung(None).await.unwrap(), "ash");
    let refused = town.slung(Some("ash")).await.unwrap_err();
    assert_eq!(refused.code, "tracker_failed", "{refused:?}");
}
