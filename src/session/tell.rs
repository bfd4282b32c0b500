//! Typing an agent its first words, and seeing to it that each message is submitted once.

use super::{
    brief::Addressee, error::SessionError, manager::SessionManager, message::Message, owed::Owed,
    start::Progress, table::Session,
};
use crate::core::screen::Seen;

impl SessionManager {
    /// Types what `owed` has to the agent in `session`, one message after the other, each
    /// submitted. What cannot be told to have arrived is added to `warnings`; what stands in the
    /// way of the rest comes back.
    pub(super) async fn tell(
        &self,
        session: &Session,
        to: &Addressee,
        owed: &mut Owed,
        warnings: &mut Vec<String>,
        progress: Progress<'_>,
    ) -> Result<Option<String>, SessionError> {
        let message = |text| Message { manager: self, session, patterns: &to.patterns, text };
        if let Some(last) = owed.done.checked_sub(1).filter(|last| *last < owed.words.len()) {
            // Who submitted it was killed before it could see what became of it.
            let before = Owed { done: last, ..owed.clone() };
            warnings.extend(message(&owed.words[last]).confirm(to, &before).await?);
        }
        while let Some(text) = owed.words.get(owed.done) {
            if let Some(warning) = self.asks(session, to, progress).await? {
                return Ok(Some(warning));
            }
            progress("starting: sending the first words");
            warnings.extend(message(text).deliver(to, owed).await?);
            owed.done += 1;
        }
        Ok(None)
    }

    /// Nothing is typed to a question, which that would answer: the start waits for the answer,
    /// and says so if none comes.
    async fn asks(
        &self,
        session: &Session,
        to: &Addressee,
        progress: Progress<'_>,
    ) -> Result<Option<String>, SessionError> {
        let seen = self.glimpse(session, &to.patterns).await?.reading.seen;
        if !matches!(seen, Seen::Waiting(_)) {
            return Ok(None);
        }
        let readiness = self.wait_until_ready(session, to, progress).await?;
        Ok(readiness.warning(&to.agent.name))
    }
}
