//! What Neovim is told without asking: snapshots, and what is new in them.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use rmpv::Value;
use tokio::time::timeout;
use tracing::debug;

use super::{
    calls::KnownRig,
    editor::Editor,
    encode::{self, Map},
};
use crate::{
    core::{
        notifications::{News, Occasion, RigMemory},
        session::State,
        transitions::{self, Transition},
    },
    session::{Event, EventQueue, Place, Snapshot, Workspace},
    view,
};

/// Tells Neovim what happens, and remembers what it was told. Each snapshot carries that memory:
/// Neovim hands it to the next backend, which tells once what happened meanwhile.
#[derive(Clone, Default)]
pub(super) struct Teller(Arc<Mutex<Told>>);

#[derive(Default)]
struct Told {
    /// By their homes.
    rigs: BTreeMap<PathBuf, Rig>,
    /// What a person is told of.
    notified: Vec<Occasion>,
}

/// A rig in use.
#[derive(Default)]
struct Rig {
    /// None before its first snapshot.
    memory: Option<RigMemory>,
    /// None before the first of this backend.
    snapshot: Option<Arc<Snapshot>>,
}

impl Teller {
    /// Goes on from what another backend has told before.
    pub(super) fn remember(&self, known: Vec<KnownRig>) {
        for KnownRig { home, memory } in known {
            // One that another version wrote is as good as none: then nothing is new at first.
            let memory = memory.and_then(|memory| serde_json::from_str(&memory).ok());
            drop(self.told().rigs.insert(home, Rig { memory, snapshot: None }));
        }
    }

    /// Tells of the rigs in use by way of `workspace` from now on.
    pub(super) fn follow(&self, workspace: &Workspace) {
        let mut told = self.told();
        told.notified = workspace.notified().to_vec();
        for home in told.rigs.keys().cloned() {
            let workspace = workspace.clone();
            tokio::spawn(async move {
                let place = Place { file: None, cwd: home };
                if let Err(error) = workspace.context(&place).await {
                    debug!(%error, home = %place.cwd.display(), "this rig is not watched any more");
                }
            });
        }
    }

    /// Tells what comes out of `events`, the next when Neovim has taken the last: while that is
    /// suspended nothing piles up.
    pub(super) async fn run(self, editor: Editor, events: EventQueue) {
        loop {
            let next = match self.due() {
                Some(due) => timeout(due, events.next()).await.ok(),
                None => Some(events.next().await),
            };
            let now = Timestamp::now();
            let messages = match next {
                Some(Event::Snapshot(snapshot)) => {
                    vec![("snapshot", self.told().update(&snapshot, now))]
                }
                Some(Event::Files(files)) => vec![("files", encode::files(&files))],
                Some(Event::Warning(text)) => vec![("notice", encode::warning(&text))],
                None => self.told().overdue(now),
            };
            for (name, data) in messages {
                editor.event_taken(name, data).await;
            }
        }
    }

    /// How soon there may be something to tell though nothing changes.
    fn due(&self) -> Option<Duration> {
        let due = self.told().rigs.values().filter_map(Rig::due).min()?;
        Some(Timestamp::now().duration_until(due).try_into().unwrap_or_default())
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    /// What is told of `snapshot`, with what is new in it.
    fn update(&mut self, snapshot: &Arc<Snapshot>, now: Timestamp) -> Map {
        let Snapshot { home, polecats, .. } = &**snapshot;
        let rig = self.rigs.entry(home.clone()).or_default();
        rig.snapshot = Some(snapshot.clone());
        let memory = rig.memory.get_or_insert_with(|| RigMemory::first(polecats));
        let news = memory.update(polecats, &self.notified, now);
        let memory = serde_json::to_string(memory).ok();
        let sessions = self.rigs.values().flat_map(|rig| &rig.memory).flat_map(RigMemory::sessions);
        let states: Vec<_> = sessions.map(|info| info.state).collect();
        let count = |map: Map, (state, count): (State, usize)| map.put(state.as_str(), count);
        Map::new()
            .put("home", home.display().to_string())
            .put("sessions", encode::told(polecats))
            .put("counts", view::counts(&states).fold(Map::new(), count))
            .put("statusline", view::statusline(&states))
            .some("memory", memory)
            .put("news", Value::Array(news.into_iter().map(|one| encoded(one).into()).collect()))
    }

    /// The same of rigs in which something has turned out to last.
    fn overdue(&mut self, now: Timestamp) -> Vec<(&'static str, Map)> {
        let rigs = self.rigs.values().filter(|rig| rig.due().is_some_and(|due| due <= now));
        let snapshots: Vec<_> = rigs.filter_map(|rig| rig.snapshot.clone()).collect();
        snapshots.iter().map(|snapshot| ("snapshot", self.update(snapshot, now))).collect()
    }
}

impl Rig {
    fn due(&self) -> Option<Timestamp> {
        // Before that there is nothing to be told with it.
        self.snapshot.as_ref().and(self.memory.as_ref())?.due()
    }
}

/// An event for code, or a notification for a person.
fn encoded(news: News) -> Map {
    match news {
        News::Event(transition) => event(&transition),
        News::Lost(lost) => {
            let rig = lost.first().map(|info| info.rig_name.clone()).unwrap_or_default();
            let (what, then) = view::lost(&rig, &lost).unwrap_or_default();
            Map::new()
                .put("level", "error")
                .put("text", format!("{what}: {then}"))
                .put("about", rig)
        }
        News::Notification(occasion, info) => {
            let level = match occasion {
                Occasion::State(State::Waiting) | Occasion::Trouble => "warn",
                Occasion::State(State::Died) => "error",
                Occasion::State(_) => "info",
            };
            Map::new()
                .put("level", level)
                .put("text", view::notification(occasion, &info))
                .put("about", info.session_id)
        }
    }
}

/// The `User` event: its pattern, and the polecat with what the event has besides.
fn event(transition: &Transition) -> Map {
    let Transition { event, info, .. } = transition;
    let data = encode::fields(info);
    let (pattern, data) = match event {
        transitions::Event::Started => ("PolecatStarted", data),
        transitions::Event::Stopped => ("PolecatStopped", data),
        transitions::Event::Died => ("PolecatDied", data),
        transitions::Event::StateChanged { old } => {
            let new = info.state.as_str();
            ("PolecatStateChanged", data.put("old", old.as_str()).put("new", new))
        }
        transitions::Event::Trouble(detail) => {
            ("PolecatTrouble", data.with(encode::fields(detail)))
        }
        transitions::Event::Waiting(asked) => (
            "PolecatWaiting",
            match asked {
                Some(asked) => data.with(encode::fields(asked)),
                None => data,
            },
        ),
    };
    Map::new().put("pattern", pattern).put("data", data)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{names::PolecatName, session::SessionInfo};

    fn snapshot(home: &str, state: State) -> Arc<Snapshot> {
        let polecat = PolecatName::parse("ash").unwrap();
        let info = SessionInfo::stopped(polecat, "gt-den-ash".to_owned(), "den".to_owned());
        let running = matches!(state, State::Working | State::Waiting);
        let polecats = vec![SessionInfo { running, state, ..info }];
        Arc::new(Snapshot { rig: "den".to_owned(), home: home.into(), polecats })
    }

    /// A field of what `teller` tells of a snapshot.
    fn told(teller: &Teller, field: &str, snapshot: &Arc<Snapshot>) -> Value {
        let data = teller.told().update(snapshot, Timestamp::UNIX_EPOCH);
        let Value::Map(pairs) = Value::from(data) else { panic!("a map") };
        let found = pairs.into_iter().find(|(key, _)| key.as_str() == Some(field));
        found.map_or(Value::Nil, |(_, value)| value)
    }

    fn patterns(news: &Value) -> Vec<&str> {
        let news = news.as_array().unwrap().iter();
        news.map(|one| one["pattern"].as_str().unwrap_or("notified")).collect()
    }

    #[test]
    fn each_thing_is_told_once_whenever_a_backend_dies() {
        let first = Teller::default();
        first.told().notified = vec![Occasion::State(State::Waiting)];
        let news = told(&first, "news", &snapshot("/den", State::Working));
        assert_eq!(patterns(&news), [""; 0], "what was there before is not new");
        let asks = snapshot("/den", State::Waiting);
        let news = told(&first, "news", &asks);
        assert_eq!(patterns(&news), ["PolecatStateChanged", "PolecatWaiting", "notified"]);
        let memory = told(&first, "memory", &asks).as_str().map(str::to_owned);
        let next = Teller::default();
        next.remember(vec![KnownRig { home: "/den".into(), memory: memory.clone() }]);
        assert_eq!(patterns(&told(&next, "news", &asks)), [""; 0]);
        let died = snapshot("/den", State::Died);
        let expected = ["PolecatDied", "PolecatStateChanged"];
        assert_eq!(patterns(&told(&next, "news", &died)), expected);
        // It died in time to be told by neither; another version's memory is none.
        for (memory, expected) in [(memory, &expected[..]), (Some("{}".to_owned()), &[])] {
            let third = Teller::default();
            third.remember(vec![KnownRig { home: "/den".into(), memory }]);
            assert_eq!(patterns(&told(&third, "news", &died)), expected);
        }
    }

    #[test]
    fn the_status_line_is_of_all_rigs_in_use() {
        let teller = Teller::default();
        told(&teller, "news", &snapshot("/a", State::Working));
        let line = told(&teller, "statusline", &snapshot("/b", State::Waiting));
        assert_eq!(line.as_str(), Some("!1 ●1"));
        let line = told(&teller, "statusline", &snapshot("/a", State::Died));
        assert_eq!(line.as_str(), Some("!1 ✗1"));
    }
}
