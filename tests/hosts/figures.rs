//! What the way to a host costs, printed. `POLECAT_BACKEND` names a build to measure; the one that tests
//! use is not optimised.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::{
    desk::{Desk, Plan, STATUS},
    link::Quality,
    support::processes,
};

const ASH: &str = "build1:shop/ash";
const ROUNDS: usize = 11;
/// How many polecats a host of many has.
const POLECATS: usize = 50;
const HOSTS: usize = 20;

/// The middle one and the longest of some times.
fn told(mut times: Vec<Duration>) -> String {
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    format!("{:.1} ({:.1})", ms(times[times.len() / 2]), ms(times[times.len() - 1]))
}

impl Desk {
    async fn times(&self, mut what: impl AsyncFnMut(&Self)) -> String {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let begin = Instant::now();
            what(self).await;
            times.push(begin.elapsed());
        }
        told(times)
    }

    /// From the command that connects to what is known of the host.
    async fn connects(&self) -> String {
        let mut times = Vec::new();
        for _ in 0..5 {
            processes::kill(&self.ssh());
            self.expect_status("?  ash  unknown").await;
            let begin = Instant::now();
            self.editor().command("PolecatReconnect").await.unwrap();
            self.expect_status("build1:shop: 1 polecat, 1 running").await;
            times.push(begin.elapsed());
        }
        told(times)
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints figures: `make soak`"]
async fn what_calls_cost_over_links_of_0_20_and_100_ms() {
    let Some(desk) = Desk::new(1).await else { return };
    desk.start(ASH, "prompts").await;
    desk.look().await;
    eprintln!(
        "\n| round trip, loss | connects | status | 200 lines | 2000 lines | message | detail opens |"
    );
    eprintln!("|---|--:|--:|--:|--:|--:|--:|");
    for (round_trip, loses) in [(0, 0), (20, 0), (100, 0), (100, 50)] {
        let delay = Duration::from_millis(round_trip) / 2;
        desk.hosts[0].link.set(Quality { delay, loses, cut: None });
        let connects = desk.connects().await;
        let status = desk.times(async |desk| drop(desk.call("status", json!([ASH])).await)).await;
        let lines = async |lines: u32| {
            let options = json!({ "lines": lines, "ansi": true });
            desk.times(async |desk| drop(desk.call("capture", json!([ASH, options])).await)).await
        };
        let (few, many) = (lines(200).await, lines(2000).await);
        let message = json!([ASH, "hello"]);
        let message =
            desk.times(async |desk| drop(desk.call("inject", message.clone()).await)).await;
        let detail = desk.times(async |desk| {
            desk.editor().command(&format!("PolecatStatus {ASH}")).await.unwrap();
            desk.editor().expect_line(&format!("polecat://status/{ASH}"), "idle").await;
            desk.editor().command("close").await.unwrap();
        });
        let detail = detail.await;
        let lost = if loses > 0 { format!(", 1 of {loses}") } else { String::new() };
        eprintln!(
            "| {round_trip} ms{lost} | {connects} | {status} | {few} | {many} | {message} | {detail} |"
        );
    }
    eprintln!("ms, middle (longest)");
}

/// Notes how late the editor's loop is.
const LAG: &str = "
    local timer, due = vim.uv.new_timer(), vim.uv.hrtime()
    Lags = {}
    timer:start(0, 5, function()
        local now = vim.uv.hrtime()
        table.insert(Lags, math.max(0, (now - due) / 1e6))
        due = now + 5e6
    end)
";

const LAGS: &str = "
    local lags = vim.deepcopy(Lags)
    table.sort(lags)
    Lags = {}
    return { lags[math.ceil(#lags / 2)], lags[math.ceil(#lags * 0.99)], lags[#lags] }
";

fn memory(pid: u32) -> String {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap_or("?").trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "twenty hosts with a thousand sessions; prints figures: `make soak`"]
async fn twenty_hosts_with_fifty_sessions_each_stand_in_one_list() {
    let plan = Plan { polecats: POLECATS, ..Plan::default() };
    let Some(desk) = Desk::with(&vec![plan; HOSTS]).await else { return };
    for there in &desk.hosts {
        there.run_all(&desk.here.project, POLECATS);
    }
    let editor = desk.editor();
    editor.lua(LAG, Json::Null).await.unwrap();
    let begin = Instant::now();
    editor.command("PolecatStatus!").await.unwrap();
    let rows = format!("{POLECATS} polecats, {POLECATS} running");
    editor
        .expect(STATUS, "all hosts", |lines| {
            lines.iter().filter(|line| line.contains("build") && line.contains(&rows)).count()
                == HOSTS
        })
        .await;
    eprintln!("\nopened in {:.2} s", begin.elapsed().as_secs_f64());
    eprintln!(
        "lag while it opened, median, p99, longest: {} ms",
        editor.lua(LAGS, Json::Null).await.unwrap()
    );
    crate::support::pause(Duration::from_secs(20)).await;
    eprintln!("lag in the next 20 s: {} ms", editor.lua(LAGS, Json::Null).await.unwrap());
    let pids = "return { vim.fn.getpid(), require('polecat.rpc.client').greeting().pid }";
    let pids: Vec<u32> =
        serde_json::from_value(editor.lua(pids, Json::Null).await.unwrap()).unwrap();
    eprintln!("memory of the editor {}, of the hub {}", memory(pids[0]), memory(pids[1]));
    let served = desk.hosts[0].machine.processes("polecat-nvim serve");
    let served: Vec<_> = served.into_iter().map(memory).collect();
    eprintln!("memory of what serves a host, its shell first: {served:?}");
    assert_eq!(editor.lua("return 1", Json::Null).await, Ok(json!(1)));
}
