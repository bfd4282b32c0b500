//! What must hold for whatever bytes come in. Each target is one function of bytes that panics
//! when it does not; libFuzzer and `cargo test --test fuzz` call the same.

pub mod ansi;
pub mod args;
pub mod decoder;
pub mod diff;
pub mod events;
pub mod hosts;
pub mod settings;
pub mod state;

/// A target, by the name of its folder in `corpus/`.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] = &[
    ("ansi", ansi::check),
    ("args", args::check),
    ("decoder", decoder::check),
    ("diff", diff::check),
    ("events", events::check),
    ("hosts", hosts::check),
    ("settings", settings::check),
    ("state", state::check),
];
