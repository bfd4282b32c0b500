//! tmux's log of the commands that it was given.

use polecat::tmux::{Logged, Subject, Tmux};

use crate::support::tmux::TmuxServer;

async fn since(tmux: &Tmux, number: Option<u64>) -> Option<Vec<Logged>> {
    tmux.log(number).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_ended_a_session_stands_in_the_log_for_who_looked_before() {
    let server = TmuxServer::new();
    let tmux = server.client();
    server.run(&["new-session", "-d", "-s", "gt-shop-ash", "trap '' INT; cat"]);
    let panes = tmux.panes(&[]).await.unwrap();
    let ash = panes.iter().find(|pane| pane.session_name == "gt-shop-ash").unwrap();
    let (session, pane) = (ash.session_id, ash.pane_id);
    let subject = Subject { name: &ash.session_name, session, pane };
    server.run(&["send-keys", "-t", "gt-shop-ash", "C-c"]);
    tmux.panes(&[]).await.unwrap();
    let number = tmux.listed();
    server.run(&["kill-session", "-t", "gt-shop-ash"]);
    let ended = |log: &[Logged]| {
        log.iter()
            .filter(|one| one.may_be_about(&subject))
            .map(|one| one.name().to_owned())
            .collect()
    };
    let log: Vec<String> = ended(&since(&tmux, Some(number)).await.unwrap());
    assert!(log.contains(&"kill-session".to_owned()), "{log:?}");
    assert!(!log.contains(&"send-keys".to_owned()), "{log:?}");
    let log = since(&tmux, None).await.unwrap();
    assert!(log.iter().any(|one| one.name() == "send-keys" && one.has("C-c")), "{log:?}");
    assert!(log.iter().any(|one| one.makes("gt-shop-ash")), "{log:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_does_not_reach_back_so_far_says_so() {
    let server = TmuxServer::new();
    let tmux = server.client();
    tmux.panes(&[]).await.unwrap();
    let number = tmux.listed();
    server.run(&["set-option", "-s", "message-limit", "3"]);
    for _ in 0..5 {
        server.run(&["list-sessions"]);
    }
    assert!(since(&tmux, Some(number)).await.is_none());
    assert!(since(&tmux, None).await.is_some());
}
