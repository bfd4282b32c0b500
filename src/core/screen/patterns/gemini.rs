//! Gemini CLI, read off 0.61.0.

use super::{Answer, Bang, BusyRow, Dialog, Known, Layout, Sign};
use crate::core::screen::Reason;
use crate::core::screen::title::{Means, TitleSign};

pub(super) const GEMINI: Known = Known {
    name: "gemini",
    layout: Layout::Boxed,
    // A star where every tool is allowed, `!` for a shell command.
    marks: &[">", "*", "!"],
    bare: ">   Type your message",
    hints: &["Type your message"],
    bang: Bang::Text,
    clears: None,
    markers: &['●'],
    // The first is also the title of its trust, sign-in and loop dialogs.
    titles: &[
        (TitleSign::Begins("◇  "), Means::Idle),
        (TitleSign::Begins("✦  "), Means::Working),
        (TitleSign::Begins("⏲  "), Means::Working),
        (TitleSign::Begins("✋  "), Means::Waiting),
    ],
    busy_below: &[],
    busy_above: Some(BusyRow {
        indent: 1,
        glyphs: "",
        holds: &["(esc to cancel"],
        wraps: true,
        over: None,
    }),
    starting: None,
    // With a key it needs no browser, and says for a second or two that it waits all the same.
    passing: &["sign-in-browser"],
    dialogs: DIALOGS,
};

const DIALOGS: &[Dialog] = &[
    Dialog {
        id: "trust",
        reason: Reason::Trust,
        signs: &[
            Sign::Choices(&["Trust folder", "Trust parent folder", "Don't trust"]),
            Sign::Phrase("Do you trust the files in this folder?"),
        ],
        answer: Some(Answer { choice: 0, implied_by: &[] }),
    },
    Dialog {
        id: "sign-in",
        reason: Reason::SignIn,
        signs: &[Sign::Choice("Use Gemini API Key"), Sign::Phrase("How would you like to authent")],
        answer: None,
    },
    Dialog {
        id: "sign-in-key",
        reason: Reason::SignIn,
        signs: &[Sign::Words("Press Enter to submit"), Sign::Phrase("Enter Gemini API Key")],
        answer: None,
    },
    Dialog {
        id: "sign-in-browser",
        reason: Reason::SignIn,
        signs: &[Sign::Phrase("Waiting for auth")],
        answer: None,
    },
    Dialog {
        id: "permission",
        reason: Reason::Permission,
        signs: &[Sign::Choice("Allow once"), Sign::Choice("No, suggest changes")],
        answer: None,
    },
    Dialog {
        id: "question",
        reason: Reason::Question,
        signs: &[Sign::Words("Enter to select ·"), Sign::Words("Esc to cancel")],
        answer: None,
    },
    Dialog {
        id: "loop",
        reason: Reason::Question,
        signs: &[Sign::Choice("Keep loop detection"), Sign::Phrase("Do you want to keep loop")],
        answer: None,
    },
];
