//! Both ways a request travels, and what becomes of it when the server does not play along.

use polecat::tmux::{Command, HUB, Request, TmuxError};

use crate::support::eventually_equal;
use crate::support::tmux::TmuxServer;

fn show(format: &str) -> Request {
    Request::new(vec![Command::new("display-message").args(["-p", format])])
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_come_one_for_each_command() {
    let server = TmuxServer::new();
    let tmux = server.client();
    let one = |text: &str| Command::new("display-message").args(["-p", text]);
    let replies = tmux.run(Request::new(vec![one("a"), one(""), one("b")])).await.unwrap();
    let texts: Vec<_> = replies.iter().map(polecat::tmux::Reply::text).collect();
    assert_eq!(texts, ["a", "", "b"]);
    assert_eq!(server.run(&["list-sessions", "-F", "#S"]), format!("first\n{HUB}"));
    tmux.close().await;
    eventually_equal("first".to_owned(), async || server.run(&["list-sessions", "-F", "#S"])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_never_starts_a_server() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    assert!(matches!(tmux.run(show("x")).await, Err(TmuxError::NoServer { .. })));
    assert_eq!(tmux.panes(&[]).await.unwrap(), []);
    tmux.capabilities().await.unwrap();
    assert!(server.processes().is_empty());
    assert!(!server.socket().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_we_start_is_reached_through_the_hub() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let request = Request::new(vec![
        Command::new("display-message").args(["-p", "#{session_name} #{history-limit}"]),
    ]);
    let replies = tmux.run(request.starting_server()).await.unwrap();
    assert_eq!(replies[0].text(), format!("{HUB} 20000"));
    tmux.close().await;
    eventually_equal(0, async || server.processes().len()).await;
}
