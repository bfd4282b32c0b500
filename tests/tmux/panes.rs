//! Looking at all panes at once.

use polecat::tmux::{Capture, NewSession, Pane, Tmux, TmuxError};

use crate::support::eventually;
use crate::support::tmux::TmuxServer;

async fn pane(tmux: &Tmux, session: &str, options: &[&str]) -> Pane {
    let panes = tmux.panes(options).await.unwrap();
    panes.into_iter().find(|pane| pane.session_name == session).expect(session)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_titles_and_options_hold_never_looks_like_another_row() {
    let server = TmuxServer::new();
    let tmux = server.client();
    server.run(&["new-session", "-d", "-s", "second", "cat"]);
    // These versions print so what is no text, and nothing tells it from text that reads so.
    let version = tmux.capabilities().await.unwrap().version;
    let escapes = ["3.4", "3.5"].iter().any(|escaping| version.starts_with(escaping));
    let hostile =
        ["a\tb\nc", "\n%0\t$0", "#{pid}", "", "\u{85}é\u{1b}[0m", "#[fg=red]", "a|b,c}", "$HOME"];
    for text in hostile {
        server.run(&["set-option", "-t", "=first:", "@x", text]);
        server.run(&["select-pane", "-t", "=first:", "-T", text]);
        let first = pane(&tmux, "first", &["@y", "@x"]).await;
        let expected = if escapes { text.replace('\u{1b}', "\\033") } else { text.to_owned() };
        assert_eq!(first.options, ["", &expected]);
        assert_eq!(pane(&tmux, "second", &["@x"]).await.options, [""]);
    }
    let error = tmux.panes(&["@x}#{pid"]).await.unwrap_err();
    assert!(matches!(error, TmuxError::BadArgument { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_program_ended_is_known_even_where_tmux_missed_it() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    for count in 0..20 {
        let argv = ["sh", "-c", "exit 7"].map(Into::into).to_vec();
        let spec = NewSession::new(format!("s{count}"), "/tmp", argv);
        tmux.create_session(&spec).await.unwrap();
    }
    let tells_signals = tmux.capabilities().await.unwrap().remain_on_exit_format;
    let argv = ["sh", "-c", "kill -9 $$"].map(Into::into).to_vec();
    tmux.create_session(&NewSession::new("killed", "/tmp", argv)).await.unwrap();
    eventually("every status", async || {
        tmux.reap().await.unwrap();
        let panes = tmux.panes(&[]).await.unwrap();
        let how = |pane: &Pane| pane.dead.map(|death| (death.status, death.signal));
        let killed = panes.iter().filter(|pane| how(pane) == Some((None, Some(9)))).count();
        let exited = panes.iter().filter(|pane| how(pane) == Some((Some(7), None))).count();
        if (exited, killed) == (20, usize::from(tells_signals)) {
            Ok(())
        } else {
            Err(format!("{exited} and {killed}"))
        }
    })
    .await;
    let modes = server.run(&["list-panes", "-a", "-F", "#{pane_in_mode}"]);
    assert!(!modes.contains('1'), "{modes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_does_not_count_as_being_attached() {
    let server = TmuxServer::new();
    let tmux = server.client();
    let before = server.run(&["list-sessions", "-F", "#{session_attached} #{session_activity}"]);
    let first = pane(&tmux, "first", &[]).await;
    assert_eq!((first.attached, first.windows, first.dead), (0, 1, None));
    let format = "#{session_attached} #{session_activity}";
    assert_eq!(server.run(&["list-sessions", "-f", "#{==:#S,first}", "-F", format]), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_session_has_no_panes() {
    let server = TmuxServer::new();
    // So that the hub is none.
    server.run(&["set-option", "-g", "window-size", "manual"]);
    server.run(&["set-option", "-s", "exit-empty", "off"]);
    let tmux = server.client();
    let first = pane(&tmux, "first", &[]).await;
    server.run(&["kill-session", "-t", "=first"]);
    assert_eq!(tmux.panes(&[]).await.unwrap(), []);
    assert_eq!(tmux.panes_of("first", &[]).await.unwrap(), []);
    let error = tmux.capture(first.pane_id, Capture::last(1)).await.unwrap_err();
    assert!(error.is_missing_target(), "{error}");
    tmux.kill_pane(first.pane_id).await.unwrap();
    assert!(tmux.server().await.unwrap().is_some());
}
