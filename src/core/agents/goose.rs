//! goose, by its documentation.

use super::{KnownAgent, ResumeBy};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "goose",
    command: "goose",
    args: &["session"],
    env: &[("GOOSE_MODE", "auto")],
    process_names: &["goose"],
    resume: Some(ResumeBy {
        by_id: Some("--resume --session-id {id}"),
        last: Some("--resume"),
        ..ResumeBy::NOTHING
    }),
    ..KnownAgent::PLAIN
};
