//! opencode.

use super::{FirstWords, HooksFile, KnownAgent, ResumeBy};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "opencode",
    command: "opencode",
    env: &[("OPENCODE_PERMISSION", r#"{"*":"allow"}"#)],
    process_names: &["opencode", "node", "bun"],
    delay_ms: 8_000,
    // Its last argument is a project's folder.
    first_words: FirstWords::Flag("--prompt"),
    hooks: Some(HooksFile { provider: "opencode", dir: ".opencode/plugin", file: "gastown.js" }),
    resume: Some(ResumeBy::Flag("--session")),
    ..KnownAgent::PLAIN
};
