//! What Neovim is told without asking: snapshots, and what is new in them.

mod hosts;
mod memories;
mod outside;

use std::{
    path::Path,
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
    encode::{self, Map, texts},
    views::hosts::clock,
};
use crate::{
    core::{
        hosts::HostName,
        session::{
            SessionInfo, State,
            notifications::{News, Notification, Occasion},
            transitions::{self, Transition},
        },
    },
    session::{EditorPlace, Event, EventQueue, HostRigs, JobEnding, Snapshot, Workspace},
    view,
};
pub(super) use hosts::tell_of_hosts;
use memories::Memories;
pub(super) use outside::Outside;

/// Tells Neovim what happens, and remembers what it was told. Each snapshot carries that memory:
/// Neovim hands it to the next backend, which tells once what happened meanwhile.
#[derive(Clone, Default)]
pub(super) struct Teller(Arc<Mutex<Told>>);

#[derive(Default)]
struct Told {
    memories: Memories,
    /// Knows what the rigs are called.
    workspace: Option<Workspace>,
}

impl Teller {
    /// Goes on from what another backend has told before.
    pub(super) fn remember(&self, known: Vec<KnownRig>) {
        self.told().memories.remember(known);
    }

    /// Tells of the rigs in use by way of `workspace` from now on.
    pub(super) fn follow(&self, workspace: &Workspace) {
        let mut told = self.told();
        told.memories.notified = workspace.notified().to_vec();
        told.workspace = Some(workspace.clone());
        // Those of hosts are told of by the hosts.
        for (home, rig) in told.memories.places().filter(|(home, _)| home.is_absolute()) {
            let workspace = workspace.clone();
            tokio::spawn(async move {
                let place = EditorPlace { file: None, cwd: home, rig };
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
            let due = self.told().memories.due();
            let next = match due {
                Some(due) => timeout(until(due), events.next()).await.ok(),
                None => Some(events.next().await),
            };
            let now = Timestamp::now();
            let messages = match next {
                Some(Event::Snapshot(snapshot)) => {
                    vec![("snapshot", self.told().update(&snapshot, now).into())]
                }
                Some(Event::Files(files)) => {
                    let called = self.told().called(&files.home, &files.rig);
                    let files = encode::files(&files, &called.name(files.polecat.as_str()));
                    vec![("files", files.into())]
                }
                Some(Event::Warning(text)) => vec![("notice", encode::warning(&text).into())],
                Some(Event::JobEnding(ending)) => vec![("news", job_ending(&ending))],
                Some(Event::HostRigs(rigs)) => {
                    let gone = self.told().forget(&rigs);
                    gone.into_iter().map(|data| ("gone", data.into())).collect()
                }
                None => self.overdue(now),
            };
            for (name, data) in messages {
                editor.event_taken(name, data).await;
            }
        }
    }

    /// What is told of rigs in which something has turned out to last.
    fn overdue(&self, now: Timestamp) -> Vec<(&'static str, Value)> {
        let mut told = self.told();
        let snapshots = told.memories.overdue(now);
        snapshots.iter().map(|one| ("snapshot", told.update(one, now).into())).collect()
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    /// What is told of `snapshot`, with what is new in it.
    fn update(&mut self, snapshot: &Arc<Snapshot>, now: Timestamp) -> Map {
        let Snapshot { rig, host, home, path, polecats, .. } = &**snapshot;
        let called = Called { host: host.clone(), ..self.called(home, rig) };
        let (news, memory) = self.memories.update(snapshot, now);
        let memory = serde_json::to_string(memory).ok();
        let news = news.into_iter().map(|one| encoded(one, &called, path).into()).collect();
        Map::new()
            .put("home", home.display().to_string())
            .put("path", path.display().to_string())
            .put("sessions", called.all(polecats, path))
            .with(self.summary())
            .some("memory", memory)
            .put("news", Value::Array(news))
    }

    /// What is told of rigs that hosts do not have any more, if any was told before.
    fn forget(&mut self, rigs: &HostRigs) -> Option<Map> {
        let gone = self.memories.forget(rigs);
        let homes = texts(gone.iter().map(|home| home.to_str().unwrap_or_default()));
        (!gone.is_empty()).then(|| Map::new().put("homes", homes).with(self.summary()))
    }

    /// How many there are in each state.
    fn summary(&self) -> Map {
        let states: Vec<_> = self.memories.sessions().map(|info| info.state).collect();
        let count = |map: Map, (state, count): (State, usize)| map.put(state.as_str(), count);
        Map::new()
            .put("counts", view::counts(&states).fold(Map::new(), count))
            .put("statusline", view::statusline(&states))
    }

    /// What the rig with this home and name is called.
    fn called(&self, home: &Path, rig: &str) -> Called {
        let workspace = self.workspace.as_ref();
        let known = workspace.and_then(|workspace| workspace.rig_address(home));
        Called {
            host: None,
            rig: known.unwrap_or_else(|| rig.to_owned()),
            around: workspace.is_none_or(|workspace| workspace.is_around(home)),
        }
    }
}

/// How long it is until then.
fn until(due: Timestamp) -> Duration {
    Timestamp::now().duration_until(due).try_into().unwrap_or_default()
}

/// What a rig is called, where there are others.
struct Called {
    /// The host that it is on.
    host: Option<HostName>,
    /// What stands before its polecats' names.
    rig: String,
    /// Whether it is the one that the user is in.
    around: bool,
}

impl Called {
    fn address(&self, polecat: &str) -> String {
        format!("{}/{polecat}", self.rig)
    }

    /// What names a polecat that is not of the rig around.
    fn foreign(&self, info: &SessionInfo) -> Option<String> {
        (!self.around).then(|| self.address(info.polecat.as_str()))
    }

    /// What names a polecat where the user is.
    fn name(&self, polecat: &str) -> String {
        if self.around { polecat.to_owned() } else { self.address(polecat) }
    }

    /// What Lua is told of one, in the rig with this folder.
    fn fields(&self, info: &SessionInfo, path: &Path) -> Map {
        encode::addressed(info, &self.address(info.polecat.as_str()), path)
            .some("host", self.host.as_ref().map(HostName::as_str))
    }

    /// By what Lua knows whether a person looks at it.
    fn about(&self, info: &SessionInfo) -> String {
        match self.host {
            Some(_) => self.address(info.polecat.as_str()),
            None => info.session_id.clone(),
        }
    }

    fn all(&self, polecats: &[SessionInfo], path: &Path) -> Value {
        Value::Array(polecats.iter().map(|info| self.fields(info, path).into()).collect())
    }
}

/// An event for code, or a notification for a person.
fn encoded(news: News, called: &Called, path: &Path) -> Map {
    match news {
        News::Event(transition) => event(&transition, called, path),
        News::Lost(lost) => Map::new()
            .put("level", LOST)
            .put("text", lost_text(&called.rig, &lost))
            .put("about", called.rig.as_str())
            .put("rig", path.display().to_string()),
        News::Notification(Notification { occasion, info, .. }) => Map::new()
            .put("level", level(occasion))
            .put("text", view::notification(occasion, &info, called.foreign(&info).as_deref()))
            .put("about", called.about(&info))
            .put("rig", path.display().to_string()),
    }
}

/// How loud it is that polecats were lost with their server.
const LOST: &str = "error";

/// How that reads.
fn lost_text(rig: &str, lost: &[SessionInfo]) -> String {
    let (what, then) = view::lost(rig, lost).unwrap_or_default();
    format!("{what}: {then}")
}

/// That a job ends soon: for code, and for a person.
fn job_ending(ending: &JobEnding) -> Value {
    let JobEnding { host, job, ends } = ending;
    let data = Map::new().put("host", host.as_str()).put("job", *job).put("ends", ends.to_string());
    let event = Map::new().put("pattern", "PolecatJobEnding").put("data", data);
    let told =
        Map::new().put("level", "warn").put("text", view::job_ending(host, *job, &clock(*ends)));
    Value::Array(vec![event.into(), told.into()])
}

/// How loud a notification is.
fn level(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::State(State::Waiting) | Occasion::Trouble => "warn",
        Occasion::State(State::Died) => "error",
        Occasion::State(_) => "info",
    }
}

/// The `User` event: its pattern, and the polecat with what the event has besides.
fn event(transition: &Transition, called: &Called, path: &Path) -> Map {
    let Transition { event, info, .. } = transition;
    let data = called.fields(info, path);
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
    use crate::core::names::PolecatName;

    fn snapshot(home: &str, state: State) -> Arc<Snapshot> {
        let polecat = PolecatName::parse("ash").unwrap();
        let info = SessionInfo::stopped(polecat, "gt-den-ash".to_owned(), "den".to_owned());
        let running = matches!(state, State::Working | State::Waiting);
        let polecats = vec![SessionInfo { running, state, ..info }];
        let rig = "den".to_owned();
        let (home, path) = (home.into(), home.into());
        let (host, machine, reached) = (None, None, true);
        Arc::new(Snapshot { rig, host, home, path, machine, reached, polecats })
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
        first.told().memories.notified = vec![Occasion::State(State::Waiting)];
        let news = told(&first, "news", &snapshot("/den", State::Working));
        assert_eq!(patterns(&news), [""; 0], "what was there before is not new");
        let asks = snapshot("/den", State::Waiting);
        let news = told(&first, "news", &asks);
        assert_eq!(patterns(&news), ["PolecatStateChanged", "PolecatWaiting", "notified"]);
        let memory = told(&first, "memory", &asks).as_str().map(str::to_owned);
        let next = Teller::default();
        next.remember(vec![KnownRig { home: "/den".into(), path: None, memory: memory.clone() }]);
        assert_eq!(patterns(&told(&next, "news", &asks)), [""; 0]);
        let died = snapshot("/den", State::Died);
        let expected = ["PolecatDied", "PolecatStateChanged"];
        assert_eq!(patterns(&told(&next, "news", &died)), expected);
        // It died in time to be told by neither; another version's memory is none.
        for (memory, expected) in [(memory, &expected[..]), (Some("{}".to_owned()), &[])] {
            let third = Teller::default();
            third.remember(vec![KnownRig { home: "/den".into(), path: None, memory }]);
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
