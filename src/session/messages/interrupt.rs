//! Interrupts an agent's work by the agent's own keys. Each is pressed only while the agent is seen
//! to work: to a question it would be a No, and at the prompt it means something else.

pub(in crate::session) mod error;

use std::time::Duration;

use tokio::time::Instant;

use self::error::InterruptError;
use crate::{
    core::{
        names::PolecatName,
        screen::{self, Composing, Reading},
        session::{State, queue::Queue},
    },
    session::{
        error::SessionError,
        messages::{
            Messenger,
            delivery::{Delivery, Draft, SeenScreen, Watch},
            error::excerpt,
            inject::require_live,
        },
        sessions::pending::{self, QUEUE},
    },
    tmux::{Guard, PaneOption, Pressed},
};

/// How long an agent may change its screen under our hands before the first key.
const PRESS_TIMEOUT: Duration = Duration::from_secs(5);
/// How long it may take to say that it wants the next key.
const AGAIN_TIMEOUT: Duration = Duration::from_secs(5);
/// How long it may take to end what it is doing.
const END_TIMEOUT: Duration = Duration::from_secs(10);
/// How long its screen may move before what is in its composer counts.
const REST_TIMEOUT: Duration = Duration::from_secs(1);
/// How long what it has put back may take to leave its composer.
const CLEAR_TIMEOUT: Duration = Duration::from_secs(5);
/// After how long a key that had no effect is pressed again. What is pressed and read late would
/// remove what a person types by then.
const CLEAR_AGAIN_INTERVAL: Duration = Duration::from_secs(2);

/// Why a queue is held then.
const INTERRUPTED: &str = "the work before them was interrupted";

/// What came of an interrupt.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Interrupted {
    /// What the agent does now: `idle`, `waiting` if it asks something, or `working` on a message
    /// that was queued.
    pub state: State,
    /// What is left of it, such as a message that stands in the composer again.
    pub warnings: Vec<String>,
}

impl Messenger {
    /// Interrupts the work of the agent of `polecat`, and returns once it has ended. A message that
    /// the agent puts back into its composer is removed, if a key for that is known.
    ///
    /// # Errors
    /// There is no live session, no key for that agent is known, or it does not work, or asks a
    /// question: nothing was pressed. After `timeout` the keys were pressed, and it still works.
    pub async fn interrupt(&self, polecat: &str) -> Result<Interrupted, SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        let _typing = self.lock_typing(&polecat).await?;
        let session = self.context.sessions().existing(&polecat).await?;
        require_live(&session)?;
        let to = &self.recipient(&session).await;
        let (context, session) = (&self.context, &session);
        let delivery =
            Delivery { context, session, to, bytes: b"", text: "", owed: None, draft: Draft::Keep };
        let mut watch = Watch::of(&delivery);
        // Boxed, to keep the futures of callers small.
        let done = Box::pin(Interrupt(&delivery).run(&mut watch)).await;
        watch.end().await;
        let mut done = done.map_err(|error| session.explain(error))?;
        let held = session.queue.as_ref().filter(|queue| !queue.messages.is_empty());
        done.warnings.extend(held.map(|_| held_back(&session.polecat)));
        Ok(done)
    }
}

fn held_back(polecat: &PolecatName) -> String {
    format!("the queue of `{polecat}` is held: `:PolecatQueue! {polecat}` sends it")
}

/// The interrupt of a recipient's work.
struct Interrupt<'a>(&'a Delivery<'a>);

impl Interrupt<'_> {
    async fn run(&self, watch: &mut Watch<'_>) -> Result<Interrupted, SessionError> {
        let Some((first, more)) = self.0.to.patterns.interrupt().split_first() else {
            let (session, agent) = (self.0.name(), self.0.to.agent.name.clone());
            return Err(InterruptError::NotInterruptible { session, agent }.into());
        };
        let before = self.press_first(watch, first).await?;
        for key in more {
            self.press_next(watch, key).await?;
        }
        let state = self.ended(watch, &before).await?;
        let left = if matches!(state, State::Idle | State::Waiting) {
            self.without_returned(watch, &before).await?
        } else {
            Some(format!("the agent in `{}` goes on with what was queued", self.0.name()))
        };
        Ok(Interrupted { state, warnings: left.into_iter().collect() })
    }

    /// Presses the first key while the agent works; returns what was seen then.
    async fn press_first(
        &self,
        watch: &mut Watch<'_>,
        key: &str,
    ) -> Result<SeenScreen, SessionError> {
        let deadline = Instant::now() + PRESS_TIMEOUT;
        loop {
            let seen = self.0.look().await?;
            self.0.refuse_pane(&seen)?;
            self.require_work(&seen)?;
            if self.press(&seen, key, &[], &self.hold()).await? == Pressed::Yes {
                return Ok(seen);
            }
            if Instant::now() >= deadline {
                return Err(self.too_slow("kept redrawing: no key was pressed", PRESS_TIMEOUT));
            }
            watch.next().await;
        }
    }

    /// Presses another key once the agent says that it wants one, if it still works then.
    async fn press_next(&self, watch: &mut Watch<'_>, key: &str) -> Result<(), SessionError> {
        let again = self.0.to.patterns.interrupt_again().unwrap_or_default();
        let deadline = Instant::now() + AGAIN_TIMEOUT;
        loop {
            let seen = self.0.look().await?;
            if self.read(&seen).seen.state() != State::Working {
                return Ok(());
            }
            let row = screen::tells(&self.0.to.patterns, &seen.shown, again);
            if let Some(row) = row
                && self.press(&seen, key, &[row], &[]).await? == Pressed::Yes
            {
                return Ok(());
            }
            if Instant::now() >= deadline {
                let what = format!("still works and did not show `{again}`");
                return Err(self.too_slow(&what, AGAIN_TIMEOUT));
            }
            watch.next().await;
        }
    }

    /// What holds the queue, to be set with the key: what was to follow the work may not fit any more.
    fn hold(&self) -> Vec<PaneOption> {
        let queue = self.0.session.queue.clone().filter(Queue::is_known);
        let held =
            queue.filter(|queue| queue.next().is_some()).map(|queue| queue.held(INTERRUPTED));
        let value = held.and_then(|queue| pending::encode_queue(&queue));
        value.map(|value| self.0.session.option(QUEUE, value)).into_iter().collect()
    }

    /// Presses a key, and sets `options` with it, if the agent shows in the same moment that it works,
    /// and still has the rows `also`.
    async fn press(
        &self,
        seen: &SeenScreen,
        key: &str,
        also: &[usize],
        options: &[PaneOption],
    ) -> Result<Pressed, SessionError> {
        let working = screen::working_rows(&self.0.to.patterns, &seen.shown);
        let rows: Vec<_> = also.iter().copied().chain(working).collect();
        let guard = Guard::of(&seen.screen, &seen.shown.rows, &rows);
        let (tmux, pane) = (&self.0.context.tmux, self.0.session.pane.pane_id);
        Ok(tmux.press(pane, &[key], &guard, options).await?)
    }

    /// Waits until the agent works no more, or says that it was interrupted and works on something
    /// else.
    async fn ended(
        &self,
        watch: &mut Watch<'_>,
        before: &SeenScreen,
    ) -> Result<State, SessionError> {
        let told = |seen: &SeenScreen| {
            self.0.to.patterns.interrupted().map_or(0, |words| screen::times(&seen.shown, words))
        };
        let mut since: Option<Instant> = None;
        let deadline = Instant::now() + END_TIMEOUT;
        loop {
            let seen = self.0.look().await?;
            let state = self.read(&seen).seen.state();
            if matches!(state, State::Idle | State::Waiting) {
                return Ok(state);
            }
            // It may say so before it stops.
            if told(&seen) > told(before)
                && since.get_or_insert_with(Instant::now).elapsed() >= REST_TIMEOUT
            {
                return Ok(state);
            }
            if Instant::now() >= deadline {
                let what = format!("was interrupted, but did not stop ({})", state.as_str());
                return Err(self.too_slow(&what, END_TIMEOUT));
            }
            watch.next().await;
        }
    }

    /// Removes a message that the agent has put back into its composer. Gives a warning if something
    /// stays there that did not stand there before.
    async fn without_returned(
        &self,
        watch: &mut Watch<'_>,
        before: &SeenScreen,
    ) -> Result<Option<String>, SessionError> {
        let seen = self.at_rest(watch).await?;
        let (text, draft) = (self.draft(&seen), self.draft(before));
        let Some(text) = text.filter(|text| draft.as_ref() != Some(text)) else { return Ok(None) };
        // What a person has typed meanwhile is theirs.
        let returned = draft.is_none()
            && screen::was_sent(&self.0.to.patterns, &before.shown, &text)
            && self.cleared(watch, &text).await?;
        let stands =
            || format!("the composer of `{}` now holds `{}`", self.0.name(), excerpt(&text));
        Ok((!returned).then(stands))
    }

    /// Removes `text` from the composer, if keys for that are known; whether that is empty then.
    async fn cleared(&self, watch: &mut Watch<'_>, text: &str) -> Result<bool, SessionError> {
        let own = Delivery { text, ..*self.0 };
        let deadline = Instant::now() + CLEAR_TIMEOUT;
        let mut pressed: Option<(String, Instant)> = None;
        loop {
            let seen = own.look().await?;
            let Some(rest) = self.draft(&seen) else { return Ok(true) };
            if !own.clears() || !own.is_part(&rest) || Instant::now() >= deadline {
                return Ok(false);
            }
            let waits =
                |(on, at): &(String, Instant)| *on == rest && at.elapsed() < CLEAR_AGAIN_INTERVAL;
            if !pressed.as_ref().is_some_and(waits) {
                own.clear_row(&seen).await?;
                pressed = Some((rest, Instant::now()));
            }
            watch.next().await;
        }
    }

    /// Waits until the screen does not change any more; what stands there then.
    async fn at_rest(&self, watch: &mut Watch<'_>) -> Result<SeenScreen, SessionError> {
        let deadline = Instant::now() + REST_TIMEOUT;
        let mut seen = self.0.look().await?;
        loop {
            watch.next().await;
            let now = self.0.look().await?;
            let still = now.shown == seen.shown;
            seen = now;
            if still || Instant::now() >= deadline {
                return Ok(seen);
            }
        }
    }

    fn read(&self, seen: &SeenScreen) -> Reading {
        screen::read(&self.0.to.patterns, &seen.shown.look())
    }

    fn draft(&self, seen: &SeenScreen) -> Option<String> {
        match self.0.composing(seen) {
            Composing::Draft(text) => Some(text),
            _ => None,
        }
    }

    /// Refuses an agent that does not work: nothing of it can be interrupted.
    fn require_work(&self, seen: &SeenScreen) -> Result<(), SessionError> {
        let session = self.0.name();
        let refused = match self.read(seen).seen {
            screen::ScreenState::Working => return Ok(()),
            screen::ScreenState::Waiting(question) => {
                InterruptError::Asks { session, question: Box::new(question) }
            }
            other => InterruptError::NotWorking { session, state: other.state() },
        };
        Err(refused.into())
    }

    fn too_slow(&self, what: &str, waited: Duration) -> SessionError {
        let what = format!("the agent in `{}` {what}", self.0.name());
        SessionError::TooSlow { what, waited }
    }
}
