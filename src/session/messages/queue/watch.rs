//! Sees when the next message of a queue may be sent. Every backend that watches the session does; the
//! lock on typing and a second look at the session decide who sends it.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use tokio::{sync::Notify, task::JoinHandle, time::Instant};

use super::{send::next_of, turns::Turns};
use crate::{
    core::{queue::may_be_sent_to, session::SessionInfo},
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
    /// Forgets all but `sessions`.
    pub(in crate::session) fn retain(&mut self, sessions: &[Session]) {
        self.0.retain(|pane, _| sessions.iter().any(|session| session.pane.pane_id == *pane));
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
            attempt: None,
            told: Arc::default(),
        });
        // First: it follows every look.
        let rests = watched.turns.rests(session.sent.as_ref(), info.state, now);
        if rests && may_be_sent_to(info) && next_of(session).is_some() && watched.is_due(session) {
            let (messenger, session) = (context.messenger(), session.clone());
            let (told, looked, sent) = (watched.told.clone(), looked.clone(), session.sent.clone());
            let task = tokio::spawn(async move {
                messenger.send_next_queued(&session, &told).await;
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
