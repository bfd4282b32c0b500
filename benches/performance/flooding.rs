//! How long Neovim's main loop stands still while twenty agents print as fast as they can.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::clock::ms;
use super::pace::Pace;
use super::row::Row;
use super::samples::Samples;
use super::support::editor::Editor;
use super::support::{eventually, pause};
use super::way::Way;
use super::yard::{Yard, tests_agent};

const CROWD: usize = 20;
const TURNS: u32 = 3;
/// What the main loop may stand still at the 99th percentile, in ms.
const STALL_MS: f64 = 8.0;

pub(crate) async fn rows(pace: &Pace) -> Vec<Row> {
    let yard = Yard::new();
    let sessions: Vec<String> =
        (0..CROWD).map(|n| yard.session(&format!("f{n:02}"), &tests_agent("floods"))).collect();
    let mut stalls: BTreeMap<Way, Samples> = BTreeMap::new();
    for _ in 0..TURNS {
        for way in [Way::Plugin, Way::Sync, Way::Floor] {
            let stall = stall(&yard, way, &sessions, pace).await;
            stalls.entry(way).or_default().extend(stall);
        }
    }
    let row = |name: &str, percentile| {
        let each = stalls.iter();
        let row = Row::new(format!("main loop under 20 floods, {name}"), "ms");
        each.fold(row, |row, (way, all)| row.with(*way, all.percentile(percentile)))
    };
    let note = format!(
        "main loop: how late a timer of 1 ms comes, {} times each; the plugin shows the status window and follows one flood, sync Lua captures one every 100 ms and each every 500 ms, as claude-squad does, the floor is Neovim doing nothing on the same machine",
        stalls[&Way::Floor].len()
    );
    vec![row("stall, p99", 99).at_most(STALL_MS).note(note), row("stall, longest", 100)]
}

/// How late the timer came, each time, in a Neovim that works this way.
async fn stall(yard: &Yard, way: Way, sessions: &[String], pace: &Pace) -> Vec<f64> {
    let editor = yard.editor().await;
    match way {
        Way::Plugin => show(&editor).await,
        Way::Sync => {
            let args = json!(["bench://poll", yard.server(), sessions]);
            lua(&editor, "require('polecat-bench').poll(...)", args).await;
        }
        _ => {}
    }
    lua(&editor, "require('polecat-bench').watch_loop()", Json::Null).await;
    pause(Duration::from_millis(pace.watch_ms)).await;
    let late = lua(&editor, "return require('polecat-bench').lateness()", Json::Null).await;
    lua(&editor, "require('polecat-bench').quiet()", Json::Null).await;
    editor.quit().await;
    let late: Vec<u64> = serde_json::from_value(late).expect("whole ns");
    late.into_iter().map(ms).collect()
}

/// Follows one of the floods and shows the status window.
async fn show(editor: &Editor) {
    // The status window closes when another takes the focus.
    lua(editor, "require('polecat').open_capture('f00')", Json::Null).await;
    shown(editor, "polecat://capture/gt-shop-f00").await;
    lua(editor, "require('polecat').open_status()", Json::Null).await;
    shown(editor, "polecat://status").await;
}

/// Waits until a buffer is in a window and has lines.
pub(crate) async fn shown(editor: &Editor, buffer: &str) {
    eventually(buffer, async || {
        let code = "return vim.fn.bufwinid('^' .. ... .. '$')";
        let window = lua(editor, code, json!([buffer])).await;
        let lines = editor.lines(buffer).await.len();
        if window.as_i64() > Some(0) && lines > 0 { Ok(()) } else { Err(lines) }
    })
    .await;
}

async fn lua(editor: &Editor, code: &str, args: Json) -> Json {
    editor.lua(code, args).await.unwrap_or_else(|error| panic!("{code}: {error}"))
}
