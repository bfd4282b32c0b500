//! Drafts: text in the composer that is not the message.

use tokio::time::Instant;

use crate::{
    core::screen::{self, Composing, MessagePosition, ScreenBaseline},
    session::{
        error::{MessageError, SessionError},
        messages::delivery::{
            Delivery,
            look::{SeenScreen, Watch},
            submit::TAKEN_TIMEOUT,
        },
    },
};

impl Delivery<'_> {
    /// Removes parts of the message from the composer, if a key for that is known; whether the
    /// composer certainly has nothing of it.
    pub(super) async fn taken_back(
        &self,
        watch: &mut Watch<'_>,
        before: ScreenBaseline,
    ) -> Result<bool, SessionError> {
        let deadline = Instant::now() + TAKEN_TIMEOUT;
        loop {
            let seen = self.look().await?;
            match self.composing(&seen) {
                Composing::Draft(text) if self.clears() && self.is_part(&text) => {
                    self.clear_row(&seen).await?;
                }
                _ => {
                    return Ok(
                        self.place(&seen, before) == MessagePosition::Nowhere { proven: true }
                    );
                }
            }
            if Instant::now() >= deadline {
                return Ok(false);
            }
            watch.next().await;
        }
    }

    pub(in crate::session::messages) fn is_part(&self, text: &str) -> bool {
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        squeezed(self.text).contains(&squeezed(text))
    }

    pub(in crate::session::messages) fn clears(&self) -> bool {
        !self.to.patterns.clears().is_empty()
    }

    pub(in crate::session::messages) async fn clear_row(
        &self,
        seen: &SeenScreen,
    ) -> Result<(), SessionError> {
        let (tmux, pane) = (&self.context.tmux, self.session.pane.pane_id);
        tmux.press(pane, self.to.patterns.clears(), &self.guard(seen), &[]).await?;
        Ok(())
    }

    /// Checks that an earlier message, which was typed but did not show, has not appeared since.
    ///
    /// # Errors
    /// [`MessageError::Draft`] if it has, or tmux does not answer.
    pub(in crate::session) async fn refuse_shown_late(&self) -> Result<(), SessionError> {
        let seen = self.look().await?;
        let stands = screen::ends_at_cursor(&seen.shown, self.text) || self.stands_framed(&seen);
        if stands { Err(self.has_draft(self.text.to_owned())) } else { Ok(()) }
    }

    pub(super) fn stands_framed(&self, seen: &SeenScreen) -> bool {
        self.composing(seen) != Composing::Unknown && self.stands(seen)
    }

    pub(super) fn has_draft(&self, text: String) -> SessionError {
        MessageError::Draft { session: self.name(), text }.into()
    }
}
