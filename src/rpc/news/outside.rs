//! What is notified outside of Neovim: the user's `notify_command` gets it as JSON. It does not wait
//! for Neovim, which may be suspended.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use rmpv::Value;
use tokio::time::timeout;
use tracing::error;

use super::{LOST, level, lost_text, memories::Memories, until};
use crate::{
    core::{
        hosts::HostName,
        session::{
            SessionInfo, State,
            notifications::{News, Notification, Occasion},
        },
    },
    rpc::{
        calls::KnownRig,
        encode::{self, Map, texts},
        views::hosts::clock,
    },
    session::{Event, EventQueue, JobEnding, NewsOf, Notifier, Snapshot, Workspace},
    view,
};

/// The title of every notification, here as in Neovim.
const TITLE: &str = "polecat";

/// Has `notify_command` run when a person is notified.
#[derive(Clone)]
pub(in crate::rpc) struct Outside {
    memories: Arc<Mutex<Memories>>,
    notifier: Notifier,
    /// The folder of ours in which others of our backends are told apart.
    state: Arc<Mutex<Option<PathBuf>>>,
}

impl Outside {
    pub(in crate::rpc) fn new(notifier: Notifier) -> Self {
        Self { memories: Arc::default(), notifier, state: Arc::default() }
    }

    /// Goes on from what another backend has told before.
    pub(in crate::rpc) fn remember(&self, known: Vec<KnownRig>) {
        self.memories().remember(known);
    }

    /// Follows a new configuration.
    pub(in crate::rpc) fn follow(&self, workspace: &Workspace) {
        let is_used = self.notifier.follow(workspace.notify_command());
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) =
            workspace.state_folder().map(Path::to_owned);
        let mut memories = self.memories();
        if !is_used {
            *memories = Memories::default();
        }
        memories.notified = workspace.notified().to_vec();
    }

    /// Looks at what comes out of `events` and passes it on.
    pub(in crate::rpc) async fn run(self, events: EventQueue, onward: EventQueue) {
        loop {
            let due = self.memories().due();
            let next = match due {
                Some(due) => timeout(until(due), events.next()).await.ok(),
                None => Some(events.next().await),
            };
            self.look(next.as_ref(), Timestamp::now()).await;
            if let Some(event) = next {
                onward.tell(event);
            }
        }
    }

    async fn look(&self, next: Option<&Event>, now: Timestamp) {
        if !self.notifier.is_used() {
            return;
        }
        let snapshots = match next {
            Some(Event::Snapshot(snapshot)) => vec![snapshot.clone()],
            Some(_) => Vec::new(),
            None => self.memories().overdue(now),
        };
        if let Some(Event::HostRigs(rigs)) = next {
            drop(self.memories().forget(rigs));
        }
        if let Some(Event::JobEnding(ending)) = next {
            self.pass(self.of_host(&ending.host), job_ending(ending), now).await;
        }
        for snapshot in snapshots {
            if let Some(host) = snapshot.host.as_ref().filter(|_| !snapshot.reached) {
                self.notifier.leave(&self.of_host(host));
            }
            let news = self.memories().update(&snapshot, now).0;
            for one in &news {
                self.tell(&snapshot, one, now).await;
            }
        }
    }

    async fn tell(&self, snapshot: &Snapshot, news: &News, now: Timestamp) {
        let Snapshot { rig, host, home, .. } = snapshot;
        let fields = match news {
            News::Event(_) => return,
            News::Notification(notification) => {
                // Of this machine a name is enough.
                notified(notification, host.is_some().then_some(rig.as_str()))
            }
            News::Lost(lost) => lost_with_server(rig, lost),
        };
        let fields = fields.some("host", host.as_ref().map(HostName::as_str));
        let of = match host {
            Some(host) => self.of_host(host),
            None => NewsOf::Rig(home.clone()),
        };
        self.pass(of, fields, now).await;
    }

    async fn pass(&self, of: NewsOf, fields: Map, now: Timestamp) {
        let fields = fields.put("title", TITLE).put("time", now.to_string());
        match serde_json::to_string(&Value::from(fields)) {
            Ok(text) => self.notifier.tell(of, text).await,
            Err(why) => error!(%why, "this cannot be encoded as JSON"),
        }
    }

    /// What stands for `host`: its name, by which others of our backends call it too.
    fn of_host(&self, host: &HostName) -> NewsOf {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        NewsOf::Host(state.as_ref().map(|state| state.join("polecat/notified").join(host.as_str())))
    }

    fn memories(&self) -> MutexGuard<'_, Memories> {
        self.memories.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the command is told: what the `User` event of the same occasion has, and how it reads.
fn notified(Notification { occasion, info, old }: &Notification, rig: Option<&str>) -> Map {
    let address = rig.map(|rig| format!("{rig}/{}", info.polecat));
    let of_event = match occasion {
        Occasion::State(State::Waiting) => info.waiting.as_ref().map(encode::fields),
        Occasion::Trouble => info.detail.as_ref().map(encode::fields),
        Occasion::State(_) => None,
    };
    encode::fields(info)
        .with(of_event.unwrap_or_default())
        .put("event", occasion.as_str())
        .put("old", old.as_str())
        .put("level", level(*occasion))
        .put("message", view::notification(*occasion, info, address.as_deref()))
}

/// The same of a job that ends soon.
fn job_ending(JobEnding { host, job, ends }: &JobEnding) -> Map {
    Map::new()
        .put("host", host.as_str())
        .put("job", *job)
        .put("ends", ends.to_string())
        .put("event", "job_ending")
        .put("level", "warn")
        .put("message", view::job_ending(host, *job, &clock(*ends)))
}

/// The same of polecats that were lost with their tmux server.
fn lost_with_server(rig: &str, lost: &[SessionInfo]) -> Map {
    Map::new()
        .put("rig_name", rig)
        .put("polecats", texts(lost.iter().map(|info| info.polecat.as_str())))
        .put("event", "lost")
        .put("level", LOST)
        .put("message", lost_text(rig, lost))
}
