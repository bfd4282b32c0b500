//! What is new in a rig, and what of it a person is notified of.

mod occasion;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::core::{
    names::PolecatName,
    session::{
        DetailKind, SessionInfo, State, StateSource, queue,
        transitions::{self, Event, Memory, Transition},
    },
};

pub use occasion::{Notification, Occasion};

/// An agent whose state is guessed seems busy while it starts; after this it does not.
const START_DELAY: SignedDuration = SignedDuration::from_secs(10);
/// An agent whose state is guessed may be thinking: after so much silence it is idle.
const SILENCE_DELAY: SignedDuration = SignedDuration::from_secs(10);

/// Something new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// What code is told of.
    Event(Transition),
    /// What a person is told of.
    Notification(Notification),
    /// The same of these polecats, which were lost with their tmux server, in place of what happened
    /// to each.
    Lost(Vec<SessionInfo>),
}

/// What is remembered of a rig to tell what is new in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RigMemory {
    polecats: BTreeMap<PolecatName, Memory>,
    /// Those that have become silent: it is notified if that lasts.
    silent: BTreeMap<PolecatName, Silent>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Silent {
    since: Timestamp,
    /// The state before.
    old: State,
}

impl RigMemory {
    /// After the first look, in which nothing is new.
    #[must_use]
    pub fn first(sessions: &[SessionInfo]) -> Self {
        let memory = |info: &SessionInfo| (info.polecat.clone(), Memory::first(info.clone()));
        Self { polecats: sessions.iter().map(memory).collect(), silent: BTreeMap::new() }
    }

    /// All polecats as they were seen last.
    pub fn sessions(&self) -> impl Iterator<Item = &SessionInfo> {
        self.polecats.values().map(|memory| &memory.info)
    }

    /// What is new in a look at `now`, in order; a person is told of what is in `notified`.
    #[must_use]
    pub fn update(
        &mut self,
        sessions: &[SessionInfo],
        notified: &[Occasion],
        now: Timestamp,
    ) -> Vec<News> {
        let (mut found, mut polecats, mut lost) = (Vec::new(), BTreeMap::new(), Vec::new());
        for info in sessions {
            let before = self.polecats.remove(&info.polecat);
            let is_news = before.as_ref().is_some_and(|before| !before.info.lost);
            lost.extend(Some(info).filter(|info| info.lost && is_news).cloned());
            let (some, after) = transitions::transitions(before.as_ref(), info, now);
            found.extend(some);
            polecats.insert(info.polecat.clone(), after);
        }
        for memory in std::mem::replace(&mut self.polecats, polecats).values() {
            found.extend(transitions::gone(memory, now));
        }
        let news = found.into_iter().flat_map(|one| self.news(one, notified, now));
        let mut news: Vec<_> = news.collect();
        news.extend(self.lasting(now));
        if !lost.is_empty() && notified.contains(&Occasion::State(State::Died)) {
            news.push(News::Lost(lost));
        }
        news
    }

    /// When there may be something new though nothing changes until then.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        let ends =
            |silent: &Silent| silent.since.saturating_add(SILENCE_DELAY).unwrap_or(Timestamp::MAX);
        self.silent.values().map(ends).min()
    }

    /// A transition, and the notification of it.
    fn news(
        &mut self,
        transition: Transition,
        notified: &[Occasion],
        now: Timestamp,
    ) -> impl Iterator<Item = News> + use<> {
        let (info, old) = (&transition.info, transition.from);
        self.silent.remove(&info.polecat);
        let occasion = occasion(&transition, now).filter(|one| notified.contains(one));
        let occasion = occasion.filter(|_| !info.lost);
        let is_idle = occasion == Some(IDLE);
        let is_guess = is_idle && info.state_source == StateSource::Guessed;
        if is_guess {
            self.silent.insert(info.polecat.clone(), Silent { since: now, old });
        }
        // What ended its turn says more.
        let is_told = is_idle && info.turn_failed() && notified.contains(&Occasion::Trouble);
        let occasion = occasion.filter(|_| !is_guess && !is_told);
        let notification = occasion
            .map(|occasion| News::Notification(Notification { occasion, info: info.clone(), old }));
        std::iter::once(News::Event(transition)).chain(notification)
    }

    /// The guesses that have turned out to last.
    fn lasting(&mut self, now: Timestamp) -> Vec<News> {
        // A clock that was set back would hold them for as long.
        let lasts = |silent: &Silent| {
            now < silent.since || now.duration_since(silent.since) >= SILENCE_DELAY
        };
        let found = self.silent.iter().filter(|(_, silent)| lasts(silent));
        let found = found.filter_map(|(polecat, silent)| {
            let info = self.polecats.get(polecat)?.info.clone();
            Some(News::Notification(Notification { occasion: IDLE, info, old: silent.old }))
        });
        let news = found.collect();
        self.silent.retain(|_, silent| !lasts(silent));
        news
    }
}

const IDLE: Occasion = Occasion::State(State::Idle);

/// What a transition is notified as, when it is.
fn occasion(transition: &Transition, now: Timestamp) -> Option<Occasion> {
    match &transition.event {
        // That goes by without a person.
        Event::Trouble(detail) if detail.kind == DetailKind::Compacting => None,
        Event::Trouble(_) => Some(Occasion::Trouble),
        _ => state_of(transition, now).map(Occasion::State),
    }
}

fn state_of(transition: &Transition, now: Timestamp) -> Option<State> {
    let Transition { event, info, from, .. } = transition;
    match event {
        Event::Waiting(_) => Some(State::Waiting),
        // A start that fails says so itself.
        Event::Died => (!matches!(from, State::Starting | State::Stopped)).then_some(State::Died),
        // Told by events of their own.
        Event::StateChanged { .. } if matches!(info.state, State::Waiting | State::Died) => None,
        Event::StateChanged { .. } if *from == info.state => None,
        Event::StateChanged { .. } if info.state == State::Idle => {
            (has_worked(transition, now) && !queue::goes_on(info)).then_some(State::Idle)
        }
        Event::StateChanged { .. } => Some(info.state),
        Event::Started | Event::Stopped | Event::Trouble(_) => None,
    }
}

/// Whether an agent that is idle now had something to do before.
fn has_worked(transition: &Transition, now: Timestamp) -> bool {
    let Transition { info, from, started, worked, .. } = transition;
    let is_young = started.is_some_and(|at| now.duration_since(at) < START_DELAY);
    let is_guess = info.state_source == StateSource::Guessed && is_young;
    // It is not known what one did that was there before us.
    let is_new = started.is_some() && !worked;
    !is_guess && !is_new && matches!(from, State::Working | State::Waiting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::session::{Detail, Waiting};

    fn is(name: &str, state: State, source: StateSource) -> SessionInfo {
        let polecat = PolecatName::parse(name).unwrap();
        let session_id = format!("gt-den-{name}");
        let running = !matches!(state, State::Stopped | State::Died | State::Exited);
        let pid = running.then_some(7);
        SessionInfo {
            running,
            state,
            state_source: source,
            pid,
            ..SessionInfo::stopped(polecat, session_id, "den".to_owned())
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    struct Rig {
        memory: RigMemory,
        notified: Vec<Occasion>,
    }

    impl Rig {
        fn new(first: &[SessionInfo]) -> Self {
            let notified = [State::Waiting, State::Died, State::Idle].map(Occasion::State);
            let notified = notified.into_iter().chain([Occasion::Trouble]).collect();
            Self { memory: RigMemory::first(first), notified }
        }

        /// Who is notified of what at this second.
        fn notified(&mut self, seconds: i64, sessions: &[SessionInfo]) -> Vec<String> {
            let news = self.memory.update(sessions, &self.notified, at(seconds));
            let told = news.into_iter().filter_map(|news| match news {
                News::Event(_) | News::Lost(_) => None,
                News::Notification(Notification { occasion, info, .. }) => {
                    Some(format!("{} {}", info.polecat, occasion.as_str()))
                }
            });
            told.collect()
        }
    }

    const SCREEN: StateSource = StateSource::Screen;
    const SILENT: StateSource = StateSource::Guessed;

    #[test]
    fn idle_is_news_after_work_and_not_after_a_start() {
        let all = |states: [State; 3]| {
            // What silence tells of an agent that has just started is a guess.
            let of = [("ash", SILENT), ("birch", SCREEN), ("cedar", SCREEN)];
            let session = |((name, source), state)| is(name, state, source);
            of.into_iter().zip(states).map(session).collect::<Vec<_>>()
        };
        let mut rig = Rig::new(&all([State::Stopped; 3]));
        assert_eq!(rig.notified(0, &all([State::Starting; 3])), [""; 0]);
        let working = all([State::Working, State::Working, State::Idle]);
        assert_eq!(rig.notified(1, &working), [""; 0]);
        assert_eq!(rig.notified(2, &all([State::Idle; 3])), ["birch idle"]);
        assert_eq!(rig.memory.due(), None);
    }

    #[test]
    fn idle_after_the_dialogs_of_a_start_is_no_news() {
        let asks = |reason: &str| {
            let [reason, text] = [reason, "Go on?"].map(str::to_owned);
            let waiting = Some(Waiting { reason, text, ..Waiting::default() });
            [SessionInfo { waiting, ..is("ash", State::Waiting, SCREEN) }]
        };
        let of = |state| [is("ash", state, SCREEN)];
        let mut rig = Rig::new(&of(State::Stopped));
        assert_eq!(rig.notified(0, &of(State::Starting)), [""; 0]);
        assert_eq!(rig.notified(1, &asks("trust")), ["ash waiting"]);
        assert_eq!(rig.notified(2, &of(State::Idle)), [""; 0]);
        assert_eq!(rig.notified(3, &asks("permission")), ["ash waiting"]);
        assert_eq!(rig.notified(4, &of(State::Idle)), ["ash idle"]);
        assert_eq!(rig.notified(5, &asks("question")), ["ash waiting"]);
        assert_eq!(rig.notified(6, &of(State::Idle)), ["ash idle"]);
        // The next agent.
        let next = |info: &SessionInfo| [SessionInfo { pid: Some(8), ..info.clone() }];
        assert_eq!(rig.notified(7, &next(&asks("trust")[0])), ["ash waiting"]);
        assert_eq!(rig.notified(8, &next(&of(State::Idle)[0])), [""; 0]);
    }

    #[test]
    fn an_idle_that_only_silence_tells_is_notified_when_it_lasts() {
        let of = |state| [is("ash", state, SILENT)];
        let mut rig = Rig::new(&of(State::Working));
        assert_eq!(rig.notified(0, &of(State::Idle)), [""; 0]);
        assert_eq!(rig.memory.due(), Some(at(10)));
        assert_eq!(rig.notified(5, &of(State::Working)), [""; 0]);
        assert_eq!(rig.memory.due(), None);
        assert_eq!(rig.notified(6, &of(State::Idle)), [""; 0]);
        assert_eq!(rig.notified(15, &of(State::Idle)), [""; 0]);
        // A backend that is started anew goes on with that.
        let text = serde_json::to_string(&rig.memory).unwrap();
        rig.memory = serde_json::from_str(&text).unwrap();
        let news = rig.memory.update(&of(State::Idle), &rig.notified, at(16));
        let [info] = of(State::Idle);
        let idle = Notification { occasion: IDLE, info, old: State::Working };
        assert_eq!(news, [News::Notification(idle)], "what code was told of is not told again");
        assert_eq!(rig.notified(30, &of(State::Idle)), [""; 0]);
    }

    #[test]
    fn an_idle_that_the_screen_tells_is_notified_at_once() {
        let of = |state| [is("ash", state, SCREEN)];
        let mut rig = Rig::new(&of(State::Working));
        assert_eq!(rig.notified(0, &of(State::Idle)), ["ash idle"]);
        assert_eq!(rig.notified(0, &of(State::Unknown)), [""; 0]);
        assert_eq!(rig.notified(0, &of(State::Idle)), [""; 0]);
    }

    #[test]
    fn an_idle_agent_for_which_messages_wait_is_no_news_unless_they_are_held() {
        let of = |state, queued, held: Option<&str>| {
            let queue_held = held.map(str::to_owned);
            [SessionInfo { queued, queue_held, ..is("ash", state, SCREEN) }]
        };
        let mut rig = Rig::new(&of(State::Working, Some(1), None));
        assert_eq!(rig.notified(0, &of(State::Idle, Some(1), None)), [""; 0]);
        assert_eq!(rig.notified(1, &of(State::Working, None, None)), [""; 0]);
        assert_eq!(rig.notified(2, &of(State::Idle, None, None)), ["ash idle"]);
        assert_eq!(rig.notified(3, &of(State::Working, Some(1), Some("why"))), [""; 0]);
        assert_eq!(rig.notified(4, &of(State::Idle, Some(1), Some("why"))), ["ash idle"]);
    }

    #[test]
    fn a_failed_turn_is_notified_as_that_and_not_as_idle() {
        let of = |state| [is("ash", state, SCREEN)];
        let with = |kind, state| {
            let text = "529 overloaded".to_owned();
            let detail = Some(Detail { kind, text, attempt: None, wait: None, until: None });
            [SessionInfo { detail, ..is("ash", state, SCREEN) }]
        };
        let failed = with(DetailKind::Error, State::Idle);
        let mut rig = Rig::new(&of(State::Working));
        assert_eq!(rig.notified(0, &failed), ["ash trouble"]);
        assert_eq!(rig.notified(1, &failed), [""; 0]);
        assert_eq!(rig.notified(2, &with(DetailKind::Compacting, State::Working)), [""; 0]);
        assert_eq!(rig.notified(3, &with(DetailKind::Retrying, State::Working)), ["ash trouble"]);
        assert_eq!(rig.notified(4, &of(State::Idle)), ["ash idle"]);
        rig.notified.retain(|one| *one != Occasion::Trouble);
        assert_eq!(rig.notified(5, &of(State::Working)), [""; 0]);
        assert_eq!(rig.notified(6, &failed), ["ash idle"]);
    }

    #[test]
    fn a_death_is_notified_unless_it_is_of_a_start() {
        let [ash, birch] = ["ash", "birch"].map(|name| move |state| is(name, state, SCREEN));
        let mut rig = Rig::new(&[ash(State::Starting), birch(State::Working)]);
        let died = [ash(State::Died), birch(State::Died)];
        assert_eq!(rig.notified(0, &died), ["birch died"]);
        assert_eq!(rig.notified(1, &died), [""; 0]);
    }

    #[test]
    fn what_is_lost_with_its_server_is_told_at_once_and_once() {
        let lost = |name: &str| SessionInfo { lost: true, ..is(name, State::Stopped, SCREEN) };
        let told = |rig: &mut Rig, second, sessions: &[SessionInfo]| {
            let news = rig.memory.update(sessions, &rig.notified, at(second));
            let names = |lost: Vec<SessionInfo>| {
                lost.iter().map(|info| info.polecat.to_string()).collect::<Vec<_>>().join(" ")
            };
            let told = news.into_iter().filter_map(|news| match news {
                News::Event(_) => None,
                News::Notification(told) => Some(told.occasion.as_str().to_owned()),
                News::Lost(lost) => Some(names(lost)),
            });
            told.collect::<Vec<_>>()
        };
        let works = ["ash", "birch"].map(|name| is(name, State::Working, SCREEN));
        let mut rig = Rig::new(&works);
        rig.notified.push(Occasion::State(State::Stopped));
        let gone = ["ash", "birch"].map(lost);
        assert_eq!(told(&mut rig, 0, &gone), ["ash birch"]);
        assert_eq!(told(&mut rig, 1, &gone), [""; 0]);
        // It is seen to be gone only when its server is.
        let [ash, birch] = works;
        let mut rig = Rig::new(&[ash.clone(), birch]);
        let seen = [ash, is("birch", State::Stopped, SCREEN)];
        assert!(told(&mut rig, 0, &seen).is_empty());
        assert_eq!(told(&mut rig, 1, &gone), ["ash birch"]);
        let mut rig = Rig::new(&gone);
        assert_eq!(told(&mut rig, 0, &gone), [""; 0]);
    }

    #[test]
    fn a_question_is_notified_once_and_so_is_every_state_of_the_configuration() {
        let of = |state| [is("ash", state, SCREEN)];
        let mut rig = Rig::new(&of(State::Working));
        assert_eq!(rig.notified(0, &of(State::Waiting)), ["ash waiting"]);
        assert_eq!(rig.notified(0, &of(State::Exited)), [""; 0]);
        rig.notified = [State::Exited, State::Stopped].map(Occasion::State).to_vec();
        assert_eq!(rig.notified(0, &of(State::Waiting)), [""; 0]);
        assert_eq!(rig.notified(0, &of(State::Exited)), ["ash exited"]);
        assert_eq!(rig.notified(0, &[]), ["ash stopped"]);
    }
}
