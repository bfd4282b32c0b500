//! `:PolecatPush`: asked about, pushed, and a pull request written where `gh` can open one.

use crate::rpc::commands::{Done, invocation::Invocation, questions, report};
use crate::rpc::{
    calls::{Answers, CallContext, OpenPullRequest, Operation, PlanPush, Push},
    effects::{Effect, compose, info},
};
use crate::session::PullRequestDraft;

pub(in crate::rpc::commands) async fn run(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let (at, polecat) = (asked.at(), asked.polecat()?);
    if let Some(text) = &asked.asked.text {
        let text = String::from_utf8_lossy(text).into_owned();
        let opened = OpenPullRequest { at, polecat, text }.run(context).await?;
        return Ok(vec![info(report::pull_request(&opened.url))]);
    }
    let Some(commit) = asked.answers().commit else {
        let plan = PlanPush { at, polecat: polecat.clone() }.run(context).await?;
        let answers = Answers { commit: Some(plan.commit.clone()), ..asked.answers() };
        return Ok(vec![questions::push(asked, &polecat, &plan, answers)]);
    };
    let push = Push { at, polecat: polecat.clone(), commit: Some(commit) };
    let pushed = push.run(context).await?;
    let mut told = vec![info(report::pushed(&pushed))];
    if let Some(draft) = &pushed.draft {
        let whom = (&*polecat, Some(asked.at()));
        let call = asked.again(asked.answers());
        let compose = compose::pull_request(whom, &pushed.branch, described(draft), call);
        told.push(Effect::Compose(Box::new(compose)));
    }
    Ok(told)
}

/// A title, and what was done.
fn described(draft: &PullRequestDraft) -> String {
    let PullRequestDraft { subjects, title } = draft;
    let first = title.clone().or_else(|| subjects.first().cloned()).unwrap_or_default();
    let list: Vec<_> = subjects.iter().map(|subject| format!("- {subject}")).collect();
    let is_all = title.is_none() && subjects.len() < 2;
    if is_all { first } else { format!("{first}\n\n{}", list.join("\n")) }
}
