//! Links that are cut, and ends of them that are gone: nothing is done twice, nothing that is not known
//! is shown as if it were, and all is right again soon after.

use serde_json::{Value as Json, json};

use crate::{
    desk::{Desk, STATUS, There},
    link::{Cut, Traffic},
    support::{eventually, processes, values::Failure},
};

const ASH: &str = "build1:shop/ash";

/// A desk on which the one host is looked at, and `ash` is at its prompt there.
async fn desk() -> Option<Desk> {
    let desk = Desk::new(1).await?;
    desk.start(ASH, "prompts").await;
    desk.look().await;
    desk.expect_status("build1:shop: 1 polecat, 1 running").await;
    Some(desk)
}

impl There {
    /// Waits until something more was sent there since `before`.
    async fn sent_since(&self, before: Traffic) {
        eventually("something on its way there", async || match self.link.traffic() {
            now if now.bytes_there > before.bytes_there => Ok(()),
            now => Err(format!("{now:?}")),
        })
        .await;
    }

    async fn got(&self, text: &str) {
        eventually(&format!("`{text}` there"), async || match self.count(text) {
            0 => Err(self.screen("gt-shop-ash")),
            _ => Ok(()),
        })
        .await;
    }

    /// How often `ash` was told this.
    fn count(&self, text: &str) -> usize {
        self.screen("gt-shop-ash").matches(&format!("got: {text}")).count()
    }
}

impl Desk {
    /// Waits until the rows of the host are shown as not known, and as known again.
    async fn lost_and_found(&self) {
        self.expect_status("unreachable, last seen").await;
        self.expect_status("?  ash  unknown").await;
        self.found().await;
    }

    async fn found(&self) {
        self.expect_status("build1:shop: 1 polecat, 1 running").await;
    }
}

pub(crate) fn kill(pids: &[u32]) {
    assert!(!pids.is_empty(), "there is something to be killed");
    processes::kill(pids);
}

pub(crate) fn may_have_happened(failure: &Failure) {
    assert_eq!(failure.code, "host_unreachable", "{failure:?}");
    let told = format!("{} {:?}", failure.message, failure.hint);
    assert!(told.contains("may have"), "{failure:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_while_the_link_is_cut_is_done_once_when_it_is_whole_again() {
    let Some(desk) = desk().await else { return };
    let there = &desk.hosts[0];
    for (method, args) in [
        ("status", json!([ASH])),
        ("capture", json!([ASH, {}])),
        ("inject", json!([ASH, "hello"])),
        ("stop", json!([ASH, {}])),
    ] {
        there.link.cut(Cut::Both);
        let before = there.link.traffic();
        let asked = desk.editor().ask(method, args).await;
        there.sent_since(before).await;
        // Meanwhile the editor is nobody's who waits.
        assert_eq!(desk.editor().lua("return 1", Json::Null).await, Ok(json!(1)));
        there.link.mend();
        asked.await.unwrap_or_else(|failure| panic!("`{method}`: {failure:?}"));
        if method == "inject" {
            there.got("hello").await;
            assert_eq!(there.count("hello"), 1);
        }
    }
    assert_eq!(there.sessions(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_there_but_not_answered_is_not_done_again() {
    let Some(desk) = desk().await else { return };
    let there = &desk.hosts[0];
    there.link.cut(Cut::FromHost);
    let asked = desk.editor().ask("inject", json!([ASH, "once"])).await;
    there.got("once").await;
    kill(&desk.ssh());
    may_have_happened(&asked.await.unwrap_err());
    desk.expect_status("?  ash  unknown").await;
    there.link.mend();
    desk.found().await;
    desk.call("inject", json!([ASH, "after"])).await;
    there.got("after").await;
    assert_eq!(there.count("once"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_looks_is_asked_once_more_when_its_connection_is_lost() {
    let Some(desk) = desk().await else { return };
    let there = &desk.hosts[0];
    for (method, args) in [("status", json!([ASH])), ("capture", json!([ASH, {}]))] {
        there.link.cut(Cut::FromHost);
        let before = there.link.traffic();
        let asked = desk.editor().ask(method, args).await;
        there.sent_since(before).await;
        kill(&desk.ssh());
        there.link.mend();
        asked.await.unwrap_or_else(|failure| panic!("`{method}`: {failure:?}"));
        desk.found().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_end_that_is_killed_makes_rows_unknown_and_comes_back() {
    let Some(desk) = desk().await else { return };
    let there = &desk.hosts[0];
    kill(&desk.ssh());
    desk.lost_and_found().await;
    kill(&there.machine.processes("sshd: root"));
    desk.lost_and_found().await;
    kill(&there.machine.processes("polecat-nvim serve"));
    desk.lost_and_found().await;
    let told = desk.editor().messages().await;
    assert!(told.iter().all(|message| !message.contains("ash")), "nobody died: {told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_shown_in_detail_is_seen_again_by_itself_though_it_was_looked_at_meanwhile() {
    let Some(desk) = desk().await else { return };
    let (there, detail) = (&desk.hosts[0], &format!("{STATUS}/{ASH}"));
    desk.editor().command(&format!("close | PolecatStatus {ASH}")).await.unwrap();
    desk.editor().expect_line(detail, "idle").await;
    there.link.leads_nowhere();
    kill(&desk.ssh());
    for _ in 0..2 {
        let refused = desk.here.refusal("inject", json!([ASH, "hello"])).await;
        assert_eq!(refused.code, "host_unreachable", "{refused:?}");
        desk.editor().command("normal r").await.unwrap();
    }
    desk.editor().expect_line(detail, "unknown").await;
    there.link.leads_to(&there.machine);
    desk.editor().command("PolecatReconnect").await.unwrap();
    there.tmux(&["kill-session", "-t", "=gt-shop-ash"]).unwrap();
    desk.editor().expect_line(detail, "stopped").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_reboot_what_ran_there_is_not_shown_as_running() {
    let Some(mut desk) = desk().await else { return };
    desk.hosts[0].machine.power_off();
    desk.expect_status("?  ash  unknown").await;
    let refused = desk.here.refusal("inject", json!([ASH, "hello"])).await;
    assert_eq!(refused.code, "host_unreachable", "{refused:?}");
    desk.hosts[0].reboot();
    desk.editor().command("PolecatReconnect").await.unwrap();
    let lines = desk.expect_status("build1:shop: 1 polecat").await;
    assert!(!lines.iter().any(|line| line.contains("running")), "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_with_another_key_is_refused_and_left_alone_until_a_person_says_so() {
    let Some(desk) = desk().await else { return };
    let there = &desk.hosts[0];
    there.machine.new_host_key();
    kill(&desk.ssh());
    desk.expect_status("Host key").await;
    desk.expect_status("?  ash  unknown").await;
    let before = there.link.traffic().connections;
    for _ in 0..3 {
        let refused = desk.here.refusal("inject", json!([ASH, "hello"])).await;
        assert_eq!(refused.code, "host_unreachable", "{refused:?}");
        // Looked at anew it is left alone too.
        desk.editor().command("close | PolecatStatus!").await.unwrap();
        desk.expect_status("Host key").await;
    }
    assert_eq!(there.link.traffic().connections, before);
    desk.know_hosts();
    desk.editor().command("PolecatReconnect").await.unwrap();
    desk.found().await;
}

/// Longer than a host may say nothing, and than ssh waits for it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the link is cut for a minute: `make soak`"]
async fn a_link_that_is_cut_for_a_minute_makes_rows_unknown_and_acts_uncertain() {
    let Some(desk) = desk().await else { return };
    let there = &desk.hosts[0];
    let whole_again = tokio::time::Instant::now() + std::time::Duration::from_secs(60);
    there.link.cut(Cut::Both);
    let asked = desk.editor().ask("inject", json!([ASH, "once"])).await;
    desk.expect_status("?  ash  unknown").await;
    may_have_happened(&asked.await.unwrap_err());
    tokio::time::sleep_until(whole_again).await;
    there.link.mend();
    desk.found().await;
    desk.call("inject", json!([ASH, "after"])).await;
    there.got("after").await;
    assert!(there.count("once") <= 1, "{}", there.screen("gt-shop-ash"));
    eventually("the end of what served before", async || {
        match there.machine.processes("polecat-nvim serve").len() {
            1 => Ok(()),
            several => Err(several),
        }
    })
    .await;
}
