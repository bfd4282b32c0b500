//! omp, which is pi by another hand.

use super::{HooksFile, KnownAgent, PromptArgument};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "omp",
    command: "omp",
    hook_args: &["--hook", ".omp/hooks/gastown-hook.ts"],
    process_names: &["omp", "node", "bun"],
    // gastown has none; pi has this.
    delay_ms: 8_000,
    first_words: PromptArgument::Argument,
    hooks: Some(HooksFile { provider: "omp", dir: ".omp/hooks", file: "gastown-hook.ts" }),
    session_id_env: Some("OMP_SESSION_ID"),
    ..KnownAgent::PLAIN
};
