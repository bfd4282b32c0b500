//! What a person is asked before a command goes on, and how it goes on then.

use std::fmt::Write as _;

use super::{invocation::Invocation, report::count, table::Command, words::word};
use crate::{
    core::{
        names::visible,
        session::{SessionInfo, Waiting},
        trust::Request as Untrusted,
    },
    rpc::{
        calls::{Answers, InUse, Trust},
        effects::{Choice, Effect, Preview, Request},
    },
    session::{Answer, MergeHow, MergePlan, OtherAttempt, PushPlan},
};

/// The answer that ends an agent which runs.
const STOP_AND_REMOVE: &str = "Stop and remove";

/// How many polecats a question names.
const NAMED: usize = 8;

/// Whether to go on in a worktree in which others work, as `found` says.
pub(super) fn in_use(invocation: &Invocation, found: &str) -> Effect {
    let doing = match invocation.command() {
        Command::Remove => "remove",
        Command::Restore => "restore",
        Command::Merge => "rebase",
        Command::Setup => "set it up",
        _ => "start",
    };
    let answers = Answers { in_use: Some(InUse::Ignore), ..invocation.answers() };
    Effect::Confirm {
        prompt: format!("{found}: {doing} anyway?"),
        yes: "Yes",
        again: invocation.line(),
        then: invocation.again(answers),
    }
}

/// Whether a set-up may copy so much, as `found` says.
pub(super) fn large(invocation: &Invocation, found: &str) -> Effect {
    let answers = Answers { large: Some(true), ..invocation.answers() };
    Effect::Confirm {
        prompt: format!("{found}: copy it?"),
        yes: "Copy",
        again: invocation.line(),
        then: invocation.again(answers),
    }
}

/// Whether to remove `polecat`; the key `again` asks again.
pub(super) fn remove(invocation: &Invocation, polecat: &str, again: &str) -> Effect {
    Effect::Confirm {
        prompt: format!("Remove polecat `{polecat}`?"),
        yes: "Remove",
        again: again.to_owned(),
        then: invocation.other("Remove", &word(polecat), false),
    }
}

/// What an agent is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AgentDoing {
    /// It does not run.
    Ended,
    /// It is at its prompt.
    Resting,
    /// It is in the middle of something: `is working`.
    Busy(&'static str),
}

/// Whether to remove `polecat`, whose work is in the branch `into`; its `agent` is stopped first.
pub(super) fn remove_merged(
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
pub(super) fn remove_others(
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
        prompt: format!("`{polecat}` is in `{into}`: remove the other attempts?"),
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
        AgentDoing::Resting => Some(format!("{polecat}, which is merged: its session runs")),
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
        lines.push(format!("  that is kept in a backup: {back}"));
    }
    lines.extend(other.deleted.iter().map(|what| format!("  deleted: {}", visible(what))));
    lines.extend(other.in_the_way.iter().map(|why| format!("  it stays: {}", visible(why))));
    if lines.len() == 1 {
        lines.push("  all that it has is saved elsewhere".to_owned());
    }
    lines
}

/// Whether to merge what `plan` says of `polecat`, and where nobody has said `how`, which way.
pub(super) fn merge(
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

/// Whether to push what `plan` says of `polecat`.
pub(super) fn push(
    invocation: &Invocation,
    polecat: &str,
    plan: &PushPlan,
    answers: Answers,
) -> Effect {
    let PushPlan { remote, branch, commits, uncommitted, .. } = plan;
    let commits = count(*commits, "commit");
    let mut prompt = format!("Push {commits} of `{polecat}` to `{remote}` as `{branch}`");
    prompt.push_str(&without(*uncommitted));
    Effect::Confirm {
        prompt: prompt + "?",
        yes: "Push",
        again: invocation.line(),
        then: invocation.again(answers),
    }
}

/// What stays behind.
fn without(uncommitted: usize) -> String {
    match uncommitted {
        0 => String::new(),
        1 => ", without 1 file that is not committed".to_owned(),
        many => format!(", without {many} files that are not committed"),
    }
}

/// Whether to stop `polecat`, whose agent is `doing` something; the key `again` asks again.
pub(super) fn stop(invocation: &Invocation, polecat: &str, doing: &str, again: &str) -> Effect {
    Effect::Confirm {
        prompt: format!("`{polecat}` {doing}: stop it?"),
        yes: "Stop",
        again: again.to_owned(),
        then: invocation.again(invocation.answers()),
    }
}

/// Whether to run what only files of a project name.
pub(super) fn untrusted(invocation: &Invocation, request: &Untrusted) -> Effect {
    let id = request.id();
    let ids: Vec<_> = invocation.answers().trust_id.into_iter().chain([id.clone()]).collect();
    let allow = |label: &str, answer| {
        let (trust, trust_id) = (Some(Trust(answer)), Some(ids.join(",")));
        let answers = Answers { trust, trust_id, ..invocation.answers() };
        Choice { label: label.to_owned(), then: Some(invocation.again(answers)) }
    };
    let mut choices =
        vec![Choice { label: "No".to_owned(), then: None }, allow("Run once", Answer::Once)];
    choices.extend(request.lasting.then(|| allow("Always", Answer::Always)));
    Effect::Preview(Preview {
        id: id.clone(),
        prompt: "Run what files of this project name?".to_owned(),
        titles: [" to be allowed ", " to be allowed (its beginning) "],
        filetype: "polecat-trust",
        lines: request.lines(),
        again: invocation.line(),
        choices,
        show_all: "No, show all of it first",
    })
}

/// What the agent of `polecat` asks, by the user's own `vim.ui.select`; `call` answers with the
/// choice of a number.
pub(super) fn of_agent(
    polecat: &str,
    waiting: &Waiting,
    call: impl Fn(usize) -> Request,
) -> Effect {
    let text = if waiting.text.is_empty() { &waiting.reason } else { &waiting.text };
    let mut lines = waiting.about.clone();
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(text.clone());
    if waiting.multi {
        lines.push(format!("Several at once: `:PolecatAnswer {polecat} 1,2`"));
    }
    let choice = |(at, label): (usize, &String)| Choice {
        label: format!("{}. {label}", at + waiting.first),
        then: Some(call(at + waiting.first)),
    };
    Effect::Preview(Preview {
        id: waiting.id.clone(),
        prompt: format!("{polecat}: {text}"),
        titles: [" asks ", " asks (its beginning) "],
        filetype: "polecat-question",
        lines,
        again: format!(":PolecatAnswer {polecat}"),
        choices: waiting.choices.iter().enumerate().map(choice).collect(),
        show_all: "None, show all of it first",
    })
}

/// Whether to agree to something of which only a part is on the screen of `polecat`.
pub(super) fn cut(invocation: &Invocation, polecat: &str, choice: &str, id: String) -> Effect {
    let answers = Answers { cut: Some(true), question: Some(id), ..invocation.answers() };
    Effect::Confirm {
        prompt: format!(
            "The beginning of what `{polecat}` asks is not on its screen. Answer `{choice}`?"
        ),
        yes: "Answer",
        again: format!(":PolecatAnswer {polecat}"),
        then: invocation.again(answers),
    }
}

/// Whether to stop all of `sessions`, of which there is one at least, in the rig that was named so.
pub(super) fn stop_all(invocation: &Invocation, said: &str, sessions: &[SessionInfo]) -> Effect {
    let around = || sessions.first().map_or("", |session| &session.rig_name);
    let rig = if said.is_empty() { around() } else { said };
    let mut names: Vec<_> =
        sessions.iter().take(NAMED).map(|session| session.polecat.as_str().to_owned()).collect();
    if sessions.len() > NAMED {
        names.push(format!("and {} more", sessions.len() - NAMED));
    }
    Effect::Confirm {
        prompt: format!("Stop {} of `{rig}` ({})?", sessions.len(), names.join(", ")),
        yes: "Stop",
        again: invocation.line(),
        then: invocation.again(Answers { confirmed: Some(true), ..invocation.answers() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::names::PolecatName;
    use crate::rpc::calls::{At, CommandRun};

    fn invocation(name: &str, args: &str) -> Invocation {
        let at = At { file: None, cwd: "/shop".into(), rig: None };
        Invocation::read(CommandRun::typed(&at, name, args))
            .unwrap_or_else(|error| panic!("{error:?}"))
    }

    fn confirmed(effect: Effect) -> [String; 3] {
        let Effect::Confirm { prompt, yes, again, .. } = effect else { panic!("{effect:?}") };
        [prompt, yes.to_owned(), again]
    }

    #[test]
    fn who_is_to_be_stopped_is_named_up_to_eight() {
        let ask = |count: usize| {
            let name = |number: usize| PolecatName::parse(&format!("p{number}")).unwrap();
            let sessions: Vec<_> = (1..=count)
                .map(|number| SessionInfo::stopped(name(number), String::new(), "shop".to_owned()))
                .collect();
            confirmed(stop_all(&invocation("StopAll", ""), "", &sessions))
        };
        assert_eq!(ask(2), ["Stop 2 of `shop` (p1, p2)?", "Stop", ":PolecatStopAll"]);
        assert_eq!(ask(9)[0], "Stop 9 of `shop` (p1, p2, p3, p4, p5, p6, p7, p8, and 1 more)?");
    }

    #[test]
    fn whether_to_go_on_names_what_and_how_to_be_asked_again() {
        for (name, doing) in [("Start", "start"), ("Remove", "remove"), ("Restore", "restore")] {
            let asked = confirmed(in_use(&invocation(name, "ash"), "make works there"));
            let line = format!(":Polecat{name} ash");
            assert_eq!(
                asked,
                [format!("make works there: {doing} anyway?"), "Yes".to_owned(), line]
            );
        }
    }

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
                "  that is kept in a backup: `:PolecatRestore build1:ash` brings it back",
                "  deleted: 1 comment is not sent",
                "  it stays: a rebase is in progress",
            ]
        );
        let [unsaved, deleted, in_the_way] = [(); 3].map(|()| Vec::new());
        let bare =
            OtherAttempt { agent: None, running: false, unsaved, deleted, in_the_way, ..other };
        assert_eq!(attempt("ash", &bare), ["ash", "  all that it has is saved elsewhere"]);
    }

    #[test]
    fn what_a_project_names_may_run_once_or_always_where_that_can_be_remembered() {
        let offered = |lasting| {
            let request = Untrusted {
                home: "/shop".into(),
                files: vec!["/shop/settings.json".into()],
                argv: vec!["true".to_owned()],
                env: Vec::new(),
                settings: Vec::new(),
                contents: Vec::new(),
                lasting,
            };
            let effect = untrusted(&invocation("Start", "ash"), &request);
            let Effect::Preview(Preview { choices, lines, .. }) = effect else {
                panic!("{effect:?}")
            };
            assert!(lines.iter().any(|line| line.contains("/shop/settings.json")), "{lines:?}");
            let offered = choices.into_iter().map(|choice| (choice.label, choice.then.is_some()));
            offered.collect::<Vec<_>>()
        };
        let [no, once, always] = [("No", false), ("Run once", true), ("Always", true)]
            .map(|(label, goes_on)| (label.to_owned(), goes_on));
        assert_eq!(offered(false), [no.clone(), once.clone()]);
        assert_eq!(offered(true), [no, once, always]);
    }

    #[test]
    fn choices_have_the_numbers_that_the_agent_draws() {
        let choices = ["Always", "No"].map(str::to_owned).to_vec();
        let waiting = Waiting { choices, first: 3, ..Waiting::default() };
        let numbers = std::cell::RefCell::new(Vec::new());
        let asked = invocation("Answer", "ash");
        let effect = of_agent("ash", &waiting, |number| {
            numbers.borrow_mut().push(number);
            asked.with(&format!("ash {number}"), Answers::default())
        });
        let Effect::Preview(question) = effect else { panic!("{effect:?}") };
        let labels: Vec<_> = question.choices.into_iter().map(|choice| choice.label).collect();
        assert_eq!(
            (labels, numbers.take()),
            (vec!["3. Always".to_owned(), "4. No".to_owned()], vec![3, 4])
        );
    }
}
