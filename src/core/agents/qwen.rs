//! Qwen Code; its screen was read off 0.24.4.

use super::{Keys, KnownAgent, PromptArgument, ResumeBy};
use crate::core::agent::events::{HookEvents, SettingsBy, SettingsVariable};
use crate::core::screen::{
    Answering, BusyRow, Dialog, Done, FreeText, Layout, Means, Reason, Screen, Sign, Ticks,
    TitleSign, Toggle, TroubleSign,
};
use crate::core::session::DetailKind;

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "qwen",
    command: "qwen",
    args: &["--approval-mode", "yolo"],
    process_names: &["qwen", "node"],
    delay_ms: 20_000,
    // A mere argument it answers and ends.
    first_words: PromptArgument::Flag("--prompt-interactive"),
    hook_events: Some(HOOK_EVENTS),
    resume: Some(ResumeBy {
        by_id: Some("--resume {id}"),
        last: Some("--continue"),
        // `--fork-session` finds only the conversations of its own folder.
        new: Some("--session-id {id}"),
        ..ResumeBy::NOTHING
    }),
    config_dir_env: Some("QWEN_HOME"),
    instructions: "QWEN.md",
    keys: Keys {
        interrupt: &["Escape"],
        interrupted: Some("Request cancelled."),
        newline: Some("C-j"),
        clears: &["C-u"],
        ..Keys::UNKNOWN
    },
    screen: Some(SCREEN),
    ..KnownAgent::PLAIN
};

/// It tells that it waits for a message as soon as it does, after an interrupt as well.
const HOOK_EVENTS: HookEvents = HookEvents {
    settings: SettingsBy::Variable(SettingsVariable {
        name: "QWEN_CODE_SYSTEM_DEFAULTS_PATH",
        beside: "QWEN_CODE_SYSTEM_SETTINGS_PATH",
        usual: if cfg!(target_os = "macos") {
            "/Library/Application Support/QwenCode/system-defaults.json"
        } else {
            "/etc/qwen-code/system-defaults.json"
        },
    }),
    events: &[
        ("UserPromptSubmit", ""),
        ("PermissionRequest", ""),
        ("Stop", ""),
        ("Notification", "idle_prompt"),
    ],
};

const SCREEN: Screen = Screen {
    layout: Layout::RuledOrBoxed,
    marks: &[">", "*", "!"],
    hints: &["Type your message"],
    markers: &['›', '❯'],
    // The first is also the title of a dialog that it shows without a provider.
    titles: &[
        (TitleSign::Begins("Qwen - "), Means::Idle),
        (TitleSign::Begins("◐"), Means::Working),
        (TitleSign::Begins("✳"), Means::Waiting),
    ],
    scroll_bar: "█│",
    busy_below: &["Enter to steer"],
    busy_above: Some(BusyRow {
        indent: 2,
        glyphs: ".",
        holds: &["esc to cancel)"],
        wraps: true,
        over: None,
    }),
    asks: &["Enter: Select", "Esc: Cancel", "Waiting for user confirmation"],
    dialog_top: &["? "],
    dialogs: DIALOGS,
    // A No ends the turn.
    answering: Answering {
        words: &[FreeText::message("No, suggest changes")],
        ..Answering::NUMBER
    },
    trouble: &[
        TroubleSign::within(DetailKind::Retrying, "  ✕ ").holds(&["(Retrying in"]),
        TroubleSign::after(DetailKind::Error, "  ✕ "),
    ],
    sent: &["  > "],
    ..Screen::PLAIN
};

const DIALOGS: &[Dialog] = &[
    Dialog::new("provider", Reason::SignIn, &[Sign::Phrase("Connect a Provider")])
        .labels(&["Alibaba ModelStudio", "Third-party Providers", "Custom Provider"])
        .by(Answering::MARK),
    Dialog::new("provider", Reason::SignIn, &[Sign::Phrase("Connect a Provider")])
        .by(Answering::MARK),
    Dialog::new(
        "permission",
        Reason::Permission,
        &[Sign::Choice("Yes, allow once"), Sign::Choice("No, suggest changes")],
    ),
    // The mode before may be one that allows everything.
    Dialog::new("plan", Reason::Permission, &[Sign::Choice("No, keep planning")])
        .by(Answering { yes: &["Yes, and manually approve edits"], ..Answering::NUMBER }),
    // Its numbers do nothing.
    Dialog::new(
        "submit-answers",
        Reason::Question,
        &[Sign::Choices(&["Submit answers", "Cancel"]), Sign::Phrase("Ready to submit")],
    )
    .by(Answering { yes: &["Submit answers"], no: &["Cancel"], ..Answering::MARK }),
    Dialog::new("question", Reason::Question, &[Sign::Words("Space: Toggle")]).by(QUESTION),
    Dialog::new("question", Reason::Question, &[Sign::Words("Enter: Select")]).by(QUESTION),
];

const QUESTION: Answering = Answering {
    words: &[FreeText::needed("Type something")],
    ticks: Some(Ticks {
        off: &["[ ]"],
        on: &["[✓]"],
        toggle: Toggle::Key("Space"),
        done: Done::Key("Enter"),
    }),
    ..Answering::QUESTION
};
