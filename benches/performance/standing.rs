//! What the backend costs by being there, with a hundred sessions.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::cpu;
use super::flooding::shown;
use super::operation::Operation;
use super::pace::Pace;
use super::row::Row;
use super::shop::{Taken, plugin, span, start_floor};
use super::support::editor::Editor;
use super::support::pause;
use super::way::Way;
use super::yard::Yard;

const CROWD: usize = 100;
/// What the backend may hold, in MiB.
const MEMORY_MIB: f64 = 15.0;

pub(crate) async fn rows(pace: &Pace) -> Vec<Row> {
    let yard = Yard::new();
    for n in 0..CROWD {
        yard.session(&format!("p{n:03}"), "exec cat");
    }
    let first = first_answer(&yard, pace).await;
    let editor = yard.editor().await;
    plugin(&editor, "list", json!([])).await;
    let pid = editor.lua("return require('polecat.rpc.client').greeting().pid", Json::Null).await;
    let pid: u32 = serde_json::from_value(pid.expect("it has greeted")).expect("a process id");
    let closed = idle(pid, pace).await;
    show(&editor).await;
    let open = idle(pid, pace).await;
    let (resident, share) = cpu::memory(pid);
    editor.quit().await;
    let cpu = |name: &str, value| {
        Row::new(format!("backend, idle, {name}"), "ms CPU/s").with(Way::Plugin, value)
    };
    vec![
        Row::of_medians("first command to its answer", &first.0)
            .note("first command: `list` of 100 sessions in a Neovim that has not used the plugin yet; the floor is to start a process that attaches to tmux, and its first bare answer"),
        Row::new("backend, memory with 100 sessions", "MiB").with(Way::Plugin, resident).at_most(MEMORY_MIB)
            .note(format!("backend, memory: resident, with the status window and a capture open; {share:.1} MiB are its own share")),
        cpu("nothing open", closed),
        cpu("status and a capture open", open),
    ]
}

/// From the first call in a new Neovim to its answer.
async fn first_answer(yard: &Yard, pace: &Pace) -> Taken {
    let mut taken = Taken::default();
    for _ in 0..pace.lives {
        let editor = yard.editor().await;
        taken.push(Way::Plugin, plugin(&editor, "list", json!([])).await);
        editor.quit().await;
        let editor = yard.editor().await;
        let server = yard.server();
        let steps: Vec<Json> =
            Operation::List(CROWD).sync(&[]).iter().map(|step| step.json(&server)).collect();
        taken.push(Way::Sync, span(&editor, "require('polecat-bench').sync", json!([steps])).await);
        taken.push(Way::Floor, start_floor(&editor, yard).await);
        editor.quit().await;
    }
    taken
}

/// What a process spends each second, in ms of CPU, once it has settled.
async fn idle(pid: u32, pace: &Pace) -> f64 {
    // What was just opened is not idle.
    pause(Duration::from_millis(pace.watch_ms / 2)).await;
    let before = cpu::whole(pid);
    pause(Duration::from_millis(pace.watch_ms)).await;
    (cpu::whole(pid) - before) / Duration::from_millis(pace.watch_ms).as_secs_f64()
}

async fn show(editor: &Editor) {
    // The status window closes when another takes the focus.
    for (open, buffer) in [
        ("open_capture('p000')", "polecat://capture/gt-shop-p000"),
        ("open_status()", "polecat://status"),
    ] {
        let code = format!("require('polecat').{open}");
        editor.lua(&code, Json::Null).await.expect("it opens");
        shown(editor, buffer).await;
    }
}
