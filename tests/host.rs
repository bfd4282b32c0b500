//! The host layer on real programs: git, `br`, shells and Python scripts.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod host {
    mod branch_status;
    mod bringing;
    mod changes;
    mod diffstat;
    mod fixtures;
    mod fork;
    mod fork_point;
    mod gastown;
    mod git;
    mod hooks;
    mod hostile;
    mod http;
    mod hunk_lines;
    mod hunks;
    mod kept;
    mod layouts;
    mod locks;
    mod losing;
    mod merging;
    mod merging_cut_off;
    mod name_pool;
    mod polecat;
    mod polecats;
    mod processes;
    mod programs;
    mod provision;
    mod pushing;
    mod records;
    mod recovery;
    mod remove;
    mod restore;
    mod reviews;
    mod rigs;
    mod run;
    mod settings;
    mod setup;
    mod snapshot;
    mod strangers;
    mod towns;
    mod tracker;
    mod trust;
    mod undoing;
    mod unsaved_work;
    mod watch;
}
