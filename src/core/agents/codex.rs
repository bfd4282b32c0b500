//! Codex CLI; its screen was read off 0.169.0.

use super::{Keys, KnownAgent, PromptArgument, ResumeBy};
use crate::core::screen::{
    Answering, Bang, BusyRow, Dialog, FreeText, Layout, Means, Reason, Screen, Sign, TitleSign,
    TroubleSign,
};
use crate::core::session::DetailKind;

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "codex",
    command: "codex",
    args: &["--dangerously-bypass-approvals-and-sandbox"],
    // All sessions would share one daemon, a child of the first: whoever stopped that one broke
    // the others, and their commands ran in its environment. On the terminal's other screen it
    // keeps nothing of what has scrolled away; 0.171.0 did all else alike without it.
    flags_if_taken: &["--no-daemon", "--no-alt-screen"],
    process_names: &["codex", "node"],
    prompt: Some("› "),
    delay_ms: 3_000,
    // gastown types it; Codex CLI 0.169.0 takes it.
    first_words: PromptArgument::Argument,
    resume: Some(ResumeBy {
        is_subcommand: true,
        by_id: Some("resume {id}"),
        last: Some("resume --last"),
        // Without a folder it asks for one, and proposes the first one's.
        fork: Some("fork {id} -C ."),
        files: Some((
            ".codex/sessions/*/*/*/rollout-???????????????????-{id}.jsonl",
            r#""cwd":"{cwd}""#,
        )),
        ..ResumeBy::NOTHING
    }),
    config_dir_env: Some("CODEX_HOME"),
    keys: Keys {
        interrupt: &["Escape"],
        interrupted: Some("Conversation interrupted"),
        newline: Some("C-j"),
        clears: &["C-u"],
        bang: Bang::TextAfterBlank,
        ..Keys::UNKNOWN
    },
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
    dialogs: DIALOGS,
    // A No ends the turn.
    answering: Answering { words: &[FreeText::message("No")], ..Answering::NUMBER },
    trouble: &[
        TroubleSign::busy(DetailKind::Retrying, &["Reconnecting"]),
        TroubleSign::busy(DetailKind::Compacting, &["Compacting context"]),
        TroubleSign::after(DetailKind::Limit, "■ ").holds(&["hit your usage limit"]),
        TroubleSign::after(DetailKind::Error, "■ ").unless(&["Conversation interrupted"]),
    ],
    sent: &["› "],
    tasks: &["{spinner} {task} | *", "{task} | *"],
    no_tasks: &["[ ! ]", "[ . ]"],
    // Model and effort.
    usage: &[
        "{model} default · *",
        "{model} none · *",
        "{model} minimal · *",
        "{model} low · *",
        "{model} medium · *",
        "{model} high · *",
        "{model} xhigh · *",
    ],
    ..Screen::PLAIN
};

const DIALOGS: &[Dialog] = &[
    Dialog::new(
        "trust",
        Reason::Trust,
        &[
            Sign::Choices(&["Trust and continue", "Back to Agent Command Center"]),
            Sign::Phrase("Trust this folder?"),
        ],
    )
    .by(Answering { yes: &["Trust and continue"], no: &["Back"], ..Answering::MARK })
    .accept(0, &[]),
    Dialog::new(
        "sign-in",
        Reason::SignIn,
        &[Sign::Choice("Sign in with"), Sign::Phrase("Choose how you want to use Codex")],
    )
    .by(Answering::MARK),
    Dialog::new(
        "sign-in-other",
        Reason::SignIn,
        &[Sign::Choice("Use an OpenAI API key"), Sign::Phrase("Sign in another way")],
    )
    .by(Answering::MARK),
    Dialog::new(
        "sign-in-browser",
        Reason::SignIn,
        &[Sign::Words("Press esc to cancel"), Sign::Phrase("Finish signing in")],
    )
    .by(Answering::UNKNOWN),
    Dialog::new("question", Reason::Question, &[Sign::Words("enter to submit answer")]).by(
        Answering { words: &[FreeText::added("None of the above", "Tab")], ..Answering::QUESTION },
    ),
    Dialog::new(
        "permission",
        Reason::Permission,
        &[Sign::Choice("Yes"), Sign::Choice("No"), Sign::Phrase("Would you like to")],
    ),
    Dialog::new(
        "permission",
        Reason::Permission,
        &[Sign::Words("Press enter to confirm or esc to cancel")],
    ),
];
