//! Text and keys into panes.

use std::path::PathBuf;

use polecat::tmux::{Guard, NewPane, NewSession, Pressed, Tmux, TmuxError};

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
    let texts: [&[u8]; 8] = [
        b"x;",
        b";",
        b"-x",
        b"a\nb\r\n",
        b"$(touch x) #{pid} ~ '\"\\",
        &all,
        &big,
        "é❯".as_bytes(),
    ];
    for text in texts {
        tmux.paste(recorder.pane.pane_id, text, &Guard::none(), &[]).await.unwrap();
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
    tmux.paste(recorder.pane.pane_id, b"one\ntwo\x1b[201~rm -rf", &Guard::none(), &[])
        .await
        .unwrap();
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
            tokio::spawn(async move {
                tmux.paste(recorder.pane.pane_id, &block(count), &Guard::none(), &[]).await
            })
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
        let _ = tmux.paste(made.pane_id, b"text", &Guard::none(), &[]).await;
        eventually("a refusal", async || {
            match tmux.paste(made.pane_id, b"text", &Guard::none(), &[]).await {
                Err(TmuxError::PaneDead { pane }) if pane == made.pane_id => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })
        .await;
        let error = tmux.press(made.pane_id, &["Enter"], &Guard::none(), &[]).await.unwrap_err();
        assert!(matches!(error, TmuxError::PaneDead { .. }), "{error}");
        tmux.kill_session(made.session_id).await.unwrap();
        let error = tmux.paste(made.pane_id, b"text", &Guard::none(), &[]).await.unwrap_err();
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
    tmux.paste(recorder.pane.pane_id, b"text", &Guard::none(), &[]).await.unwrap();
    recorder.received(b"text").await;
    tmux.press(recorder.pane.pane_id, &["Enter", "C-c", "x", ";", "Escape"], &Guard::none(), &[])
        .await
        .unwrap();
    recorder.received(b"text\r\x03x;\x1b").await;
    eventually_equal("0", async || {
        server.run(&["display-message", "-p", "-t", "=s:", "#{pane_in_mode}"])
    })
    .await;
    let error =
        tmux.press(recorder.pane.pane_id, &["hello"], &Guard::none(), &[]).await.unwrap_err();
    assert!(matches!(error, TmuxError::BadArgument { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_mode_a_person_has_open_keeps_nothing_back_and_gets_no_key() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let recorder = Recorder::start(&server, &tmux, "s", "").await;
    let pane = recorder.pane.pane_id;
    server.run(&["set-buffer", "a person's own"]);
    let mut expected = Vec::new();
    for mode in ["choose-tree", "choose-buffer", "clock-mode", "customize-mode", "copy-mode"] {
        for step in ["paste", "press"] {
            server.run(&[mode, "-t", "=s:"]);
            if step == "paste" {
                tmux.paste(pane, b"text", &Guard::none(), &[]).await.unwrap().unwrap();
                expected.extend_from_slice(b"text");
            } else {
                let pressed = tmux.press(pane, &["Enter"], &Guard::none(), &[]).await.unwrap();
                assert_eq!(pressed, Pressed::Yes, "{mode}");
                expected.extend_from_slice(b"\r");
            }
            recorder.received(&expected).await;
        }
    }
    assert_eq!(server.run(&["list-buffers", "-F", "#{buffer_sample}"]), "a person's own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_pressed_only_while_the_pane_shows_what_was_seen() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let recorder = Recorder::start(&server, &tmux, "s", "hello, #{you} 100%%").await;
    let pane = recorder.pane.pane_id;
    let screen = tmux.screen(pane, "@none").await.unwrap();
    let text = String::from_utf8(screen.captured.text.clone()).unwrap();
    let rows: Vec<String> = text.lines().map(str::to_owned).collect();
    let guard = Guard::of(&screen, &rows, &[0]);
    let press = async || tmux.press(pane, &["Enter"], &guard, &[]).await.unwrap();
    assert_eq!(press().await, Pressed::Yes);
    // Where a row holds other words, the cursor is elsewhere or the title is another.
    let moved = Guard::of(&screen, &["other words".to_owned()], &[0]);
    assert_eq!(tmux.press(pane, &["x"], &moved, &[]).await.unwrap(), Pressed::Changed);
    assert_eq!(tmux.paste(pane, b"text", &moved, &[]).await.unwrap().map(drop), None);
    let tty = screen.terminal.clone();
    std::fs::write(&tty, "\x1b]2;asks, or} so\x1b\\").unwrap();
    eventually_equal(Pressed::Changed, press).await;
    let titled = tmux.screen(pane, "@none").await.unwrap();
    let guard = Guard::of(&titled, &rows, &[0]);
    assert_eq!(tmux.press(pane, &["Enter"], &guard, &[]).await.unwrap(), Pressed::Yes);
    std::fs::write(&tty, "more").unwrap();
    eventually_equal(Pressed::Changed, async || {
        tmux.press(pane, &["x"], &guard, &[]).await.unwrap()
    })
    .await;
    // What came before the second key has arrived when that has.
    let received = eventually("both keys", async || {
        let received = std::fs::read_to_string(&recorder.file).unwrap();
        if received.matches('\r').count() > 1 { Ok(received) } else { Err(received) }
    })
    .await;
    assert!(received.starts_with('\r') && !received.contains("text"), "{received:?}");
    assert_eq!(server.run(&["list-buffers"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_reach_other_panes_too_is_not_pressed() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let recorder = Recorder::start(&server, &tmux, "s", "").await;
    let pane = recorder.pane.pane_id;
    server.run(&["set-option", "-w", "-t", "=s:", "synchronize-panes", "on"]);
    let press = async || tmux.press(pane, &["x"], &Guard::none(), &[]).await.unwrap();
    assert_eq!(press().await, Pressed::Yes, "it is alone");
    server.run(&["split-window", "-d", "-t", "=s:", "cat"]);
    assert_eq!(press().await, Pressed::Changed);
    assert!(tmux.screen(pane, "@none").await.unwrap().synchronized);
    recorder.received(b"x").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spinner_that_has_stopped_and_the_beginning_of_an_odd_title_are_told() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let recorder = Recorder::start(&server, &tmux, "s", "hello").await;
    let pane = recorder.pane.pane_id;
    let tty = tmux.screen(pane, "@none").await.unwrap().terminal.clone();
    let draw = |title: &str, row: &str| {
        std::fs::write(&tty, format!("\x1b]2;{title}\x1b\\\x1b[2J\x1b[H{row}")).unwrap();
    };
    let rows = [" ⠸ word0 word1".to_owned()];
    draw("⠇ 50% done", &rows[0]);
    let guard = eventually("what was drawn", async || {
        let screen = tmux.screen(pane, "@none").await.unwrap();
        let guard = Guard::of(&screen, &rows, &[0]);
        let pressed = tmux.press(pane, &["x"], &guard, &[]).await.unwrap();
        let drawn = screen.title.starts_with('⠇') && pressed == Pressed::Yes;
        if drawn { Ok(guard) } else { Err(screen.title) }
    })
    .await;
    let pressed = async || tmux.press(pane, &["x"], &guard, &[]).await.unwrap();
    for (title, row) in [("⠇ 50% done", " * word0 word1"), ("✳ 50% done", &rows[0])] {
        draw(title, row);
        eventually_equal(Pressed::Changed, pressed).await;
        draw("⠇ 50% more", &rows[0]);
        eventually_equal(Pressed::Yes, pressed).await;
    }
}
