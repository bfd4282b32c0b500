//! Sends the next message of a queue, exactly once: it leaves the queue with the key that submits it,
//! in one command of tmux's. What was pasted by a backend that was killed is on the pane too, and is
//! submitted by the next one.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use tracing::{info, warn};

use crate::{
    core::{
        screen::{self, MessagePosition, ScreenBaseline},
        session::queue::{Queue, QueuedMessage},
    },
    session::{
        error::{MessageError, SessionError},
        messages::{
            Messenger,
            delivery::{Delivery, Draft, Outcome, Owed},
            error::excerpt,
            recipient::Recipient,
        },
        sessions::{list::Session, pending::PASTED},
    },
};

/// Why a queue is held after a turn that failed.
const FAILED: &str = "the last turn failed";

/// The message of `session` that may be sent next, as far as the session itself tells.
pub(super) fn next_of(session: &Session) -> Option<&QueuedMessage> {
    let takes = session.is_live() && !session.stopping && !session.is_respawned();
    // Its first prompts come first.
    let is_begun = session.owed.as_ref().is_none_or(|owed| !owed.is_open());
    session.queue.as_ref().filter(|_| takes && is_begun)?.next()
}

impl Messenger {
    /// Sends the next message of the queue of `seen`, unless something has happened there since it
    /// was looked at; or holds the queue, if its last turn has `failed`. What is in the way is told
    /// once for each message, whose id goes into `told`.
    pub(super) async fn send_next_queued(&self, seen: &Session, failed: bool, told: &AtomicU64) {
        // Boxed: what it may wait for is large.
        let done = Box::pin(self.try_next(seen, failed)).await;
        let polecat = &seen.polecat;
        match done {
            Ok(None) => {}
            Ok(Some(warning)) => self.context.shared.news.warn(warning),
            Err(SessionError::Message(error @ MessageError::Draft { .. })) => {
                let id = next_of(seen).map_or(0, |next| next.id);
                if told.swap(id, Ordering::Relaxed) != id {
                    let what = format!("polecat `{polecat}`: the queue waits: {error}");
                    self.context.shared.news.warn(what);
                }
            }
            Err(error) if error.is_in_the_way() => info!(%error, %polecat, "a queue waits"),
            Err(error) => warn!(%error, %polecat, "a queued message could not be sent"),
        }
    }

    /// The same; gives a warning if the message may not have arrived.
    async fn try_next(&self, seen: &Session, failed: bool) -> Result<Option<String>, SessionError> {
        let _typing = self.lock_typing(&seen.polecat).await?;
        let now = self.context.sessions().session(&seen.polecat).await?;
        let Some(mut session) = now.filter(|now| is_same(seen, now)) else { return Ok(None) };
        let (Some(queue), Some(next)) = (session.queue.clone(), next_of(&session).cloned()) else {
            return Ok(None);
        };
        if failed {
            return self.put_queue(&session, &queue.held(FAILED)).await.map(|()| None);
        }
        let to = self.recipient(&session).await;
        let draft = match session.pasted.as_ref() {
            // Something opened under it before it could be submitted.
            Some(pasted) if pasted.queued == Some(next.id) => {
                if self.settle_unsubmitted(&session, &to, &queue, None).await? {
                    return Ok(None);
                }
                Draft::IsMessage
            }
            Some(_) => {
                self.submit_pasted(&mut session, &to).await?;
                Draft::Keep
            }
            None => Draft::Keep,
        };
        let (context, session, text) = (&self.context, &session, &*next.text);
        let owed = Some(Owed::Queued(&queue));
        let delivery =
            Delivery { context, session, to: &to, bytes: text.as_bytes(), text, owed, draft };
        let mut outcome = delivery.deliver().await?;
        if outcome == (Outcome::NotShown { lost: true }) {
            outcome = delivery.deliver().await?;
        }
        let warning = self.hold_if_unsent(session, queue, &outcome).await?;
        Ok(warning.map(|what| format!("polecat `{}`: `{}` {what}", seen.polecat, excerpt(text))))
    }

    /// Holds the queue if its first message may not have arrived; gives what is told of that.
    async fn hold_if_unsent(
        &self,
        session: &Session,
        queue: Queue,
        outcome: &Outcome,
    ) -> Result<Option<&'static str>, SessionError> {
        let (held, what) = match outcome {
            Outcome::Submitted => return Ok(None),
            Outcome::NotShown { lost: true } => (
                queue.held("the agent did not show the next message"),
                "did not show, though typed twice: it stays queued and the queue is held",
            ),
            Outcome::NotShown { lost: false } | Outcome::Stuck => (
                queue.sent().held("the previous message may not have been sent"),
                "may not have been sent: check its composer. The rest of the queue is held",
            ),
        };
        self.put_queue(session, &held).await?;
        Ok(Some(what))
    }

    /// The first message of `queue` was pasted and not submitted by us. It stays queued, unless the
    /// conversation shows that a person has submitted it; whether that is so.
    pub(in crate::session::messages) async fn settle_unsubmitted(
        &self,
        session: &Session,
        to: &Recipient,
        queue: &Queue,
        outcome: Option<Outcome>,
    ) -> Result<bool, SessionError> {
        let Some(text) = queue.messages.first().map(|first| &*first.text) else { return Ok(false) };
        let shown = self.context.sessions().read_screen(session, &to.patterns).await?.shown;
        let place = screen::place(&to.patterns, &shown, text, ScreenBaseline::unknown());
        let what = if outcome == Some(Outcome::Stuck) {
            "may not have been sent: check its composer"
        } else if place == MessagePosition::Conversation {
            let nothing = session.option(PASTED, String::new());
            self.context.tmux.set_options(&[nothing]).await?;
            self.put_queue(session, &queue.sent()).await?;
            "seems to have been sent already"
        } else {
            return Ok(false);
        };
        let (polecat, text) = (&session.polecat, excerpt(text));
        self.context.shared.news.warn(format!("polecat `{polecat}`: the queued `{text}` {what}"));
        Ok(true)
    }
}

/// Whether nothing was sent to the session, and nothing of its queue changed, since it was seen.
fn is_same(seen: &Session, now: &Session) -> bool {
    let same = (now.pane.pane_id, &now.sent) == (seen.pane.pane_id, &seen.sent);
    let next = next_of(seen).map(|next| next.id);
    let is_unsubmitted = now.pasted.as_ref().is_some_and(|pasted| !pasted.told);
    let is_free = !is_unsubmitted && !now.is_starting(Timestamp::now());
    same && is_free && next_of(now).map(|next| next.id) == next
}
