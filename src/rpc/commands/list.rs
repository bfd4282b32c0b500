//! `:PolecatList`: which session, then what to do with it.

use super::{
    Done,
    invocation::Invocation,
    keys::{self, Act, Meaning},
    report,
};
use crate::{
    core::session::SessionInfo,
    rpc::{
        calls::{Answers, CallContext, List, Operation},
        effects::{Choice, Effect, Request, info},
    },
};

/// What can be done with a polecat that runs: what its keys do, by their names, and what has no key.
const ACTIONS: &[Action] = &[
    Action::Key("capture"),
    Action::Other("Take a snapshot of what it printed", "Capture", true),
    Action::Key("attach"),
    Action::Key("compose"),
    Action::Key("interrupt"),
    Action::Key("queue"),
    Action::Key("detail"),
    Action::Key("diff"),
    Action::Key("stop"),
    Action::Key("kill"),
];

#[derive(Debug)]
enum Action {
    Key(&'static str),
    /// What it is called, and the command that does it, with or without `!`.
    Other(&'static str, &'static str, bool),
}

impl Action {
    fn command(&self) -> Option<(&'static str, &'static str, bool)> {
        match *self {
            Self::Other(label, command, bang) => Some((label, command, bang)),
            Self::Key(act) => match keys::named(act).ok()? {
                (key, Act { meaning: Meaning::Command { name, bang, .. }, .. }) => {
                    Some((key.about, name, *bang))
                }
                _ => None,
            },
        }
    }
}

pub(super) async fn run(context: &CallContext<'_>, asked: &Invocation) -> Done {
    if let Some(polecat) = asked.answers().polecat {
        return Ok(vec![what(asked, &polecat)]);
    }
    let sessions = List { at: asked.at() }.run(context).await?;
    if sessions.is_empty() {
        return Ok(vec![info(report::nobody_runs())]);
    }
    Ok(vec![Effect::Select {
        prompt: "Which polecat?".to_owned(),
        kind: Some("polecat"),
        again: Some(asked.line()),
        choices: sessions.iter().map(|session| whose(asked, session)).collect(),
    }])
}

fn whose(asked: &Invocation, session: &SessionInfo) -> Choice {
    Choice { label: row(session), then: Some(about(asked, session.polecat.as_str())) }
}

/// The same command once it is known which polecat it is about.
pub(super) fn about(asked: &Invocation, polecat: &str) -> Request {
    asked.again(Answers { polecat: Some(polecat.to_owned()), ..asked.answers() })
}

/// `ash  working  shop-1  claude`
fn row(session: &SessionInfo) -> String {
    let parts = [
        Some(session.polecat.as_str()),
        Some(session.state.as_str()),
        session.issue.as_deref(),
        session.agent.as_deref(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

fn what(asked: &Invocation, polecat: &str) -> Effect {
    let choice = |(label, command, bang): (&str, &str, bool)| Choice {
        label: label.to_owned(),
        then: Some(asked.other(command, polecat, bang)),
    };
    let choices = ACTIONS.iter().filter_map(Action::command).map(choice).collect();
    Effect::Select { prompt: polecat.to_owned(), kind: None, again: None, choices }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_is_a_command() {
        for action in ACTIONS {
            let (label, ..) = action.command().unwrap_or_else(|| panic!("{action:?}"));
            assert!(!label.is_empty());
        }
    }
}
