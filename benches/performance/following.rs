//! A followed capture: from the byte that a program prints to the line in a buffer, and what a
//! flood of them costs.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::clock::ms;
use super::cpu;
use super::flooding::shown;
use super::pace::Pace;
use super::row::Row;
use super::samples::Samples;
use super::shop::Shop;
use super::support::{eventually, pause};
use super::way::Way;
use super::yard::{agent, tests_agent, write_lines};

/// Lines a second. They vary, see agents/ticks.
const RATE: u32 = 25;
/// Turns of each way.
const TURNS: u32 = 3;
/// Sessions that print besides, each 20 lines a second.
const BUSY: usize = 20;
/// What the delay may be at the 99th percentile with all of them, in ms.
const DELAY_MS: f64 = 30.0;
/// Ways that can follow.
const WAYS: [Way; 3] = [Way::Plugin, Way::Sync, Way::Floor];

pub(crate) async fn rows(pace: &Pace) -> Vec<Row> {
    let shop = Shop::new().await;
    let quiet = delays(&shop, pace).await;
    for n in 0..BUSY {
        shop.session(&format!("busy{n:02}"), &tests_agent("floods --rate 20"));
    }
    let busy = delays(&shop, pace).await;
    let mut rows = vec![
        row("follow, delay, median", &quiet, 50),
        row("follow, delay, p99", &quiet, 99),
        row("follow, delay with 20 busy, median", &busy, 50),
        row("follow, delay with 20 busy, p99", &busy, 99).at_most(DELAY_MS),
    ];
    rows.extend(flood_cost(pace).await);
    rows[0].notes.push("follow: sync Lua captures every 100 ms, as claude-squad does; the floor is a program that prints into a buffer with no tmux in between".to_owned());
    shop.close().await;
    rows
}

fn row(name: &str, delays: &BTreeMap<Way, Samples>, percentile: usize) -> Row {
    let each = delays.iter();
    each.fold(Row::new(name, "ms"), |row, (way, all)| row.with(*way, all.percentile(percentile)))
}

async fn delays(shop: &Shop, pace: &Pace) -> BTreeMap<Way, Samples> {
    let mut delays: BTreeMap<Way, Samples> = BTreeMap::new();
    for _ in 0..TURNS {
        for way in WAYS {
            delays.entry(way).or_default().extend(follow(shop, way, pace.ticks).await);
        }
    }
    delays
}

/// Follows a program for so many lines; gives the delay of each, in ms.
async fn follow(shop: &Shop, way: Way, count: u32) -> Vec<f64> {
    let buffer = match way {
        Way::Plugin => "polecat://capture/gt-shop-ticker",
        _ => "bench://follow",
    };
    let empty = shop.file("empty");
    std::fs::write(&empty, "").expect("our own folder is writable");
    let ticks = format!("ticks 0 {count} {RATE}");
    let session = shop.session("ticker", &agent(&format!("{ticks} {}", empty.display())));
    match way {
        Way::Plugin => open_capture(shop, "ticker", json!({})).await,
        Way::Sync => lua(shop, "poll", json!([buffer, shop.server(), [session]])).await,
        _ => {
            let argv: Vec<String> = agent(&ticks).split(' ').map(str::to_owned).collect();
            lua(shop, "pour", json!([buffer, argv])).await;
        }
    }
    lua(shop, "watch", json!([buffer])).await;
    cue(shop, &session);
    pause(Duration::from_secs_f64(f64::from(count) / f64::from(RATE))).await;
    let delays = seen(shop, count).await;
    end(shop, buffer, &session).await;
    delays
}

/// Opens a followed capture of a polecat and waits until it is drawn.
pub(crate) async fn open_capture(shop: &Shop, polecat: &str, options: Json) {
    let open = "require('polecat').open_capture(...)";
    shop.editor.lua(open, json!([polecat, options])).await.expect("a capture opens");
    shown(&shop.editor, &format!("polecat://capture/gt-shop-{polecat}")).await;
}

/// Calls a function of neovim.lua.
pub(crate) async fn lua(shop: &Shop, function: &str, args: Json) {
    let code = format!("require('polecat-bench').{function}(...)");
    shop.editor.lua(&code, args).await.unwrap_or_else(|error| panic!("{function}: {error}"));
}

/// Types the line that starts a ticker.
pub(crate) fn cue(shop: &Shop, session: &str) {
    shop.tmux.run(&["send-keys", "-t", &format!("={session}:"), "Enter"]);
}

/// Waits for so many lines in the buffer that is watched; gives the delay of each, in ms.
pub(crate) async fn seen(shop: &Shop, count: u32) -> Vec<f64> {
    eventually(&format!("{count} ticks"), async || {
        pause(Duration::from_millis(50)).await;
        let code = "return require('polecat-bench').ticks()";
        let ticks = shop.editor.lua(code, Json::Null).await.expect("neovim.lua counts");
        if ticks.as_u64() >= Some(count.into()) { Ok(()) } else { Err(ticks) }
    })
    .await;
    let code = "return require('polecat-bench').delays()";
    let delays = shop.editor.lua(code, Json::Null).await.expect("neovim.lua counts");
    let delays: Vec<u64> = serde_json::from_value(delays).expect("whole ns");
    delays.into_iter().map(ms).collect()
}

/// Ends what followed, and what was followed.
pub(crate) async fn end(shop: &Shop, buffer: &str, session: &str) {
    lua(shop, "quiet", json!([])).await;
    let wipe = "vim.api.nvim_buf_delete(vim.fn.bufnr('^' .. ... .. '$'), { force = true })";
    shop.editor.lua(wipe, json!([buffer])).await.expect("the buffer goes");
    shop.tmux.run(&["kill-session", "-t", &format!("={session}")]);
}

/// The processes at work for a capture: the backend, Neovim, tmux.
pub(crate) async fn workers(shop: &Shop) -> [u32; 3] {
    let code = "return { require('polecat.rpc.client').greeting().pid, vim.fn.getpid() }";
    let pids = shop.editor.lua(code, Json::Null).await.expect("the backend has greeted");
    let [backend, nvim]: [u32; 2] = serde_json::from_value(pids).expect("process ids");
    [backend, nvim, shop.tmux.pid().as_raw_pid().unsigned_abs()]
}

/// What each MiB costs that a program prints as fast as it can, in ms of CPU.
async fn flood_cost(pace: &Pace) -> Vec<Row> {
    let shop = Shop::new().await;
    let lines = if pace.quick { 20_000 } else { 100_000 };
    let file = shop.file("flood");
    let bytes = write_lines(&file, lines);
    let mib = Duration::from_millis(bytes).as_secs_f64() * 1_000.0 / f64::from(1 << 20);
    let mut spent = [[Samples::default(), Samples::default(), Samples::default()], <_>::default()];
    for _ in 0..TURNS {
        for (followed, spent) in [false, true].into_iter().zip(&mut spent) {
            let cost = flood(&shop, &file, followed).await;
            spent.iter_mut().zip(cost).for_each(|(all, cost)| all.push(cost / mib));
        }
    }
    shop.close().await;
    let [alone, followed] = spent.map(|of| of.map(|all| all.median()));
    let row = |name: &str, who: usize| {
        let name = format!("follow, a MiB printed at full speed, {name}");
        Row::new(name, "ms CPU").with(Way::Plugin, followed[who]).with(Way::Floor, alone[who])
    };
    vec![
        row("backend", 0).note("follow, a MiB: the floor is the same flood with nobody following"),
        row("Neovim", 1),
        row("tmux", 2),
    ]
}

async fn flood(shop: &Shop, file: &std::path::Path, followed: bool) -> [f64; 3] {
    let tick = agent("ticks 0 1 100");
    let command = format!("read x; cat {}; {tick}; exec cat", file.display());
    let session = shop.session("flooder", &command);
    let buffer = "polecat://capture/gt-shop-flooder";
    // The backend must be there in any case.
    shop.plugin("is_running", json!(["flooder"])).await;
    if followed {
        open_capture(shop, "flooder", json!({})).await;
        lua(shop, "watch", json!([buffer])).await;
    }
    let workers = workers(shop).await;
    let before = workers.map(cpu::of);
    cue(shop, &session);
    if followed {
        seen(shop, 1).await;
    } else {
        eventually("the end of the flood", async || {
            pause(Duration::from_millis(50)).await;
            let screen = shop.tmux.run(&["capture-pane", "-p", "-t", &format!("={session}:")]);
            if screen.contains("tick 0") { Ok(()) } else { Err("not there") }
        })
        .await;
    }
    let after = workers.map(cpu::of);
    if followed {
        end(shop, buffer, &session).await;
    } else {
        shop.tmux.run(&["kill-session", "-t", &format!("={session}")]);
    }
    [0, 1, 2].map(|who| after[who] - before[who])
}
