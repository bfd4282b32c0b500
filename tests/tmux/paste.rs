//! Text and keys into panes.

use std::path::PathBuf;

use polecat::tmux::{NewPane, NewSession, Tmux, TmuxError};

use crate::support::tmux::TmuxServer;
use crate::support::{eventually, eventually_equal};

/// A program that writes exactly what it receives to a file.
struct Recorder {
    pane: NewPane,
    file: PathBuf,
}

impl Recorder {
    async fn start(server: &TmuxServer, tmux: &Tmux, name: &str, greeting: &str) -> Self {
        let file = server.folder().join(name);
        let script =
            format!("stty raw -echo; printf '{greeting}\\033]2;ready\\033\\\\'; exec cat > \"$0\"");
        let argv = vec!["/bin/sh".into(), "-c".into(), script.into(), file.clone().into()];
        let pane = tmux.create_session(&NewSession::new(name, "/", argv)).await.unwrap();
        eventually("its title", async || {
            let panes = tmux.panes(&[]).await.unwrap();
            let seen = panes.into_iter().find(|seen| seen.pane_id == pane.pane_id).unwrap();
            let command = tmux.command_of(pane.pane_id).await.unwrap();
            if (&seen.drawn.title[..], &command[..]) == ("ready", "cat") {
                Ok(())
            } else {
                Err(seen.drawn.title)
            }
        })
        .await;
        Self { pane, file }
    }

    /// Waits until as many bytes have come as are expected, and compares.
    async fn received(&self, expected: &[u8]) {
        let len = expected.len();
        let seen = eventually(&format!("{len} bytes"), async || {
            let seen = std::fs::read(&self.file).unwrap();
            if seen.len() >= len { Ok(seen) } else { Err(seen.len()) }
        })
        .await;
        assert!(seen == expected, "{:?}", String::from_utf8_lossy(&seen[..seen.len().min(200)]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_bytes_are_pasted_once_as_they_are() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let recorder = Recorder::start(&server, &tmux, "s", "").await;
    let all: Vec<u8> = (0..=255).collect();
    let big: Vec<u8> =
        (0..1_u32 << 20).map(|count| (count.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut expected = Vec::new();
    let texts: [&[u8]; 9] = [
        b"x;",
        b";",
        b"-x",
        b"a\nb\r\n",
        b"$(touch x) #{pid} ~ '\"\\",
        &all,
        b"",
        &big,
        "é❯".as_bytes(),
    ];
    for text in texts {
        tmux.paste(recorder.pane.pane_id, text).await.unwrap();
        expected.extend_from_slice(text);
        recorder.received(&expected).await;
    }
    assert_eq!(server.run(&["list-buffers"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_asks_for_it_gets_one_bracketed_paste() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let recorder = Recorder::start(&server, &tmux, "s", "\\033[?2004h").await;
    tmux.paste(recorder.pane.pane_id, b"one\ntwo\x1b[201~rm -rf").await.unwrap();
    recorder.received(b"\x1b[200~one\ntworm -rf\x1b[201~").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pastes_of_several_senders_never_mix() {
    let server = TmuxServer::absent();
    let recorder = Recorder::start(&server, &server.client(), "s", "").await;
    let clients = [server.client(), server.client()];
    let block = |count: usize| vec![b'a' + u8::try_from(count).unwrap(); 20_000];
    let tasks: Vec<_> = (0..20)
        .map(|count| {
            let tmux = clients[count % 2].clone();
            tokio::spawn(async move { tmux.paste(recorder.pane.pane_id, &block(count)).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let seen = eventually("all", async || {
        let seen = std::fs::read(&recorder.file).unwrap();
        if seen.len() == 400_000 { Ok(seen) } else { Err(seen.len()) }
    })
    .await;
    let mut blocks: Vec<&[u8]> = seen.chunks(20_000).collect();
    blocks.sort_unstable();
    assert!(blocks.iter().enumerate().all(|(count, seen)| **seen == block(count)));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_ever_sent_to_a_dead_pane() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let argv = vec!["/bin/true".into()];
    tmux.create_session(&NewSession::new("hold", "/", vec!["cat".into()])).await.unwrap();
    let pid = server.pid();
    for count in 0..30 {
        // Around the very moment of its end.
        let made = tmux
            .create_session(&NewSession::new(format!("s{count}"), "/", argv.clone()))
            .await
            .unwrap();
        let _ = tmux.paste(made.pane_id, b"text").await;
        eventually("a refusal", async || match tmux.paste(made.pane_id, b"text").await {
            Err(TmuxError::PaneDead { pane }) if pane == made.pane_id => Ok(()),
            other => Err(format!("{other:?}")),
        })
        .await;
        let error = tmux.press(made.pane_id, &["Enter"]).await.unwrap_err();
        assert!(matches!(error, TmuxError::PaneDead { .. }), "{error}");
        tmux.kill_session(made.session_id).await.unwrap();
        let error = tmux.paste(made.pane_id, b"text").await.unwrap_err();
        assert!(error.is_missing_target(), "{error}");
    }
    assert_eq!(server.run(&["list-buffers"]), "");
    assert_eq!(server.pid(), pid);
}

#[tokio::test(flavor = "multi_thread")]
async fn copy_mode_keeps_nothing_back() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let recorder = Recorder::start(&server, &tmux, "s", "").await;
    server.run(&["copy-mode", "-t", "=s:"]);
    tmux.paste(recorder.pane.pane_id, b"text").await.unwrap();
    recorder.received(b"text").await;
    tmux.press(recorder.pane.pane_id, &["Enter", "C-c", "x", ";", "Escape"]).await.unwrap();
    recorder.received(b"text\r\x03x;\x1b").await;
    eventually_equal("0", async || {
        server.run(&["display-message", "-p", "-t", "=s:", "#{pane_in_mode}"])
    })
    .await;
    let error = tmux.press(recorder.pane.pane_id, &["hello"]).await.unwrap_err();
    assert!(matches!(error, TmuxError::BadArgument { .. }), "{error}");
}
