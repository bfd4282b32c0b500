//! What a person is asked before a command goes on, and how it goes on then.

mod merging;

pub(super) use self::merging::{AgentDoing, merge, remove_merged, remove_others};
use super::{invocation::Invocation, report::count, table::Command, words::word};
use crate::{
    core::{
        session::{SessionInfo, Waiting},
        trust::TrustRequest as Untrusted,
    },
    rpc::{
        calls::{Answers, InUse, Trust},
        effects::{Choice, Effect, Preview, Request},
    },
    session::{Answer, PushPlan},
};

/// How many polecats a question names.
const NAMED_LIMIT: usize = 8;

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
        1 => ", without 1 uncommitted file".to_owned(),
        many => format!(", without {many} uncommitted files"),
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
    let mut names: Vec<_> = sessions
        .iter()
        .take(NAMED_LIMIT)
        .map(|session| session.polecat.as_str().to_owned())
        .collect();
    if sessions.len() > NAMED_LIMIT {
        names.push(format!("and {} more", sessions.len() - NAMED_LIMIT));
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
