//! One message on its way to an agent: looked at before it is typed, before it is submitted, and
//! after.

mod draft;
mod look;
mod submit;

use std::{borrow::Cow, time::Duration};

use tokio::time::Instant;

use self::look::{Seen, Watch};
use crate::{
    core::{
        agent::Agent,
        screen::{self, Bang, Before, Composing, Place},
    },
    host::processes::ProcessId,
    session::{
        context::RigContext,
        error::{MessageError, SessionError},
        sessions::{
            list::Session,
            pending::{self, OWED, PASTED, PendingPrompts, UnsubmittedPaste},
        },
        start::send_prompts::Recipient,
    },
    tmux::{PaneOption, Terminal},
};

pub(in crate::session) use self::look::deaf;

/// How long an agent may take to show a composer in which nothing stands.
const READY: Duration = Duration::from_secs(5);
/// How long it may take to show a message that was typed, once it has read it.
const SHOWN: Duration = Duration::from_secs(5);
/// One message to one agent, in the sender's turn.
pub(in crate::session) struct Delivery<'a> {
    pub(in crate::session) context: &'a RigContext,
    pub(in crate::session) session: &'a Session,
    pub(in crate::session) to: &'a Recipient,
    pub(in crate::session) bytes: &'a [u8],
    /// The same as it can be looked for.
    pub(in crate::session) text: &'a str,
    /// What the start owes, where the message is the next of its first words.
    pub(in crate::session) owed: Option<&'a PendingPrompts>,
    /// What may be done with text that stands in the composer already.
    pub(in crate::session) draft: Draft,
}

/// What may be done with text that stands in the composer before a message is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::session) enum Draft {
    /// Nothing: the message is refused.
    Keep,
    /// If it ends as the message does, it is the message, and only has to be submitted.
    IsMessage,
    /// It is taken out, where it is known how: the sender said so.
    Take,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::session) enum Outcome {
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

impl Delivery<'_> {
    /// Types the message where an empty composer is seen, and submits it where it is seen.
    ///
    /// # Errors
    /// The agent asks, is not ready, has a draft, has ended, or its pane takes no input: nothing
    /// was submitted, and nothing typed unless a dialog opened right after.
    pub(in crate::session) async fn deliver(&self) -> Result<Outcome, SessionError> {
        let mut watch = Watch::of(self);
        // It is large: whoever sends a message need not be.
        let outcome = Box::pin(self.typed_and_submitted(&mut watch)).await;
        watch.end().await;
        outcome
    }

    /// Writes down what became of a message that was pasted: what may stand in the composer is
    /// nobody's to submit any more, and in the way of the next one.
    async fn leave_word(&self, outcome: &Result<Outcome, SessionError>) {
        match outcome {
            Ok(Outcome::Submitted) => {}
            _ if self.owed.is_some() => {}
            Ok(Outcome::NotShown { lost: true }) => self.note(vec![self.cleared()]).await,
            _ => {
                let told = UnsubmittedPaste { told: true, ..self.pasted() };
                self.note(vec![told.note(self.session)]).await;
            }
        }
    }

    /// Writes down that nobody is to submit it any more, as if it had been.
    pub(in crate::session) async fn give_up(&self) {
        self.note(self.submitted()).await;
    }

    async fn typed_and_submitted(&self, watch: &mut Watch<'_>) -> Result<Outcome, SessionError> {
        let typed = self.typed()?;
        let deadline = Instant::now() + READY;
        let (terminal, before) = loop {
            let seen = self.until_ready(watch, deadline).await?;
            if self.draft == Draft::IsMessage && self.stands(&seen) {
                return self.submit(watch, Before::unknown()).await;
            }
            let before = Before::of(&self.to.patterns, &seen.shown, self.text);
            if let Some(terminal) = self.paste(&seen, &typed).await? {
                break (terminal, before);
            }
            watch.next().await;
        };
        let outcome = self.seen_and_submitted(&terminal, watch, before).await;
        self.leave_word(&outcome).await;
        outcome
    }

    async fn seen_and_submitted(
        &self,
        terminal: &Terminal,
        watch: &mut Watch<'_>,
        before: Before,
    ) -> Result<Outcome, SessionError> {
        if self.settled(terminal, watch, before).await? {
            return self.submit(watch, before).await;
        }
        Ok(Outcome::NotShown { lost: self.taken_back(watch, before).await? })
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
                Composing::Unknown => {
                    if let Some(folded) = screen::folded_at_cursor(&seen.shown) {
                        return Err(self.has_draft(folded));
                    }
                    match deaf(self.agent(), &seen.screen) {
                        None => return Ok(seen),
                        Some(why) => why,
                    }
                }
                Composing::Blank => "it has drawn nothing yet",
                Composing::NotReady => "it shows no prompt to type to",
            };
            if Instant::now() >= deadline {
                let session = self.name();
                return Err(MessageError::NotReady { session, why: why.to_owned() }.into());
            }
            watch.next().await;
        }
    }

    async fn paste(&self, seen: &Seen, typed: &[u8]) -> Result<Option<Terminal>, SessionError> {
        let (tmux, pane) = (&self.context.tmux, self.session.pane.pane_id);
        let note = self.pasted().note(self.session);
        Ok(tmux.paste(pane, typed, &self.guard(seen), &[note]).await?)
    }

    fn pasted(&self) -> UnsubmittedPaste {
        let (by, first_words) = (ProcessId::this(), self.owed.is_some());
        UnsubmittedPaste { by, first_words, tail: screen::tail(self.text), told: false }
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
        self.context.tmux.wait_until_read(terminal, taken, gap).await;
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

    /// What is written with the key that submits: there is nothing to take up any more.
    fn submitted(&self) -> Vec<PaneOption> {
        let told = self.owed.map(|owed| PendingPrompts { done: owed.done + 1, ..owed.clone() });
        let told = told.map(|owed| pending::note(self.session, OWED, owed.encode()));
        [self.cleared()].into_iter().chain(told).collect()
    }

    fn cleared(&self) -> PaneOption {
        pending::note(self.session, PASTED, String::new())
    }

    /// Who takes it up later finds out by itself where this is not written.
    async fn note(&self, notes: Vec<PaneOption>) {
        drop(self.context.tmux.set_options(&notes).await);
    }

    /// Whether a start of ours is still waiting for the agent, and has nothing to tell it itself.
    fn is_starting(&self) -> bool {
        self.owed.is_none() && self.context.tools.is_starting(&self.session.pane.session_name)
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
                Err(MessageError::WouldRunShell { session, agent }.into())
            }
            _ => Ok(Cow::Borrowed(self.bytes)),
        }
    }
}
