//! Groq's Compound, behind Claude Code.

use super::{KnownAgent, claude};

/// What stands for the value of that variable, which is looked up when the agent is started.
pub const GROQ_KEY: &str = "$GROQ_API_KEY";

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "groq-compound",
    shows: Some("claude"),
    env: &[
        ("ANTHROPIC_BASE_URL", "https://api.groq.com/openai/v1"),
        ("ANTHROPIC_MODEL", "compound-beta"),
        ("ANTHROPIC_API_KEY", GROQ_KEY),
    ],
    screen: None,
    ..claude::AGENT
};
