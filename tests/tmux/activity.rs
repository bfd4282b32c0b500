//! Word of output, pushed.

use std::time::Duration;

use polecat::tmux::{Capture, Guard, NewPane, NewSession, Notification, Tmux};
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;

use crate::support::tmux::TmuxServer;
use crate::support::{eventually, eventually_equal, pause};

/// How long word of something may take on a machine that does much else.
const ACTIVITY_TIMEOUT: Duration = Duration::from_secs(30);

/// A session that prints what is typed, and has printed all that it prints by itself.
async fn echoing(tmux: &Tmux, name: &str) -> NewPane {
    let argv = ["sh", "-c", "stty -echo; printf 'ready\\n'; exec cat -u"].map(Into::into).to_vec();
    let made = tmux.create_session(&NewSession::new(name, "/tmp", argv)).await.unwrap();
    shows(tmux, made, "ready").await;
    eventually("`cat`", async || {
        let command = tmux.command_of(made.pane_id).await.unwrap();
        if command == "cat" { Ok(()) } else { Err(command) }
    })
    .await;
    made
}

/// Waits until the last line reads so.
async fn shows(tmux: &Tmux, pane: NewPane, text: &str) {
    eventually(text, async || {
        let seen = tmux.capture(pane.pane_id, Capture::last(1)).await.unwrap().text;
        let seen = String::from_utf8_lossy(&seen).trim_end().to_owned();
        if seen == text { Ok(()) } else { Err(seen) }
    })
    .await;
}

/// Has a session print a line of its own, and waits until it is there.
async fn print(tmux: &Tmux, pane: NewPane, text: &str) {
    tmux.paste(pane.pane_id, format!("{text}\n").as_bytes(), &Guard::none(), &[]).await.unwrap();
    shows(tmux, pane, text).await;
}

/// Hears what is told, and knows by a second session, whose word comes last, what is not: the
/// server takes one thing after the other.
struct Ear {
    tmux: Tmux,
    notices: Receiver<Notification>,
    last: NewPane,
}

impl Ear {
    async fn new(tmux: &Tmux) -> Self {
        let last = echoing(tmux, "last").await;
        tmux.arm_activity(last.session_id, last.pane_id).await.unwrap();
        Self { tmux: tmux.clone(), notices: tmux.notifications(), last }
    }

    /// Waits until the session is told to have printed, and tells how often another one was.
    async fn hears(&mut self, made: NewPane) -> usize {
        let mut others = 0;
        loop {
            match timeout(ACTIVITY_TIMEOUT, self.notices.recv())
                .await
                .expect("word of output")
                .unwrap()
            {
                Notification::Activity(session) if session == made.session_id => return others,
                Notification::Activity(_) => others += 1,
                _ => {}
            }
        }
    }

    /// How often a session that prints no more was told to have printed since the last time.
    async fn hears_more(&mut self) -> usize {
        self.tmux.rearm_activity(self.last.session_id).await.unwrap();
        self.tmux.paste(self.last.pane_id, b"x\n", &Guard::none(), &[]).await.unwrap();
        self.hears(self.last).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn output_is_told_once_until_it_is_armed_again() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let made = echoing(&tmux, "agent").await;
    let mut ear = Ear::new(&tmux).await;
    tmux.arm_activity(made.session_id, made.pane_id).await.unwrap();
    for round in 0..3 {
        tmux.rearm_activity(made.session_id).await.unwrap();
        print(&tmux, made, &format!("one {round}")).await;
        ear.hears(made).await;
        print(&tmux, made, &format!("two {round}")).await;
        assert_eq!(ear.hears_more().await, 0);
    }
    tmux.disarm_activity(made.session_id, made.pane_id).await.unwrap();
    tmux.rearm_activity(made.session_id).await.unwrap();
    print(&tmux, made, "three").await;
    assert_eq!(ear.hears_more().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn output_is_told_to_whoever_arms_after_somebody_else_was_told() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let made = echoing(&tmux, "agent").await;
    let mut ear = Ear::new(&tmux).await;
    for message in ["one", "two"] {
        tmux.arm_activity(made.session_id, made.pane_id).await.unwrap();
        print(&tmux, made, message).await;
        ear.hears(made).await;
        tmux.disarm_activity(made.session_id, made.pane_id).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_got_lost_is_armed_again() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let made = echoing(&tmux, "agent").await;
    let mut ear = Ear::new(&tmux).await;
    tmux.arm_activity(made.session_id, made.pane_id).await.unwrap();
    // Somebody else who listened to it does so no more.
    tmux.disarm_activity(made.session_id, made.pane_id).await.unwrap();
    tmux.keep_armed(made.session_id, made.pane_id).await.unwrap();
    print(&tmux, made, "one").await;
    ear.hears(made).await;

    tmux.rearm_activity(made.session_id).await.unwrap();
    // What it says now nobody can hear, and it does not say it twice.
    server.run(&["rename-session", "-t", "=polecat-hub:", "elsewhere"]);
    print(&tmux, made, "two").await;
    server.run(&["rename-session", "-t", "=elsewhere:", "polecat-hub"]);
    print(&tmux, made, "three").await;
    assert_eq!(ear.hears_more().await, 0);
    tmux.keep_armed(made.session_id, made.pane_id).await.unwrap();
    print(&tmux, made, "four").await;
    ear.hears(made).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_told_no_more_often_than_it_is_armed() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let argv = ["sh", "-c", "i=0; while :; do i=$((i+1)); echo $i; done"].map(Into::into).to_vec();
    let made = tmux.create_session(&NewSession::new("agent", "/tmp", argv)).await.unwrap();
    let mut notices = tmux.notifications();
    tmux.arm_activity(made.session_id, made.pane_id).await.unwrap();
    let is_told = async |notices: &mut Receiver<Notification>| {
        while notices.recv().await.unwrap() != Notification::Activity(made.session_id) {}
    };
    let mut more = 0;
    for _ in 0..5 {
        tmux.rearm_activity(made.session_id).await.unwrap();
        timeout(ACTIVITY_TIMEOUT, is_told(&mut notices)).await.expect("word of the flood");
        let begin = printed(&tmux, made).await;
        eventually("much more of it", async || match printed(&tmux, made).await {
            now if now > begin + 1_000 => Ok(()),
            now => Err(now),
        })
        .await;
        while let Ok(notice) = notices.try_recv() {
            more += usize::from(notice == Notification::Activity(made.session_id));
        }
    }
    // What was told of the output between arming and arming again.
    assert!(more <= 1, "told {more} times more than it was armed");
}

/// The number of the last whole line.
async fn printed(tmux: &Tmux, pane: NewPane) -> u64 {
    let seen = tmux.capture(pane.pane_id, Capture::last(2)).await.unwrap().text;
    let first = String::from_utf8_lossy(&seen).lines().next().map(str::to_owned);
    first.and_then(|line| line.parse().ok()).unwrap_or(0)
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
        tokio::spawn(async move {
            writer.paste(made.pane_id, format!("{typed}\n").as_bytes(), &Guard::none(), &[]).await
        });
        let seen = async {
            loop {
                tmux.rearm_activity(made.session_id).await.unwrap();
                let screen = tmux.capture(made.pane_id, Capture::last(1)).await.unwrap();
                if String::from_utf8_lossy(&screen.text).trim_end().ends_with(&text) {
                    return;
                }
                while notices.recv().await.unwrap() != Notification::Activity(made.session_id) {}
            }
        };
        timeout(ACTIVITY_TIMEOUT, seen).await.expect(&text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_attaches_is_not_rung_at() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let made = echoing(&tmux, "agent").await;
    tmux.arm_activity(made.session_id, made.pane_id).await.unwrap();
    let person = Person::attached(&server, "agent").await;
    for round in 0..20 {
        tmux.rearm_activity(made.session_id).await.unwrap();
        tmux.keep_armed(made.session_id, made.pane_id).await.unwrap();
        print(&tmux, made, &format!("line {round}")).await;
    }
    // The bell that tells of a line may come behind it, but not behind the next one.
    print(&tmux, made, "the end").await;
    let bells = person.bells_until("the end").await;
    assert!(bells <= 1, "{bells} bells, of which the first line has one");
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
    // The hub may take a moment to go.
    eventually_equal("agent\nfirst", async || {
        server.run(&["list-panes", "-a", "-F", "#{pane_mode}#{session_name}"])
    })
    .await;
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

    /// How many bells the terminal was sent until it was sent this text.
    async fn bells_until(&self, text: &str) -> usize {
        eventually(text, async || {
            let sent = std::fs::read(&self.typescript).unwrap_or_default();
            let sent = String::from_utf8_lossy(&sent).into_owned();
            let bells = sent.matches('\u{7}').count();
            if sent.contains(text) { Ok(bells) } else { Err(sent) }
        })
        .await
    }

    async fn sees(&self, text: &str) {
        eventually(text, async || {
            let screen = self.terminal.run(&["capture-pane", "-p"]);
            if screen.contains(text) { Ok(()) } else { Err(screen) }
        })
        .await;
    }
}
