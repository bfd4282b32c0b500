//! Claude Code; its screen was read off 2.1.197.

use super::{HooksFile, Keys, KnownAgent, PromptArgument, ResumeBy};
use crate::core::agent::events::{HookEvents, SettingsBy};
use crate::core::screen::{
    Answering, Bang, BusyRow, Dialog, Done, FreeText, Layout, Means, Reason, Screen, Sign, Ticks,
    TitleSign, Toggle, TroubleSign,
};
use crate::core::session::DetailKind;

/// gastown's accounts are Claude Code's: each is a folder that this variable names.
pub const ACCOUNT_VARIABLE: &str = "CLAUDE_CONFIG_DIR";

/// The flag of Claude Code that takes one more file of settings, or such settings themselves; of
/// several the last one counts.
pub const SETTINGS_FLAG: &str = "--settings";

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "claude",
    command: "claude",
    args: &["--dangerously-skip-permissions"],
    process_names: &["node", "claude"],
    runs_as_version: true,
    // Its title is the same at the prompt and at a question, so only the prompt tells.
    prompt: Some("❯ "),
    delay_ms: 10_000,
    first_words: PromptArgument::Argument,
    hooks: Some(HooksFile { provider: "claude", dir: ".claude", file: "settings.json" }),
    hook_events: Some(HOOK_EVENTS),
    resume: Some(ResumeBy {
        by_id: Some("--resume {id}"),
        last: Some("--continue"),
        fork: Some("--resume {id} --fork-session --session-id {new}"),
        new: Some("--session-id {id}"),
        ..ResumeBy::NOTHING
    }),
    config_dir_env: Some(ACCOUNT_VARIABLE),
    session_id_env: Some("CLAUDE_SESSION_ID"),
    instructions: "CLAUDE.md",
    keys: Keys {
        interrupt: &["Escape"],
        interrupted: Some("Interrupted · What should Claude do"),
        newline: Some("C-j"),
        clears: &["C-u"],
        bang: Bang::TextAfterBlank,
        ..Keys::UNKNOWN
    },
    screen: Some(SCREEN),
    ..KnownAgent::PLAIN
};

/// All of them are known since 2.0.45. Nothing tells that a turn was interrupted, that a question was
/// answered, or (before 2.1.78) that a turn failed: its screen does.
const HOOK_EVENTS: HookEvents = HookEvents {
    settings: SettingsBy::Flag,
    events: &[
        ("UserPromptSubmit", ""),
        ("PermissionRequest", ""),
        ("Stop", ""),
        // A minute after that.
        ("Notification", "idle_prompt"),
    ],
};

const SCREEN: Screen = Screen {
    layout: Layout::Ruled,
    marks: &["❯", "!"],
    hints: &["Try \"", "Press up to edit queued messages"],
    markers: &['❯'],
    // The star stands at the prompt and at a question alike.
    titles: &[(TitleSign::Spinner, Means::Working), (TitleSign::Begins("✳ "), Means::Quiet)],
    busy_below: &["esc to interrupt"],
    // `✽ Tempering… (2s · ↓ 17 tokens)`; once done it is `✻ Crunched for 6s`. Tips, tasks and
    // queued messages stand under it, indented.
    busy_above: Some(BusyRow {
        indent: 0,
        glyphs: "·✢✳✶✻✽*",
        holds: &["…", "Retrying in"],
        wraps: false,
        over: None,
    }),
    dialogs: DIALOGS,
    trouble: &[
        TroubleSign::busy(DetailKind::Retrying, &["· Retrying in"]),
        TroubleSign::busy(DetailKind::Compacting, &["Compacting conversation"]),
        TroubleSign::after(DetailKind::Limit, "  ⎿  You've hit your").coloured(),
        TroubleSign::after(DetailKind::Limit, "  ⎿  Credit balance").coloured(),
        TroubleSign::after(DetailKind::Error, "  ⎿  Context limit reached").coloured(),
        // A whole answer that begins with these words it takes for one itself.
        TroubleSign::after(DetailKind::Error, "●").holds(&["API Error"]).coloured(),
    ],
    // How long it took, and what it enters itself at a limit.
    asides: &["✻ ", "❯ /rate-limit-options"],
    sent: &["❯ "],
    tasks: &["{spinner} {task}", "✳ {task}"],
    no_tasks: &["Claude Code"],
    // It draws no status; its greeting names the model it began with.
    usage: &["{model} · API Usage Billing", "{model} · Claude *"],
    greeting: " Claude Code v",
    ..Screen::PLAIN
};

const DIALOGS: &[Dialog] = &[
    // The first choice ends the agent.
    Dialog::new(
        "bypass",
        Reason::Trust,
        &[
            Sign::Choices(&["No, exit", "Yes, I accept"]),
            Sign::Phrase("WARNING: Claude Code running in Bypass Permissions mode"),
        ],
    )
    // The first choice ends the agent.
    .accept(1, &["--dangerously-skip-permissions", "--permission-mode bypassPermissions"]),
    Dialog::new(
        "trust",
        Reason::Trust,
        &[
            Sign::Choices(&["Yes, I trust this folder", "No, exit"]),
            Sign::Phrase("Quick safety check"),
        ],
    )
    .accept(0, &[]),
    Dialog::new(
        "api-key",
        Reason::SignIn,
        &[Sign::Choices(&["Yes", "No"]), Sign::Phrase("Do you want to use this API key?")],
    )
    .by(Answering::MARK),
    Dialog::new(
        "theme",
        Reason::SignIn,
        &[Sign::Choice("Dark mode"), Sign::Phrase("Choose the text style")],
    )
    .by(Answering::MARK),
    Dialog::new(
        "sign-in",
        Reason::SignIn,
        &[Sign::Choice("Claude account"), Sign::Phrase("Select login method")],
    )
    .by(Answering::MARK),
    Dialog::new(
        "sign-in-code",
        Reason::SignIn,
        &[Sign::Words("Paste code here if prompted"), Sign::Phrase("to sign in")],
    )
    .by(Answering::UNKNOWN),
    Dialog::new("question", Reason::Question, &[Sign::Words("Enter to select ·")]).by(Answering {
        words: &[FreeText::needed("Type something")],
        ticks: Some(Ticks {
            off: &["[ ]"],
            on: &["[✔]", "[x]"],
            toggle: Toggle::Number,
            done: Done::Key("Right"),
        }),
        ..Answering::QUESTION
    }),
    Dialog::new(
        "submit-answers",
        Reason::Question,
        &[Sign::Choices(&["Submit answers", "Cancel"]), Sign::Phrase("Ready to submit")],
    )
    .by(Answering { yes: &["Submit answers"], no: &["Cancel"], ..Answering::NUMBER }),
    Dialog::new(
        "plan",
        Reason::Permission,
        &[Sign::Choice("Yes"), Sign::Phrase("Would you like to proceed?")],
    )
    .by(Answering {
        yes: &["Yes, manually approve edits", "Yes"],
        no: &["No"],
        words: &[FreeText::needed("Tell Claude what to change")],
        ..Answering::NUMBER
    }),
    Dialog::new(
        "plan-exit",
        Reason::Permission,
        &[Sign::Choices(&["Yes", "No"]), Sign::Phrase("exit plan mode")],
    ),
    Dialog::new(
        "permission",
        Reason::Permission,
        &[Sign::Choice("Yes"), Sign::Choice("No"), Sign::Phrase("Do you want to")],
    )
    // `Tab to amend`. With words a No goes on with the turn, without it ends it.
    .by(Answering {
        words: &[FreeText::added("Yes", "Tab"), FreeText::added("No", "Tab")],
        ..Answering::NUMBER
    }),
];
