//! Factory's droid; flags and first screen are those of 0.215.0.

use super::{FirstWords, KnownAgent, ResumeBy};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "droid",
    command: "droid",
    args: &["--auto", "high"],
    process_names: &["droid"],
    first_words: FirstWords::Argument,
    resume: Some(ResumeBy {
        by_id: Some("--resume {id}"),
        last: Some("--resume --last"),
        fork: Some("--fork {id}"),
        ..ResumeBy::NOTHING
    }),
    ..KnownAgent::PLAIN
};
