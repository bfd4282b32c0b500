//! Auggie CLI.

use super::{FirstWords, KnownAgent, ResumeBy};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "auggie",
    command: "auggie",
    args: &["--allow-indexing"],
    process_names: &["auggie", "node"],
    first_words: FirstWords::Argument,
    resume: Some(ResumeBy::id("--resume {id}")),
    ..KnownAgent::PLAIN
};
