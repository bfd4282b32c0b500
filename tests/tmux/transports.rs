//! Both ways a request travels, and what becomes of it when the server does not play along.

use std::time::{Duration, Instant};

use polecat::tmux::{Command, HUB, Notification, Reply, Request, Tmux, TmuxError};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::tmux::TmuxServer;
use crate::support::{eventually, eventually_equal};

pub(crate) fn show(format: &str) -> Request {
    Request::new(vec![Command::new("display-message").args(["-p", format])])
}

pub(crate) async fn text(tmux: &Tmux, format: &str) -> Result<String, TmuxError> {
    Ok(tmux.run(show(format)).await?[0].text())
}

pub(crate) fn sessions(server: &TmuxServer) -> String {
    server.run(&["list-sessions", "-F", "#S"])
}

/// A client whose requests travel through the hub, or that gets no connection, so that each
/// travels by itself.
fn client(server: &TmuxServer, spawning: bool) -> Tmux {
    if spawning {
        server.run(&["set-option", "-g", "window-size", "manual"]);
    }
    server.client()
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_come_one_for_each_command() {
    let server = TmuxServer::new();
    let one = |text: &str| Command::new("display-message").args(["-p", text]);
    for (spawning, all) in [(false, format!("first\n{HUB}")), (true, "first".to_owned())] {
        let tmux = client(&server, spawning);
        let replies = tmux.run(Request::new(vec![one("a"), one(""), one("b")])).await.unwrap();
        assert_eq!(replies.iter().map(Reply::text).collect::<Vec<_>>(), ["a", "", "b"]);
        assert_eq!(sessions(&server), all);
        tmux.close().await;
        eventually_equal("first", async || sessions(&server)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_bytes_arrive_as_they_were_given() {
    let server = TmuxServer::new();
    let all: Vec<u8> = (1..=255).collect();
    let long = b"x".repeat(20_000);
    let hostile: &[&[u8]] = &[
        b"",
        b"a\nkill-server\nb",
        b"'\"\\",
        b"$(touch x)`touch y`$HOME",
        b"#{pid}#(touch z)",
        b"~",
        b"~root",
        b"x;",
        b";",
        b"x\\;",
        b"\\;",
        b"\\",
        b"-x",
        b"--",
        b" a  b ",
        b"{ }",
        b"%if 1",
        b"#c",
        b"\xff\xfe",
        &all,
        &long,
    ];
    let version = server.run(&["display-message", "-p", "#{version}"]);
    let escapes_bytes = ["3.4", "3.5"].iter().any(|old| version.starts_with(old));
    for spawning in [false, true] {
        let tmux = client(&server, spawning);
        for text in hostile {
            let path = server.folder().join("out");
            let requests = [
                Command::new("set-option").args(["-s", "@x"]).arg(text),
                Command::new("set-environment").args(["-g", "--", "X"]).arg(text),
                Command::new("display-message").args(["-p", "#{@x}"]),
                Command::new("show-environment").args(["-g", "X"]),
                Command::new("set-buffer").args(["-b", "x", "--"]).arg([b"=", *text].concat()),
                Command::new("save-buffer")
                    .args(["-b", "x"])
                    .arg(path.as_os_str().as_encoded_bytes()),
            ];
            let replies = tmux.run(Request::new(requests.to_vec())).await.unwrap();
            if !escapes_bytes || text.is_ascii() {
                assert_eq!(replies[2].bytes(), [text, &b"\n"[..]].concat());
                assert_eq!(replies[3].bytes(), [b"X=", *text, b"\n"].concat());
            }
            assert_eq!(std::fs::read(&path).unwrap(), [b"=", *text].concat());
        }
        let error = tmux.run(show("a\0b")).await.unwrap_err();
        assert!(matches!(error, TmuxError::BadArgument { .. }), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_what_and_why_on_both_ways() {
    let server = TmuxServer::new();
    for spawning in [false, true] {
        let tmux = client(&server, spawning);
        let good = Command::new("display-message").args(["-p", "good"]);
        let bad = Command::new("kill-session").args(["-t", "=none"]);
        for long in ["", &"x".repeat(20_000)] {
            let note = Command::new("display-message").args(["-p", long]);
            let request = Request::new(vec![note, good.clone(), bad.clone(), good.clone()]);
            let error = tmux.run(request).await.unwrap_err();
            assert!(error.is_missing_target(), "{error}");
            assert_eq!(
                error.to_string(),
                "tmux refused `kill-session -t =none`: can't find session: none"
            );
            let TmuxError::Refused { done, .. } = error else { unreachable!() };
            assert_eq!(done[1].text(), "good");
        }
        let branch = Command::choose("", "1", &[good.clone(), bad.clone()], &[]).unwrap();
        let error = tmux.run(Request::new(vec![good.clone(), branch])).await.unwrap_err();
        assert!(error.is_missing_target(), "{error}");
        let TmuxError::Refused { done, .. } = error else { unreachable!() };
        assert_eq!(done.last().unwrap().text(), "good");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_never_starts_a_server() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    for left_behind in [false, true] {
        if left_behind {
            // What a killed server leaves.
            drop(std::os::unix::net::UnixListener::bind(server.socket()).unwrap());
        }
        assert!(matches!(text(&tmux, "x").await, Err(TmuxError::NoServer { .. })));
        assert_eq!(tmux.panes(&[]).await.unwrap(), []);
        tmux.capabilities().await.unwrap();
        assert!(server.processes().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_program_is_named() {
    let server = TmuxServer::new();
    let mut address = server.address();
    address.command = "no-such-tmux".to_owned();
    let error = Tmux::new(address, server.launch()).panes(&[]).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no program `no-such-tmux`");
}

#[tokio::test(flavor = "multi_thread")]
async fn pending_calls_are_answered_when_the_server_dies() {
    let server = TmuxServer::new();
    let tmux = server.client();
    let mut notices = tmux.notifications();
    for round in 0..3 {
        eventually("a connection", async || match text(&tmux, "#{session_name}").await {
            Ok(session) if session == HUB => Ok(()),
            other => Err(format!("{round}: {other:?}")),
        })
        .await;
        let forever = Request::new(vec![Command::new("wait-for").arg("never")]);
        let calls: Vec<_> = (0..3)
            .map(|_| {
                let (tmux, forever) = (tmux.clone(), forever.clone());
                tokio::spawn(async move { tmux.run(forever).await })
            })
            .collect();
        let begin = Instant::now();
        kill_process(server.pid(), Signal::KILL).unwrap();
        for call in calls {
            let error = call.await.unwrap().unwrap_err();
            assert!(error.is_no_server(), "{error}");
        }
        // It is not their patience that ended, which is 5 s.
        assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
        while notices.recv().await.unwrap() != Notification::Lost {}
        eventually("no panes", async || match tmux.panes(&[]).await {
            Ok(panes) if panes.is_empty() => Ok(()),
            other => Err(format!("{other:?}")),
        })
        .await;
        server.run(&["new-session", "-d", "-s", "first", "cat"]);
    }
}

/// Asks until there is no server any more.
async fn ask_to_the_end(tmux: Tmux) -> Result<(), TmuxError> {
    while !tmux.panes(&[]).await?.is_empty() || tmux.server().await?.is_some() {}
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_while_the_server_dies_sees_what_was_there_or_nothing() {
    for round in 0..80 {
        let server = TmuxServer::new();
        let tmux = client(&server, round % 2 == 0);
        tmux.panes(&[]).await.unwrap();
        let clients = [tmux.clone(), tmux, server.client()];
        let looks = clients.map(|client| tokio::spawn(ask_to_the_end(client)));
        // The latter is what `kill-server` does: tmux ends its sessions first, and says goodbye.
        let signal = if round % 4 < 2 { Signal::KILL } else { Signal::TERM };
        kill_process(server.pid(), signal).unwrap();
        for look in looks {
            look.await.unwrap().unwrap_or_else(|error| panic!("{round}: {error}"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_somebody_ends_is_not_taken_for_its_server() {
    for (spawning, signal) in [(false, Signal::KILL), (true, Signal::KILL), (true, Signal::TERM)] {
        let server = TmuxServer::new();
        let tmux = client(&server, spawning);
        let here = if spawning { "first" } else { HUB };
        eventually_equal(here, async || text(&tmux, "#{session_name}").await.unwrap()).await;
        let forever = Request::new(vec![Command::new("wait-for").arg("never")]);
        let waits = tokio::spawn({
            let tmux = tmux.clone();
            async move { tmux.run(forever).await }
        });
        let client = eventually("who waits", async || who_waits(&server, spawning)).await;
        kill_process(client, signal).unwrap();
        let error = waits.await.unwrap().unwrap_err();
        assert!(matches!(error, TmuxError::ConnectionLost { .. }), "{error}");
        assert_eq!(tmux.panes(&[]).await.unwrap().len(), 1);
    }
}

/// Our client that waits: the one in the hub, or a process of its own.
fn who_waits(server: &TmuxServer, spawning: bool) -> Result<Pid, String> {
    if spawning {
        let waits = |pid: &Pid| {
            let file = format!("/proc/{}/cmdline", pid.as_raw_nonzero());
            std::fs::read_to_string(file).is_ok_and(|line| line.contains("\0wait-for\0"))
        };
        return server.processes().into_iter().find(waits).ok_or("no process".to_owned());
    }
    let log = server.run(&["show-messages"]);
    let client = server.run(&["list-clients", "-F", "#{client_pid}"]);
    let pid = client.parse().ok().and_then(Pid::from_raw);
    pid.filter(|_| log.contains("command: wait-for never")).ok_or(log)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_server_is_waited_for_so_long_and_no_longer() {
    let server = TmuxServer::new();
    let pid = server.pid();
    let connected = server.client();
    connected.panes(&[]).await.unwrap();
    let new = server.client();
    kill_process(pid, Signal::STOP).unwrap();
    for tmux in [&connected, &new] {
        let begin = Instant::now();
        let error = tmux.run(show("x").timeout(Duration::from_millis(300))).await.unwrap_err();
        assert!(matches!(error, TmuxError::NoAnswer { .. }), "{error}");
        // Connecting alone would be tried for 3 s.
        assert!(begin.elapsed() < Duration::from_millis(2_500), "{:?}", begin.elapsed());
    }
    kill_process(pid, Signal::CONT).unwrap();
    for tmux in [&connected, &new] {
        assert_eq!(text(tmux, "#{pid}").await.unwrap(), pid.as_raw_nonzero().to_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_give_up_leave_the_answers_of_others_in_place() {
    let server = TmuxServer::new();
    let tmux = server.client();
    let calls: Vec<_> = (0..400_u64)
        .map(|count| {
            let tmux = tmux.clone();
            let patience =
                if count % 3 == 0 { Duration::from_micros(count) } else { Duration::from_secs(60) };
            tokio::spawn(async move {
                (count, tmux.run(show(&count.to_string()).timeout(patience)).await)
            })
        })
        .collect();
    for call in calls {
        match call.await.unwrap() {
            (count, Ok(replies)) => assert_eq!(replies[0].text(), count.to_string()),
            (count, Err(TmuxError::NoAnswer { .. })) => assert_eq!(count % 3, 0),
            (_, Err(error)) => panic!("{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_all_kinds_get_their_own_answers() {
    let server = TmuxServer::new();
    let tmux = server.client();
    // A hook's answer, and that of an error's, is nobody's.
    server.run(&["set-hook", "-g", "after-display-message", "list-sessions"]);
    server.run(&["set-hook", "-g", "after-list-panes", "kill-session -t =none"]);
    let calls: Vec<_> = (0..300)
        .map(|count: u32| {
            let (tmux, said) = (tmux.clone(), count.to_string());
            let say = Command::new("display-message").args(["-p", &said]);
            let absent = Command::new("list-panes").args(["-t", "=none:"]);
            let (commands, expected) = match count % 5 {
                0 => (vec![say], Some(vec![said])),
                1 => (vec![absent], None),
                2 => (vec![say, absent], None),
                3 => (
                    vec![Command::choose("", "1", &[say.clone(), say], &[]).unwrap()],
                    Some(vec![format!("{said}\n{said}")]),
                ),
                _ => (
                    vec![Command::new("wait-for").args(["-S", "x"]), say],
                    Some(vec![String::new(), said]),
                ),
            };
            tokio::spawn(async move {
                let replies = tmux.run(Request::new(commands)).await.ok();
                let texts = replies.map(|all| all.iter().map(Reply::text).collect::<Vec<_>>());
                assert_eq!(texts, expected, "{count}");
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guard_like_rows_are_part_of_a_reply() {
    let server = TmuxServer::new();
    let tmux = server.client();
    let rows = "%end 1 2 1\n%begin 1 2 1\n%error 3 4 0\n%exit";
    server.run(&["set-option", "-s", "@x", rows]);
    assert_eq!(text(&tmux, "#{@x}").await.unwrap(), rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_come_and_go_are_told() {
    let server = TmuxServer::new();
    let tmux = server.client();
    tmux.panes(&[]).await.unwrap();
    let mut notices = tmux.notifications();
    server.run(&["new-session", "-d", "-s", "other", "cat"]);
    while notices.recv().await.unwrap() != Notification::SessionsChanged {}
    server.run(&["kill-session", "-t", "=other"]);
    while notices.recv().await.unwrap() != Notification::SessionsChanged {}
}
