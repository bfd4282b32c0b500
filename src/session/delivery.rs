//! One message on its way to an agent: looked at before it is typed, before it is submitted, and
//! after. Nothing else in the program presses Enter for a message.

use std::{borrow::Cow, time::Duration};

use tokio::time::Instant;

use super::{
    brief::Addressee,
    error::SessionError,
    glimpse::shown,
    manager::SessionManager,
    owed::{self, OWED, Owed, PASTED, Pasted},
    pulse::Pulse,
    table::Session,
};
use crate::{
    core::{
        agent::{Agent, is_shell},
        screen::{self, Bang, Before, Composing, Place, Question, Shown},
    },
    host::processes::Holder,
    tmux::{Guard, Note, PaneScreen, Pressed, Terminal},
};

/// How long an agent may take to show a composer in which nothing stands.
const READY: Duration = Duration::from_secs(5);
/// How long it may take to show a message that was typed, once it has read it.
const SHOWN: Duration = Duration::from_secs(5);
/// How long it may take to take a message that was submitted, before the key is pressed again: an
/// agent that is busy drawing loses one now and then.
const TAKEN: Duration = Duration::from_secs(2);
/// How often the key that submits is pressed for one message.
const PRESSES: u32 = 3;
/// How old a look may be when tmux told of no change.
const TICK: Duration = Duration::from_millis(100);

/// One message to one agent, in the sender's turn.
pub(super) struct Delivery<'a> {
    pub(super) manager: &'a SessionManager,
    pub(super) session: &'a Session,
    pub(super) to: &'a Addressee,
    pub(super) bytes: &'a [u8],
    /// The same as it can be looked for.
    pub(super) text: &'a str,
    /// What the start owes, where the message is the next of its first words.
    pub(super) owed: Option<&'a Owed>,
    /// What may be done with text that stands in the composer already.
    pub(super) draft: Draft,
}

/// What may be done with text that stands in the composer before a message is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Draft {
    /// Nothing: the message is refused.
    Keep,
    /// If it ends as the message does, it is the message, and only has to be submitted.
    IsMessage,
    /// It is taken out, where it is known how: the sender said so.
    Take,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was seen in the composer, submitted, and has left it.
    Submitted,
    /// It stands in the composer, whatever is pressed.
    Stuck,
    /// It was typed and is not to be seen, so nothing was pressed.
    NotShown {
        /// Whether the composer is certainly empty.
        lost: bool,
    },
}

/// A screen, as tmux and as its agent see it.
struct Seen {
    screen: PaneScreen,
    shown: Shown,
}

impl Delivery<'_> {
    /// Types the message where an empty composer is seen, and submits it where it is seen.
    ///
    /// # Errors
    /// The agent asks, is not ready, has a draft, has ended, or its pane takes no input: nothing
    /// was submitted, and nothing typed unless a dialog opened right after.
    pub(super) async fn deliver(&self) -> Result<Outcome, SessionError> {
        let mut watch = Watch::of(self);
        let outcome = self.typed_and_submitted(&mut watch).await;
        watch.end().await;
        match outcome {
            Ok(Outcome::Submitted) => {}
            Ok(Outcome::NotShown { lost: false }) if self.owed.is_none() => {
                let told = Pasted { told: true, ..self.pasted() };
                self.note(vec![told.note(self.session)]).await;
            }
            // What stands there now is nobody's to submit any more.
            _ if self.owed.is_none() => self.note(vec![self.cleared()]).await,
            _ => {}
        }
        outcome
    }

    /// Submits the message if it stands in the composer, or comes to stand there; else it was
    /// submitted before, or never arrived.
    ///
    /// # Errors
    /// As [`Delivery::deliver`].
    pub(super) async fn submit_standing(&self) -> Result<Outcome, SessionError> {
        let mut watch = Watch::of(self);
        let outcome = match self.until_shown(&mut watch, Before::default()).await {
            Ok(true) => self.submit(&mut watch, Before::default()).await,
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
    pub(super) async fn submit_again(&self) -> Result<(), SessionError> {
        let mut watch = Watch::of(self);
        let stands = self.stands(&self.look().await?);
        let outcome = if stands {
            self.submit(&mut watch, Before::default()).await.map(drop)
        } else {
            Ok(())
        };
        watch.end().await;
        outcome
    }

    /// Writes down that nobody is to submit it any more, as if it had been.
    pub(super) async fn give_up(&self) {
        self.note(self.submitted()).await;
    }

    async fn typed_and_submitted(&self, watch: &mut Watch<'_>) -> Result<Outcome, SessionError> {
        let typed = self.typed()?;
        let deadline = Instant::now() + READY;
        let (terminal, before) = loop {
            let seen = self.until_ready(watch, deadline).await?;
            if self.draft == Draft::IsMessage && self.stands(&seen) {
                return self.submit(watch, Before::default()).await;
            }
            let before = Before::of(&self.to.patterns, &seen.shown, self.text);
            if let Some(terminal) = self.paste(&seen, &typed).await? {
                break (terminal, before);
            }
            watch.next().await;
        };
        if !self.settled(&terminal, watch, before).await? {
            let lost = self.taken_back(watch, before).await?;
            return Ok(Outcome::NotShown { lost });
        }
        self.submit(watch, before).await
    }

    /// Takes out of the composer what of the message stands there, where it is known how; whether
    /// nothing of it certainly does.
    async fn taken_back(
        &self,
        watch: &mut Watch<'_>,
        before: Before,
    ) -> Result<bool, SessionError> {
        let deadline = Instant::now() + TAKEN;
        loop {
            let seen = self.look().await?;
            match self.composing(&seen) {
                Composing::Draft(text) if self.clears() && self.is_part(&text) => {
                    self.clear_row(&seen).await?;
                }
                _ => return Ok(self.place(&seen, before) == Place::Nowhere { proven: true }),
            }
            if Instant::now() >= deadline {
                return Ok(false);
            }
            watch.next().await;
        }
    }

    fn is_part(&self, text: &str) -> bool {
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        squeezed(self.text).contains(&squeezed(text))
    }

    fn clears(&self) -> bool {
        self.to.patterns.clears().is_some()
    }

    async fn clear_row(&self, seen: &Seen) -> Result<(), SessionError> {
        let (tmux, pane) = (&self.manager.tools.tmux, self.session.pane.pane_id);
        if let Some(key) = self.to.patterns.clears() {
            tmux.press(pane, &[key], &self.guard(seen), &[]).await?;
        }
        Ok(())
    }

    /// Waits until it can be typed to: what is seen then.
    async fn until_ready(
        &self,
        watch: &mut Watch<'_>,
        deadline: Instant,
    ) -> Result<Seen, SessionError> {
        loop {
            let seen = self.look().await?;
            self.refuse_pane(&seen)?;
            let why = match self.composing(&seen) {
                Composing::Empty => return Ok(seen),
                Composing::Draft(_) if self.draft == Draft::IsMessage && self.stands(&seen) => {
                    return Ok(seen);
                }
                Composing::Draft(text) if self.draft == Draft::Take && self.clears() => {
                    self.clear_row(&seen).await?;
                    if Instant::now() >= deadline {
                        return Err(self.has_draft(text));
                    }
                    watch.next().await;
                    continue;
                }
                Composing::Draft(text) => return Err(self.has_draft(text)),
                Composing::Asked { question, guessed } => {
                    return Err(self.asked(question, guessed));
                }
                Composing::Unknown if self.is_starting() => "it is still starting",
                Composing::Unknown => match deaf(self.agent(), &seen.screen) {
                    None => return Ok(seen),
                    Some(why) => why,
                },
                Composing::Blank => "it has drawn nothing yet",
                Composing::NotReady => "it shows no prompt to type to",
            };
            if Instant::now() >= deadline {
                let session = self.name();
                return Err(SessionError::NotReady { session, why: why.to_owned() });
            }
            watch.next().await;
        }
    }

    async fn paste(&self, seen: &Seen, typed: &[u8]) -> Result<Option<Terminal>, SessionError> {
        let (tmux, pane) = (&self.manager.tools.tmux, self.session.pane.pane_id);
        let note = self.pasted().note(self.session);
        Ok(tmux.paste(pane, typed, &self.guard(seen), &[note]).await?)
    }

    fn pasted(&self) -> Pasted {
        let (by, first_words) = (Holder::this(), self.owed.is_some());
        Pasted { by, first_words, tail: screen::tail(self.text), told: false }
    }

    /// Refuses a message behind one that was typed before and not shown then, if it is by now.
    ///
    /// # Errors
    /// [`SessionError::Draft`], or tmux does not answer.
    pub(super) async fn refuse_shown_late(&self) -> Result<(), SessionError> {
        let seen = self.look().await?;
        let stands = screen::ends_at_cursor(&seen.shown, self.text) || self.stands_framed(&seen);
        if stands { Err(self.has_draft(self.text.to_owned())) } else { Ok(()) }
    }

    fn stands_framed(&self, seen: &Seen) -> bool {
        self.composing(seen) != Composing::Unknown && self.stands(seen)
    }

    /// Waits until the agent has read the paste, shows it, and takes no key for a part of it any
    /// more; `false` when it does not show it.
    async fn settled(
        &self,
        terminal: &Terminal,
        watch: &mut Watch<'_>,
        before: Before,
    ) -> Result<bool, SessionError> {
        let mut shown = Ok(false);
        let taken = async { shown = self.until_shown(watch, before).await };
        let gap = Duration::from_millis(self.agent().settle_ms);
        self.manager.tools.tmux.settle(terminal, taken, gap).await;
        shown
    }

    /// Waits until the message stands in the composer.
    async fn until_shown(
        &self,
        watch: &mut Watch<'_>,
        before: Before,
    ) -> Result<bool, SessionError> {
        let deadline = Instant::now() + SHOWN;
        loop {
            let seen = self.look().await?;
            if self.place(&seen, before) == Place::Composer {
                return Ok(true);
            }
            if let Composing::Asked { question, guessed } = self.composing(&seen) {
                return Err(self.asked(question, guessed));
            }
            if Instant::now() >= deadline {
                return Ok(false);
            }
            watch.next().await;
        }
    }

    /// Presses Enter while the message stands in the composer, until it has left it.
    async fn submit(&self, watch: &mut Watch<'_>, before: Before) -> Result<Outcome, SessionError> {
        let deadline = Instant::now() + SHOWN;
        let (mut presses, mut pressed_at) = (0, Instant::now());
        loop {
            let seen = match self.look().await {
                Err(_) if presses > 0 => return Ok(Outcome::Submitted),
                seen => seen?,
            };
            let stands = self.place(&seen, before) == Place::Composer;
            if presses > 0 && !stands {
                return Ok(Outcome::Submitted);
            }
            if !stands {
                self.refuse_question(&seen)?;
                if Instant::now() >= deadline {
                    return Ok(Outcome::NotShown { lost: false });
                }
            } else if presses == 0 || pressed_at.elapsed() >= TAKEN {
                if presses == PRESSES {
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
    async fn press_enter(&self, seen: &Seen) -> Result<Pressed, SessionError> {
        self.refuse_question(seen)?;
        self.refuse_pane(seen)?;
        let (tmux, pane) = (&self.manager.tools.tmux, self.session.pane.pane_id);
        Ok(tmux.press(pane, &["Enter"], &self.guard(seen), &self.submitted()).await?)
    }

    /// What is written with the key that submits: there is nothing to take up any more.
    fn submitted(&self) -> Vec<Note> {
        let told = self.owed.map(|owed| Owed { done: owed.done + 1, ..owed.clone() });
        let told = told.map(|owed| owed::note(self.session, OWED, owed.encode()));
        [self.cleared()].into_iter().chain(told).collect()
    }

    fn cleared(&self) -> Note {
        owed::note(self.session, PASTED, String::new())
    }

    /// Who takes it up later finds out by itself where this is not written.
    async fn note(&self, notes: Vec<Note>) {
        drop(self.manager.tools.tmux.note(&notes).await);
    }

    async fn look(&self) -> Result<Seen, SessionError> {
        let screen = self.manager.tools.tmux.screen(self.session.pane.pane_id).await?;
        if screen.captured.dead {
            return Err(SessionError::ended(self.session));
        }
        let shown = shown(&screen);
        Ok(Seen { screen, shown })
    }

    fn guard(&self, seen: &Seen) -> Guard {
        let rows = screen::composer_rows(&self.to.patterns, &seen.shown);
        Guard::of(&seen.screen, &seen.shown.rows, &rows)
    }

    fn composing(&self, seen: &Seen) -> Composing {
        screen::composing(&self.to.patterns, &seen.shown, self.text)
    }

    fn place(&self, seen: &Seen, before: Before) -> Place {
        screen::place(&self.to.patterns, &seen.shown, self.text, before)
    }

    fn stands(&self, seen: &Seen) -> bool {
        self.place(seen, Before::default()) == Place::Composer
    }

    /// Whether a start of ours is still waiting for the agent, and has nothing to tell it itself.
    fn is_starting(&self) -> bool {
        self.owed.is_none() && self.manager.tools.is_starting(&self.session.pane.session_name)
    }

    fn agent(&self) -> &Agent {
        &self.to.agent
    }

    fn name(&self) -> String {
        self.session.pane.session_name.clone()
    }

    /// What is typed: the message, such that no agent runs it in a shell unasked.
    fn typed(&self) -> Result<Cow<'_, [u8]>, SessionError> {
        match self.to.patterns.bang() {
            Bang::TextAfterBlank if self.bytes.starts_with(b"!") => {
                Ok(Cow::Owned([b" ", self.bytes].concat()))
            }
            Bang::Unknown if self.text.trim_start().starts_with('!') => {
                let (session, agent) = (self.name(), self.agent().name.clone());
                Err(SessionError::WouldRunShell { session, agent })
            }
            _ => Ok(Cow::Borrowed(self.bytes)),
        }
    }

    fn refuse_pane(&self, seen: &Seen) -> Result<(), SessionError> {
        let session = self.name();
        if seen.screen.synchronized {
            return Err(SessionError::PaneSynchronized { session });
        }
        if seen.screen.input_off {
            return Err(SessionError::PaneInputOff { session });
        }
        Ok(())
    }

    fn refuse_question(&self, seen: &Seen) -> Result<(), SessionError> {
        match self.composing(seen) {
            Composing::Asked { question, guessed } => Err(self.asked(question, guessed)),
            _ => Ok(()),
        }
    }

    fn asked(&self, question: Question, guessed: bool) -> SessionError {
        SessionError::AgentWaiting { session: self.name(), question: Box::new(question), guessed }
    }

    fn has_draft(&self, text: String) -> SessionError {
        SessionError::Draft { session: self.name(), text }
    }
}

/// Why a program of which nothing is known cannot be its agent at a prompt.
pub(super) fn deaf(agent: &Agent, screen: &PaneScreen) -> Option<&'static str> {
    if is_shell(&screen.command) && !is_shell(agent.program()) {
        return Some("a shell has its terminal");
    }
    let has_sign = agent.ready.prompt.is_some() || agent.ready.title.is_some();
    let takes_lines = screen.takes_lines() == Some(true);
    (takes_lines && !has_sign).then_some("it reads whole lines, and its prompt is not known")
}

/// Word of what the session prints, asked for only once there is something to wait for.
struct Watch<'a> {
    manager: &'a SessionManager,
    session: &'a Session,
    pulse: Option<Pulse>,
}

impl<'a> Watch<'a> {
    fn of(delivery: &Delivery<'a>) -> Self {
        Self { manager: delivery.manager, session: delivery.session, pulse: None }
    }

    /// Waits until there may be something new to see.
    async fn next(&mut self) {
        match &mut self.pulse {
            Some(pulse) => pulse.next(TICK).await,
            // What was printed until now is seen at the next look.
            None => {
                let tmux = &self.manager.tools.tmux;
                self.pulse = Some(Pulse::of(tmux, &self.session.pane).await);
            }
        }
    }

    async fn end(self) {
        if let Some(pulse) = self.pulse {
            pulse.end().await;
        }
    }
}
