//! aider; its screen was read off 0.86.2.

use super::{Keys, KnownAgent, ResumeBy};
use crate::core::screen::{
    Answering, ChoiceInput, Dialog, Layout, Reason, Screen, Sign, TroubleSign,
};
use crate::core::session::DetailKind;

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "aider",
    command: "aider",
    args: &["--yes-always", "--no-gitignore", "--no-check-update"],
    process_names: &["aider", "python", "python3"],
    // It looks for the prices of models first.
    delay_ms: 60_000,
    // Its conversation is a file in its folder, without an id.
    resume: Some(ResumeBy { last: Some("--restore-chat-history"), ..ResumeBy::NOTHING }),
    keys: Keys { interrupt: &["C-c"], clears: &["C-u"], ..Keys::UNKNOWN },
    screen: Some(SCREEN),
    ..KnownAgent::PLAIN
};

const SCREEN: Screen = Screen {
    layout: Layout::LastLine,
    dialogs: DIALOGS,
    answering: Answering { way: ChoiceInput::Letter, ..Answering::NUMBER },
    trouble: &[
        TroubleSign::within(DetailKind::Retrying, "Retrying in "),
        TroubleSign::after(DetailKind::Error, "litellm.").coloured(),
    ],
    ..Screen::PLAIN
};

const DIALOGS: &[Dialog] =
    &[Dialog::new("permission", Reason::Permission, &[Sign::Phrase("Run shell command")])];
