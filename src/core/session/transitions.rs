//! What happened to a polecat between two looks at it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::core::screen::Reason;
use crate::core::session::{Detail, Exit, ExitHow, SessionInfo, State, Waiting};
use question::AskedQuestion;
use troubles::Troubles;

mod question;
mod troubles;

/// How long the pane of a new session may still be given another program.
const MAKING_TIMEOUT: SignedDuration = SignedDuration::from_secs(2);

/// What is remembered of a polecat to tell what is new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// As it was seen last.
    pub info: SessionInfo,
    /// Whether its agent ran when that was last known.
    lives: bool,
    /// The last state that was known: `unknown` is no state of an agent.
    state: State,
    /// What it asks, while it waits.
    question: Option<AskedQuestion>,
    /// When its agent was seen to start; `None` when it was there before us.
    started: Option<Timestamp>,
    /// Whether it has worked since, or asked for permission to.
    #[serde(default)]
    worked: bool,
    /// What held it up in this turn, or ended it: each kind is told once.
    #[serde(default)]
    troubles: Troubles,
}

/// Something that happened to a polecat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// What.
    pub event: Event,
    /// Whom it happened to, as it is since.
    pub info: SessionInfo,
    /// The last known state before.
    pub from: State,
    /// When its agent was seen to start; `None` when it was there before us.
    pub started: Option<Timestamp>,
    /// Whether it had worked before, or asked for permission to: what an agent asks before that
    /// belongs to its start.
    pub worked: bool,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Its agent runs.
    Started,
    /// Its agent was stopped, or ended with status 0.
    Stopped,
    /// Its agent ended otherwise.
    Died,
    /// It is in another state.
    StateChanged {
        /// The one before.
        old: State,
    },
    /// Something holds it up, or has ended its turn.
    Trouble(Box<Detail>),
    /// It asks a person something new; what, where that is known.
    Waiting(Option<Box<Waiting>>),
}

impl Memory {
    /// What is remembered of a polecat that is seen for the first time: nothing of it is new.
    #[must_use]
    pub fn first(info: SessionInfo) -> Self {
        Self::of_nothing(&info).with(info)
    }

    /// Of a polecat that was not there: it had no session.
    fn of_nothing(info: &SessionInfo) -> Self {
        let SessionInfo { polecat, session_id, rig_name, .. } = info.clone();
        let info = SessionInfo::stopped(polecat, session_id, rig_name);
        Self {
            info,
            lives: false,
            state: State::Stopped,
            question: None,
            started: None,
            worked: false,
            troubles: Troubles::default(),
        }
    }

    /// The same after it was seen as `info`.
    fn with(&self, info: SessionInfo) -> Self {
        if info.state == State::Unknown {
            // Neither its agent nor its question has ended because a look told nothing.
            return Self { lives: self.lives || info.running, info, ..self.clone() };
        }
        let before = self.question.as_ref().filter(|_| !replaced(&self.info, &info));
        Self {
            lives: info.running,
            state: info.state,
            question: AskedQuestion::of(&info).map(|asked| asked.after(before)),
            started: self.started,
            worked: self.worked || works(&info),
            troubles: Troubles::before(self, &info).with(&info),
            info,
        }
    }

    /// Whether `info` is of the same session, which was seen only just now: gastown 0.5 makes one
    /// with a shell and then puts the agent in its place.
    fn is_being_made(&self, info: &SessionInfo, now: Timestamp) -> bool {
        let is_new = |at: Timestamp| now.duration_since(at) < MAKING_TIMEOUT;
        self.info.created == info.created && self.started.is_some_and(is_new)
    }

    /// Whether `info` asks what was not asked before.
    fn is_asked_anew(&self, info: &SessionInfo) -> bool {
        let before = self.question.as_ref().filter(|_| !replaced(&self.info, info));
        AskedQuestion::of(info)
            .is_some_and(|asked| before.is_none_or(|before| asked.differs(before)))
    }
}

/// What has happened since `memory`, in order, and what is to be remembered at `now`. Without a
/// memory the polecat was not there before.
#[must_use]
pub fn transitions(
    memory: Option<&Memory>,
    info: &SessionInfo,
    now: Timestamp,
) -> (Vec<Transition>, Memory) {
    let nothing = Memory::of_nothing(info);
    let before = memory.unwrap_or(&nothing);
    let mut after = before.with(info.clone());
    let mut events = lives(before, &after, now);
    if events.iter().any(|(event, _)| *event == Event::Started) {
        (after.started, after.worked) = (Some(now), works(info));
    }
    if before.info.state != info.state {
        events.push((Event::StateChanged { old: before.info.state }, info.clone()));
    }
    if let Some(trouble) = Troubles::before(before, info).new_in(info) {
        events.push((Event::Trouble(Box::new(trouble)), info.clone()));
    }
    if before.is_asked_anew(info) {
        events.push((Event::Waiting(info.waiting.clone().map(Box::new)), info.clone()));
    }
    let (from, started, worked) = (before.state, after.started, after.worked);
    let transition = |(event, info)| Transition { event, info, from, started, worked };
    (events.into_iter().map(transition).collect(), after)
}

/// What happens with a polecat that is not there any more.
#[must_use]
pub fn gone(memory: &Memory, now: Timestamp) -> Vec<Transition> {
    transitions(Some(memory), &ended(&memory.info), now).0
}

/// The starts and ends of agents, in order, and whom they are of.
fn lives(before: &Memory, after: &Memory, now: Timestamp) -> Vec<(Event, SessionInfo)> {
    let info = &after.info;
    let other = replaced(&before.info, info) && !before.is_being_made(info, now);
    let end = (ending(&before.info, info), info.clone());
    let start = (Event::Started, info.clone());
    match (before.lives, after.lives) {
        (true, false) => vec![end],
        // How the one before ended is not known any more: another has taken its place.
        (true, true) if other => vec![(Event::Stopped, ended(&before.info)), start],
        (false, true) => vec![start],
        // One that came and went between two looks.
        (false, false) if has_ended(info.state) && (other || !has_ended(before.state)) => {
            vec![start, end]
        }
        _ => Vec::new(),
    }
}

/// How an agent ended that does not live any more. One that ended during its start has no session
/// by then, only a new record, which a stop would not have left.
fn ending(before: &SessionInfo, info: &SessionInfo) -> Event {
    // The time is remembered in whole seconds.
    let which = |exit: &Exit| (exit.how, exit.lived_ms, exit.command.clone());
    let (old, new) = (before.exit.as_ref().map(which), info.exit.as_ref().map(which));
    let is_new_failure = old != new && new.is_some_and(|(how, ..)| how != ExitHow::Status(0));
    let crashed = is_new_failure && info.state == State::Stopped;
    if info.state == State::Died || crashed { Event::Died } else { Event::Stopped }
}

/// Whether the agent of `new` is another one than that of `old`.
fn replaced(old: &SessionInfo, new: &SessionInfo) -> bool {
    fn differ<T: PartialEq>(old: Option<T>, new: Option<T>) -> bool {
        old.zip(new).is_some_and(|(old, new)| old != new)
    }
    differ(old.pid, new.pid) || differ(old.created, new.created)
}

/// Whether it has been given something to do.
fn works(info: &SessionInfo) -> bool {
    let asks = |waiting: &Waiting| waiting.reason == Reason::Permission.as_str();
    info.state == State::Working || info.waiting.as_ref().is_some_and(asks)
}

fn has_ended(state: State) -> bool {
    matches!(state, State::Died | State::Exited)
}

fn ended(info: &SessionInfo) -> SessionInfo {
    SessionInfo { running: false, state: State::Stopped, ..info.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        names::PolecatName,
        session::{DetailKind, StateSource},
    };

    fn is(state: State) -> SessionInfo {
        let polecat = PolecatName::parse("ash").unwrap();
        let info = SessionInfo::stopped(polecat, "gt-den-ash".to_owned(), "den".to_owned());
        let running = !has_ended(state) && state != State::Stopped;
        let pid = running.then_some(7);
        SessionInfo { running, state, state_source: StateSource::Screen, pid, ..info }
    }

    fn with_pid(state: State, pid: u32) -> SessionInfo {
        SessionInfo { pid: Some(pid), ..is(state) }
    }

    fn with_exit(state: State, how: ExitHow) -> SessionInfo {
        let (at, tail) = (Timestamp::UNIX_EPOCH, Vec::new());
        let exit = Exit { how, at, lived_ms: 1, command: String::new(), tail };
        SessionInfo { exit: Some(exit), ..is(state) }
    }

    fn asks(text: &str, about: &str) -> SessionInfo {
        let [reason, text, about] = ["permission", text, about].map(str::to_owned);
        let about = Some(about).filter(|about| !about.is_empty()).into_iter().collect();
        let waiting = Waiting { reason, text, about, first: 1, ..Waiting::default() };
        SessionInfo { waiting: Some(waiting), ..is(State::Waiting) }
    }

    /// What happens after the first of `looks`.
    fn seen(looks: &[SessionInfo]) -> Vec<Transition> {
        let (first, rest) = looks.split_first().unwrap();
        let (mut memory, mut all) = (Memory::first(first.clone()), Vec::new());
        for info in rest {
            let (some, after) = transitions(Some(&memory), info, Timestamp::UNIX_EPOCH);
            all.extend(some);
            memory = after;
        }
        all
    }

    fn name(event: &Event) -> &'static str {
        match event {
            Event::Started => "started",
            Event::Stopped => "stopped",
            Event::Died => "died",
            Event::StateChanged { .. } => "changed",
            Event::Trouble(_) => "trouble",
            Event::Waiting(_) => "waiting",
        }
    }

    /// The starts, ends and questions after the first of `looks`.
    fn check(looks: &[SessionInfo], expected: &[&str]) {
        let names: Vec<_> = seen(looks).iter().map(|one| name(&one.event)).collect();
        let names: Vec<_> = names.into_iter().filter(|name| *name != "changed").collect();
        let states: Vec<_> = looks.iter().map(|info| info.state).collect();
        assert_eq!(names, expected, "{states:?}");
    }

    #[test]
    fn what_is_seen_first_is_not_new_and_a_new_polecat_is() {
        check(&[is(State::Idle)], &[]);
        check(&[is(State::Waiting), is(State::Waiting)], &[]);
        let (new, _) = transitions(None, &is(State::Working), Timestamp::UNIX_EPOCH);
        let names: Vec<_> = new.iter().map(|one| name(&one.event)).collect();
        assert_eq!(names, ["started", "changed"]);
        assert_eq!(new[1].event, Event::StateChanged { old: State::Stopped });
    }

    #[test]
    fn an_agent_starts_and_ends() {
        let (idle, stopped) = (is(State::Idle), is(State::Stopped));
        check(&[stopped.clone(), idle.clone(), stopped.clone()], &["started", "stopped"]);
        check(&[idle.clone(), is(State::Died)], &["died"]);
        check(&[idle, is(State::Exited), stopped], &["stopped"]);
    }

    #[test]
    fn an_end_during_the_start_is_known_by_its_new_record() {
        let (starting, ok) = (is(State::Starting), ExitHow::Status(0));
        check(&[starting.clone(), with_exit(State::Stopped, ExitHow::Status(3))], &["died"]);
        check(&[starting.clone(), with_exit(State::Stopped, ok)], &["stopped"]);
        // A record of the agent before.
        let old = with_exit(State::Stopped, ExitHow::Signal(9));
        let again = SessionInfo { exit: old.exit.clone(), ..starting };
        check(&[old.clone(), again, old], &["started", "stopped"]);
    }

    #[test]
    fn an_agent_that_was_replaced_or_came_and_went_between_two_looks_is_told_too() {
        let idle = |pid| with_pid(State::Idle, pid);
        check(&[idle(1), idle(4)], &["stopped", "started"]);
        let stopped = seen(&[idle(1), idle(4)]).remove(0).info;
        assert_eq!((stopped.pid, stopped.running, stopped.state), (Some(1), false, State::Stopped));
        check(&[is(State::Stopped), with_pid(State::Died, 5)], &["started", "died"]);
        let died = |pid| with_pid(State::Died, pid);
        check(&[died(5), died(5)], &[]);
        check(&[died(5), died(6)], &["started", "died"]);
    }

    #[test]
    fn who_is_not_there_any_more_was_stopped() {
        let now = Timestamp::UNIX_EPOCH;
        let of = |state| gone(&Memory::first(is(state)), now);
        let names: Vec<_> = of(State::Idle).iter().map(|one| name(&one.event)).collect();
        assert_eq!(names, ["stopped", "changed"]);
        assert!(!of(State::Idle)[0].info.running);
        assert_eq!(of(State::Stopped), []);
    }

    #[test]
    fn a_look_that_told_nothing_ends_neither_agent_nor_question() {
        let lost = SessionInfo { running: false, ..is(State::Unknown) };
        check(&[is(State::Idle), lost.clone(), is(State::Idle)], &[]);
        check(&[is(State::Idle), lost.clone(), is(State::Died)], &["died"]);
        check(&[is(State::Idle), asks("ok?", "$ ls"), lost, asks("ok?", "$ ls")], &["waiting"]);
        let all = seen(&[is(State::Working), is(State::Unknown), is(State::Idle)]);
        assert_eq!(all[1].event, Event::StateChanged { old: State::Unknown });
        assert_eq!(all[1].from, State::Working);
    }

    #[test]
    fn a_question_is_told_once_and_the_next_one_anew() {
        let ask = |about| asks("May I run it?", about);
        let same = [is(State::Working), ask("$ ls"), ask("$  ls\n"), ask("$ ls")];
        check(&same, &["waiting"]);
        // A window that has become small does not show all of it.
        check(&[is(State::Working), ask("$ ls"), ask(""), ask("$ ls"), ask("")], &["waiting"]);
        check(&[ask("$ ls"), ask(""), ask("$ rm -rf build")], &["waiting"]);
        check(&[ask("$ ls"), is(State::Idle), ask("$ ls")], &["waiting"]);
        // Its title was ahead of it.
        let untold = SessionInfo { waiting: Some(Waiting::default()), ..is(State::Waiting) };
        check(&[is(State::Working), untold.clone(), ask("$ ls")], &["waiting"]);
        check(&[ask("$ ls"), untold, ask("$ rm -rf build")], &["waiting"]);
        // In the same words again, as the agent itself says.
        let named = |id: &str, info: SessionInfo| {
            let waiting =
                info.waiting.clone().map(|asked| Waiting { request: Some(id.to_owned()), ..asked });
            SessionInfo { waiting, ..info }
        };
        check(&[ask("$ ls"), named("per_1", ask("$ ls")), ask("$ ls")], &[]);
        check(&[named("per_1", ask("$ ls")), named("per_2", ask("$ ls"))], &["waiting"]);
        // Another agent may ask the same.
        let others = SessionInfo { pid: Some(8), ..ask("$ ls") };
        check(&[ask("$ ls"), others], &["stopped", "started", "waiting"]);
    }

    #[test]
    fn each_kind_of_trouble_is_told_once_in_each_turn() {
        let with = |kind, state| {
            let text = "529 overloaded".to_owned();
            let detail = Detail { kind, text, attempt: None, wait: None, until: None };
            SessionInfo { detail: Some(detail), ..is(state) }
        };
        let (idle, working) = (is(State::Idle), is(State::Working));
        let error = with(DetailKind::Error, State::Idle);
        let retrying = with(DetailKind::Retrying, State::Working);
        check(&[idle.clone(), error.clone(), error.clone()], &["trouble"]);
        check(&[error.clone(), error.clone()], &[]);
        // Between two tries it shows nothing of them.
        let tries = [&idle, &working, &retrying, &working, &retrying, &error];
        check(&tries.map(Clone::clone), &["trouble", "trouble"]);
        let turns = [&error, &working, &error, &is(State::Unknown), &error, &working, &idle];
        check(&turns.map(Clone::clone), &["trouble"]);
        // A screen that is drawn anew.
        check(&[working.clone(), error.clone(), idle, error.clone()], &["trouble"]);
        let other = SessionInfo { pid: Some(8), ..error.clone() };
        check(&[error, other], &["stopped", "started", "trouble"]);
    }

    #[test]
    fn a_memory_outlives_the_process() {
        let path = std::path::PathBuf::from("/srv/shop");
        let info = SessionInfo { workdir: Some(path), ..asks("ok?", "$ ls") };
        let info = SessionInfo { exit: with_exit(State::Died, ExitHow::Gone).exit, ..info };
        let memory = Memory { started: Some(Timestamp::UNIX_EPOCH), ..Memory::first(info) };
        let text = serde_json::to_string(&memory).unwrap();
        assert_eq!(serde_json::from_str::<Memory>(&text).unwrap(), memory);
    }
}
