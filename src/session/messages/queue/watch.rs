//! Sees when the next message of a queue may be sent. Every backend that watches the session does; the
//! lock on typing and a second look at the session decide who sends it.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use tokio::{sync::Notify, task::JoinHandle, time::Instant};
use tracing::warn;

use super::{send::next_of, turns::Turns};
use crate::{
    core::session::{
        SessionInfo,
        queue::{Queue, may_be_sent_to},
    },
    session::{context::RigContext, sessions::list::Session},
    tmux::PaneId,
};

/// The pause before a message that something was in the way of is tried again.
const RETRY_INTERVAL: Duration = Duration::from_secs(3);

/// The queues of one poller's sessions, by pane.
#[derive(Default)]
pub(in crate::session) struct QueueWatch(HashMap<PaneId, Watched>);

struct Watched {
    turns: Turns,
    /// As the last look saw it.
    last: Session,
    attempt: Option<Attempt>,
    /// The message of which was told what is in its way.
    told: Arc<AtomicU64>,
}

/// The last attempt to send something.
struct Attempt {
    task: JoinHandle<()>,
    at: Instant,
    /// The last message before it.
    sent: Option<String>,
}

impl QueueWatch {
    /// Forgets all but `sessions`, and sees to it that what was queued in the others is kept.
    pub(in crate::session) fn retain(&mut self, context: &RigContext, sessions: &[Session]) {
        let is_there = |pane: &PaneId| sessions.iter().any(|one| one.pane.pane_id == *pane);
        for (_, watched) in self.0.extract_if(|pane, _| !is_there(pane)) {
            let (messenger, gone) = (context.messenger(), watched.last);
            let Some(queue) = gone.queue.clone().filter(|queue| !queue.messages.is_empty()) else {
                continue;
            };
            tokio::spawn(async move {
                if let Err(error) = messenger.keep_vanished(&gone, &queue).await {
                    warn!(%error, polecat = %gone.polecat, "what was queued is lost");
                }
            });
        }
    }

    /// Has the next message of `session` sent if its agent, which is as `info` says, rests. `looked`
    /// is notified when something was sent.
    pub(in crate::session) fn look(
        &mut self,
        context: &RigContext,
        session: &Session,
        info: &SessionInfo,
        looked: &Arc<Notify>,
    ) {
        let now = Instant::now();
        let watched = self.0.entry(session.pane.pane_id).or_insert_with(|| Watched {
            turns: Turns::new(session.sent.clone(), now),
            last: session.clone(),
            attempt: None,
            told: Arc::default(),
        });
        watched.last.clone_from(session);
        // First: it follows every look.
        let rests = watched.turns.rests(session.sent.as_ref(), info.state, now);
        if rests && may_be_sent_to(info) && next_of(session).is_some() && watched.is_due(session) {
            let failed = |queue: &Queue| queue.is_stopped_by(info, session.sent.as_ref());
            let failed = session.queue.as_ref().is_some_and(failed);
            let (messenger, session) = (context.messenger(), session.clone());
            let (told, looked, sent) = (watched.told.clone(), looked.clone(), session.sent.clone());
            let task = tokio::spawn(async move {
                messenger.send_next_queued(&session, failed, &told).await;
                looked.notify_one();
            });
            watched.attempt = Some(Attempt { task, at: now, sent });
        }
    }
}

impl Watched {
    /// Whether nothing is being sent, and nothing was in the way just now.
    fn is_due(&self, session: &Session) -> bool {
        self.attempt.as_ref().is_none_or(|Attempt { task, at, sent }| {
            task.is_finished() && (session.sent != *sent || at.elapsed() >= RETRY_INTERVAL)
        })
    }
}
