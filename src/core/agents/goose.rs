//! goose, by its documentation.

use super::{KnownAgent, ResumeBy};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "goose",
    command: "goose",
    args: &["session"],
    env: &[("GOOSE_MODE", "auto")],
    process_names: &["goose"],
    resume: Some(ResumeBy::Flag("--resume --session-id")),
    ..KnownAgent::PLAIN
};
