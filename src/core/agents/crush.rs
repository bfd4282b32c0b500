//! Crush, by its documentation.

use super::{KnownAgent, ResumeBy};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "crush",
    command: "crush",
    args: &["--yolo"],
    process_names: &["crush"],
    resume: Some(ResumeBy::Flag("--session")),
    ..KnownAgent::PLAIN
};
