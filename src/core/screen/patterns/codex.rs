//! Codex CLI, read off 0.169.0.

use super::{Answer, Bang, BusyRow, Dialog, Known, Layout, Sign};
use crate::core::screen::Reason;
use crate::core::screen::title::{Means, TitleSign};

pub(super) const CODEX: Known = Known {
    name: "codex",
    layout: Layout::Marked,
    marks: &["›"],
    bare: "› ",
    hints: &["Ask Codex to do anything"],
    bang: Bang::TextAfterBlank,
    clears: Some("C-u"),
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
