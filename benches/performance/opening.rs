//! How long it takes until a long list is drawn: from the key to the end of the redraw that has it.

use std::collections::BTreeMap;

use nvim_rs::UiAttachOptions;
use serde_json::{Value as Json, json};

use super::pace::Pace;
use super::row::Row;
use super::samples::Samples;
use super::shop::span;
use super::street::{Size, Street};
use super::support::eventually;
use super::way::Way;

const ROWS: usize = 300;
const RUNNING: usize = 30;
const RIGS: usize = 6;
/// What it may take, in ms.
const OPEN_MS: f64 = 30.0;
const LIST: &str = "polecat://status";

pub(crate) async fn rows(pace: &Pace) -> Vec<Row> {
    let one = row(1, "list opens, 300 rows", ":PolecatStatus<CR>", pace).await;
    let all = row(RIGS, "list of 6 rigs opens, 300 rows", ":PolecatStatus!<CR>", pace).await;
    vec![
        one.note(format!("list opens: from the typed command to the end of the redraw that shows it, with the backend at work already; {RUNNING} of the {ROWS} run. The floor is a window on a buffer that has the same lines")),
        all,
    ]
}

async fn row(projects: usize, name: &str, keys: &str, pace: &Pace) -> Row {
    let street = Street::new(Size { projects, polecats: ROWS, running: RUNNING }).await;
    let nvim = street.editor.nvim.clone();
    nvim.ui_attach(160, 50, &UiAttachOptions::new()).await.expect("a screen is attached");
    let mut samples: BTreeMap<Way, Samples> = BTreeMap::new();
    for round in 0..=pace.lives * 3 {
        let ours = opens(&street, keys, LIST).await;
        if round == 0 {
            keep(&street).await;
        }
        close(&street, LIST).await;
        let floor =
            opens(&street, ":lua require('polecat-bench').show()<CR>", "bench://list").await;
        close(&street, "bench://list").await;
        // The first only warms up: it reads what is counted of each worktree.
        if round > 0 {
            samples.entry(Way::Plugin).or_default().push(ours);
            samples.entry(Way::Floor).or_default().push(floor);
        }
    }
    street.close().await;
    Row::of_medians(name, &samples).at_most(OPEN_MS)
}

async fn opens(street: &Street, keys: &str, buffer: &str) -> f64 {
    let args = json!([keys, buffer, ROWS]);
    span(&street.editor, "require('polecat-bench').opens", args).await.ms()
}

/// Keeps the lines of the list, to be shown without the plugin.
async fn keep(street: &Street) {
    let code = "require('polecat-bench').keep_list(...)";
    street.editor.lua(code, json!([LIST])).await.expect("the list is there");
}

async fn close(street: &Street, buffer: &str) {
    street.editor.lua("vim.api.nvim_input(':close<CR>')", Json::Null).await.expect("it is typed");
    eventually("the list to go", async || {
        let code = "return vim.fn.bufwinid('^' .. ... .. '$')";
        let window = street.editor.lua(code, json!([buffer])).await.expect("windows are told");
        if window.as_i64() == Some(-1) { Ok(()) } else { Err(window) }
    })
    .await;
}
