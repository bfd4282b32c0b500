//! Where the figures go: the terminal, doc/performance.md and doc/performance.svg.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::pace::Pace;
use super::row::Row;
use super::support::neovim::checkout;
use super::{machine, plot, table};

/// How the columns are to be read.
const LEGEND: &str = "\
| column | what it is |
|---|---|
| plugin | this plugin: from the call of its Lua function in Neovim to its callback |
| library | the same below: the backend's library, called by a Rust program |
| gastown 527b7ce79 | the programs that gastown of January 2026 (commit 527b7ce79) runs for the job, spawned one after the other by a Rust program, without its sleeps and without an editor around it |
| + its sleeps | what gastown sleeps in the job besides, in ms |
| sync Lua | the same programs from Neovim by `vim.system():wait()`, without the sleeps; the editor stands still meanwhile |
| floor | the least that a plugin with a backend needs: Neovim to a process which passes one line to tmux over control mode and answers with the plugin's own answer, with no check at all |
| floor, library | the least without Neovim: that line and tmux's answer |
";

/// Prints all rows, and writes the files. Few rounds, or not all rows, change no file that is
/// kept.
pub(crate) fn publish(rows: &[Row], pace: &Pace) {
    let facts = machine::facts();
    print(&facts, rows);
    let kept = !pace.quick && pace.is_whole();
    let folder = if kept { checkout().join("doc") } else { checkout().join("target/performance") };
    fs::create_dir_all(&folder).expect("the checkout is writable");
    write(&folder.join("performance.md"), &document(&facts, rows));
    write(&folder.join("performance.svg"), &plot::svg(rows));
    eprintln!("bench: written to {}", folder.display());
}

fn print(facts: &[String], rows: &[Row]) {
    let notes = bullets(&notes(rows));
    let text = format!("{}\n\n{}\n{notes}", facts.join("\n"), table::text(rows));
    // Who reads it may have had enough.
    std::io::stdout().lock().write_all(text.as_bytes()).ok();
}

fn write(file: &Path, text: &str) {
    let shown: PathBuf = file.to_owned();
    fs::write(file, text).unwrap_or_else(|error| panic!("{}: {error}", shown.display()));
}

fn notes(rows: &[Row]) -> Vec<String> {
    rows.iter().flat_map(|row| row.notes.clone()).collect()
}

fn bullets(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| format!("- {item}\n")).collect();
    items.concat()
}

fn document(facts: &[String], rows: &[Row]) -> String {
    let facts = bullets(facts);
    let notes = bullets(&notes(rows));
    let missed = rows.iter().flat_map(|row| &row.checks).filter(|check| !check.ok).count();
    let all = rows.iter().map(|row| row.checks.len()).sum::<usize>();
    format!(
        "# Performance\n\nWritten by `make bench`; do not edit. Medians, unless a row says otherwise, all taken in one run\nwith the ways in turns (of quick calls five in a row), on real tmux and real Neovim.\n\n{facts}\n{LEGEND}\n{}\n{} of {all} targets are met.\n\n![bars of the figures below](performance.svg)\n\n## Notes\n\n{notes}",
        table::markdown(rows),
        all - missed
    )
}
