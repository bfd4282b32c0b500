//! The hub: there while we are, and no longer, and never in anyone's way.

use std::{fs::Permissions, os::unix::fs::PermissionsExt};

use polecat::tmux::{Command, HUB, NewSession, Request, Tmux};

use crate::support::tmux::{TmuxServer, tmux_program};
use crate::support::{eventually, eventually_equal};
use crate::transports::{sessions, show, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_we_start_is_reached_through_the_hub() {
    let server = TmuxServer::absent();
    let tmux = server.client();
    let replies =
        tmux.run(show("#{session_name} #{history-limit}").starting_server()).await.unwrap();
    assert_eq!(replies[0].text(), format!("{HUB} 20000"));
    tmux.close().await;
    eventually_equal(0, async || server.processes().len()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_lives_until_the_last_of_those_who_share_it_goes() {
    let server = TmuxServer::new();
    let (one, two) = (server.client(), server.client());
    let clients = async || server.run(&["list-clients", "-F", "#{session_name}"]);
    // Who gets no connection at once is answered without one.
    eventually_equal([HUB; 2].join("\n"), async || {
        one.panes(&[]).await.unwrap();
        two.panes(&[]).await.unwrap();
        clients().await
    })
    .await;
    one.close().await;
    eventually_equal(HUB, clients).await;
    assert_eq!(text(&two, "still here").await.unwrap(), "still here");
    two.close().await;
    eventually_equal("first", async || sessions(&server)).await;
    assert_eq!(server.run(&["list-sessions", "-F", "#{session_attached}"]), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_left_connects_no_more_and_is_answered_all_the_same() {
    let server = TmuxServer::new();
    let before = settled(&server).await.len();
    let tmux = server.client();
    tmux.panes(&[]).await.unwrap();
    tmux.close().await;
    assert_eq!(text(&tmux, "late").await.unwrap(), "late");
    assert_eq!(server.run(&["list-clients"]), "");
    eventually_equal(before, async || server.processes().len()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_never_crashes_the_server() {
    let server = TmuxServer::new();
    let pid = server.pid();
    for _ in 0..30 {
        let tmux = server.client();
        tmux.panes(&[]).await.unwrap();
        let replies = (0..20).map(|_| {
            let tmux = tmux.clone();
            tokio::spawn(
                async move { tmux.run(Request::new(vec![Command::new("list-keys")])).await },
            )
        });
        let replies: Vec<_> = replies.collect();
        // Another tmux command that ends while our client is on its way out.
        let ((), noise) = tokio::join!(tmux.close(), async { server.try_run(&["list-sessions"]) });
        noise.unwrap();
        drop(replies);
    }
    assert_eq!(server.pid(), pid);
}

#[tokio::test(flavor = "multi_thread")]
async fn backends_killed_at_once_leave_neither_hub_nor_process() {
    let server = TmuxServer::new();
    let pid = server.pid();
    let before = settled(&server).await.len();
    for _ in 0..5 {
        let mut backends: Vec<_> = (0..3).map(|_| backend(&server)).collect();
        eventually("their clients in the hub", async || {
            let clients = server.run(&["list-clients", "-F", "#{session_name}"]);
            if clients == [HUB; 3].join("\n") { Ok(()) } else { Err(clients) }
        })
        .await;
        eventually("their first answers", async || {
            let missing = backends.iter().find(|one| !answered(server.folder(), one.id()).exists());
            missing.map_or(Ok(()), |one| Err(one.id()))
        })
        .await;
        for backend in &mut backends {
            backend.kill().unwrap();
        }
        for mut backend in backends {
            backend.wait().unwrap();
        }
        eventually("only what was there before", async || match server.processes() {
            left if left.len() == before => Ok(()),
            left => Err(describe(&left)),
        })
        .await;
        assert_eq!(sessions(&server), "first");
    }
    assert_eq!(server.pid(), pid);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_of_the_hub_runs_our_own_program_and_says_so_in_few_words() {
    let server = TmuxServer::new();
    let tmux = server.client();
    tmux.panes(&[]).await.unwrap();
    let pane = server.run(&["list-panes", "-t", HUB, "-F", "#{pane_pid}"]).parse().unwrap();
    // Before it is tmux itself, forked.
    let words = eventually("the program", async || {
        let line = describe(&[rustix::process::Pid::from_raw(pane).unwrap()]);
        let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        if words.get(1).is_some_and(|word| word == "hold") { Ok(words) } else { Err(line) }
    })
    .await;
    assert_eq!(words[0], env!("CARGO_BIN_EXE_polecat-nvim"));
    assert!(words.len() == 3 && words[2].starts_with("/proc/"), "{words:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_a_killed_backend_started_outlives_the_hubs_of_others() {
    let (started, other) = (TmuxServer::absent(), TmuxServer::new());
    let mut first = backend(&started);
    ready(&started, &first).await;
    started.run(&["new-session", "-d", "-s", "agent", "exec cat"]);
    let pid = started.pid();
    let mut second = backend(&other);
    ready(&other, &second).await;
    for backend in [&mut first, &mut second] {
        backend.kill().unwrap();
        backend.wait().unwrap();
    }
    eventually_equal("first", async || sessions(&other)).await;
    eventually_equal("agent", async || sessions(&started)).await;
    assert_eq!(started.pid(), pid);
}

/// What a user's configuration may have tmux do whenever a session or a client comes.
pub(crate) const HOOKS: [(&str, &str); 5] = [
    ("after-new-session", "split-window"),
    ("after-new-session", "split-window -b"),
    ("after-new-session", "new-window ; new-window"),
    ("session-created", "split-window"),
    ("client-attached", "new-window"),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_ends_with_what_hooks_of_the_users_have_opened_in_it() {
    for (hook, what) in HOOKS {
        let server = TmuxServer::new();
        let pid = server.pid();
        let before = settled(&server).await.len();
        server.run(&["set-hook", "-g", hook, what]);
        let only_before = async || match server.processes() {
            left if left.len() == before => Ok(()),
            left => Err(format!("{hook}: {}", describe(&left))),
        };
        let in_hub = async || {
            // A new hub, or one that was there: who joins it finds its program among the panes.
            let clients = server.run(&["list-clients", "-F", "#{session_name}"]);
            let panes = server.try_run(&["list-panes", "-s", "-t", HUB]).unwrap_or_default();
            let both = clients == [HUB; 2].join("\n") && panes.lines().count() > 1;
            if both { Ok(()) } else { Err(format!("{hook}: {clients:?} {panes:?}")) }
        };
        let (one, two) = (server.client(), server.client());
        eventually("both in a hub with other panes", async || {
            one.panes(&[]).await.unwrap();
            two.panes(&[]).await.unwrap();
            in_hub().await
        })
        .await;
        one.close().await;
        two.close().await;
        eventually("only what was there before", only_before).await;
        let mut backends: Vec<_> = (0..2).map(|_| backend(&server)).collect();
        eventually("their first answers", async || {
            let missing = backends.iter().find(|one| !answered(server.folder(), one.id()).exists());
            missing.map_or(Ok(()), |one| Err(one.id()))
        })
        .await;
        eventually("both in a hub with other panes", in_hub).await;
        for backend in &mut backends {
            backend.kill().unwrap();
            backend.wait().unwrap();
        }
        eventually("only what was there before", only_before).await;
        assert_eq!((sessions(&server).as_str(), server.pid()), ("first", pid), "{hook}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_killed_while_its_client_begins_leaves_nothing() {
    let (absent, running) = (TmuxServer::absent(), TmuxServer::new());
    let running_before = settled(&running).await.len();
    let version = running.run(&["display-message", "-p", "#{version}"]);
    if !["3.2", "3.3"].iter().any(|old| version.starts_with(old)) {
        return eprintln!(
            "skipped: tmux {version} may run nothing of such a client, see lifeline.rs"
        );
    }
    for (server, before) in [(absent, 0), (running, running_before)] {
        let script = format!(
            "#!/bin/sh\ncase \" $* \" in *' -C '*) kill -KILL $PPID ;; esac\nexec {} \"$@\"\n",
            tmux_program()
        );
        let deadly = server.folder().join("deadly");
        std::fs::write(&deadly, script).unwrap();
        std::fs::set_permissions(&deadly, Permissions::from_mode(0o755)).unwrap();
        assert!(!backend(&server).wait().unwrap().success());
        eventually("only what was there before", async || match server.processes() {
            left if left.len() == before => Ok(()),
            left => Err(describe(&left)),
        })
        .await;
    }
}

/// The processes of a new server: it and its `cat`, which may still be on its way.
async fn settled(server: &TmuxServer) -> Vec<rustix::process::Pid> {
    eventually("the server and its `cat`", async || match server.processes() {
        both if both.len() == 2 => Ok(both),
        seen => Err(describe(&seen)),
    })
    .await
}

fn describe(processes: &[rustix::process::Pid]) -> String {
    let line = |pid: &rustix::process::Pid| {
        let line = std::fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero()));
        String::from_utf8_lossy(&line.unwrap_or_default()).replace('\0', " ")
    };
    processes.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Waits until a backend had an answer.
async fn ready(server: &TmuxServer, backend: &std::process::Child) {
    eventually("its first answer", async || {
        if answered(server.folder(), backend.id()).exists() { Ok(()) } else { Err("none") }
    })
    .await;
}

/// The file that tells that a backend had an answer.
fn answered(folder: &std::path::Path, backend: u32) -> std::path::PathBuf {
    folder.join(format!("answered-{backend}"))
}

/// This test program once more, as a backend that does nothing but ask.
#[expect(clippy::disallowed_methods, reason = "the program is this test itself")]
fn backend(server: &TmuxServer) -> std::process::Child {
    std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "hub::asks_until_it_is_killed", "--ignored"])
        .env("POLECAT_TEST_FOLDER", server.folder())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by another test"]
async fn asks_until_it_is_killed() {
    let Some(folder) = std::env::var_os("POLECAT_TEST_FOLDER") else { return };
    let server = TmuxServer::of_another_process(folder.into());
    let mut address = server.address();
    let deadly = server.folder().join("deadly");
    if deadly.exists() {
        address.command = deadly.to_str().unwrap().to_owned();
    }
    let tmux = Tmux::new(address, server.launch());
    let keys = Request::new(vec![Command::new("list-keys")]).starting_server();
    let ask = async || tmux.run(keys.clone()).await;
    ask().await.unwrap();
    std::fs::write(answered(server.folder(), std::process::id()), "").unwrap();
    while ask().await.is_ok() {}
    eprintln!("backend ended by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_leave_no_process_behind() {
    let server = TmuxServer::new();
    let before = settled(&server).await;
    let tmux = server.client();
    tmux.create_session(&NewSession::new("s", "/", vec!["cat".into()])).await.unwrap();
    let ours: Vec<_> = server.processes().into_iter().filter(|pid| !before.contains(pid)).collect();
    assert!(ours.len() >= 2, "{ours:?}");
    server.run(&["kill-session", "-t", "=s"]);
    drop(tmux);
    eventually_equal(0, async || {
        let here = |pid: &&rustix::process::Pid| {
            std::path::Path::new(&format!("/proc/{}", pid.as_raw_nonzero())).exists()
        };
        ours.iter().filter(here).count()
    })
    .await;
}
