//! Cline CLI; its screen was read off 3.0.65.

use super::{Keys, KnownAgent, PromptArgument, ResumeBy};
use crate::core::screen::{
    Answering, BusyRow, ChoiceInput, Dialog, FreeText, Layout, Reason, Screen, Sign, TroubleSign,
};
use crate::core::session::DetailKind;

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "cline",
    command: "cline",
    // Whoever does not say otherwise lets it act without asking.
    args: &["-i"],
    process_names: &["cline"],
    delay_ms: 20_000,
    first_words: PromptArgument::Argument,
    resume: Some(ResumeBy {
        files: Some((".cline/data/sessions/{id}/*.json", r#""cwd": "{cwd}""#)),
        ..ResumeBy::id("--id {id}")
    }),
    keys: Keys { interrupt: &["Escape"], newline: Some("C-j"), clears: &["C-u"], ..Keys::UNKNOWN },
    screen: Some(SCREEN),
    ..KnownAgent::PLAIN
};

const SCREEN: Screen = Screen {
    layout: Layout::RuledOrBoxed,
    marks: &["❯", "!"],
    hints: &["Ask anything...", "What can I do for you?"],
    markers: &['>', '❯'],
    scroll_bar: "█▄▀▁▂▃▅▆▇",
    // Its title is the last message. What is under way in the conversation has a moving cell where
    // it has a star once it is done.
    busy_above: Some(BusyRow { indent: 1, glyphs: "", holds: &[], wraps: false, over: None }),
    asks: &[
        "Press Enter to open, any other key to close",
        "Enter to select, Ctrl+C to exit",
        "[y] Approve   [n] Deny",
        "Type a response...",
    ],
    dialog_top: &[
        "Cline needs permission",
        "Cline is asking",
        "Try ClinePass",
        "Introducing Cline",
        "Connect a model",
    ],
    dialogs: DIALOGS,
    answering: Answering {
        way: ChoiceInput::Unknown,
        keys: &[("[y] Approve", &["y"]), ("[n] Deny", &["n"])],
        yes: &["[y] Approve"],
        no: &["[n] Deny"],
        ..Answering::NUMBER
    },
    trouble: &[TroubleSign::after(DetailKind::Error, " * Error: ").coloured()],
    sent: &[" ❯ "],
    tasks: &["> {task}"],
    usage: &["{model} ({tokens}) {cost}"],
    ..Screen::PLAIN
};

const DIALOGS: &[Dialog] = &[
    Dialog::new("offer", Reason::Question, &[Sign::Heading("Try ClinePass")]).by(OFFER),
    Dialog::new("offer", Reason::Question, &[Sign::Heading("Introducing Cline Desktop")]).by(OFFER),
    // Others, and those of which the beginning was scrolled out.
    Dialog::new("offer", Reason::Question, &[Sign::Phrase("any other key to close")]).by(OFFER),
    Dialog::new(
        "provider",
        Reason::SignIn,
        &[Sign::Heading("Enter to select, Ctrl+C to exit"), Sign::Phrase("Connect a model")],
    )
    .by(Answering::MARK),
    Dialog::new(
        "permission",
        Reason::Permission,
        &[Sign::Heading("Cline needs permission"), Sign::Phrase("Approve tool call?")],
    )
    .labels(&["[y] Approve", "[n] Deny"]),
    // Its beginning may have been scrolled out.
    Dialog::new("permission", Reason::Permission, &[]).labels(&["[y] Approve", "[n] Deny"]),
    Dialog::new("permission", Reason::Permission, &[Sign::Heading("Cline needs permission")]),
    Dialog::new("question", Reason::Question, &[Sign::Heading("Cline is asking a question")])
        .by(QUESTION),
    Dialog::new("question", Reason::Question, &[Sign::Marked]).by(QUESTION),
];

/// What it advertises: Enter opens that in a browser, any other key closes it.
const OFFER: Answering = Answering {
    way: ChoiceInput::Unknown,
    undrawn: &[("Close", &["Escape"]), ("Open it", &["Enter"])],
    no: &["Close"],
    ..Answering::QUESTION
};

/// Its choices have numbers that are not drawn.
const QUESTION: Answering =
    Answering { words: &[FreeText::needed("Type a response")], ..Answering::QUESTION };
