//! Cursor CLI.

use super::{HooksFile, KnownAgent, PromptArgument, ResumeBy};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "cursor",
    command: "cursor-agent",
    args: &["-f"],
    process_names: &["cursor-agent", "agent"],
    first_words: PromptArgument::Argument,
    hooks: Some(HooksFile { provider: "cursor", dir: ".cursor", file: "hooks.json" }),
    resume: Some(ResumeBy::id("--resume {id}")),
    ..KnownAgent::PLAIN
};
