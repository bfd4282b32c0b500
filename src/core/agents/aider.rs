//! aider; its screen was read off 0.86.2.

use super::KnownAgent;
use crate::core::screen::{Answering, Dialog, Layout, Reason, Screen, Sign, Way};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "aider",
    command: "aider",
    args: &["--yes-always", "--no-gitignore", "--no-check-update"],
    process_names: &["aider", "python", "python3"],
    // It looks for the prices of models first.
    delay_ms: 60_000,
    screen: Some(SCREEN),
    ..KnownAgent::PLAIN
};

const SCREEN: Screen = Screen {
    layout: Layout::LastLine,
    dialogs: DIALOGS,
    answering: Answering { way: Way::Letter, ..Answering::NUMBER },
    ..Screen::PLAIN
};

const DIALOGS: &[Dialog] =
    &[Dialog::new("permission", Reason::Permission, &[Sign::Phrase("Run shell command")])];
