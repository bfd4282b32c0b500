//! What it costs to show many quiet sessions.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::cpu;
use super::flooding::shown;
use super::pace::Pace;
use super::row::Row;
use super::street::{Size, Street};
use super::support::pause;
use super::way::Way;

/// Sessions that are watched, all of them running.
const WATCHED: usize = 100;
/// A long list: most are stopped.
const MANY: Size = Size { projects: 1, polecats: 300, running: 30 };
const LIST: &str = "polecat://status";
const TURNS: u32 = 3;

/// CPU of backend, Neovim and tmux, in ms a second.
type Cost = [f64; 3];

pub(crate) async fn rows(pace: &Pace) -> Vec<Row> {
    let all = Size { projects: 1, polecats: WATCHED, running: WATCHED };
    let watched = cost(all, pace).await;
    let each = f64::from(u32::try_from(WATCHED).unwrap_or(u32::MAX));
    let many = cost(MANY, pace).await;
    let row = |name: String, value| Row::new(name, "ms CPU/s").with(Way::Plugin, value);
    let names = ["backend", "Neovim", "tmux"];
    let one = names.iter().zip(watched).map(|(who, cost)| {
        row(format!("idle, the list of {WATCHED} open, each session, {who}"), cost / each)
    });
    let lists = names
        .iter()
        .zip(many)
        .map(|(who, cost)| row(format!("idle, a list of 300 open, 30 running, {who}"), cost));
    let mut rows: Vec<Row> = one.chain(lists).collect();
    rows[0].notes.push("idle, the list open: all agents are at their prompts and print nothing; the list is drawn anew each second, as the times in it grow".to_owned());
    rows
}

async fn cost(size: Size, pace: &Pace) -> Cost {
    let street = Street::new(size).await;
    let open = "require('polecat').open_status()";
    street.editor.lua(open, Json::Null).await.expect("it opens");
    shown(&street.editor, LIST).await;
    let nvim = street.editor.lua("return vim.fn.getpid()", json!([])).await;
    let nvim: u32 = serde_json::from_value(nvim.expect("it has one")).expect("a process id");
    let tmux = street.tmux.pid().as_raw_pid().unsigned_abs();
    let workers = [street.backend().await, nvim, tmux];
    let time = Duration::from_millis(pace.watch_ms) * TURNS;
    // What was just opened is not idle, and what has just started is watched more closely.
    pause(time / 2).await;
    let before = workers.map(cpu::whole);
    pause(time).await;
    let after = workers.map(cpu::whole);
    street.close().await;
    [0, 1, 2].map(|who| (after[who] - before[who]) / time.as_secs_f64())
}
