//! Presses keys at a question, one at a time, each only while the question still stands there.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    core::screen::{self, Composing, Question, Step},
    session::{
        answers::{
            Giving,
            error::AnswerError,
            look::{Meant, REDRAW_TIMEOUT, SeenDialog},
        },
        error::SessionError,
        sessions::{output_watch::OutputWatch, pending::ANSWERS},
    },
    tmux::{PaneOption, Pressed},
};

/// How long an agent may take to draw what a key did.
pub(super) const DRAWN_TIMEOUT: Duration = Duration::from_secs(5);
/// How long it may take until it no longer shows what was answered.
const GONE_TIMEOUT: Duration = Duration::from_secs(4);
/// After this a key that moved nothing is pressed again: an agent that is busy drawing loses one.
const PRESS_AGAIN_INTERVAL: Duration = Duration::from_secs(2);
/// How often to look without news from tmux.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);
/// An agent that is at its prompt and draws nothing for so long has ended its turn.
const REST_INTERVAL: Duration = Duration::from_millis(700);
/// How long a key that came too late may take to show in the composer.
const LATE_INTERVAL: Duration = Duration::from_millis(300);

/// Which choice is marked, and which are ticked.
type Marks = (Option<usize>, Option<Vec<bool>>);

impl Giving<'_> {
    /// Waits until there may be something new to see.
    pub(super) async fn wait(&self, output: &mut Option<OutputWatch>) {
        if let Some(output) = output {
            return output.next(LOOK_INTERVAL).await;
        }
        // Output until now is seen at the next look.
        *output = Some(OutputWatch::of(&self.context.tmux, &self.context.rig, self.session).await);
    }

    /// Waits until the question with the id `meant` has been there for as long as its agent drops
    /// what is pressed: a key that is lost must not count as an answer.
    pub(super) async fn until_heard(
        &self,
        meant: &str,
        output: &mut Option<OutputWatch>,
    ) -> Result<(), SessionError> {
        let heard = Instant::now() + self.patterns().dialog_delay();
        while Instant::now() < heard {
            self.same(meant, output).await?;
            self.wait(output).await;
        }
        Ok(())
    }

    /// Presses `keys` if `seen` still stands there; counts an answer with them, if they are one.
    pub(super) async fn press(
        &self,
        seen: &SeenDialog,
        keys: &[String],
        answers: bool,
    ) -> Result<bool, SessionError> {
        self.refuse_pane(seen)?;
        let (tmux, pane) = (&self.context.tmux, self.session.pane.pane_id);
        let value = (seen.answers() + 1).to_string();
        let count: Vec<PaneOption> =
            answers.then(|| self.session.option(ANSWERS, value)).into_iter().collect();
        Ok(tmux.press(pane, keys, &self.guard(seen), &count).await? == Pressed::Yes)
    }

    /// Takes steps until there is none left: each of them is pressed and seen. `next` gives the
    /// step for what is shown; keys that give are counted.
    pub(super) async fn steps<'a>(
        &self,
        meant: impl Into<Meant<'a>>,
        output: &mut Option<OutputWatch>,
        next: impl Fn(&SeenDialog, &Question) -> Result<Option<Step>, SessionError>,
    ) -> Result<(SeenDialog, Vec<String>), SessionError> {
        let (meant, deadline) = (meant.into(), Instant::now() + DRAWN_TIMEOUT * 2);
        // What the last key moved is drawn when this is another one: other rows change by themselves.
        let mut moved: Option<(Marks, Instant)> = None;
        loop {
            let (seen, question) = self.same(meant, output).await?;
            match next(&seen, &question)? {
                None => return Ok((seen, Vec::new())),
                Some(Step::Give(keys)) => {
                    if self.press(&seen, &keys, true).await? {
                        return Ok((seen, keys));
                    }
                }
                Some(Step::Move(key)) => {
                    let marks = (question.selected, question.ticked.clone());
                    let waits = moved.as_ref().is_some_and(|(before, at)| {
                        *before == marks && at.elapsed() < PRESS_AGAIN_INTERVAL
                    });
                    if !waits && self.press(&seen, &[key.to_owned()], false).await? {
                        moved = Some((marks, Instant::now()));
                    }
                }
            }
            if Instant::now() >= deadline {
                return Err(AnswerError::NotTaken { session: self.name() }.into());
            }
            self.wait(output).await;
        }
    }

    /// Waits until the question that was answered is gone, and takes back keys that came after it.
    pub(super) async fn until_gone(
        &self,
        before: &SeenDialog,
        keys: &[String],
        output: &mut Option<OutputWatch>,
    ) -> Result<(), SessionError> {
        let deadline = Instant::now() + GONE_TIMEOUT;
        let Some(question) = &before.question else { return Ok(()) };
        let mut gone = None;
        loop {
            // Its agent may have ended by this answer.
            let Ok(seen) = self.look().await else { return Ok(()) };
            let (now, is_gone) = (Instant::now(), !seen.asks_like(question));
            let is_late = now >= deadline;
            // A screen that says nothing may be a piece of the question, and a title is behind.
            gone = (is_gone && !seen.asks_by_title()).then(|| gone.unwrap_or(now));
            let lasts = gone.is_some_and(|since| now - since >= REDRAW_TIMEOUT);
            if is_gone && (is_late || lasts || self.is_read(&seen)) {
                return self.take_back(keys, output).await;
            }
            if is_late {
                let patterns = self.patterns();
                // The same may be asked again at once.
                let again = seen.surroundings(patterns) != before.surroundings(patterns);
                let failed = AnswerError::NotTaken { session: self.name() };
                return if again { Ok(()) } else { Err(failed.into()) };
            }
            self.wait(output).await;
        }
    }

    /// Whether its screen tells what it does: not only its title, and not only a piece of it.
    fn is_read(&self, seen: &SeenDialog) -> bool {
        use screen::ScreenState::{Idle, Waiting, Working};
        let read = screen::read(self.patterns(), &seen.shown.look()).seen;
        matches!(read, Idle | Waiting(_) | Working) && !seen.asks_by_title()
    }

    /// Waits until its turn has ended, or for a while: what opencode is told while it ends a turn
    /// that was refused, it shows and does not answer.
    pub(super) async fn until_rest(
        &self,
        output: &mut Option<OutputWatch>,
    ) -> Result<(), SessionError> {
        let deadline = Instant::now() + DRAWN_TIMEOUT;
        let (mut rows, mut since) = (Vec::new(), Instant::now());
        while Instant::now() < deadline {
            let shown = self.look().await?.shown;
            let idle =
                screen::read(self.patterns(), &shown.look()).seen == screen::ScreenState::Idle;
            if !idle || shown.rows != rows {
                since = Instant::now();
            } else if since.elapsed() >= REST_INTERVAL {
                break;
            }
            rows = shown.rows;
            self.wait(output).await;
        }
        Ok(())
    }

    /// Takes keys out of the composer that came when the question was gone.
    ///
    /// # Errors
    /// That it was gone, if there were any.
    async fn take_back(
        &self,
        keys: &[String],
        output: &mut Option<OutputWatch>,
    ) -> Result<(), SessionError> {
        let letters = keys.iter().all(|key| key.len() == 1);
        let text = keys.concat();
        let mut quiet_since = Instant::now();
        let mut rows = Vec::new();
        while letters && !text.is_empty() {
            let Ok(seen) = self.look().await else { return Ok(()) };
            match screen::composing(self.patterns(), &seen.shown, "") {
                Composing::Draft(draft) if draft == text => {
                    let erase: Vec<String> = keys.iter().map(|_| "BSpace".to_owned()).collect();
                    let guard = self.composer_guard(&seen);
                    let pane = self.session.pane.pane_id;
                    let pressed = self.context.tmux.press(pane, &erase, &guard, &[]).await?;
                    if pressed == Pressed::Yes {
                        return Err(self.changed_to(&seen));
                    }
                }
                Composing::Asked { .. } => return Ok(()),
                _ if quiet_since.elapsed() >= LATE_INTERVAL => return Ok(()),
                _ => {}
            }
            if rows != seen.shown.rows && seen.question.is_some() {
                quiet_since = Instant::now();
            }
            rows = seen.shown.rows;
            self.wait(output).await;
        }
        Ok(())
    }
}
