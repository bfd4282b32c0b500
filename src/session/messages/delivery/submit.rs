//! Submits a message. Only this file presses Enter for one.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    core::screen::{self, Composing, MessagePosition, ScreenBaseline},
    session::{
        error::SessionError,
        messages::delivery::{
            Delivery, Outcome, SHOWN_TIMEOUT,
            look::{SeenScreen, Watch},
        },
    },
    tmux::Pressed,
};

/// How long an agent may take to accept a submitted message before the key is pressed again: an agent
/// that is busy drawing sometimes loses one.
pub(super) const TAKEN_TIMEOUT: Duration = Duration::from_secs(2);
/// How often the key is pressed at most for one message.
const PRESSES_LIMIT: u32 = 3;

impl Delivery<'_> {
    /// Submits the message if it shows in the composer in time; otherwise it was submitted before,
    /// or never arrived.
    ///
    /// # Errors
    /// As [`Delivery::deliver`].
    pub(in crate::session) async fn submit_standing(&self) -> Result<Outcome, SessionError> {
        let mut watch = Watch::of(self);
        let outcome = match self.until_shown(&mut watch, ScreenBaseline::unknown()).await {
            Ok(true) => self.submit(&mut watch, ScreenBaseline::unknown()).await,
            Ok(false) => Ok(Outcome::NotShown { lost: true }),
            Err(error) => Err(error),
        };
        watch.end().await;
        outcome
    }

    /// Presses the key once more if the message is still in the composer.
    ///
    /// # Errors
    /// As [`Delivery::deliver`].
    pub(in crate::session) async fn submit_again(&self) -> Result<(), SessionError> {
        let mut watch = Watch::of(self);
        let stands = self.stands(&self.look().await?);
        let outcome = if stands {
            self.submit(&mut watch, ScreenBaseline::unknown()).await.map(drop)
        } else {
            Ok(())
        };
        watch.end().await;
        outcome
    }

    /// Presses Enter until the message has left the composer.
    pub(super) async fn submit(
        &self,
        watch: &mut Watch<'_>,
        before: ScreenBaseline,
    ) -> Result<Outcome, SessionError> {
        let deadline = Instant::now() + SHOWN_TIMEOUT;
        let (mut presses, mut pressed_at, mut height) = (0, Instant::now(), None);
        loop {
            let seen = match self.look().await {
                Err(_) if presses > 0 => return Ok(Outcome::Submitted),
                seen => seen?,
            };
            let stands = self.place(&seen, before) == MessagePosition::Composer;
            // An agent that asks a question has accepted it.
            if presses > 0 && (!stands || self.refuse_question(&seen).is_err()) {
                return Ok(Outcome::Submitted);
            }
            if !stands {
                self.refuse_question(&seen)?;
                if Instant::now() >= deadline {
                    return Ok(Outcome::NotShown { lost: false });
                }
            } else if presses == 0
                || pressed_at.elapsed() >= TAKEN_TIMEOUT
                || self.broke_line(&seen, height)
            {
                if presses == PRESSES_LIMIT {
                    return Ok(Outcome::Stuck);
                }
                if self.press_enter(&seen).await? == Pressed::Yes {
                    (presses, pressed_at) = (presses + 1, Instant::now());
                    height = screen::typed_rows(&self.to.patterns, &seen.shown);
                    if self.composing(&seen) == Composing::Unknown {
                        // What an unknown agent shows from now on says nothing about it.
                        return Ok(Outcome::Submitted);
                    }
                } else if Instant::now() >= deadline && presses == 0 {
                    return Ok(Outcome::NotShown { lost: false });
                }
            }
            watch.next().await;
        }
    }

    /// Whether the key was taken for a line break, as part of the paste: the message stands there
    /// with one row more than when it was pressed.
    fn broke_line(&self, seen: &SeenScreen, before: Option<usize>) -> bool {
        let now = screen::typed_rows(&self.to.patterns, &seen.shown);
        before.is_some_and(|before| now == Some(before + 1))
    }

    /// The only place that submits a message: tmux checks, in one step with the key, that the
    /// composer still shows it.
    pub(super) async fn press_enter(&self, seen: &SeenScreen) -> Result<Pressed, SessionError> {
        self.refuse_question(seen)?;
        self.refuse_pane(seen)?;
        let (tmux, pane) = (&self.context.tmux, self.session.pane.pane_id);
        Ok(tmux.press(pane, &["Enter"], &self.guard(seen), &self.submitted()).await?)
    }
}
