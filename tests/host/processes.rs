//! Ending processes, on real ones: Python scripts that lead a session as a pane's process does.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use polecat::host::launch;
use polecat::host::processes::{Signal, Tree, end_orphans, end_tree};

use super::fixtures::{Ends, Sandbox, eventually, runs, session_of};

/// Begins each script: a session of its own, and helpers. `say()` reports the processes.
const PRELUDE: &str = r"
import os, signal, subprocess, sys, time
os.setsid()
deaf = [signal.SIGHUP, signal.SIGINT, signal.SIGTERM]
def ignore():
    for s in deaf: signal.signal(s, signal.SIG_IGN)
def fork(then):
    pid = os.fork()
    if pid == 0:
        then(); os._exit(0)
    return pid
def forever():
    while True: time.sleep(600)
def say(*pids):
    print(*pids, flush=True)
";

/// A script and the processes it said it has; what is left of them ends with the value.
struct Actor {
    child: Child,
    pids: Vec<u32>,
    _sandbox: Sandbox,
    dir: PathBuf,
}

impl Actor {
    fn start(script: &str) -> Self {
        let sandbox = Sandbox::new();
        let dir = sandbox.path(".");
        let mut child = (sandbox.launch)(OsStr::new("python3"))
            .args(["-c", &format!("{PRELUDE}{script}")])
            .current_dir(&dir)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let pids = line.split_whitespace().map(|pid| pid.parse().unwrap()).collect();
        Self { child, pids, _sandbox: sandbox, dir }
    }

    fn root(&self) -> u32 {
        self.child.id()
    }

    fn running(&self) -> Vec<u32> {
        std::iter::once(self.root()).chain(self.pids.iter().copied()).filter(|&p| runs(p)).collect()
    }

    fn kill(&self, signal: &str) {
        let kill = format!("kill -{signal} {}", self.root());
        launch::local()(OsStr::new("sh")).args(["-c", &kill]).status().unwrap();
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        let late = session_of(self.root());
        for pid in self.running().into_iter().chain(late) {
            drop(Ends(pid));
        }
        let _ = self.child.wait();
    }
}

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn processes_that_ignore_every_polite_signal_are_ended_with_all_their_children() {
    let actor = Actor::start(
        r"
ignore()
r, w = os.pipe()
def child():
    os.write(w, b'%d\n' % fork(forever)); forever()
pid = fork(child)
say(pid, os.read(r, 99).decode().strip())
forever()
",
    );
    assert_eq!(actor.running().len(), 3);
    end_tree(actor.root(), SHORT).await.unwrap();
    assert_eq!(actor.running(), [0_u32; 0]);
}

#[tokio::test]
async fn an_agent_that_cleans_up_gets_the_time_and_no_more_than_it_needs() {
    let actor = Actor::start(
        r"
def stop(*_):
    open('cleaned', 'w').write('yes'); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
say()
forever()
",
    );
    let begun = Instant::now();
    end_tree(actor.root(), LONG).await.unwrap();
    assert!(begun.elapsed() < LONG / 4, "{:?}", begun.elapsed());
    assert_eq!(actor.running(), [0_u32; 0]);
    assert_eq!(fs::read_to_string(actor.dir.join("cleaned")).unwrap(), "yes");
}

#[tokio::test]
async fn an_agent_that_was_stopped_still_gets_to_clean_up() {
    let actor = Actor::start(
        r"
def stop(*_):
    open('cleaned', 'w').write('yes'); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
say()
forever()
",
    );
    actor.kill("STOP");
    end_tree(actor.root(), LONG).await.unwrap();
    assert!(actor.dir.join("cleaned").exists());
}

#[tokio::test]
async fn a_child_whose_parent_has_ended_is_found_in_the_session() {
    let actor = Actor::start(
        r"
r, w = os.pipe()
def child():
    ignore(); os.write(w, b'%d\n' % fork(forever))
os.waitpid(fork(child), 0)
say(os.read(r, 99).decode().strip())
forever()
",
    );
    assert_eq!(actor.running().len(), 2);
    end_tree(actor.root(), SHORT).await.unwrap();
    assert_eq!(actor.running(), [0_u32; 0]);
}

#[tokio::test]
async fn a_child_in_a_session_of_its_own_is_ended_though_its_parent_ends_first() {
    let actor = Actor::start(
        r"
r, w = os.pipe()
def child():
    ignore(); os.setsid(); os.write(w, b'x'); forever()
pid = fork(child)
os.read(r, 1)
say(pid)
forever()
",
    );
    end_tree(actor.root(), SHORT).await.unwrap();
    assert_eq!(actor.running(), [0_u32; 0]);
}

#[tokio::test]
async fn what_is_started_in_answer_to_the_signal_is_ended_too() {
    let actor = Actor::start(
        r"
def child():
    ignore(); open('late', 'w').write('%d\n' % os.getpid()); forever()
def stop(*_):
    fork(child)
    while not os.path.exists('late') or not open('late').read().endswith('\n'): pass
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
say()
forever()
",
    );
    end_tree(actor.root(), LONG).await.unwrap();
    let late: u32 = fs::read_to_string(actor.dir.join("late")).unwrap().trim().parse().unwrap();
    assert!(!runs(late));
    assert_eq!(actor.running(), [0_u32; 0]);
}

#[tokio::test]
async fn what_a_dead_agent_left_behind_is_ended_and_a_stranger_with_its_id_is_not() {
    let mut actor = Actor::start(
        r"
def child():
    ignore(); forever()
say(fork(child))
os._exit(3)
",
    );
    // Reaped, as tmux does: only the session's id is left of it.
    actor.child.wait().unwrap();
    assert_eq!(actor.running(), actor.pids);
    end_orphans(actor.root(), SHORT).await.unwrap();
    assert_eq!(actor.running(), [0_u32; 0]);

    let stranger = Actor::start("say(fork(forever))\nforever()");
    end_orphans(stranger.root(), SHORT).await.unwrap();
    assert_eq!(stranger.running().len(), 2, "it lives, so it is not what is dead");
}

#[tokio::test]
async fn no_other_session_is_touched() {
    let (one, two) = (Actor::start("say()\nforever()"), Actor::start("say()\nforever()"));
    end_tree(one.root(), SHORT).await.unwrap();
    assert_eq!(two.running(), [two.root()]);
    assert_eq!(one.running(), [0_u32; 0]);
}

#[tokio::test]
async fn ending_what_is_gone_is_a_success() {
    let mut actor = Actor::start("say()");
    actor.child.wait().unwrap();
    end_tree(actor.root(), LONG).await.unwrap();
    end_orphans(actor.root(), LONG).await.unwrap();
    end_tree(0, LONG).await.unwrap();
    end_tree(1, SHORT).await.unwrap();
}

#[tokio::test]
async fn a_signal_is_sent_to_the_tree_and_its_end_can_be_waited_for() {
    let actor = Actor::start("signal.signal(signal.SIGINT, signal.SIG_DFL)\nsay()\nforever()");
    let tree = Tree::of(actor.root()).await.unwrap();
    assert_eq!(tree.alive().len(), 1);
    assert!(!tree.ended(Duration::from_millis(50)).await);
    tree.signal(Signal::INT);
    assert!(tree.ended(LONG).await);
    assert_eq!(tree.alive(), []);
    // A second time: nothing there, nothing happens.
    tree.signal(Signal::KILL);
    eventually(Vec::<u32>::new(), || actor.running()).await;
}
