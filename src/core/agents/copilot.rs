//! GitHub Copilot CLI.

use super::{FirstWords, HooksFile, KnownAgent, ResumeBy};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "copilot",
    command: "copilot",
    args: &["--yolo"],
    process_names: &["copilot"],
    first_words: FirstWords::Flag("--interactive"),
    hooks: Some(HooksFile { provider: "copilot", dir: ".github/hooks", file: "gastown.json" }),
    resume: Some(ResumeBy::Flag("--resume")),
    config_dir_env: Some("COPILOT_HOME"),
    ..KnownAgent::PLAIN
};
