//! The last part of a start: sends an agent's first prompts, each submitted exactly once, and records
//! that the start is over.

use crate::session::{
    error::{MessageError, SessionError},
    messages::{
        delivery::{Delivery, Draft, Outcome, Owed},
        recipient::Recipient,
    },
    sessions::{
        list::Session,
        metadata::{self, Metadata},
        pending::{OWED, PendingPrompts},
    },
    start::{Progress, Starter, wait_ready::Readiness},
};

impl Starter {
    /// Sends the prompts in `owed`, and records that the start is over. Prompts that could not be
    /// sent yet stay recorded on the session, for the backend that sees the agent ready. Gives
    /// warnings.
    pub(in crate::session) async fn send_prompts(
        &self,
        session: &Session,
        to: &Recipient,
        mut owed: PendingPrompts,
        readiness: Readiness,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, SessionError> {
        let mut warnings = Vec::new();
        let in_the_way = match readiness {
            Readiness::Ended => return Ok(warnings),
            // Nothing is typed to a question: that would answer it.
            Readiness::NotInTime(_) | Readiness::Asking(_) => readiness.warning(&to.agent.name),
            Readiness::Ready => {
                self.send_pending(session, to, &mut owed, &mut warnings, progress).await?
            }
        };
        if let Some(warning) = in_the_way {
            let later = "; its first prompts will be sent once it is ready";
            warnings.push(format!("{warning}{}", if owed.is_open() { later } else { "" }));
        }
        self.mark_started(session, &owed).await?;
        Ok(warnings)
    }

    /// Records on the session that its start is over, and which prompts are still unsent.
    async fn mark_started(
        &self,
        session: &Session,
        owed: &PendingPrompts,
    ) -> Result<(), SessionError> {
        let mark = Metadata {
            starting: false,
            pane: Some(session.pane.pane_id.to_string()),
            pid: session.pane.pid,
            ..session.mark.clone().unwrap_or_default()
        };
        let left = PendingPrompts { by: None, ..owed.clone() };
        let left = if owed.is_open() { left.encode() } else { String::new() };
        let mut options = vec![session.option(OWED, left)];
        options.extend(mark.encode().ok().map(|value| session.option(metadata::OPTION, value)));
        Ok(self.context.tmux.set_options(&options).await?)
    }

    /// Sends the prompts in `owed` one after the other. A prompt that may not have arrived is added
    /// to `warnings`; returns what prevents the rest from being sent.
    async fn send_pending(
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
            progress("starting: sending the first prompts");
            let sent = self.send(session, to, owed, &text, draft).await;
            match sent {
                Ok(None) => {
                    owed.done += 1;
                    draft = Draft::Keep;
                }
                // The next one could be appended to it, wherever it is.
                Ok(Some(doubt)) => {
                    warnings.push(doubt);
                    owed.done = owed.words.len();
                }
                // Nothing is typed to a question, because that would answer it. The start waits
                // for an answer and reports it if none comes.
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

    /// Submits the last prompt again if it is still there: the backend that submitted it may have
    /// been killed before it saw the prompt accepted.
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
        let (context, bytes) = (&self.context, text.as_bytes());
        let owed = Some(Owed::FirstWords(&before));
        let delivery =
            Delivery { context, session, to, bytes, text, owed, draft: Draft::IsMessage };
        delivery.submit_again().await
    }

    /// Sends one prompt, twice if it was certainly lost; returns a warning if it may not have
    /// arrived. Nobody else types until its outcome is known.
    async fn send(
        &self,
        session: &Session,
        to: &Recipient,
        owed: &PendingPrompts,
        text: &str,
        draft: Draft,
    ) -> Result<Option<String>, SessionError> {
        let _typing = self.context.messenger().lock_typing(&session.polecat).await?;
        let (context, bytes) = (&self.context, text.as_bytes());
        let owed = Some(Owed::FirstWords(owed));
        let delivery = Delivery { context, session, to, bytes, text, owed, draft };
        let mut outcome = delivery.deliver().await?;
        if outcome == (Outcome::NotShown { lost: true }) {
            outcome = delivery.deliver().await?;
        }
        let doubt = match outcome {
            Outcome::Submitted => return Ok(None),
            Outcome::Stuck => "did not accept",
            Outcome::NotShown { .. } => "does not show, so it was not submitted:",
        };
        delivery.give_up().await;
        let begin = text.lines().next().unwrap_or_default();
        Ok(Some(format!("`{}` {doubt} the message that begins with `{begin}`", to.agent.name)))
    }
}
