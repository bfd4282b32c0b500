//! Amp.

use super::{KnownAgent, ResumeBy};

// It takes a prompt only to answer it and end.
pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "amp",
    command: "amp",
    args: &["--dangerously-allow-all", "--no-ide"],
    process_names: &["amp"],
    resume: Some(ResumeBy {
        is_subcommand: true,
        by_id: Some("threads continue {id}"),
        ..ResumeBy::NOTHING
    }),
    ..KnownAgent::PLAIN
};
