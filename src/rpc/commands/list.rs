//! `:PolecatList`: which session, then what to do with it.

use super::{invocation::Invocation, report, run::Done};
use crate::{
    core::session::SessionInfo,
    rpc::{
        calls::{Answers, CallContext, List, Operation},
        effects::{Choice, Effect, Request, info},
    },
};

/// What can be done with a polecat: what that is called, and the command that does it.
const ACTIONS: &[(&str, &str, bool)] = &[
    ("Follow what it prints", "Capture", false),
    ("Take a snapshot of what it printed", "Capture", true),
    ("Attach: use its session in a terminal", "Attach", false),
    ("Inject: write a message to it", "Inject", false),
    ("Show it in detail", "Status", false),
    ("Show what it changed", "Diff", false),
    ("Stop it", "Stop", false),
    ("Stop it by force", "Stop", true),
];

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
    let choice = |(label, command, bang): &(&str, &str, bool)| Choice {
        label: (*label).to_owned(),
        then: Some(asked.other(command, polecat, *bang)),
    };
    let choices = ACTIONS.iter().map(choice).collect();
    Effect::Select { prompt: polecat.to_owned(), kind: None, again: None, choices }
}
