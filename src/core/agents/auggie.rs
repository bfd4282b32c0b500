//! Auggie CLI; flags and first screen are those of 0.36.0.

use super::{KnownAgent, PromptArgument, ResumeBy};
use crate::core::screen::{Dialog, Reason, Screen, Sign};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "auggie",
    command: "auggie",
    args: &["--allow-indexing"],
    process_names: &["auggie", "node"],
    first_words: PromptArgument::Argument,
    resume: Some(ResumeBy::id("--resume {id}")),
    screen: Some(Screen { dialogs: DIALOGS, ..Screen::UNKNOWN }),
    ..KnownAgent::PLAIN
};

const DIALOGS: &[Dialog] = &[Dialog::new(
    "sign-in",
    Reason::SignIn,
    &[Sign::Near("Login to continue"), Sign::Near("Press return to open your browser")],
)];
