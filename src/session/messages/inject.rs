//! Talking to an agent: the text whole, once, then one submit.

use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;

use crate::{
    core::{names::PolecatName, screen},
    host::locks::Typing,
    session::{
        context::RigContext,
        error::{MessageError, SessionError},
        messages::delivery::{Delivery, Draft, Outcome},
        sessions::{
            list::Session,
            pending::{self, PASTED},
        },
        start::send_prompts::Recipient,
    },
    tmux::without_end,
};

/// Being the one who types into a session, in this backend and among all of them.
pub(in crate::session) struct Turn {
    _here: OwnedMutexGuard<()>,
    _everywhere: Typing,
}

/// An agent that can be talked to.
pub struct Listener {
    session: Session,
    to: Recipient,
}

impl RigContext {
    /// Sends `text` to the agent of `polecat` and submits it.
    ///
    /// # Errors
    /// When there is no live session, the text is empty or holds a NUL byte, tmux refuses, or the
    /// agent is not seen at an empty prompt. After `not_shown` the text may stand in its composer,
    /// after `timeout` it has arrived or may have, perhaps without being submitted; in every other
    /// case it did not.
    pub async fn inject(&self, polecat: &str, text: Vec<u8>) -> Result<(), SessionError> {
        self.inject_into(self.listener(polecat, &text).await?, &text, false).await
    }

    /// Who can be told `text` as `polecat`. This changes nothing yet.
    ///
    /// # Errors
    /// As [`RigContext::inject`].
    pub async fn listener(&self, polecat: &str, text: &[u8]) -> Result<Listener, SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        require_text(text)?;
        let session = self.existing(&polecat).await?;
        require_live(&session)?;
        // Before the paste: what comes after it is a matter of milliseconds.
        let to = Recipient::new(self.addressed(&session).await, session.args());
        Ok(Listener { session, to })
    }

    /// Sends `text` to one who was there a moment ago; with `take`, what stands in the composer is
    /// taken out first, where it is known how.
    ///
    /// # Errors
    /// As [`RigContext::inject`].
    pub async fn inject_into(
        &self,
        to: Listener,
        text: &[u8],
        take: bool,
    ) -> Result<(), SessionError> {
        let Listener { session, to } = to;
        let _turn = self.turn(&session).await?;
        let session = if session.pasted.is_some() { self.cleared(session).await? } else { session };
        let (context, session, to, bytes) = (self, &session, &to, text);
        let draft = if take { Draft::Take } else { Draft::Keep };
        let text = without_end(bytes);
        let text = &*String::from_utf8_lossy(&text);
        let delivery = Delivery { context, session, to, bytes, text, owed: None, draft };
        let delivered = delivery.deliver().await.map_err(|error| error.of_gone(session));
        match delivered? {
            Outcome::Submitted => Ok(()),
            Outcome::Stuck => {
                Err(MessageError::Stuck { session: session.pane.session_name.clone() }.into())
            }
            Outcome::NotShown { lost } => {
                Err(MessageError::NotShown { session: session.pane.session_name.clone(), lost }
                    .into())
            }
        }
    }

    /// The turn of those who type into `session`.
    pub(in crate::session) async fn turn(&self, session: &Session) -> Result<Turn, SessionError> {
        self.turn_at(&session.polecat).await
    }

    /// The same where there may be no session.
    pub(in crate::session) async fn turn_at(
        &self,
        polecat: &PolecatName,
    ) -> Result<Turn, SessionError> {
        let here: Arc<_> = self.tools.turn(self.rig.session(polecat).as_str());
        let here = here.lock_owned().await;
        let everywhere = Typing::lock(&self.rig, polecat).await?;
        Ok(Turn { _here: here, _everywhere: everywhere })
    }

    /// The session as it is now that nobody types into it any more.
    async fn cleared(&self, session: Session) -> Result<Session, SessionError> {
        let mut session = self.existing(&session.polecat).await?;
        require_live(&session)?;
        let to = Recipient::new(self.addressed(&session).await, session.args());
        submit_pasted(self, &mut session, &to).await?;
        Ok(session)
    }
}

/// Submits the text in the composer whose sender was killed before it could, if it still stands
/// there. In the caller's turn, so that whoever pasted it is not just about to.
pub(in crate::session) async fn submit_pasted(
    context: &RigContext,
    session: &mut Session,
    to: &Recipient,
) -> Result<(), SessionError> {
    let Some(pasted) = session.pasted.take() else { return Ok(()) };
    let owed = session.owed.clone().filter(|_| pasted.first_words);
    let (text, bytes, owed) = (&*pasted.tail, pasted.tail.as_bytes(), owed.as_ref());
    let delivery = Delivery { context, session, to, bytes, text, owed, draft: Draft::IsMessage };
    if pasted.told {
        // It may be shown later still: that is kept in mind until a message was submitted.
        return delivery.refuse_shown_late().await;
    }
    let outcome = if text.is_empty() { None } else { Some(delivery.submit_standing().await?) };
    if outcome == Some(Outcome::Submitted)
        && let Some(owed) = session.owed.as_mut().filter(|_| pasted.first_words)
    {
        owed.done += 1;
    } else {
        // It is nowhere to be seen, or stays where it is: nobody submits it later.
        context.tmux.set_options(&[pending::note(session, PASTED, String::new())]).await?;
    }
    Ok(())
}

fn require_text(text: &[u8]) -> Result<(), SessionError> {
    let refused = |message: &str| Err(SessionError::BadArgument(message.to_owned()));
    if text.is_empty() {
        return refused("the message is empty");
    }
    if text.contains(&0) {
        return refused("the message holds a NUL byte, which no terminal input can");
    }
    if screen::tail(&String::from_utf8_lossy(&without_end(text))).is_empty() {
        return refused("the message has nothing that could be seen: it is blank");
    }
    Ok(())
}

fn require_live(session: &Session) -> Result<(), SessionError> {
    if session.is_live() { Ok(()) } else { Err(SessionError::ended(session)) }
}
