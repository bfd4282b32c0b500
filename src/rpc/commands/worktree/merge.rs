//! `:PolecatMerge`: what would be merged is asked about, or written about; then it is merged.

use crate::core::host_files::HostFile;
use crate::core::session::State;
use crate::rpc::commands::{
    Done,
    invocation::Invocation,
    questions::{self, AgentDoing},
    report,
    words::word,
    worktree::end_session,
};
use crate::rpc::{
    calls::{Answers, Attempts, CallContext, Merge, Operation, PlanMerge, Remove, Status},
    effects::{Effect, Level, compose, info},
    error::{Refusal, RpcError},
};
use crate::session::{
    FoundLocation, MergeError, MergeHow, MergePlan, Merged, OtherAttempt, RemovedPolecat,
    SessionError,
};

pub(in crate::rpc::commands) async fn run(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let (polecat, how) = (asked.polecat()?, how(asked)?);
    let answers = asked.answers();
    if let Some(names) = &answers.remove {
        return Ok(remove(context, asked, names).await);
    }
    if answers.commit.is_none() {
        return ask(context, asked, &polecat, how).await;
    }
    let editor = asked.asked.editor.clone().unwrap_or_default();
    let message = asked.asked.text.as_ref().map(|text| String::from_utf8_lossy(text).into_owned());
    let merge = Merge {
        at: asked.at(),
        polecat: polecat.clone(),
        how: Some(how.unwrap_or_default()),
        commit: answers.commit,
        message,
        conflicts: Some(asked.bang()),
        unsaved: Some(editor.unsaved),
        dirs: None,
        in_use: answers.in_use,
    };
    let merged = merge.run(context).await?;
    if !merged.conflicts.is_empty() {
        return Ok(conflicts(context, &polecat, &merged));
    }
    let mut told = vec![info(report::merged(&polecat, &merged))];
    // Of whom nothing is known is not offered to be removed.
    let agent = agent_of(context, asked, &polecat).await.filter(|_| merged.whole);
    let others = others(context, asked, &polecat).await;
    if !others.is_empty() {
        told.push(questions::remove_others(asked, (&polecat, &merged.into, agent), &others));
    } else if let Some(agent) = agent {
        told.push(questions::remove_merged(asked, (&polecat, &merged.into), agent));
    }
    Ok(told)
}

/// The other attempts at the task of `polecat`, each with what names it. Where that cannot be told,
/// nobody else is offered to be removed.
async fn others(
    context: &CallContext<'_>,
    asked: &Invocation,
    polecat: &str,
) -> Vec<(String, OtherAttempt)> {
    let call = Attempts { at: asked.at(), polecat: polecat.to_owned() };
    let found = call.run(context).await.unwrap_or_default().into_iter();
    found.map(|other| (report::called(Some(polecat), &other.polecat), other)).collect()
}

/// Removes those that the person has chosen, with their sessions: what they have is kept.
async fn remove(context: &CallContext<'_>, asked: &Invocation, names: &[String]) -> Vec<Effect> {
    let mut told = Vec::new();
    for name in names {
        told.push(match remove_one(context, asked, name).await {
            Ok(gone) => info(report::removed(name, &gone.removed)),
            Err(refusal) => {
                let RpcError { message, .. } = RpcError::from(refusal);
                Effect::Notify(Level::Warn, message)
            }
        });
    }
    told
}

async fn remove_one(
    context: &CallContext<'_>,
    asked: &Invocation,
    name: &str,
) -> Result<RemovedPolecat, Refusal> {
    end_session(context, asked, name).await?;
    let (at, polecat) = (asked.at(), name.to_owned());
    let editor = asked.asked.editor.clone().unwrap_or_default();
    let (unsaved, dirs) = (Some(editor.unsaved), Some(editor.dirs));
    let force = Some(true);
    Box::pin(Remove { at, polecat, force, unsaved, dirs, in_use: None }.run(context)).await
}

/// The way that is named, if one is.
fn how(asked: &Invocation) -> Result<Option<MergeHow>, RpcError> {
    let Some(name) = asked.words.text("how")? else { return Ok(None) };
    let names = MergeHow::ALL.map(MergeHow::as_str).join(", ");
    let wrong = || RpcError::bad_argument(format!("`how`: expected one of {names}, got `{name}`"));
    MergeHow::named(&name).ok_or_else(wrong).map(Some)
}

/// Whether to merge; of a squash, with which message.
async fn ask(
    context: &CallContext<'_>,
    asked: &Invocation,
    polecat: &str,
    how: Option<MergeHow>,
) -> Done {
    let plan = PlanMerge { at: asked.at(), polecat: polecat.to_owned() }.run(context).await?;
    if !plan.conflicts.is_empty() && !asked.bang() && how != Some(MergeHow::Rebase) {
        let files = plan.conflicts.iter().map(Into::into).collect();
        let (polecat, into) = (polecat.to_owned(), plan.into);
        return Err(SessionError::from(MergeError::Conflicts { polecat, into, files }).into());
    }
    let answers = Answers { commit: Some(plan.commit.clone()), ..asked.answers() };
    if how == Some(MergeHow::Squash) {
        let whom = (polecat, Some(asked.at()));
        let text = squashed(&plan);
        let compose = compose::squash(whom, &plan.into, text, asked.again(answers));
        return Ok(vec![Effect::Compose(Box::new(compose))]);
    }
    Ok(vec![questions::merge(asked, polecat, (how, &plan), answers)])
}

/// What the message of a squash begins as: what it is about, what was done, and who did it.
fn squashed(plan: &MergePlan) -> String {
    let mut subjects = plan.subjects.iter();
    let title = plan.title.as_ref().or_else(|| match &*plan.subjects {
        [_] => subjects.next(),
        _ => subjects.clone().next(),
    });
    let mut parts = vec![title.cloned().unwrap_or_default()];
    let list: Vec<_> = subjects.map(|subject| format!("- {subject}")).collect();
    parts.extend([list.join("\n"), plan.trailers.join("\n")]);
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

/// The files that are to be resolved, and how to go on or back.
fn conflicts(context: &CallContext<'_>, polecat: &str, merged: &Merged) -> Vec<Effect> {
    let host = context.host(polecat);
    let item = |file: &String| {
        let file = HostFile::editable(host.as_ref(), merged.worktree.join(file))?;
        Some(FoundLocation { file, line: 1, column: None, text: b"in conflict".to_vec() })
    };
    let items = merged.conflicts.iter().filter_map(item).collect();
    let title = format!("conflicts of {}", word(polecat));
    vec![
        Effect::Notify(Level::Warn, report::in_conflict(polecat, merged)),
        Effect::Quickfix { title, items },
    ]
}

/// What the agent of `polecat` is at; `None` while that is not known.
async fn agent_of(
    context: &CallContext<'_>,
    asked: &Invocation,
    polecat: &str,
) -> Option<AgentDoing> {
    let (at, polecat) = (asked.at(), polecat.to_owned());
    let info = Status { at, polecat }.run(context).await.ok()?;
    match info.state {
        State::Unknown => None,
        _ if !info.running => Some(AgentDoing::Ended),
        State::Starting => Some(AgentDoing::Busy("is starting")),
        state => Some(report::busy(state).map_or(AgentDoing::Resting, AgentDoing::Busy)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_begins_with_the_title_and_has_each_commit_and_trailer() {
        let subjects = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        let plan = MergePlan { subjects: subjects(&["one"]), ..MergePlan::default() };
        assert_eq!(squashed(&plan), "one");
        let plan = MergePlan { subjects: subjects(&["one", "two"]), ..plan };
        assert_eq!(squashed(&plan), "one\n\n- one\n- two");
        let (title, trailers) = (Some("Paint".to_owned()), subjects(&["Signed-off-by: A"]));
        let plan = MergePlan { trailers, title, ..plan };
        assert_eq!(squashed(&plan), "Paint\n\n- one\n- two\n\nSigned-off-by: A");
    }
}
