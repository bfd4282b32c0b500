//! Telling an agent its first words, and seeing to it that each message is submitted once.

use crate::session::{
    error::{MessageError, SessionError},
    messages::{
        delivery::{Delivery, Draft, Outcome},
        recipient::Recipient,
    },
    sessions::{list::Session, pending::PendingPrompts},
    start::Starter,
    start::{Progress, wait_ready::Readiness},
};

impl Starter {
    /// Tells the agent in `session` what `owed` has, one message after the other, each submitted.
    /// What cannot be told to have arrived is added to `warnings`; what stands in the way of the
    /// rest comes back.
    pub(in crate::session) async fn tell(
        &self,
        session: &Session,
        to: &Recipient,
        owed: &mut PendingPrompts,
        warnings: &mut Vec<String>,
        progress: Progress<'_>,
    ) -> Result<Option<String>, SessionError> {
        self.confirm_last(session, to, owed).await?;
        let mut draft = Draft::Keep;
        while let Some(text) = owed.words.get(owed.done).cloned() {
            progress("starting: sending the first words");
            let told = self.told(session, to, owed, &text, draft).await;
            match told {
                Ok(None) => {
                    owed.done += 1;
                    draft = Draft::Keep;
                }
                // The next one could be glued to it, wherever it is.
                Ok(Some(doubt)) => {
                    warnings.push(doubt);
                    owed.done = owed.words.len();
                }
                // Nothing is typed to a question, which that would answer: the start waits for
                // the answer, and says so if none comes.
                Err(SessionError::Message(MessageError::AgentWaiting {
                    guessed: false, ..
                })) => {
                    draft = Draft::IsMessage;
                    let readiness = self.wait_until_ready(session, to, owed, progress).await?;
                    if !matches!(readiness, Readiness::Ready) {
                        return Ok(readiness.warning(&to.agent.name));
                    }
                }
                Err(error @ SessionError::Message(MessageError::WouldRunShell { .. })) => {
                    warnings.push(error.to_string());
                    owed.done = owed.words.len();
                }
                Err(error) if error.is_in_the_way() => return Ok(Some(error.to_string())),
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Who submitted the last message may have been killed before it saw that it was taken.
    async fn confirm_last(
        &self,
        session: &Session,
        to: &Recipient,
        owed: &PendingPrompts,
    ) -> Result<(), SessionError> {
        let Some(last) = owed.done.checked_sub(1) else { return Ok(()) };
        let Some(text) = owed.words.get(last) else { return Ok(()) };
        let _typing = self.context.messenger().lock_typing(&session.polecat).await?;
        let before = PendingPrompts { done: last, ..owed.clone() };
        let (context, owed, bytes) = (&self.context, Some(&before), text.as_bytes());
        let delivery =
            Delivery { context, session, to, bytes, text, owed, draft: Draft::IsMessage };
        delivery.submit_again().await
    }

    /// Tells it one message, once more if it certainly got lost; gives what is in doubt. Nobody
    /// else types before it is known what became of it.
    async fn told(
        &self,
        session: &Session,
        to: &Recipient,
        owed: &PendingPrompts,
        text: &str,
        draft: Draft,
    ) -> Result<Option<String>, SessionError> {
        let _typing = self.context.messenger().lock_typing(&session.polecat).await?;
        let (context, owed, bytes) = (&self.context, Some(owed), text.as_bytes());
        let delivery = Delivery { context, session, to, bytes, text, owed, draft };
        let mut outcome = delivery.deliver().await?;
        if outcome == (Outcome::NotShown { lost: true }) {
            outcome = delivery.deliver().await?;
        }
        let doubt = match outcome {
            Outcome::Submitted => return Ok(None),
            Outcome::Stuck => "has not taken",
            Outcome::NotShown { .. } => "does not show, so that it was not submitted:",
        };
        delivery.give_up().await;
        let begin = text.lines().next().unwrap_or_default();
        Ok(Some(format!("`{}` {doubt} the message that begins with `{begin}`", to.agent.name)))
    }
}
