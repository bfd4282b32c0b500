//! pi.

use super::{FirstWords, HooksFile, KnownAgent};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "pi",
    command: "pi",
    hook_args: &["-e", ".pi/extensions/gastown-hooks.js"],
    process_names: &["pi", "node", "bun"],
    delay_ms: 8_000,
    first_words: FirstWords::Argument,
    hooks: Some(HooksFile { provider: "pi", dir: ".pi/extensions", file: "gastown-hooks.js" }),
    session_id_env: Some("PI_SESSION_ID"),
    ..KnownAgent::PLAIN
};
