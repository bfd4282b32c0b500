//! Factory's droid; flags and first screen are those of 0.215.0.

use super::{KnownAgent, PromptArgument, ResumeBy};
use crate::core::screen::{Dialog, Reason, Screen, Sign};

pub(super) const AGENT: KnownAgent = KnownAgent {
    name: "droid",
    command: "droid",
    args: &["--auto", "high"],
    process_names: &["droid"],
    first_words: PromptArgument::Argument,
    resume: Some(ResumeBy {
        by_id: Some("--resume {id}"),
        last: Some("--resume --last"),
        ..ResumeBy::NOTHING
    }),
    screen: Some(Screen { dialogs: DIALOGS, ..Screen::UNKNOWN }),
    ..KnownAgent::PLAIN
};

const DIALOGS: &[Dialog] = &[Dialog::new(
    "sign-in",
    Reason::SignIn,
    &[Sign::Near("Please login with your Factory account")],
)
.labels(&["Login", "Exit"])];
