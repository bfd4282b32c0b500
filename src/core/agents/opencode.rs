//! opencode; its screen was read off 1.18.33.

use super::{FirstWords, HooksFile, Keys, KnownAgent, ResumeBy};
use crate::core::screen::{Answering, Dialog, Layout, Reason, Screen, Sign, Way, Words};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "opencode",
    command: "opencode",
    env: &[("OPENCODE_PERMISSION", r#"{"*":"allow"}"#)],
    process_names: &["opencode", "node", "bun"],
    // A minute on a busy machine, of which gastown allows eight seconds.
    delay_ms: 60_000,
    // Its last argument is a project's folder.
    first_words: FirstWords::Flag("--prompt"),
    hooks: Some(HooksFile { provider: "opencode", dir: ".opencode/plugin", file: "gastown.js" }),
    resume: Some(ResumeBy {
        by_id: Some("--session {id}"),
        last: Some("--continue"),
        fork: Some("--session {id} --fork"),
        ..ResumeBy::NOTHING
    }),
    keys: Keys {
        interrupt: &["Escape", "Escape"],
        interrupt_again: Some("esc again to interrupt"),
        newline: Some("C-j"),
        clears: &["C-u"],
        ..Keys::UNKNOWN
    },
    screen: Some(SCREEN),
    ..KnownAgent::PLAIN
};

const SCREEN: Screen = Screen {
    layout: Layout::Barred,
    marks: &[""],
    hints: &["Ask anything"],
    // Its title is the same whatever it does.
    busy_below: &["esc interrupt", "esc again to interrupt", "⬝", "■■"],
    asks: &["esc dismiss", "enter submit", "enter confirm"],
    dialogs: DIALOGS,
    ..Screen::PLAIN
};

const DIALOGS: &[Dialog] = &[
    Dialog::new("permission", Reason::Permission, &[Sign::Row("Permission required")])
        // Which one is marked, only its colour tells.
        .labels(&["Allow once", "Allow always", "Reject"])
        .by(Answering {
            way: Way::Mark("Right", "Left"),
            words: &[Words::message("Reject")],
            ..Answering::NUMBER
        }),
    Dialog::new("question", Reason::Question, &[Sign::Words("esc dismiss")])
        .by(Answering { words: &[Words::needed("Type your own answer")], ..Answering::QUESTION }),
];
