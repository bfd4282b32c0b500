//! The key that submits a message. Nothing else in the program presses Enter for one.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    core::screen::{Before, Composing, Place},
    session::{
        error::SessionError,
        messages::delivery::{
            Delivery, Outcome, SHOWN_TIMEOUT,
            look::{Seen, Watch},
        },
    },
    tmux::Pressed,
};

/// How long an agent may take to take a message that was submitted, before the key is pressed
/// again: one that is busy drawing loses one now and then.
pub(super) const TAKEN_TIMEOUT: Duration = Duration::from_secs(2);
/// How often the key is pressed for one message.
const PRESSES_LIMIT: u32 = 3;

impl Delivery<'_> {
    /// Submits the message if it stands in the composer, or comes to stand there; else it was
    /// submitted before, or never arrived.
    ///
    /// # Errors
    /// As [`Delivery::deliver`].
    pub(in crate::session) async fn submit_standing(&self) -> Result<Outcome, SessionError> {
        let mut watch = Watch::of(self);
        let outcome = match self.until_shown(&mut watch, Before::unknown()).await {
            Ok(true) => self.submit(&mut watch, Before::unknown()).await,
            Ok(false) => Ok(Outcome::NotShown { lost: true }),
            Err(error) => Err(error),
        };
        watch.end().await;
        outcome
    }

    /// Presses the key once more where the message still stands in the composer.
    ///
    /// # Errors
    /// As [`Delivery::deliver`].
    pub(in crate::session) async fn submit_again(&self) -> Result<(), SessionError> {
        let mut watch = Watch::of(self);
        let stands = self.stands(&self.look().await?);
        let outcome = if stands {
            self.submit(&mut watch, Before::unknown()).await.map(drop)
        } else {
            Ok(())
        };
        watch.end().await;
        outcome
    }

    /// Presses Enter while the message stands in the composer, until it has left it.
    pub(super) async fn submit(
        &self,
        watch: &mut Watch<'_>,
        before: Before,
    ) -> Result<Outcome, SessionError> {
        let deadline = Instant::now() + SHOWN_TIMEOUT;
        let (mut presses, mut pressed_at) = (0, Instant::now());
        loop {
            let seen = match self.look().await {
                Err(_) if presses > 0 => return Ok(Outcome::Submitted),
                seen => seen?,
            };
            let stands = self.place(&seen, before) == Place::Composer;
            // An agent that asks has taken it.
            if presses > 0 && (!stands || self.refuse_question(&seen).is_err()) {
                return Ok(Outcome::Submitted);
            }
            if !stands {
                self.refuse_question(&seen)?;
                if Instant::now() >= deadline {
                    return Ok(Outcome::NotShown { lost: false });
                }
            } else if presses == 0 || pressed_at.elapsed() >= TAKEN_TIMEOUT {
                if presses == PRESSES_LIMIT {
                    return Ok(Outcome::Stuck);
                }
                if self.press_enter(&seen).await? == Pressed::Yes {
                    (presses, pressed_at) = (presses + 1, Instant::now());
                    if self.composing(&seen) == Composing::Unknown {
                        // What such an agent shows of it from now on tells nothing.
                        return Ok(Outcome::Submitted);
                    }
                } else if Instant::now() >= deadline && presses == 0 {
                    return Ok(Outcome::NotShown { lost: false });
                }
            }
            watch.next().await;
        }
    }

    /// The one place that submits a message: where the composer still shows it, in the very moment
    /// of the key.
    pub(super) async fn press_enter(&self, seen: &Seen) -> Result<Pressed, SessionError> {
        self.refuse_question(seen)?;
        self.refuse_pane(seen)?;
        let (tmux, pane) = (&self.context.tmux, self.session.pane.pane_id);
        Ok(tmux.press(pane, &["Enter"], &self.guard(seen), &self.submitted()).await?)
    }
}
