//! Continue CLI, `cn`; its screen was read off 1.5.47.

use super::{Keys, KnownAgent, PromptArgument, ResumeBy};
use crate::core::screen::{
    Answering, BusyRow, Dialog, FreeText, Layout, Reason, Screen, Sign, TroubleSign,
};
use crate::core::session::DetailKind;

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "cn",
    command: "cn",
    args: &["--auto"],
    process_names: &["cn", "node"],
    delay_ms: 20_000,
    first_words: PromptArgument::Argument,
    // Beside them is a list of all, in which the folder stands further in.
    // What `--resume` goes on with is the last one of all folders.
    resume: Some(ResumeBy {
        by_id: Some("--fork {id}"),
        fork: Some("--fork {id}"),
        files: Some((".continue/sessions/{id}.json", "\n  \"workspaceDirectory\": \"{cwd}\"")),
        ..ResumeBy::NOTHING
    }),
    keys: Keys {
        interrupt: &["Escape"],
        interrupted: Some("Interrupted by user"),
        newline: Some("C-j"),
        // Of one row.
        clears: &["C-u"],
        ..Keys::UNKNOWN
    },
    screen: Some(SCREEN),
    ..KnownAgent::PLAIN
};

const SCREEN: Screen = Screen {
    layout: Layout::InBox,
    marks: &["●", "!", "$"],
    hints: &["▋Ask anything", "Ask anything"],
    markers: &['>', '❯'],
    // Of three cells, which may be blank. It moves beside an open dialog too.
    busy_above: Some(BusyRow {
        indent: 1,
        glyphs: "",
        holds: &["esc to interrupt"],
        wraps: true,
        over: None,
    }),
    asks: &["Would you like to continue?", "Enter to", "Enter select", "esc to cancel"],
    dialogs: DIALOGS,
    answering: Answering {
        keys: &[("Continue (tab)", &["Tab"]), ("No, and tell Continue", &["Escape"])],
        yes: &["Continue"],
        // A No ends the turn.
        words: &[FreeText::message("No, and tell Continue")],
        ..Answering::MARK
    },
    trouble: &[
        TroubleSign::within(DetailKind::Retrying, "Retrying request ("),
        TroubleSign::after(DetailKind::Error, "Error: "),
    ],
    sent: &["● "],
    ..Screen::PLAIN
};

const DIALOGS: &[Dialog] = &[
    Dialog::new("permission", Reason::Permission, &[Sign::Phrase("Would you like to continue?")])
        .labels(&["Continue", "Continue + don't ask again", "No, and tell Continue"]),
    Dialog::new("permission", Reason::Permission, &[Sign::Phrase("Would you like to continue?")]),
    Dialog::new("question", Reason::Question, &[Sign::Words("Enter select")]).by(Answering {
        yes: &[],
        no: &[],
        ..Answering::MARK
    }),
    Dialog::new("api-key", Reason::SignIn, &[Sign::Phrase("Enter your Anthropic API key:")])
        .by(Answering::UNKNOWN),
];
