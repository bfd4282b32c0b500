//! Cursor CLI.

use super::{FirstWords, HooksFile, KnownAgent, ResumeBy};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "cursor",
    command: "cursor-agent",
    args: &["-f"],
    process_names: &["cursor-agent", "agent"],
    first_words: FirstWords::Argument,
    hooks: Some(HooksFile { provider: "cursor", dir: ".cursor", file: "hooks.json" }),
    resume: Some(ResumeBy::id("--resume {id}")),
    ..KnownAgent::PLAIN
};
