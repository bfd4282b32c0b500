//! Mistral Vibe.

use super::{FirstWords, HooksFile, KnownAgent, ResumeBy};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "vibe",
    command: "vibe",
    args: &["--agent", "auto-approve"],
    process_names: &["vibe"],
    prompt: Some("❯ "),
    first_words: FirstWords::Argument,
    hooks: Some(HooksFile { provider: "vibe", dir: ".vibe", file: "config.toml" }),
    resume: Some(ResumeBy::Flag("--resume")),
    session_id_env: Some("VIBE_SESSION_ID"),
    ..KnownAgent::PLAIN
};
