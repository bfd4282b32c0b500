//! Sends one message to an agent: the whole text once, then one submit.

use std::collections::{BTreeMap, BTreeSet};

use tokio::task::JoinSet;

use crate::{
    core::{names::PolecatName, screen},
    session::{
        error::{MessageError, SessionError},
        messages::{
            Messenger,
            delivery::{Delivery, Draft, Outcome, Owed},
            recipient::Recipient,
        },
        sessions::{list::Session, pending::PASTED},
    },
    tmux::without_end,
};

impl Messenger {
    /// Sends `text` to the agent of `polecat` and submits it; with `take`, text that stands in the
    /// composer is removed first, for agents where a key is known for that.
    ///
    /// # Errors
    /// There is no live session, the text is empty or holds a NUL byte, tmux refuses, or the agent
    /// does not show an empty prompt. After `not_shown` the text may stand in its composer; after
    /// `timeout` it may have arrived, perhaps unsubmitted; otherwise it did not arrive.
    pub async fn inject(&self, polecat: &str, text: &[u8], take: bool) -> Result<(), SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        require_text(text)?;
        let session = self.context.sessions().existing(&polecat).await?;
        require_live(&session)?;
        // First, because it takes time: after the look at the screen milliseconds count.
        let to = &self.recipient(&session).await;
        let _typing = self.lock_typing(&polecat).await?;
        let session = if session.pasted.is_some() { self.cleared(session).await? } else { session };
        let (context, session, bytes) = (&self.context, &session, text);
        let draft = if take { Draft::Take } else { Draft::Keep };
        let text = without_end(bytes);
        let text = &*String::from_utf8_lossy(&text);
        let delivery = Delivery { context, session, to, bytes, text, owed: None, draft };
        let outcome = delivery.deliver().await.map_err(|error| session.explain(error))?;
        let session = session.pane.session_name.clone();
        match outcome {
            Outcome::Submitted => Ok(()),
            Outcome::Stuck => Err(MessageError::Stuck { session }.into()),
            Outcome::NotShown { lost } => Err(MessageError::NotShown { session, lost }.into()),
        }
    }

    /// The same for several at once; what came of each, by name.
    pub async fn inject_all(
        &self,
        polecats: BTreeSet<String>,
        text: &[u8],
    ) -> BTreeMap<String, Result<(), SessionError>> {
        let mut sends = JoinSet::new();
        for polecat in polecats {
            let (messenger, text) = (self.clone(), text.to_vec());
            sends.spawn(async move {
                let sent = messenger.inject(&polecat, &text, false).await;
                (polecat, sent)
            });
        }
        sends.join_all().await.into_iter().collect()
    }

    /// The session as it is now that nobody else types into it, without an unsubmitted paste.
    async fn cleared(&self, session: Session) -> Result<Session, SessionError> {
        let mut session = self.context.sessions().existing(&session.polecat).await?;
        require_live(&session)?;
        let to = self.recipient(&session).await;
        self.submit_pasted(&mut session, &to).await?;
        Ok(session)
    }

    /// Submits the text in the composer, if it is still there and its sender was killed before it
    /// could. The caller must hold the lock on typing, so the sender is not about to.
    pub(in crate::session) async fn submit_pasted(
        &self,
        session: &mut Session,
        to: &Recipient,
    ) -> Result<(), SessionError> {
        let Some(pasted) = session.pasted.take() else { return Ok(()) };
        let owed = session.owed.clone().filter(|_| pasted.first_words);
        let queue = session.queue.clone().filter(|queue| {
            let first = queue.messages.first().map(|first| first.id);
            pasted.queued.is_some() && first == pasted.queued
        });
        let (text, bytes) = (&*pasted.tail, pasted.tail.as_bytes());
        let next = queue.as_ref().map(Owed::Queued).or(owed.as_ref().map(Owed::FirstWords));
        let (context, of, draft) = (&self.context, &*session, Draft::IsMessage);
        let delivery = Delivery { context, session: of, to, bytes, text, owed: next, draft };
        if pasted.told {
            // It may still appear, so the record stays until a message has been submitted.
            return delivery.refuse_shown_late().await;
        }
        let outcome = if text.is_empty() { None } else { Some(delivery.submit_standing().await?) };
        if outcome != Some(Outcome::Submitted) || next.is_none() {
            // It does not show, or does not leave the composer: nobody submits it later.
            context.tmux.set_options(&[of.option(PASTED, String::new())]).await?;
        }
        match (&queue, session.owed.as_mut()) {
            (Some(queue), _) if outcome == Some(Outcome::Submitted) => {
                session.queue = Some(queue.sent());
            }
            (Some(queue), _) => {
                self.settle_unsubmitted(session, to, queue, outcome).await?;
            }
            (None, Some(owed)) if next.is_some() && outcome == Some(Outcome::Submitted) => {
                owed.done += 1;
            }
            _ => {}
        }
        Ok(())
    }
}

pub(in crate::session) fn require_text(text: &[u8]) -> Result<(), SessionError> {
    let refused = |message: &str| Err(SessionError::BadArgument(message.to_owned()));
    if text.is_empty() {
        return refused("the message is empty");
    }
    if text.contains(&0) {
        return refused("the message contains a NUL byte, which cannot be typed");
    }
    if screen::tail(&String::from_utf8_lossy(&without_end(text))).is_empty() {
        return refused("the message is blank");
    }
    Ok(())
}

pub(super) fn require_live(session: &Session) -> Result<(), SessionError> {
    if session.is_live() { Ok(()) } else { Err(session.ended()) }
}
