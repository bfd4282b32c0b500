//! The event streams of a rig's agents: a task for each agent that serves one.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, watch},
    task::AbortHandle,
    time::{Instant, sleep_until},
};
use tracing::{debug, info};

use crate::{
    core::agent::events::{Activity, EventServer},
    host::{
        event_stream::EventStream,
        http::{HttpError, LocalServer},
    },
    session::sessions::{event_source::EventSource, list::Session},
    tmux::PaneId,
};

/// How long to wait before the next try, at first: an agent listens some time after its start.
const FIRST_RETRY_DELAY: Duration = Duration::from_millis(250);
/// The same after many tries.
const RETRY_DELAY_LIMIT: Duration = Duration::from_secs(2);
/// The longest answer about how things are, in bytes: a question may be about a large diff.
const ANSWER_LIMIT: usize = 8 << 20;

/// The streams that are followed.
#[derive(Default)]
pub(super) struct Streams {
    followed: HashMap<PaneId, Stream>,
    /// Notified when an agent does something else, by its own word.
    told: Arc<Notify>,
}

struct Stream {
    source: EventSource,
    /// What the agent does; `None` while it cannot be asked.
    heard: watch::Receiver<Option<Activity>>,
    task: AbortHandle,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Streams {
    /// Follows the streams of exactly these sessions.
    pub(super) fn follow(&mut self, sessions: &[Session]) {
        let live = sessions.iter().filter(|session| session.is_live() && !session.is_respawned());
        let sources: HashMap<PaneId, &EventSource> = live
            .filter_map(|session| Some((session.pane.pane_id, session.events.as_ref()?)))
            .collect();
        self.followed.retain(|pane, stream| sources.get(pane) == Some(&&stream.source));
        for (pane, source) in sources {
            if !self.followed.contains_key(&pane)
                && let Some(stream) = Stream::of(source, self.told.clone())
            {
                self.followed.insert(pane, stream);
            }
        }
    }

    /// What the agent in `pane` does by its own word, if it can be asked.
    pub(super) fn heard(&self, pane: PaneId) -> Option<Activity> {
        self.followed.get(&pane)?.heard.borrow().clone()
    }

    /// Notified when that changes for one of them.
    pub(super) fn told(&self) -> Arc<Notify> {
        self.told.clone()
    }
}

impl Stream {
    fn of(source: &EventSource, told: Arc<Notify>) -> Option<Self> {
        let (server, known) = (source.server()?, source.known()?);
        let (sender, heard) = watch::channel(None);
        let listener = Listener { server, known, sender, told };
        let task = tokio::spawn(listener.run()).abort_handle();
        Some(Self { source: source.clone(), heard, task })
    }
}

/// Follows the stream of one agent.
struct Listener {
    server: LocalServer,
    known: &'static EventServer,
    sender: watch::Sender<Option<Activity>>,
    told: Arc<Notify>,
}

impl Listener {
    /// Listens until it is aborted, or the agent refuses us.
    async fn run(self) {
        let mut pause = FIRST_RETRY_DELAY;
        loop {
            let ended = self.listen().await;
            if self.sender.borrow().is_some() {
                pause = FIRST_RETRY_DELAY;
            }
            self.tell(None);
            match ended {
                // Another program listens there, or another version serves something else.
                Err(HttpError::Status(status @ 400..500)) => {
                    return info!(status, "an agent refuses to tell its events");
                }
                Err(error) => debug!(%error, "no events of an agent for now"),
                Ok(()) => debug!("the events of an agent ended"),
            }
            sleep_until(Instant::now() + pause).await;
            pause = (pause * 2).min(RETRY_DELAY_LIMIT);
        }
    }

    /// Listens to the end of the stream.
    async fn listen(&self) -> Result<(), HttpError> {
        let mut stream = EventStream::open(&self.server, self.known.path).await?;
        // Once it tells something, nothing that happens from here on is missed.
        let Some(mut event) = stream.next().await? else { return Ok(()) };
        let mut activity = self.present().await?;
        loop {
            if let Some(event) = (self.known.read)(&event) {
                activity.take(event);
            }
            self.tell(Some(&activity));
            let Some(next) = stream.next().await? else { return Ok(()) };
            event = next;
        }
    }

    /// What the agent does now.
    async fn present(&self) -> Result<Activity, HttpError> {
        let mut activity = Activity::default();
        for (path, read) in self.known.present {
            let answer = self.server.get(path).await?.whole(ANSWER_LIMIT).await?;
            for event in read(&answer) {
                activity.take(event);
            }
        }
        Ok(activity)
    }

    fn tell(&self, activity: Option<&Activity>) {
        let changed = self.sender.send_if_modified(|heard| {
            let changed = heard.as_ref() != activity;
            if changed {
                *heard = activity.cloned();
            }
            changed
        });
        if changed {
            self.told.notify_one();
        }
    }
}
