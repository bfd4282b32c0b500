//! Codex CLI; its screen was read off 0.169.0.

use super::{FirstWords, Keys, KnownAgent, ResumeBy};
use crate::core::screen::{
    Answer, Bang, BusyRow, Dialog, Layout, Means, Reason, Screen, Sign, TitleSign,
};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "codex",
    command: "codex",
    args: &["--dangerously-bypass-approvals-and-sandbox"],
    // All sessions would share one daemon, a child of the first: whoever stopped that one broke
    // the others, and their commands ran in its environment.
    flags_if_taken: &["--no-daemon"],
    process_names: &["codex", "node"],
    prompt: Some("› "),
    delay_ms: 3_000,
    // What comes within 120 ms is one burst to it.
    settle_ms: 150,
    // gastown types it; Codex CLI 0.169.0 takes it.
    first_words: FirstWords::Argument,
    resume: Some(ResumeBy::Subcommand("resume")),
    config_dir_env: Some("CODEX_HOME"),
    keys: Keys { clears: Some("C-u"), bang: Bang::TextAfterBlank },
    screen: Some(SCREEN),
    ..KnownAgent::PLAIN
};

const SCREEN: Screen = Screen {
    layout: Layout::Marked,
    marks: &["›"],
    hints: &["Ask Codex to do anything"],
    markers: &['›', '>'],
    // At its prompt the title is the folder's name, which may be anything. The sign blinks.
    titles: &[
        (TitleSign::Spinner, Means::Working),
        (TitleSign::Begins("[ ! ] Action Required"), Means::Waiting),
        (TitleSign::Begins("[ . ] Action Required"), Means::Waiting),
    ],
    busy_below: &[],
    // It is not drawn while an answer streams in: then only the title tells.
    busy_above: Some(BusyRow {
        indent: 0,
        glyphs: "•◦",
        holds: &["esc to interrupt)"],
        wraps: true,
        over: Some("Worked for"),
    }),
    // It draws its composer some seconds before the trust dialog and its first configured row.
    starting: Some("? for shortcuts"),
    passing: &[],
    dialogs: DIALOGS,
};

const DIALOGS: &[Dialog] = &[
    Dialog {
        id: "trust",
        reason: Reason::Trust,
        signs: &[
            Sign::Choices(&["Trust and continue", "Back to Agent Command Center"]),
            Sign::Phrase("Trust this folder?"),
        ],
        answer: Some(Answer { choice: 0, implied_by: &[] }),
    },
    Dialog {
        id: "sign-in",
        reason: Reason::SignIn,
        signs: &[Sign::Choice("Sign in with"), Sign::Phrase("Choose how you want to use Codex")],
        answer: None,
    },
    Dialog {
        id: "sign-in-other",
        reason: Reason::SignIn,
        signs: &[Sign::Choice("Use an OpenAI API key"), Sign::Phrase("Sign in another way")],
        answer: None,
    },
    Dialog {
        id: "sign-in-browser",
        reason: Reason::SignIn,
        signs: &[Sign::Words("Press esc to cancel"), Sign::Phrase("Finish signing in")],
        answer: None,
    },
    Dialog {
        id: "question",
        reason: Reason::Question,
        signs: &[Sign::Words("enter to submit answer")],
        answer: None,
    },
    Dialog {
        id: "permission",
        reason: Reason::Permission,
        signs: &[Sign::Choice("Yes"), Sign::Choice("No"), Sign::Phrase("Would you like to")],
        answer: None,
    },
    Dialog {
        id: "permission",
        reason: Reason::Permission,
        signs: &[Sign::Words("Press enter to confirm or esc to cancel")],
        answer: None,
    },
];
