//! Text out of panes and into them.

use polecat::tmux::{Capture, NewSession, TmuxError};

use crate::support::eventually;
use crate::support::tmux::TmuxServer;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pasted_is_captured() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let argv = vec!["sh".into(), "-c".into(), "stty -echo; exec cat -u".into()];
    let made = tmux.create_session(&NewSession::new("s", "/tmp", argv)).await.unwrap();
    eventually("cat", async || {
        let panes = tmux.panes(&[]).await.unwrap();
        if panes[0].command == "cat" { Ok(()) } else { Err(panes[0].command.clone()) }
    })
    .await;
    tmux.paste(made.pane_id, b"  one\n\ntwo\n").await.unwrap();
    tmux.press(made.pane_id, &["x", "Enter"]).await.unwrap();
    eventually("the lines", async || {
        let captured = tmux.capture(made.pane_id, Capture::last(4)).await.unwrap();
        let text = String::from_utf8(captured.text).unwrap();
        if text == "  one\n\ntwo\nx\n" { Ok(()) } else { Err(text) }
    })
    .await;
    server.run(&["send-keys", "-t", "=s:", "C-d"]);
    eventually("its death", async || match tmux.paste(made.pane_id, b"y").await {
        Err(TmuxError::PaneDead { .. }) => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
}
