//! What a person is asked about a merge: which way, and who is removed after it.

use std::fmt::Write as _;

use super::without;
use crate::{
    core::names::visible,
    rpc::{
        calls::Answers,
        commands::{invocation::Invocation, report::count, words::word},
        effects::{Choice, Effect, Preview},
    },
    session::{MergeHow, MergePlan, OtherAttempt},
};

/// The answer that ends an agent which runs.
const STOP_AND_REMOVE: &str = "Stop and remove";

/// What an agent is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rpc::commands) enum AgentDoing {
    /// It does not run.
    Ended,
    /// It is at its prompt.
    Resting,
    /// It is in the middle of something: `is working`.
    Busy(&'static str),
}

/// Whether to remove `polecat`, whose work is in the branch `into`; its `agent` is stopped first.
pub(in crate::rpc::commands) fn remove_merged(
    invocation: &Invocation,
    (polecat, into): (&str, &str),
    agent: AgentDoing,
) -> Effect {
    let merged = format!("All work of `{polecat}` is in `{into}`");
    let (prompt, yes) = match agent {
        AgentDoing::Ended => (format!("{merged}: remove it?"), "Remove"),
        AgentDoing::Resting => {
            (format!("{merged}: stop its agent and remove it?"), STOP_AND_REMOVE)
        }
        AgentDoing::Busy(doing) => {
            (format!("{merged}, but it {doing}: stop its agent and remove it?"), STOP_AND_REMOVE)
        }
    };
    let stop = (agent != AgentDoing::Ended).then_some(true);
    let answers = stop.map(|_| Answers { stop, ..Answers::default() });
    let then = invocation.other_with("Remove", &word(polecat), false, answers);
    let cancel = Choice { label: "Cancel".to_owned(), then: None };
    let remove = Choice { label: yes.to_owned(), then: Some(then) };
    // One whose agent runs is not removed by the command alone.
    let again = stop.is_none().then(|| format!(":PolecatRemove {}", word(polecat)));
    Effect::Select { prompt, kind: None, again, choices: vec![cancel, remove] }
}

/// Which of the attempts at a task to remove, of which `polecat` was taken: its work is in `into`.
/// With what its `agent` is at it may go too: then all its work is there.
pub(in crate::rpc::commands) fn remove_others(
    invocation: &Invocation,
    (polecat, into, agent): (&str, &str, Option<AgentDoing>),
    others: &[(String, OtherAttempt)],
) -> Effect {
    let own = agent.map(|_| polecat.to_owned());
    let names: Vec<_> = others.iter().map(|(name, _)| name.clone()).collect();
    let choice = |names: Vec<String>| {
        let answers = Answers { remove: Some(names.clone()), ..invocation.answers() };
        let label = format!("Remove {}", names.join(", "));
        Choice { label, then: Some(invocation.again(answers)) }
    };
    let mut choices = vec![Choice { label: "Cancel".to_owned(), then: None }];
    choices.extend(own.clone().map(|own| choice(vec![own])));
    choices.push(choice(names.clone()));
    choices.extend(own.map(|own| choice([vec![own], names.clone()].concat())));
    let lines = others.iter().flat_map(|(name, other)| attempt(name, other));
    Effect::Preview(Preview {
        id: format!("{polecat} {into} {}", names.join(" ")),
        prompt: format!("`{polecat}` is merged into `{into}`: remove the other attempts?"),
        titles: [" the other attempts ", " the other attempts (their beginning) "],
        filetype: "polecat-attempts",
        lines: lines.chain(agent.and_then(|agent| taken(polecat, agent))).collect(),
        again: format!(
            ":PolecatRemove! {}",
            names.first().map(|name| word(name)).unwrap_or_default()
        ),
        choices,
        show_all: "Cancel, show all of it first",
    })
}

/// What becomes of the session of the attempt that was taken, if that is removed too.
fn taken(polecat: &str, agent: AgentDoing) -> Option<String> {
    match agent {
        AgentDoing::Ended => None,
        AgentDoing::Resting => Some(format!("{polecat}, which is merged: its session is running")),
        AgentDoing::Busy(doing) => Some(format!("{polecat}, which is merged: it {doing}")),
    }
}

/// What there is of another attempt, and what becomes of it.
fn attempt(name: &str, other: &OtherAttempt) -> Vec<String> {
    let agent = other.agent.as_ref().map(|agent| format!(" ({agent})")).unwrap_or_default();
    let running = if other.running { ": its session will be ended" } else { "" };
    let mut lines = vec![format!("{name}{agent}{running}")];
    lines.extend(other.unsaved.iter().map(|what| format!("  {}", visible(what))));
    if !other.unsaved.is_empty() {
        let back = format!("`:PolecatRestore {}` brings it back", word(name));
        lines.push(format!("  saved in a backup: {back}"));
    }
    lines.extend(other.deleted.iter().map(|what| format!("  deleted: {}", visible(what))));
    lines.extend(other.in_the_way.iter().map(|why| format!("  not removed: {}", visible(why))));
    if lines.len() == 1 {
        lines.push("  all its work is saved elsewhere".to_owned());
    }
    lines
}

/// Whether to merge what `plan` says of `polecat`, and where nobody has said `how`, which way.
pub(in crate::rpc::commands) fn merge(
    invocation: &Invocation,
    polecat: &str,
    (how, plan): (Option<MergeHow>, &MergePlan),
    answers: Answers,
) -> Effect {
    let (into, commits) = (&plan.into, count(plan.subjects.len(), "commit"));
    let mut prompt = match how {
        Some(MergeHow::Rebase) => format!("Rebase {commits} of `{polecat}` onto `{into}`"),
        _ => format!("Merge {commits} of `{polecat}` into `{into}`"),
    };
    prompt.push_str(&without(plan.uncommitted.len()));
    if plan.working {
        prompt.push_str(", while its agent works");
    }
    if !plan.conflicts.is_empty() && how != Some(MergeHow::Rebase) {
        let files = count(plan.conflicts.len(), "file");
        let _ = write!(prompt, ", leaving conflicts in {files}");
    }
    let mut choices = vec![Choice { label: "Cancel".to_owned(), then: None }];
    let yes = if how == Some(MergeHow::Rebase) { "Rebase" } else { "Merge" };
    choices.push(Choice { label: yes.to_owned(), then: Some(invocation.again(answers.clone())) });
    if how.is_none() {
        choices.extend(other_ways(invocation, polecat, plan, answers));
    }
    let again = Some(invocation.line());
    Effect::Select { prompt: prompt + "?", kind: None, again, choices }
}

/// The ways to merge other than git's own: to write the message of one commit, and where no agent is in
/// the way to rebase.
fn other_ways(
    invocation: &Invocation,
    polecat: &str,
    plan: &MergePlan,
    answers: Answers,
) -> Vec<Choice> {
    let way = |label: &str, how: MergeHow, answers| {
        let args = format!("{} {}", word(polecat), how.as_str());
        Choice { label: label.to_owned(), then: Some(invocation.with(&args, answers)) }
    };
    let unasked = Answers { commit: None, ..answers.clone() };
    let mut ways = vec![way("Squash, and write its message", MergeHow::Squash, unasked)];
    let is_free = !plan.running && plan.conflicts.is_empty();
    ways.extend(is_free.then(|| way("Rebase", MergeHow::Rebase, answers)));
    ways
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::names::PolecatName;

    #[test]
    fn of_another_attempt_it_is_said_what_is_kept_what_is_deleted_and_what_stays() {
        let texts = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        let other = OtherAttempt {
            polecat: PolecatName::parse("ash").unwrap(),
            number: 1,
            agent: Some("claude".to_owned()),
            running: true,
            unsaved: texts(&["1 file is untracked: a\u{1b}"]),
            deleted: texts(&["1 comment is not sent"]),
            in_the_way: texts(&["a rebase is in progress"]),
        };
        assert_eq!(
            attempt("build1:ash", &other),
            [
                "build1:ash (claude): its session will be ended",
                "  1 file is untracked: a\\u{1b}",
                "  saved in a backup: `:PolecatRestore build1:ash` brings it back",
                "  deleted: 1 comment is not sent",
                "  not removed: a rebase is in progress",
            ]
        );
        let [unsaved, deleted, in_the_way] = [(); 3].map(|()| Vec::new());
        let bare =
            OtherAttempt { agent: None, running: false, unsaved, deleted, in_the_way, ..other };
        assert_eq!(attempt("ash", &bare), ["ash", "  all its work is saved elsewhere"]);
    }
}
