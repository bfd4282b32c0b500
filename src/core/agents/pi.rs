//! pi; its screen was read off 1.6.0.

use super::{FirstWords, HooksFile, Keys, KnownAgent, ResumeBy};
use crate::core::screen::{Layout, Screen};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "pi",
    command: "pi",
    hook_args: &["-e", ".pi/extensions/gastown-hooks.js"],
    process_names: &["pi", "node", "bun"],
    delay_ms: 8_000,
    first_words: FirstWords::Argument,
    hooks: Some(HooksFile { provider: "pi", dir: ".pi/extensions", file: "gastown-hooks.js" }),
    resume: Some(ResumeBy {
        by_id: Some("--session {id}"),
        last: Some("--continue"),
        fork: Some("--fork {id}"),
        new: Some("--session-id {id}"),
        ..ResumeBy::NOTHING
    }),
    config_dir_env: Some("PI_CODING_AGENT_DIR"),
    session_id_env: Some("PI_SESSION_ID"),
    keys: Keys { interrupt: &["Escape"], newline: Some("C-j"), clears: &["C-u"], ..Keys::UNKNOWN },
    screen: Some(SCREEN),
    ..KnownAgent::PLAIN
};

const SCREEN: Screen = Screen {
    layout: Layout::RuledOrBoxed,
    // Nothing stands before what is typed. It asks nothing; its extensions may.
    marks: &[""],
    markers: &['→', '❯', '>'],
    busy_rule: &["Working", "Retrying", "Compacting"],
    ..Screen::PLAIN
};
