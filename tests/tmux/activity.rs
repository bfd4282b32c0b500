//! Word of output, pushed.

use std::time::Duration;

use polecat::tmux::{NewPane, NewSession, Notification, Tmux};
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;

use crate::support::tmux::TmuxServer;
use crate::support::{eventually, pause};

async fn echoing(tmux: &Tmux, name: &str) -> NewPane {
    let argv = ["sh", "-c", "stty -echo; printf ready; exec cat -u"].map(Into::into).to_vec();
    let made = tmux.create_session(&NewSession::new(name, "/tmp", argv)).await.unwrap();
    eventually("ready", async || {
        let command = tmux.command_of(made.pane_id).await.unwrap();
        if command == "cat" { Ok(()) } else { Err(command) }
    })
    .await;
    made
}

/// How many times the session is told to have printed, until it is quiet for a while.
async fn told(notices: &mut Receiver<Notification>, made: NewPane) -> usize {
    let mut count = 0;
    while let Ok(notice) = timeout(Duration::from_millis(300), notices.recv()).await {
        count += usize::from(notice.unwrap() == Notification::Activity(made.session_id));
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn output_is_told_once_until_it_is_armed_again() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let made = echoing(&tmux, "agent").await;
    tmux.arm_activity(made.session_id, made.pane_id).await.unwrap();
    let mut notices = tmux.notifications();
    tmux.rearm_activity(made.session_id).await.unwrap();
    told(&mut notices, made).await;
    for _ in 0..3 {
        tmux.rearm_activity(made.session_id).await.unwrap();
        tmux.paste(made.pane_id, b"one\n").await.unwrap();
        assert_eq!(told(&mut notices, made).await, 1);
        tmux.paste(made.pane_id, b"two\n").await.unwrap();
        assert_eq!(told(&mut notices, made).await, 0);
    }
    tmux.disarm_activity(made.session_id, made.pane_id).await.unwrap();
    tmux.rearm_activity(made.session_id).await.unwrap();
    tmux.paste(made.pane_id, b"three\n").await.unwrap();
    assert_eq!(told(&mut notices, made).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn output_is_told_to_whoever_arms_after_somebody_else_was_told() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let made = echoing(&tmux, "agent").await;
    let mut notices = tmux.notifications();
    for message in [b"one\n", b"two\n"] {
        tmux.arm_activity(made.session_id, made.pane_id).await.unwrap();
        tmux.paste(made.pane_id, message).await.unwrap();
        assert!(told(&mut notices, made).await > 0, "{message:?}");
        tmux.disarm_activity(made.session_id, made.pane_id).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_told_no_more_often_than_it_is_armed() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let argv = ["sh", "-c", "while :; do echo flood; done"].map(Into::into).to_vec();
    let made = tmux.create_session(&NewSession::new("agent", "/tmp", argv)).await.unwrap();
    let mut notices = tmux.notifications();
    tmux.arm_activity(made.session_id, made.pane_id).await.unwrap();
    let armed = 5;
    let mut count = 0;
    for _ in 0..armed {
        tmux.rearm_activity(made.session_id).await.unwrap();
        count += told(&mut notices, made).await;
    }
    assert!((1..=armed + 1).contains(&count), "told {count} times");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_output_between_arming_and_looking_is_missed() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let made = echoing(&tmux, "agent").await;
    tmux.arm_activity(made.session_id, made.pane_id).await.unwrap();
    let mut notices = tmux.notifications();
    for round in 0..100 {
        let text = format!("line {round}");
        let typed = text.clone();
        let writer = tmux.clone();
        tokio::spawn(
            async move { writer.paste(made.pane_id, format!("{typed}\n").as_bytes()).await },
        );
        let seen = async {
            loop {
                tmux.rearm_activity(made.session_id).await.unwrap();
                let screen =
                    tmux.capture(made.pane_id, polecat::tmux::Capture::last(1)).await.unwrap();
                if String::from_utf8_lossy(&screen.text).trim_end().ends_with(&text) {
                    return;
                }
                while notices.recv().await.unwrap() != Notification::Activity(made.session_id) {}
            }
        };
        timeout(Duration::from_secs(10), seen).await.expect(&text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_attaches_is_not_rung_at() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let made = echoing(&tmux, "agent").await;
    tmux.arm_activity(made.session_id, made.pane_id).await.unwrap();
    let person = Person::attached(&server, "agent").await;
    tmux.rearm_activity(made.session_id).await.unwrap();
    tmux.paste(made.pane_id, b"first\n").await.unwrap();
    pause(Duration::from_millis(200)).await;
    let before = person.bells();
    for _ in 0..20 {
        tmux.rearm_activity(made.session_id).await.unwrap();
        tmux.paste(made.pane_id, b"more\n").await.unwrap();
        pause(Duration::from_millis(10)).await;
    }
    person.sees("more").await;
    assert_eq!(person.bells() - before, 0);
    assert!(before <= 1, "{before} bells at the start");
}

#[tokio::test(flavor = "multi_thread")]
async fn output_after_the_hub_is_gone_leaves_nothing_behind() {
    let server = TmuxServer::new();
    let tmux = server.client();
    let made = echoing(&tmux, "agent").await;
    tmux.arm_activity(made.session_id, made.pane_id).await.unwrap();
    tmux.close().await;
    for _ in 0..3 {
        server.run(&["kill-session", "-C", "-t", "=agent"]);
        server.run(&["send-keys", "-t", "=agent:", "x", "Enter"]);
        pause(Duration::from_millis(50)).await;
    }
    let person = Person::attached(&server, "agent").await;
    person.sees("x").await;
    let modes = server.run(&["list-panes", "-a", "-F", "#{pane_mode}#{session_name}"]);
    assert_eq!(modes, "agent\nfirst");
}

/// A person at a terminal: a tmux of their own in which `tmux attach` runs.
struct Person {
    terminal: TmuxServer,
    typescript: std::path::PathBuf,
}

impl Person {
    async fn attached(server: &TmuxServer, session: &str) -> Self {
        let terminal = TmuxServer::absent();
        let typescript = terminal.folder().join("typescript");
        let attach = format!(
            "env -u TMUX {} -S {} attach -t ={session}",
            crate::support::tmux::tmux_program(),
            server.socket().display()
        );
        terminal.run(&["new-session", "-d", "-x", "80", "-y", "24", &attach]);
        let copy = format!("cat > {}", typescript.display());
        terminal.run(&["pipe-pane", "-O", &copy]);
        let person = Self { terminal, typescript };
        eventually("an attached client", async || {
            let clients = server.run(&["list-clients", "-t", &format!("={session}")]);
            if clients.is_empty() { Err("none") } else { Ok(()) }
        })
        .await;
        person
    }

    /// How many bells the terminal was sent.
    fn bells(&self) -> usize {
        let text = std::fs::read(&self.typescript).unwrap_or_default();
        text.split(|&byte| byte == 7).count() - 1
    }

    async fn sees(&self, text: &str) {
        eventually(text, async || {
            let screen = self.terminal.run(&["capture-pane", "-p"]);
            if screen.contains(text) { Ok(()) } else { Err(screen) }
        })
        .await;
    }
}
