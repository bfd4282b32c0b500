//! Gemini CLI; its screen was read off 0.61.0.

use super::{HooksFile, Keys, KnownAgent, PromptArgument, ResumeBy};
use crate::core::screen::{
    Answering, Bang, BusyRow, ChoiceInput, Dialog, Done, FreeText, Layout, Means, Reason, Screen,
    Sign, Ticks, TitleSign, Toggle, TroubleSign,
};
use crate::core::session::DetailKind;

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "gemini",
    command: "gemini",
    args: &["--approval-mode", "yolo"],
    process_names: &["gemini", "node"],
    prompt: Some(">   Type your message"),
    // Its title is ready some seconds before its trust dialog is drawn: its prompt tells.
    // For 40 ms after a paste a return is a line break to it, and nothing on its screen tells when
    // they are over. One that came too soon is seen and pressed again.
    settle_ms: Some(40),
    // As a mere argument it is answered and ends the program, in versions not long ago.
    first_words: PromptArgument::Flag("--prompt-interactive"),
    hooks: Some(HooksFile { provider: "gemini", dir: ".gemini", file: "settings.json" }),
    resume: Some(ResumeBy {
        by_id: Some("--resume {id}"),
        last: Some("--resume latest"),
        new: Some("--session-id {id}"),
        ..ResumeBy::NOTHING
    }),
    session_id_env: Some("GEMINI_SESSION_ID"),
    keys: Keys {
        interrupt: &["Escape"],
        interrupted: Some("Request cancelled."),
        newline: Some("C-j"),
        // The first stops at the beginning of a row.
        clears: &["C-u", "BSpace"],
        bang: Bang::Text,
        ..Keys::UNKNOWN
    },
    screen: Some(SCREEN),
    ..KnownAgent::PLAIN
};

const SCREEN: Screen = Screen {
    layout: Layout::Boxed,
    // A star where every tool is allowed, `!` for a shell command.
    marks: &[">", "*", "!"],
    hints: &["Type your message"],
    markers: &['●'],
    // The first is also the title of its trust, sign-in and loop dialogs.
    titles: &[
        (TitleSign::Begins("◇  "), Means::Idle),
        (TitleSign::Begins("✦  "), Means::Working),
        (TitleSign::Begins("⏲  "), Means::Working),
        (TitleSign::Begins("✋  "), Means::Waiting),
    ],
    busy_above: Some(BusyRow {
        indent: 1,
        glyphs: "",
        holds: &["(esc to cancel"],
        wraps: true,
        over: None,
    }),
    // When its folder is trusted.
    restarts: "Gemini CLI is restarting",
    // With a key it needs no browser, and says for a second or two that it waits all the same.
    passing: &["sign-in-browser"],
    dialogs: DIALOGS,
    // A No cancels the request.
    answering: Answering {
        words: &[FreeText::message("No, suggest changes")],
        ..Answering::NUMBER
    },
    trouble: &[
        // The second it says where it is not told to tell all.
        TroubleSign::busy(
            DetailKind::Retrying,
            &["Trying to reach", "This is taking a bit longer"],
        ),
        TroubleSign::after(DetailKind::Error, "✕ "),
    ],
    asides: &["ℹ This request failed", "? for shortcuts"],
    sent: &[" > "],
    // What it thinks about at the moment.
    tasks: &["✦ {task} (*)"],
    no_tasks: &["Working…"],
    usage: &["under /model: {model}"],
    ..Screen::PLAIN
};

const DIALOGS: &[Dialog] = &[
    Dialog::new(
        "trust",
        Reason::Trust,
        &[
            Sign::Choices(&["Trust folder", "Trust parent folder", "Don't trust"]),
            Sign::Phrase("Do you trust the files in this folder?"),
        ],
    )
    .by(Answering { yes: &["Trust folder"], no: &["Don't trust"], ..Answering::MARK })
    .accept(0, &[]),
    Dialog::new(
        "sign-in",
        Reason::SignIn,
        &[Sign::Choice("Use Gemini API Key"), Sign::Phrase("How would you like to authent")],
    )
    .by(Answering::MARK),
    Dialog::new(
        "sign-in-key",
        Reason::SignIn,
        &[Sign::Words("Press Enter to submit"), Sign::Phrase("Enter Gemini API Key")],
    )
    .by(Answering::UNKNOWN),
    Dialog::new("sign-in-browser", Reason::SignIn, &[Sign::Phrase("Waiting for auth")])
        .by(Answering::UNKNOWN),
    Dialog::new(
        "permission",
        Reason::Permission,
        &[Sign::Choice("Allow once"), Sign::Choice("No, suggest changes")],
    ),
    // One of several, which may have a field open.
    Dialog::new(
        "question",
        Reason::Question,
        &[Sign::Words("to switch questions"), Sign::Words("Esc to cancel")],
    )
    .by(QUESTION),
    // Of one alone it shows three rows of the list, whose last one sends it.
    Dialog::new(
        "several",
        Reason::Question,
        &[Sign::Phrase("(Select all that apply)"), Sign::Words("Esc to cancel")],
    )
    .by(Answering { ticks: Some(Ticks { done: Done::Row("Done"), ..TICKS }), ..QUESTION }),
    Dialog::new(
        "question",
        Reason::Question,
        &[Sign::Words("Enter to select ·"), Sign::Words("Esc to cancel")],
    )
    .by(QUESTION),
    Dialog::new(
        "submit-answers",
        Reason::Question,
        &[Sign::Heading("Review your answers:"), Sign::Words("Enter to submit ·")],
    )
    .by(Answering {
        way: ChoiceInput::Unknown,
        undrawn: &[("Submit", &["Enter"]), ("Cancel", &["Escape"])],
        yes: &["Submit"],
        no: &["Cancel"],
        ..Answering::QUESTION
    }),
    Dialog::new(
        "loop",
        Reason::Question,
        &[Sign::Choice("Keep loop detection"), Sign::Phrase("Do you want to keep loop")],
    )
    .by(Answering::QUESTION),
];

const QUESTION: Answering = Answering {
    words: &[FreeText::needed("Enter a custom value")],
    ticks: Some(TICKS),
    ..Answering::QUESTION
};

const TICKS: Ticks =
    Ticks { off: &["[ ]"], on: &["[x]"], toggle: Toggle::Number, done: Done::Key("Tab") };
