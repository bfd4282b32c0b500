//! `:PolecatList`: which session, then what to do with it.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    Done,
    invocation::Invocation,
    keys::{self, Act, Meaning},
    report,
    words::word,
};
use crate::{
    rpc::{
        calls::{Answers, At, CallContext, List, ListedPolecat, Operation},
        effects::{Choice, Effect, Request, info},
    },
    view,
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
    Action::Key("merge"),
    Action::Key("push"),
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
    let all = asked.is_about_all(context).await;
    let found = List { at: asked.at(), all: Some(all) }.run(context).await?.0;
    let mut listed: Vec<_> = found.iter().map(row).collect();
    let rows = view::list(&mut listed, Timestamp::now());
    if rows.is_empty() {
        return Ok(vec![info(report::nobody_runs())]);
    }
    // One of a host is named as a whole.
    let here = found.iter().filter(|one| one.host.is_none());
    let rigs: HashMap<_, _> = here.map(|one| (one.shown.as_str(), &one.rig)).collect();
    let choice = |(label, row): (String, &view::ListEntry)| {
        let at = rigs.get(row.shown).map_or_else(|| asked.at(), |rig| asked.at().in_rig(rig));
        Choice { label, then: Some(about(asked, at, row.shown)) }
    };
    Ok(vec![Effect::Select {
        prompt: "Which polecat?".to_owned(),
        kind: Some("polecat"),
        again: Some(asked.line()),
        choices: rows.into_iter().zip(&listed).map(choice).collect(),
    }])
}

fn row(ListedPolecat { shown, info, .. }: &ListedPolecat) -> view::ListEntry<'_> {
    view::ListEntry { shown, session: info }
}

/// The same command once it is known which polecat it is about, and of which rig.
pub(super) fn about(asked: &Invocation, at: At, polecat: &str) -> Request {
    let answers = Answers { polecat: Some(polecat.to_owned()), ..asked.answers() };
    asked.with_answers(at, answers.clone()).again(answers)
}

fn what(asked: &Invocation, polecat: &str) -> Effect {
    let choice = |(label, command, bang): (&str, &str, bool)| Choice {
        label: label.to_owned(),
        then: Some(asked.other(command, &word(polecat), bang)),
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
