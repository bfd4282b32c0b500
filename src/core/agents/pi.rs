//! pi; its screen was read off 1.6.0.

use super::{HooksFile, Keys, KnownAgent, PromptArgument, ResumeBy};
use crate::core::screen::{Dialog, Layout, Reason, Screen, Sign, TroubleSign};
use crate::core::session::DetailKind;

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "pi",
    command: "pi",
    hook_args: &["-e", ".pi/extensions/gastown-hooks.js"],
    process_names: &["pi", "node", "bun"],
    delay_ms: 8_000,
    first_words: PromptArgument::Argument,
    hooks: Some(HooksFile { provider: "pi", dir: ".pi/extensions", file: "gastown-hooks.js" }),
    resume: Some(ResumeBy {
        by_id: Some("--session {id}"),
        last: Some("--continue"),
        fork: Some("--fork {id} --session-id {new}"),
        new: Some("--session-id {id}"),
        ..ResumeBy::NOTHING
    }),
    config_dir_env: Some("PI_CODING_AGENT_DIR"),
    session_id_env: Some("PI_SESSION_ID"),
    keys: Keys {
        interrupt: &["Escape"],
        interrupted: Some("Operation aborted"),
        newline: Some("C-j"),
        clears: &["C-u"],
        ..Keys::UNKNOWN
    },
    screen: Some(SCREEN),
    ..KnownAgent::PLAIN
};

const SCREEN: Screen = Screen {
    layout: Layout::RuledOrBoxed,
    // Nothing stands before what is typed.
    marks: &[""],
    markers: &['→', '❯', '>'],
    busy_rule: &["Working", "Retrying", "Compacting"],
    asks: &["enter select  escape/ctrl+c", "enter submit  escape/ctrl+c"],
    dialogs: DIALOGS,
    trouble: &[
        TroubleSign::busy(DetailKind::Retrying, &["Retrying ("]),
        TroubleSign::busy(DetailKind::Compacting, &["Compacting"]),
        TroubleSign::after(DetailKind::Error, " Error: ").coloured(),
    ],
    ..Screen::PLAIN
};

/// It asks nothing itself; its extensions may, between the rules of its composer.
const DIALOGS: &[Dialog] =
    &[Dialog::new("question", Reason::Question, &[Sign::Words("escape/ctrl+c")])];
