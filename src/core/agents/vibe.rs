//! Mistral Vibe; its screen was read off 3.0.2.

use super::{HooksFile, Keys, KnownAgent, PromptArgument, ResumeBy};
use crate::core::screen::{
    Answering, BusyRow, Dialog, Done, FreeText, Layout, Means, Reason, Screen, Sign, Ticks,
    TitleSign, Toggle, TroubleSign,
};
use crate::core::session::DetailKind;

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "vibe",
    command: "vibe",
    args: &["--agent", "auto-approve"],
    process_names: &["vibe", "vibe-rs", "vibe-app-server"],
    delay_ms: 20_000,
    first_words: PromptArgument::Argument,
    hooks: Some(HooksFile { provider: "vibe", dir: ".vibe", file: "config.toml" }),
    resume: Some(ResumeBy {
        by_id: Some("--resume {id}"),
        last: Some("--continue"),
        files: Some((
            ".vibe/logs/session/unified/{id}/generations/*/runtime-state.json",
            r#""cwd":"{cwd}""#,
        )),
        ..ResumeBy::NOTHING
    }),
    config_dir_env: Some("VIBE_HOME"),
    session_id_env: Some("VIBE_SESSION_ID"),
    keys: Keys {
        interrupt: &["Escape"],
        interrupted: Some("Interrupted · What should Vibe do"),
        newline: Some("C-j"),
        clears: &["C-u"],
        // Keys up to 0.5 s after it was drawn did nothing.
        dialog_delay_ms: 800,
        ..Keys::UNKNOWN
    },
    screen: Some(SCREEN),
    ..KnownAgent::PLAIN
};

const SCREEN: Screen = Screen {
    layout: Layout::RuledOrBoxed,
    marks: &[">", "!", "/"],
    // At its prompt the title is the conversation's, which may be anything.
    titles: &[
        (TitleSign::Begins(">> "), Means::Working),
        (TitleSign::Begins("? "), Means::Waiting),
    ],
    scroll_bar: "▁▂▃▄▅▆▇█",
    // It moves beside an open dialog too.
    busy_above: Some(BusyRow {
        indent: 1,
        glyphs: "",
        holds: &["to interrupt)"],
        wraps: true,
        over: None,
    }),
    splash: &["Starting the app", "Welcome to M"],
    asks: &["Esc reject", "Esc cancel", "Enter select"],
    dialogs: DIALOGS,
    trouble: &[
        TroubleSign::busy(DetailKind::Retrying, &["Retrying…"]),
        TroubleSign::after(DetailKind::Error, "  ⎢ Error: ").coloured(),
    ],
    sent: &["> "],
    tasks: &[">> {task}", "? {task}"],
    usage: &["{tokens}/* tokens ({context})"],
    ..Screen::PLAIN
};

const DIALOGS: &[Dialog] = &[
    Dialog::new("permission", Reason::Permission, &[Sign::Row("Permission for the")]),
    Dialog::new("permission", Reason::Permission, &[Sign::Words("Esc reject")]),
    Dialog::new("question", Reason::Question, &[Sign::Words("Esc cancel")]).by(Answering {
        words: &[FreeText::needed("Type your answer")],
        ticks: Some(Ticks {
            off: &["[ ]"],
            on: &["[x]"],
            toggle: Toggle::Number,
            done: Done::Row("Submit →"),
        }),
        ..Answering::QUESTION
    }),
];
