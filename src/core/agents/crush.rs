//! Crush, by its documentation.

use super::{KnownAgent, ResumeBy};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "crush",
    command: "crush",
    args: &["--yolo"],
    process_names: &["crush"],
    resume: Some(ResumeBy {
        by_id: Some("--session {id}"),
        last: Some("--continue"),
        ..ResumeBy::NOTHING
    }),
    ..KnownAgent::PLAIN
};
