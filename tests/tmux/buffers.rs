//! Buffers, through which what panes show comes to us: none is made while a client connects, and
//! none is left, whoever is killed.

use std::fs::File;
use std::process::Child;

use polecat::tmux::{Capture, HUB, Mirror, PaneId, Tmux};
use rustix::fs::{FlockOperation, flock};
use tokio::task::JoinSet;

use crate::support::tmux::TmuxServer;
use crate::support::{eventually, eventually_equal};

/// So many backends are killed, each while it captures.
const KILLS: usize = 12;
/// How many captures each has under way.
const AT_ONCE: usize = 12;

async fn first(tmux: &Tmux) -> PaneId {
    let panes = tmux.panes(&[]).await.unwrap();
    panes.iter().find(|pane| pane.session_name == "first").unwrap().pane_id
}

fn buffers(server: &TmuxServer) -> String {
    server.run(&["list-buffers", "-F", "#{buffer_name}"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_makes_no_buffer_while_a_client_connects() {
    let server = TmuxServer::new();
    let tmux = server.client();
    let pane = first(&tmux).await;
    let connecting = File::open(server.folder()).unwrap();
    flock(&connecting, FlockOperation::LockExclusive).unwrap();
    let mut mirror = Mirror::new(tmux.clone(), pane, 10);
    let look = tokio::spawn(async move { mirror.look().await.map(|update| update.is_some()) });
    for _ in 0..5 {
        tmux.panes(&[]).await.unwrap();
    }
    assert!(!look.is_finished(), "it made a buffer");
    drop(connecting);
    assert!(look.await.unwrap().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn backends_killed_while_they_capture_leave_no_buffer() {
    let server = TmuxServer::new();
    for round in 0..KILLS {
        kill_while_it_captures(&server, &format!("alone-{round}")).await;
        // Only the program in the hub is left.
        eventually_equal(0, async || clients(&server)).await;
        eventually_equal(String::new(), async || buffers(&server)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_living_backend_deletes_what_a_killed_one_left_and_keeps_its_own() {
    let server = TmuxServer::new();
    let tmux = server.client();
    let pane = first(&tmux).await;
    let captures = tokio::spawn({
        let tmux = tmux.clone();
        async move {
            loop {
                tmux.capture(pane, Capture::last(2_000)).await.unwrap();
                tokio::task::yield_now().await;
            }
        }
    });
    for round in 0..KILLS {
        kill_while_it_captures(&server, &format!("beside-{round}")).await;
    }
    assert!(!captures.is_finished(), "a buffer of a living one was deleted");
    captures.abort();
    drop(captures.await);
    // tmux holds on to a client that it has something to tell, until another one comes.
    let next = server.client();
    next.panes(&[]).await.unwrap();
    eventually_equal(2, async || clients(&server)).await;
    eventually_equal(String::new(), async || buffers(&server)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_backend_deletes_what_a_killed_one_left() {
    let server = TmuxServer::new();
    let living = server.client();
    let pane = first(&living).await;
    living.capture(pane, Capture::screen()).await.unwrap();
    living.close().await;
    kill_while_it_captures(&server, "dead").await;
    eventually_equal(String::new(), async || buffers(&server)).await;
    // As it leaves one when nothing ends the hub.
    let name = std::fs::read_to_string(server.folder().join("dead")).unwrap();
    server.run(&["set-buffer", "-b", &name, "what an agent printed"]);
    server.run(&["set-buffer", "-b", "polecat-mine", "what a person copied"]);
    let next = server.client();
    next.panes(&[]).await.unwrap();
    eventually_equal("polecat-mine".to_owned(), async || buffers(&server)).await;
}

/// Kills a backend while it captures.
async fn kill_while_it_captures(server: &TmuxServer, name: &str) {
    let mut backend = backend(server, name);
    eventually("its first captures", async || {
        if server.folder().join(name).exists() { Ok(()) } else { Err("none") }
    })
    .await;
    backend.kill().unwrap();
    backend.wait().unwrap();
}

fn clients(server: &TmuxServer) -> usize {
    let clients = server.run(&["list-clients", "-F", "#{session_name}"]);
    clients.lines().filter(|session| *session == HUB).count()
}

/// This test program once more, as a backend that does nothing but capture.
#[expect(clippy::disallowed_methods, reason = "the program is this test itself")]
fn backend(server: &TmuxServer, name: &str) -> Child {
    std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "buffers::captures_until_it_is_killed", "--ignored"])
        .env("POLECAT_TEST_FOLDER", server.folder())
        .env("POLECAT_TEST_NAME", name)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by another test"]
async fn captures_until_it_is_killed() {
    let (Some(folder), Some(name)) =
        (std::env::var_os("POLECAT_TEST_FOLDER"), std::env::var_os("POLECAT_TEST_NAME"))
    else {
        return;
    };
    let server = TmuxServer::of_another_process(folder.into());
    let tmux = server.client();
    let pane = first(&tmux).await;
    let mut captures = JoinSet::new();
    for _ in 0..AT_ONCE {
        let tmux = tmux.clone();
        captures.spawn(async move {
            while tmux.capture(pane, Capture::last(2_000).with_colours()).await.is_ok() {}
        });
    }
    let seen = eventually("a buffer", async || match buffers(&server).lines().next() {
        Some(buffer) => Ok(buffer.to_owned()),
        None => Err("none"),
    })
    .await;
    std::fs::write(server.folder().join(name), seen).unwrap();
    captures.join_all().await;
}
