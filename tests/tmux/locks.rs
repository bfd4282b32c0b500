//! Waiting for others who are about to do what tmux does not bear at the same time.

use std::fs::{self, File};

use polecat::tmux::Capture;
use rustix::fs::{FlockOperation, flock};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::support::tmux::TmuxServer;

/// As many as a busy editor asks in a second, and more than other threads of the runtime.
const CALLS: usize = 60;

/// Of the threads of the runtime, whose names they have: other tests have threads too.
const NAME: &str = "waits-for-locks";

fn threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
    // One may just end.
    let names = tasks.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.trim_end() == NAME).count()
}

#[test]
fn who_waits_for_a_lock_in_vain_goes_on_and_keeps_no_thread() {
    let mut runtime = Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).thread_name(NAME).enable_all().build().unwrap();
    runtime.block_on(async {
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
        assert!((2..CALLS).contains(&threads), "{threads} threads are left");
    });
}
