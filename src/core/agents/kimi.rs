//! Kimi Code; its screen was read off 2.1.0.

use super::{Keys, KnownAgent, ResumeBy};
use crate::core::screen::{
    Answering, BusyRow, Dialog, Done, FreeText, Layout, Reason, Screen, Sign, Ticks, Toggle,
    TroubleSign,
};
use crate::core::session::DetailKind;

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "kimi",
    command: "kimi",
    args: &["--auto"],
    process_names: &["kimi-code", "kimi"],
    delay_ms: 20_000,
    resume: Some(ResumeBy {
        by_id: Some("--session {id}"),
        last: Some("--continue"),
        files: Some((".kimi-code/sessions/*/{id}/state.json", r#""cwd":"{cwd}""#)),
        ..ResumeBy::NOTHING
    }),
    config_dir_env: Some("KIMI_CODE_HOME"),
    keys: Keys {
        interrupt: &["Escape"],
        interrupted: Some("Interrupted by user"),
        newline: Some("C-j"),
        clears: &["C-u"],
        ..Keys::UNKNOWN
    },
    screen: Some(SCREEN),
    ..KnownAgent::PLAIN
};

const SCREEN: Screen = Screen {
    layout: Layout::InBox,
    marks: &[">", "!"],
    markers: &['▶', '→', '❯'],
    // Its title is that of the conversation. A moon while it waits for its model.
    busy_above: Some(BusyRow {
        indent: 2,
        glyphs: "⠁⠂⠄⡀⢀⠠⠐⠈⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏🌑🌒🌓🌔🌕🌖🌗🌘",
        holds: &["Working…", "Retrying (", "Tip:", "🌑", "🌒", "🌓", "🌔", "🌕", "🌖", "🌗", "🌘"],
        wraps: true,
        over: None,
    }),
    asks: &["choose ↵ confirm", "↵ confirm", "↵ choose", "Enter select", "Esc exit", "esc cancel"],
    dialogs: DIALOGS,
    answering: Answering {
        words: &[FreeText::needed("Reject with feedback")],
        ..Answering::NUMBER
    },
    trouble: &[
        TroubleSign::busy(DetailKind::Retrying, &["Retrying ("]),
        TroubleSign::after(DetailKind::Error, "   Error: ").coloured(),
    ],
    sent: &[" ✨ "],
    usage: &["context: {context}", "context: {context} ({tokens}/*)"],
    ..Screen::PLAIN
};

const DIALOGS: &[Dialog] = &[
    Dialog::new("trust", Reason::Trust, &[Sign::Row("Trust this folder?")])
        .labels(&["Trust this folder", "Don't trust"])
        .by(TRUST)
        .accept(0, &[]),
    // Its beginning may have been scrolled out.
    Dialog::new("trust", Reason::Trust, &[])
        .labels(&["Trust this folder", "Don't trust"])
        .by(TRUST)
        .accept(0, &[]),
    Dialog::new(
        "permission",
        Reason::Permission,
        &[Sign::Choice("Approve once"), Sign::Choice("Reject"), Sign::Phrase("▶")],
    ),
    Dialog::new(
        "permission",
        Reason::Permission,
        &[Sign::Choice("Approve"), Sign::Choice("Reject")],
    ),
    Dialog::new(
        "submit-answers",
        Reason::Question,
        &[Sign::Choices(&["Submit", "Cancel"]), Sign::Phrase("Ready to submit your answers?")],
    )
    .by(SUBMIT),
    Dialog::new("question", Reason::Question, &[Sign::Words("↵ choose")]).by(QUESTION),
    Dialog::new("question", Reason::Question, &[Sign::Words("↵ toggle")]).by(QUESTION),
    Dialog::new("question", Reason::Question, &[Sign::Words("↵ save")]).by(QUESTION),
];

const QUESTION: Answering = Answering {
    words: &[FreeText::needed("Other")],
    ticks: Some(Ticks {
        off: &["[ ]"],
        on: &["[✓]"],
        toggle: Toggle::Number,
        done: Done::Key("Right"),
    }),
    ..Answering::QUESTION
};

const SUBMIT: Answering = Answering { yes: &["Submit"], no: &["Cancel"], ..Answering::NUMBER };

const TRUST: Answering =
    Answering { yes: &["Trust this folder"], no: &["Don't trust"], ..Answering::MARK };
