//! What a line more costs in a capture that has followed a long scrollback.

use std::time::Duration;

use serde_json::json;

use super::cpu;
use super::following::{cue, end, lua, open_capture, seen, workers};
use super::pace::Pace;
use super::row::{Check, Row};
use super::samples::Samples;
use super::shop::Shop;
use super::support::{eventually, pause};
use super::way::Way;
use super::yard::{agent, write_lines};

const SHORT: u32 = 1_000;
/// Less than what a followed buffer holds at most.
const LONG: u32 = 90_000;
/// Lines a second: each is drawn by itself.
const RATE: u32 = 5;
const TURNS: u32 = 3;
/// What a line may cost behind the long one, in parts of the short one.
const GROWTH: f64 = 1.3;

/// What lines cost, each: CPU of backend, Neovim and tmux together, and their delay, in ms.
#[derive(Default)]
struct Cost {
    cpu: Samples,
    delay: Samples,
}

pub(crate) async fn rows(pace: &Pace) -> Vec<Row> {
    let shop = Shop::new().await;
    let mut costs = [(SHORT, Cost::default()), (LONG, Cost::default())];
    for _ in 0..TURNS {
        for (lines, cost) in &mut costs {
            refresh(&shop, *lines, pace.refreshes / TURNS, cost).await;
        }
    }
    shop.close().await;
    let [(_, short), (_, long)] = costs;
    let name = |what: &str, lines| format!("follow, a line more behind {lines} lines, {what}");
    let row = |what, unit, lines, value| Row::new(name(what, lines), unit).with(Way::Plugin, value);
    let (cpu, delay) = (short.cpu.median(), short.delay.median());
    vec![
        row("CPU", "ms CPU", SHORT, cpu).note("follow, a line more: CPU is that of backend, Neovim and tmux together, while a program prints 5 lines a second"),
        grown(row("CPU", "ms CPU", LONG, long.cpu.median()), cpu),
        row("delay", "ms", SHORT, delay),
        grown(row("delay", "ms", LONG, long.delay.median()), delay),
    ]
}

fn grown(mut row: Row, short: f64) -> Row {
    let growth = row.value(Way::Plugin).unwrap_or(f64::NAN) / short;
    let text = format!("{growth:.2} times that of 1,000 lines (at most {GROWTH})");
    row.checks.push(Check { text, ok: growth <= GROWTH });
    row
}

async fn refresh(shop: &Shop, lines: u32, count: u32, cost: &mut Cost) {
    let file = shop.file("scrollback");
    write_lines(&file, lines);
    let command = agent(&format!("ticks 0 {count} {RATE} {}", file.display()));
    let (session, buffer) = (shop.session("long", &command), "polecat://capture/gt-shop-long");
    shop.has_history(&session, lines - 60).await;
    open_capture(shop, "long", json!({ "lines": lines })).await;
    drawn(shop, buffer, lines).await;
    lua(shop, "watch", json!([buffer])).await;
    let workers = workers(shop).await;
    let before: f64 = workers.map(cpu::of).iter().sum();
    cue(shop, &session);
    pause(Duration::from_secs_f64(f64::from(count) / f64::from(RATE))).await;
    let delays = seen(shop, count).await;
    let after: f64 = workers.map(cpu::of).iter().sum();
    cost.cpu.push((after - before) / f64::from(count));
    cost.delay.extend(delays);
    end(shop, buffer, &session).await;
}

/// Waits until all that was there before is in the buffer: it comes in portions.
async fn drawn(shop: &Shop, buffer: &str, lines: u32) {
    let count = "return vim.api.nvim_buf_line_count(vim.fn.bufnr('^' .. ... .. '$'))";
    eventually("the scrollback in the buffer", async || {
        let there = shop.editor.lua(count, json!([buffer])).await.expect("the buffer is there");
        if there.as_u64() >= Some(lines.into()) { Ok(()) } else { Err(there) }
    })
    .await;
}
