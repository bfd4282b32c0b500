//! The environment tables of sessions.

use polecat::tmux::{Pane, SessionId, TableOf, Tmux};

use crate::support::tmux::TmuxServer;

async fn asked(tmux: &Tmux) -> Vec<(String, TableOf)> {
    let of =
        |pane: &Pane| TableOf { session: pane.session_id, created: pane.created, pid: pane.pid };
    let panes = tmux.panes(&[]).await.unwrap();
    panes.iter().map(|pane| (pane.session_name.clone(), of(pane))).collect()
}

fn id_of(asked: &[(String, TableOf)], name: &str) -> SessionId {
    asked.iter().find(|(one, _)| one == name).unwrap().1.session
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_has_what_is_its_own_and_nothing_of_the_servers() {
    let server = TmuxServer::new();
    let tmux = server.client();
    let hostile = "a\nb\"c$d`e\\f #{pid}\nGT_POLECAT=\"evil\"; export GT_POLECAT; #";
    let more = ["-e", "GT_RIG=shop", "-e", &format!("X={hostile}"), "-e", "E="];
    server.run(&[&["new-session", "-d", "-s", "odd"][..], &more, &["cat"]].concat());
    server.run(&["set-environment", "-g", "GT_POLECAT", "evil"]);
    let asked = asked(&tmux).await;
    let (odd, first) = (id_of(&asked, "odd"), id_of(&asked, "first"));
    let all: Vec<_> = asked.iter().map(|(_, of)| *of).collect();
    let tables = tmux.environments(&all, "").await.unwrap();
    let value = |session: SessionId, name: &str| tables[&session].get(name).map(str::to_owned);
    assert_eq!(value(odd, "GT_RIG").as_deref(), Some("shop"));
    assert_eq!(value(odd, "X").as_deref(), Some(hostile));
    assert_eq!((value(odd, "E"), value(odd, "GT_POLECAT")), (None, None));
    assert_eq!(value(first, "GT_RIG"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_goes_meanwhile_has_no_table_and_the_others_have() {
    let server = TmuxServer::new();
    let tmux = server.client();
    for name in ["one", "two", "three"] {
        let set = format!("NAME={name}");
        server.run(&["new-session", "-d", "-s", name, "-e", &set, "cat"]);
    }
    let asked = asked(&tmux).await;
    server.run(&["kill-session", "-t", "=two"]);
    let all: Vec<_> = asked.iter().map(|(_, of)| *of).collect();
    let tables = tmux.environments(&all, "").await.unwrap();
    let name = |of: &str| tables.get(&id_of(&asked, of)).and_then(|table| table.get("NAME"));
    assert_eq!((name("one"), name("two"), name("three")), (Some("one"), None, Some("three")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_a_session_that_is_just_made_is_read_anew_and_of_an_older_one_kept() {
    let server = TmuxServer::new();
    let tmux = server.client();
    let (_, first) = asked(&tmux).await[0].clone();
    let old = TableOf { created: first.created - 60, ..first };
    let value = async |of: TableOf| {
        let tables = tmux.environments(&[of], "").await.unwrap();
        tables[&of.session].get("GT_RIG").map(str::to_owned)
    };
    assert_eq!((value(first).await, value(old).await), (None, None));
    server.run(&["set-environment", "-t", "=first:", "GT_RIG", "shop"]);
    assert_eq!((value(first).await.as_deref(), value(old).await), (Some("shop"), None));
    // Another program runs in it: its table may be another one too.
    let respawned = TableOf { pid: Some(1), ..old };
    assert_eq!(value(respawned).await.as_deref(), Some("shop"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_there_are_no_tables() {
    let server = TmuxServer::absent();
    let of = TableOf { session: "$1".parse().unwrap(), created: 0, pid: None };
    assert_eq!(server.client().environments(&[of], "").await.unwrap().len(), 0);
}
