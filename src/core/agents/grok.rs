//! Grok: xAI's program, and an older one of the same name by others, of which 0.0.34 was tried.

use super::{KnownAgent, ResumeBy};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "grok",
    command: "grok",
    // The older one would refuse it.
    flags_if_taken: &["--always-approve"],
    process_names: &["grok", "node", "bun"],
    resume: Some(ResumeBy {
        by_id: Some("--resume {id}"),
        last: Some("--continue"),
        ..ResumeBy::NOTHING
    }),
    ..KnownAgent::PLAIN
};
