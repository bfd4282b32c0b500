//! `OpenHands`, by its documentation.

use super::{KnownAgent, PromptArgument, ResumeBy};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "openhands",
    command: "openhands",
    args: &["--always-approve"],
    process_names: &["openhands", "python", "python3"],
    // It loads a good deal of Python.
    delay_ms: 20_000,
    first_words: PromptArgument::Flag("--task"),
    resume: Some(ResumeBy {
        by_id: Some("--resume {id}"),
        last: Some("--resume --last"),
        ..ResumeBy::NOTHING
    }),
    ..KnownAgent::PLAIN
};
