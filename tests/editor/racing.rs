//! Starts that meet others, lose their backend or fail at any point: a healthy session or none,
//! and the next start works.

mod removed;

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};
use tokio::{runtime::Handle, task::JoinHandle};

use crate::{
    framed::expect_ended,
    rig::{Shop, agent},
    support::{editor::Editor, eventually, pause, processes, tmux::tmux_program},
};

/// The pid of what runs in each session of ours.
fn agents(shop: &Shop) -> Vec<u32> {
    let listed = shop.tmux.try_run(&["list-panes", "-a", "-F", "#S #{pane_pid}"]);
    let listed = listed.unwrap_or_default();
    let ours = listed.lines().filter_map(|line| line.strip_prefix("gt-shop-"));
    ours.filter_map(|line| line.split_once(' ')?.1.parse().ok()).collect()
}

pub(crate) fn backend(editor: &Editor) -> Option<Pid> {
    let is_backend = |pid: &u32| {
        let command = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        command.starts_with("polecat")
    };
    let pid = editor.processes().into_iter().find(is_backend)?;
    Pid::from_raw(pid.cast_signed())
}

/// A part of a test on a thread of its own: parts that wait for long wait at the same time.
pub(crate) fn beside<T: Send + 'static, F: Future<Output = T>>(
    part: impl FnOnce() -> F + Send + 'static,
) -> JoinHandle<T> {
    let handle = Handle::current();
    tokio::task::spawn_blocking(move || handle.block_on(part()))
}

/// The time from the prompt to the answer, printed.
fn told(name: &str, mut times: Vec<Duration>) {
    times.sort();
    eprintln!("{name}: median {:?}, worst {:?}", times[times.len() / 2], times[times.len() - 1]);
}

/// Numbers that look like chance, the same every time.
fn delays(count: u64, below: u64) -> impl Iterator<Item = u64> {
    (1..=count)
        .map(move |round| round.wrapping_mul(6_364_136_223_846_793_005) >> 33)
        .map(move |n| n % below)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_editors_that_start_the_same_polecat_one_wins() {
    let shop = Shop::new().await;
    let second = Editor::start(&shop.tmux, shop.project.path()).await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    for _ in 0..5 {
        let options = json!({ "cmd": agent("prompts --delay 100"), "agent": "prompts" });
        let one = shop.editor.ask("start", json!(["ash", options])).await;
        let other = second.ask("start", json!(["ash", options])).await;
        let (one, other) = tokio::join!(one, other);
        let refused = match (one, other) {
            (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
            both => panic!("not one of two: {both:?}"),
        };
        assert_eq!(refused.code, "session_running", "{refused:?}");
        assert_eq!(agents(&shop).len(), 1);
        second.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    }
}

/// Kills the backend in the middle of starts, so many milliseconds after each began.
async fn killed_in_the_middle(delays: impl Iterator<Item = u64>) {
    let shop = Shop::new().await;
    shop.editor.call("list", json!([])).await.unwrap();
    for (round, delay) in delays.enumerate() {
        let polecat = format!("p{round}");
        let options =
            json!({ "new": true, "cmd": agent("prompts --delay 100"), "agent": "prompts" });
        let started = shop.editor.ask("start", json!([polecat, options])).await;
        pause(Duration::from_millis(delay)).await;
        if let Some(backend) = backend(&shop.editor) {
            // It may have ended by itself.
            kill_process(backend, Signal::KILL).ok();
        }
        drop(started.await);
        // What it began goes on, git above all, until it is done; then all is as if it never was,
        // or there is a healthy session.
        let again = eventually(&format!("a start after {delay} ms"), async || {
            let args = json!([polecat, options]);
            match shop.editor.call("start", args).await {
                Ok(info) => Ok(info),
                Err(failure) if failure.code == "session_running" => {
                    let info = shop.editor.call("status", json!([polecat])).await;
                    info.map_err(|failure| format!("{failure:?}"))
                }
                Err(failure) => Err(format!("{failure:?}")),
            }
        })
        .await;
        assert_eq!(again["running"], true, "{again}");
        let running = agents(&shop);
        assert_eq!(running.len(), 1, "{delay} ms");
        shop.editor.call("stop", json!([polecat, { "force": true }])).await.unwrap();
        expect_ended(&running);
        assert_eq!(shop.sessions(), [""; 0]);
    }
    whole(&shop);
}

/// No polecat is half there: each has its worktree, and each branch its polecat.
fn whole(shop: &Shop) {
    let polecats = std::fs::read_dir(shop.project.polecats()).into_iter().flatten();
    let count = polecats.count();
    let worktrees = shop.project.git(&["worktree", "list", "--porcelain"]);
    let branches = shop.project.git(&["branch", "--list", "polecat/*"]);
    assert_eq!(worktrees.matches("branch refs/heads/polecat/").count(), count, "{worktrees}");
    assert_eq!(branches.lines().count(), count, "{branches}");
    assert_eq!(shop.project.git(&["status", "--porcelain"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_is_killed_leaves_a_healthy_session_or_none() {
    // In three editors: a backend that dies again and again is restarted ever later.
    let third = |first| killed_in_the_middle(delays(10, 400).skip(first).step_by(3));
    for third in [0, 1, 2].map(|first| beside(move || third(first))) {
        third.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes, because a backend that dies again and again is restarted ever later"]
async fn a_backend_that_is_killed_fifty_times_leaves_a_healthy_session_or_none() {
    killed_in_the_middle(delays(50, 400)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_starts_that_fail_at_any_point_nothing_is_left() {
    let shop = Shop::new().await;
    let mut begun = Vec::new();
    for (round, delay) in delays(50, 600).enumerate() {
        let prompt = if round % 2 == 0 { "--prompt" } else { "" };
        let end = if round % 3 == 0 { "--signal KILL" } else { "--status 6" };
        let command = agent(&format!("dies {prompt} --after {delay} {end}"));
        let options = json!({ "new": true, "cmd": command, "agent": "claude" });
        let name = format!("p{}", round % 5);
        begun.push(shop.editor.ask("start", json!([name, options])).await);
        if begun.len() == 5 {
            for started in begun.drain(..) {
                check(started.await);
            }
        }
    }
    for polecat in ["p0", "p1", "p2", "p3", "p4"] {
        // A prompt that stood long enough made the start succeed; its death came later.
        let status = shop.editor.call("status", json!([polecat])).await.unwrap();
        if status["pane_id"].is_string() {
            drop(shop.editor.call("stop", json!([polecat, { "force": true }])).await);
        }
    }
    assert_eq!(agents(&shop), [0; 0]);
    assert_eq!(shop.sessions(), [""; 0]);
    whole(&shop);
    let backend = backend(&shop.editor).map(number);
    eventually("no more than the one client of tmux that carries everything", async || {
        let left = shop.editor.processes().into_iter().filter(|pid| Some(*pid) != backend);
        let left = processes::alive(&left.collect::<Vec<_>>());
        let command = |pid: &u32| std::fs::read_to_string(format!("/proc/{pid}/comm"));
        let commands: Vec<_> = left.iter().map(|pid| command(pid).unwrap_or_default()).collect();
        if commands.len() <= 1 { Ok(()) } else { Err(format!("{commands:?}")) }
    })
    .await;
}

fn number(pid: Pid) -> u32 {
    pid.as_raw_nonzero().get().cast_unsigned()
}

fn check(answer: Result<Json, crate::support::values::Failure>) {
    if let Err(failure) = answer {
        // One that showed its prompt had started, and lives its time.
        if failure.code == "session_running" {
            return;
        }
        assert_eq!(failure.code, "died_during_startup", "{failure:?}");
        let said = failure.message.contains("status 6") || failure.message.contains("SIGKILL");
        assert!(said, "{failure:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_runs_tmux_three_times_at_most() {
    let shop = Shop::new().await;
    let (wrapper, log) = (shop.project.around().join("tmux"), shop.project.around().join("calls"));
    let script = format!("echo \"$@\" >> {}; exec {} \"$@\"", log.display(), tmux_program());
    crate::framed::program(&wrapper, &script);
    let config = json!({ "tmux": { "command": wrapper } });
    let editor = Editor::with(&shop.tmux, shop.project.path(), config).await;
    let options = json!({ "new": true, "cmd": agent("prompts"), "agent": "prompts" });
    editor.call("start", json!(["ash", options])).await.unwrap();
    let calls = std::fs::read_to_string(&log).unwrap();
    assert!(calls.lines().count() <= 3, "{calls}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints a time; run it alone"]
async fn from_the_prompt_to_the_answer() {
    let shop = Shop::new().await;
    for (agent_name, words) in [("prompts", ""), ("claude", "--nbsp")] {
        let mut times = Vec::new();
        for round in 0..15 {
            let name = format!("{agent_name}{round}");
            shop.editor.call("new", json!([name, {}])).await.unwrap();
            let command = agent(&format!("prompts --delay 400 {words}"));
            let options = json!({ "cmd": command, "agent": agent_name });
            let started = shop.editor.ask("start", json!([name, options])).await;
            let started = tokio::spawn(async move { (started.await, Instant::now()) });
            let shown = eventually("the prompt", async || {
                let target = format!("=gt-shop-{name}:");
                let screen = shop.tmux.try_run(&["capture-pane", "-p", "-t", &target]);
                if screen.unwrap_or_default().contains('❯') {
                    Ok(Instant::now())
                } else {
                    Err("")
                }
            })
            .await;
            let (answer, at) = started.await.unwrap();
            answer.unwrap();
            times.push(at.saturating_duration_since(shown));
        }
        told(agent_name, times);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints a time; run it alone"]
async fn from_the_prompt_to_the_answer_with_first_words() {
    let yard = crate::framed::Yard::new(Json::Null).await;
    let mut times = Vec::new();
    for round in 0..11 {
        let name = format!("p{round}");
        yard.editor.call("new", json!([name, {}])).await.unwrap();
        let options = json!({ "cmd": agent("prompts --delay 500"), "agent": "claude" });
        let started = yard.editor.ask("start", json!([name, options])).await;
        let started = tokio::spawn(async move { (started.await, Instant::now()) });
        let shown = eventually("the prompt", async || {
            let target = format!("=gt-shop-{name}:");
            let screen = yard.tmux.try_run(&["capture-pane", "-p", "-t", &target]);
            if screen.unwrap_or_default().contains('❯') { Ok(Instant::now()) } else { Err("") }
        })
        .await;
        let (answer, at) = started.await.unwrap();
        assert_eq!(answer.unwrap()["warnings"], json!([]));
        times.push(at.saturating_duration_since(shown));
    }
    // Two messages, with the preset's gap of 100 ms before each one's Enter.
    told("two messages, two gaps of 100 ms included", times);
}
