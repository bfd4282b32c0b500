//! What the way to a host costs, printed. `POLECAT_BACKEND` names a build to measure; the one that tests
//! use is not optimised.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::{
    desk::{Desk, Plan, STATUS, There},
    link::Quality,
    machine::run,
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

    /// From the command that connects to what is known of the host, as its heading has it.
    async fn connects(&self, heading: &str) -> String {
        let mut times = Vec::new();
        for _ in 0..5 {
            processes::kill(&self.ssh());
            self.expect_status("build1:shop: ").await;
            self.expect_status(", last seen").await;
            let begin = Instant::now();
            self.editor().command("PolecatReconnect").await.unwrap();
            self.expect_status(heading).await;
            times.push(begin.elapsed());
        }
        told(times)
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints figures: `make soak`"]
async fn what_a_host_of_fifty_sessions_costs_to_connect() {
    let plan = Plan { polecats: POLECATS, ..Plan::default() };
    let Some(desk) = Desk::with(&[plan]).await else { return };
    desk.hosts[0].run_all(&desk.here.project, POLECATS);
    desk.look().await;
    let heading = format!("build1:shop: {POLECATS} polecats, {POLECATS} running");
    desk.expect_status(&heading).await;
    for round_trip in [0, 20, 100] {
        desk.hosts[0].link.delay(Duration::from_millis(round_trip));
        eprintln!("{round_trip} ms: {} ms, middle (longest)", desk.connects(&heading).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints figures: `make soak`"]
async fn what_calls_cost_over_links_of_0_20_and_100_ms() {
    let Some(desk) = Desk::new(1).await else { return };
    desk.start(ASH, "prompts").await;
    eprintln!(
        "\n| round trip, loss | connects | status | 200 lines | 2000 lines | message | detail opens | \
         capture opens |"
    );
    eprintln!("|---|--:|--:|--:|--:|--:|--:|--:|");
    for (round_trip, loses) in [(0, 0), (20, 0), (100, 0), (100, 50)] {
        let delay = Duration::from_millis(round_trip) / 2;
        desk.hosts[0].link.set(Quality { delay, loses, cut: None });
        desk.look().await;
        let connects = desk.connects("build1:shop: 1 polecat, 1 running").await;
        let status = desk.times(async |desk| drop(desk.call("status", json!([ASH])).await)).await;
        let lines = async |lines: u32| {
            let options = json!({ "lines": lines, "ansi": true });
            desk.times(async |desk| drop(desk.call("capture", json!([ASH, options])).await)).await
        };
        let (few, many) = (lines(200).await, lines(2000).await);
        let message = json!([ASH, "hello"]);
        let message =
            desk.times(async |desk| drop(desk.call("inject", message.clone()).await)).await;
        // It works on what it was sent, and is seen to be idle a while later.
        desk.editor().expect_state(ASH, "idle").await;
        let detail = desk.times(async |desk| {
            desk.editor().command(&format!("PolecatStatus {ASH}")).await.unwrap();
            desk.editor().expect_line(&format!("polecat://status/{ASH}"), "idle").await;
            desk.editor().command("close").await.unwrap();
        });
        let detail = detail.await;
        let window = desk.times(async |desk| {
            desk.editor().command(&format!("PolecatCapture {ASH}")).await.unwrap();
            desk.editor().expect_line(&format!("polecat://capture/{ASH}"), "got: hello").await;
            desk.editor().command("bwipeout").await.unwrap();
        });
        let window = window.await;
        let lost = if loses > 0 { format!(", 1 of {loses}") } else { String::new() };
        eprintln!(
            "| {round_trip} ms{lost} | {connects} | {status} | {few} | {many} | {message} | {detail} | {window} |"
        );
    }
    eprintln!("ms, middle (longest)");
}

/// Has the sessions of the first so many polecats there run another command.
fn respawn(there: &There, polecats: usize, command: &str) {
    let respawn = |number| format!("respawn-pane -k -t '=gt-shop-p{number}:' '{command}'\n");
    there.machine.write("/tmp/respawn", &(0..polecats).map(respawn).collect::<String>());
    there.tmux(&["source-file", "/tmp/respawn"]).unwrap();
}

/// What comes over a link in so many seconds, in bytes.
async fn heard(there: &There, seconds: u64) -> u64 {
    let before = there.link.traffic().bytes_here;
    crate::support::pause(Duration::from_secs(seconds)).await;
    there.link.traffic().bytes_here - before
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints figures: `make soak`"]
async fn what_comes_over_the_wire_while_many_print() {
    let plan = Plan { polecats: POLECATS, ..Plan::default() };
    let Some(desk) = Desk::with(&[plan]).await else { return };
    let there = &desk.hosts[0];
    there.run_all(&desk.here.project, POLECATS);
    there.link.delay(Duration::from_millis(20));
    let before = there.link.traffic().bytes_here;
    desk.look().await;
    desk.expect_status(&format!("build1:shop: {POLECATS} polecats, {POLECATS} running")).await;
    crate::support::pause(Duration::from_secs(15)).await;
    eprintln!("\nopening, 15 s: {} bytes", there.link.traffic().bytes_here - before);
    eprintln!("one prints, 5 s: {} bytes", heard(there, 5).await);
    respawn(there, POLECATS, "while :; do date; sleep 0.2; done");
    crate::support::pause(Duration::from_secs(2)).await;
    eprintln!("the editor and the hub have computed for {:?} /100 s", desk.computed().await);
    eprintln!("{POLECATS} print, 5 s: {} bytes", heard(there, 5).await);
    eprintln!("the editor and the hub have computed for {:?} /100 s", desk.computed().await);
    respawn(there, POLECATS, "exec cat");
    desk.editor().command("close | PolecatCapture build1:shop/p0").await.unwrap();
    respawn(there, 1, "exec seq 100000000");
    desk.editor().expect_line("polecat://capture/build1:shop/p0", "1").await;
    eprintln!("a flood that is followed, 5 s: {} bytes", heard(there, 5).await);
}

/// Notes how long ago each line of the capture was printed when it comes, as it says itself.
const DELAYS: &str = "
    Delays, Seen = {}, {}
    vim.api.nvim_buf_attach(vim.fn.bufnr('polecat://capture/build1:shop/p0'), false, {
        on_lines = function(_, buf, _, first, _, last)
            local seconds, micros = vim.uv.gettimeofday()
            for _, line in ipairs(vim.api.nvim_buf_get_lines(buf, first, last, false)) do
                local printed = tonumber(line:match('^%d+$'))
                if printed and not Seen[line] then
                    table.insert(Delays, seconds * 1e3 + micros / 1e3 - printed / 1e6)
                end
                Seen[line] = true
            end
        end,
    })
";

const DELAYED: &str = "
    table.sort(Delays)
    local at = function(part) return Delays[math.ceil(#Delays * part)] end
    return { #Delays, at(0.5), at(0.99), Delays[#Delays] }
";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints figures: `make soak`"]
async fn how_late_what_is_followed_comes() {
    let plan = Plan { polecats: 1, ..Plan::default() };
    let Some(desk) = Desk::with(&[plan]).await else { return };
    let there = &desk.hosts[0];
    there.run_all(&desk.here.project, 1);
    desk.look().await;
    desk.expect_status("build1:shop: 1 polecat, 1 running").await;
    desk.editor().command("close | PolecatCapture build1:shop/p0").await.unwrap();
    for round_trip in [0, 20, 100] {
        there.link.delay(Duration::from_millis(round_trip));
        respawn(there, 1, "while :; do date +%s%N; sleep 0.1; done");
        desk.editor().expect_line("polecat://capture/build1:shop/p0", "17").await;
        desk.editor().lua(DELAYS, Json::Null).await.unwrap();
        crate::support::pause(Duration::from_secs(20)).await;
        let seen = desk.editor().lua(DELAYED, Json::Null).await.unwrap();
        eprintln!("{round_trip} ms: lines, median, p99, longest delay in ms: {seen}");
    }
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

/// How long a process has computed, in hundredths of a second.
fn computed(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

impl Desk {
    /// The editor's process, and the hub's.
    async fn pids(&self) -> Vec<u32> {
        let pids = "return { vim.fn.getpid(), require('polecat.rpc.client').greeting().pid }";
        serde_json::from_value(self.editor().lua(pids, Json::Null).await.unwrap()).unwrap()
    }

    /// How long they have computed.
    async fn computed(&self) -> Vec<u64> {
        self.pids().await.into_iter().map(computed).collect()
    }
}

fn memory(pid: u32) -> String {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap_or("?").trim().to_owned()
}

/// How long a process has computed with those that it has waited for.
fn computed_with_its(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
    let ticks: u64 = fields.skip(11).take(4).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// How long who has computed so far.
#[derive(Clone, Copy)]
struct Computed {
    editor: Duration,
    hub: Duration,
    ssh: Duration,
    hosts: Duration,
}

impl Computed {
    async fn by(desk: &Desk) -> Self {
        let pids = desk.pids().await;
        let sum = |pids: &[u32]| pids.iter().copied().map(computed_with_its).sum::<Duration>();
        let there = desk.hosts.iter().map(|there| sum(&there.machine.processes("")));
        Self {
            editor: sum(&pids[..1]),
            // With `ssh -G`, which it has waited for.
            hub: sum(&pids[1..]),
            ssh: sum(&desk.ssh()),
            hosts: there.sum(),
        }
    }

    fn since(self, before: Self) -> String {
        let Self { editor, hub, ssh, hosts } = before;
        let of = [(self.editor, editor), (self.hub, hub), (self.ssh, ssh), (self.hosts, hosts)];
        let since = |(now, before): (Duration, Duration)| now.saturating_sub(before).as_secs_f64();
        let [editor, hub, ssh, hosts] = of.map(since);
        format!("editor {editor:.2} s, hub {hub:.2} s, its ssh {ssh:.2} s, hosts {hosts:.2} s")
    }
}

impl Desk {
    /// Opens the list of all, and waits until all polecats of all hosts run in it.
    async fn sees_all(&self) -> Duration {
        let begin = Instant::now();
        self.editor().command("PolecatStatus!").await.unwrap();
        let rows = format!("{POLECATS} polecats, {POLECATS} running");
        let is_whole = |lines: &[String]| {
            let whole = |line: &&String| line.contains("build") && line.contains(&rows);
            lines.iter().filter(whole).count() == HOSTS
        };
        self.editor().expect(STATUS, "all hosts", is_whole).await;
        begin.elapsed()
    }

    /// Logs in on all hosts, as many at once as we do, and does nothing there.
    fn logs_in_everywhere(&self) -> Duration {
        let (begin, config) = (Instant::now(), self.ssh_configuration());
        let names: Vec<_> = self.hosts.iter().map(|there| there.machine.name.clone()).collect();
        let chunk = names.len().div_ceil(4);
        std::thread::scope(|scope| {
            for some in names.chunks(chunk) {
                let config = &config;
                scope.spawn(move || {
                    for name in some {
                        run("ssh", &["-F", config, "-o", "Compression=yes", name, "true"]);
                    }
                });
            }
        });
        begin.elapsed()
    }
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
    // What only logs in: no list of what is there is open sooner.
    let before = computed_with_its(std::process::id());
    let took = desk.logs_in_everywhere();
    let floor = computed_with_its(std::process::id()).saturating_sub(before);
    let [took, floor] = [took, floor].map(|time| time.as_secs_f64());
    eprintln!("\n`ssh host true` for each, four at once: {took:.2} s (ssh and sshd {floor:.2} s)");
    editor.lua(LAG, Json::Null).await.unwrap();
    // With the hub running, which has used no host yet.
    desk.call("list", json!([{}])).await;
    let before = Computed::by(&desk).await;
    let took = desk.sees_all().await;
    let computed = Computed::by(&desk).await.since(before);
    eprintln!("opened, nothing connected: {:.2} s ({computed})", took.as_secs_f64());
    eprintln!(
        "lag while it opened, median, p99, longest: {} ms",
        editor.lua(LAGS, Json::Null).await.unwrap()
    );
    crate::support::pause(Duration::from_secs(20)).await;
    eprintln!("lag in the next 20 s: {} ms", editor.lua(LAGS, Json::Null).await.unwrap());
    eprintln!("the editor and the hub have computed for {:?} /100 s", desk.computed().await);
    let pids = desk.pids().await;
    eprintln!("memory of the editor {}, of the hub {}", memory(pids[0]), memory(pids[1]));
    let served = desk.hosts[0].machine.processes("polecat-nvim serve");
    let served: Vec<_> = served.into_iter().map(memory).collect();
    eprintln!("memory of what serves a host, its shell first: {served:?}");
    let mut again = Vec::new();
    for _ in 0..ROUNDS {
        editor.command("close").await.unwrap();
        again.push(desk.sees_all().await);
    }
    eprintln!("opened, all connected: {} ms, middle (longest)", told(again));
}
