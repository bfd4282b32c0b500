//! Waiting for others who are about to do what tmux does not bear at the same time.

use std::fs::{self, File};

use polecat::tmux::Capture;
use rustix::fs::{FlockOperation, flock};
use tokio::task::JoinSet;

use crate::support::tmux::TmuxServer;

/// As many as a busy editor asks in a second, and more than other threads here.
const CALLS: usize = 60;

fn threads() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("Threads:")).unwrap();
    line.trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_lock_in_vain_goes_on_and_keeps_no_thread() {
    let server = TmuxServer::new();
    let tmux = server.client();
    let panes = tmux.panes(&[]).await.unwrap();
    let pane = panes.iter().find(|pane| pane.session_name == "first").unwrap().pane_id;
    let held = File::open(server.folder()).unwrap();
    flock(&held, FlockOperation::LockExclusive).unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..CALLS {
        let tmux = tmux.clone();
        calls.spawn(async move { tmux.capture(pane, Capture::screen()).await.map(drop) });
    }
    for answer in calls.join_all().await {
        answer.unwrap();
    }
    let threads = threads();
    drop(held);
    assert!(threads < CALLS, "{threads} threads are left");
}
