//! Sessions, created and looked at.

use polecat::tmux::NewSession;

use crate::support::tmux::TmuxServer;

#[tokio::test(flavor = "multi_thread")]
async fn a_created_session_is_listed() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let mut spec = NewSession::new("gt-a-b", "/tmp", vec!["cat".into(), "-u".into()]);
    spec.options.push(("@polecat".to_owned(), "toast".to_owned()));
    let made = tmux.create_session(&spec).await.unwrap();
    let panes = tmux.panes(&["@polecat", "@none"]).await.unwrap();
    assert_eq!(panes.len(), 1, "{panes:?}");
    assert_eq!((panes[0].pane_id, panes[0].session_id), (made.pane_id, made.session_id));
    assert_eq!(panes[0].options, ["toast", ""]);
    assert_eq!((panes[0].width, panes[0].height), (200, 50));
    let again = tmux.create_session(&spec).await.unwrap_err();
    assert!(again.is_duplicate_session(), "{again}");
    tmux.kill_session(made.session_id).await.unwrap();
    tmux.kill_session(made.session_id).await.unwrap();
    assert_eq!(tmux.panes(&[]).await.unwrap(), []);
}
