//! GitHub Copilot CLI; its screen was read off 1.0.102.

use super::{HooksFile, Keys, KnownAgent, PromptArgument, ResumeBy};
use crate::core::screen::{
    Answering, Dialog, Done, FreeText, Layout, Opens, Reason, Screen, Sign, Ticks, Toggle,
    TroubleSign,
};
use crate::core::session::DetailKind;

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "copilot",
    command: "copilot",
    args: &["--yolo"],
    process_names: &["copilot", "node"],
    first_words: PromptArgument::Flag("--interactive"),
    hooks: Some(HooksFile { provider: "copilot", dir: ".github/hooks", file: "gastown.json" }),
    // What `--continue` goes on with is another folder's, where this one has none.
    resume: Some(ResumeBy {
        by_id: Some("--resume {id}"),
        new: Some("--session-id {id}"),
        ..ResumeBy::NOTHING
    }),
    config_dir_env: Some("COPILOT_HOME"),
    keys: Keys {
        interrupt: &["Escape", "Escape"],
        interrupt_again: Some("esc again to"),
        interrupted: Some("Operation cancelled by user"),
        newline: Some("C-j"),
        // The first stops at the beginning of a row.
        clears: &["C-u", "BSpace"],
        ..Keys::UNKNOWN
    },
    screen: Some(SCREEN),
    ..KnownAgent::PLAIN
};

const SCREEN: Screen = Screen {
    layout: Layout::RuledOrBoxed,
    marks: &["❯", "!"],
    markers: &['❯'],
    scroll_bar: "┃",
    // Its title is the same whatever it does. The sign in front of the word moves.
    busy_below: &[
        "○ Working",
        "◎ Working",
        "◉ Working",
        "● Working",
        "esc esc interrupt",
        "Cancelling",
    ],
    asks: &["enter to select", "enter accept", "esc to cancel", "esc cancel"],
    dialogs: DIALOGS,
    // The number of a No opens a field, in which Enter does nothing without words.
    answering: Answering {
        keys: &[("No, and tell Copilot what to do", &["Escape"])],
        words: &[FreeText { needed: false, ..FreeText::needed("No, and tell Copilot what to do") }],
        ..Answering::NUMBER
    },
    trouble: &[
        TroubleSign::within(DetailKind::Retrying, " ● Request failed").holds(&["Retrying..."]),
        // So begins a failed tool too, which does not end a turn.
        TroubleSign::after(DetailKind::Error, " ✗ "),
    ],
    // Its folder stands above the composer.
    asides: &["/", "~", "Please use /login"],
    sent: &[" ❯ "],
    tasks: &["{task} - GitHub Copilot"],
    ..Screen::PLAIN
};

const DIALOGS: &[Dialog] = &[
    Dialog::new(
        "trust",
        Reason::Trust,
        &[
            Sign::Choices(&["Yes", "Yes, and remember", "No"]),
            Sign::Phrase("Do you trust the files in this folder?"),
        ],
    )
    .accept(0, &[]),
    Dialog::new(
        "permission",
        Reason::Permission,
        &[Sign::Choice("Yes"), Sign::Choice("No, and tell Copilot what to do")],
    ),
    Dialog::new(
        "permission",
        Reason::Permission,
        &[Sign::Choice("Yes"), Sign::Phrase("Do you want to")],
    ),
    Dialog::new("question", Reason::Question, &[Sign::Heading("Copilot needs information.")])
        .by(QUESTION),
    Dialog::new("question", Reason::Question, &[Sign::Words("enter accept")]).by(QUESTION),
];

/// Choices that a mark points at, or a field.
const QUESTION: Answering = Answering {
    yes: &[],
    no: &[],
    words: &[FreeText { choice: "Other (type your answer", opens: Opens::Marked, needed: true }],
    field: true,
    ticks: Some(Ticks {
        off: &["• "],
        on: &["✓ "],
        toggle: Toggle::Key("Space"),
        done: Done::Key("Enter"),
    }),
    ..Answering::MARK
};
