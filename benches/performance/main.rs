//! `make bench`: what the plugin's operations cost, beside other ways to do the same jobs, all in
//! one run on real tmux and real Neovim.
//!
//! In reading order: `way` (the ways that are compared), `yard` and `shop` (what they work on), `pipe` and
//! `floor` (the least that any way needs), `gastown` (its sequences of commands), then one file a
//! group of rows (`reading`, `injecting`, `presets` with its `stand_in`s, `starting`, `stopping`,
//! `opening` and `watching` in a `street`, `following`, `refreshing`, `flooding`, `standing`,
//! `loading`), and what becomes of them: `samples`, `row`, `table`, `plot`, `report`.
//!
//! `QUICK=1` takes few rounds, to see that it all still works; its figures go nowhere.

#[path = "../../tests/support/mod.rs"]
mod support;

mod clock;
mod cpu;
mod flooding;
mod floor;
mod following;
mod gastown;
mod injecting;
mod loading;
mod machine;
mod opening;
mod operation;
mod pace;
mod pipe;
mod plot;
mod presets;
mod reading;
mod refreshing;
mod report;
mod row;
mod samples;
mod shop;
mod stand_in;
mod standing;
mod starting;
mod stopping;
mod street;
mod table;
mod watching;
mod way;
mod yard;

use std::process::ExitCode;

use pace::Pace;
use row::Row;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    if let [_, flag, tmux, socket] = &words[..]
        && flag == floor::FLAG
    {
        return floor::serve(tmux, socket);
    }
    // First, or the fixtures of tests would print the whole log, which costs more than the work.
    let silent = tracing::subscriber::set_global_default(tracing::subscriber::NoSubscriber::new());
    silent.expect("nobody else listens");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let pace = Pace::of_environment();
    let Some(rows) = runtime.expect("threads can be had").block_on(unless_interrupted(&pace))
    else {
        return ExitCode::FAILURE;
    };
    report::publish(&rows, &pace);
    ExitCode::SUCCESS
}

/// None after a Ctrl-C: what was measured on has been dropped then, and left nothing behind.
async fn unless_interrupted(pace: &Pace) -> Option<Vec<Row>> {
    tokio::select! {
        rows = measured(pace) => Some(rows),
        _ = tokio::signal::ctrl_c() => None,
    }
}

/// All rows; on stderr what is under way, and what came of it. `BENCH_ONLY` names the groups that are
/// wanted.
async fn measured(pace: &Pace) -> Vec<Row> {
    let mut rows = Vec::new();
    macro_rules! groups {
        ($($group:ident)*) => { $(
            if pace.wants(stringify!($group)) {
                let more = Box::pin($group::rows(pace)).await;
                eprint!("{}", table::text(&more));
                rows.extend(more);
            }
        )* };
    }
    groups! {
        reading injecting presets starting stopping opening watching following refreshing flooding
        loading standing
    }
    rows
}
