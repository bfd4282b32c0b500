//! The delivery of one message: the screen is checked before it is typed, before it is submitted, and
//! after.

mod draft;
mod look;
mod submit;

use std::{borrow::Cow, time::Duration};

use tokio::time::Instant;

use self::look::Stillness;
use crate::{
    core::{
        agent::Agent,
        screen::{self, Bang, Composing, MessagePosition, ScreenBaseline},
        session::queue::Queue,
    },
    host::processes::ProcessId,
    session::{
        context::RigContext,
        error::{MessageError, SessionError},
        messages::recipient::Recipient,
        sessions::{
            list::Session,
            metadata::first_line,
            pending::{self, OWED, PASTED, PendingPrompts, QUEUE, SENT, UnsubmittedPaste},
        },
    },
    tmux::{PaneOption, Terminal},
};

pub(in crate::session) use self::look::deaf;
pub(in crate::session::messages) use self::look::{SeenScreen, Watch};

/// How long an agent may take to show an empty composer.
const READY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long it may take to show a typed message after reading it.
const SHOWN_TIMEOUT: Duration = Duration::from_secs(5);
/// One message to one agent. The sender holds the lock on typing.
pub(in crate::session) struct Delivery<'a> {
    pub(in crate::session) context: &'a RigContext,
    pub(in crate::session) session: &'a Session,
    pub(in crate::session) to: &'a Recipient,
    pub(in crate::session) bytes: &'a [u8],
    /// The same as text, to be found on the screen.
    pub(in crate::session) text: &'a str,
    /// What is kept on the session, if the message is the next of it.
    pub(in crate::session) owed: Option<Owed<'a>>,
    /// What to do with text that is in the composer already.
    pub(in crate::session) draft: Draft,
}

/// What a session keeps for its agent, of which a message is the next.
#[derive(Clone, Copy)]
pub(in crate::session) enum Owed<'a> {
    /// Its first prompts.
    FirstWords(&'a PendingPrompts),
    /// What a person has queued, of which nothing is sent to an agent at work.
    Queued(&'a Queue),
}

/// What to do with text that is in the composer before a message is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::session) enum Draft {
    /// Keep it and refuse the message.
    Keep,
    /// If it ends like the message, it is the message: just submit it.
    IsMessage,
    /// Remove it, if a key for that is known: the sender said so.
    Take,
}

/// The outcome of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::session) enum Outcome {
    /// It was seen in the composer, submitted, and then left it.
    Submitted,
    /// It stays in the composer although it was submitted.
    Stuck,
    /// It was typed but does not show, so it was not submitted.
    NotShown {
        /// Whether the composer is certainly empty.
        lost: bool,
    },
}

/// Whether an agent takes a message.
enum Readiness {
    Ready,
    /// Once this draft is removed.
    Draft(String),
    /// Later, perhaps: why not now.
    NotYet(&'static str),
}

impl Delivery<'_> {
    /// Types the message into an empty composer, and submits it once it shows there.
    ///
    /// # Errors
    /// The agent asks a question, is not ready, has a draft or has exited, or its pane takes no
    /// input: nothing was submitted, and nothing typed unless a dialog opened right after.
    pub(in crate::session) async fn deliver(&self) -> Result<Outcome, SessionError> {
        let mut watch = Watch::of(self);
        // Boxed, to keep the futures of callers small.
        let outcome = Box::pin(self.typed_and_submitted(&mut watch)).await;
        watch.end().await;
        outcome
    }

    /// Records that a pasted message was not submitted: nobody submits it later, but it may be in
    /// the way of the next one.
    async fn leave_word(&self, outcome: &Result<Outcome, SessionError>) {
        match outcome {
            Ok(Outcome::Submitted) => {}
            _ if self.is_first_words() => {}
            Ok(Outcome::NotShown { lost: true }) => self.note(vec![self.cleared()]).await,
            _ => {
                let told = UnsubmittedPaste { told: true, ..self.pasted() };
                self.note(vec![self.session.option(PASTED, told.encode())]).await;
            }
        }
    }

    /// Records it as submitted, so that nobody submits it later.
    pub(in crate::session) async fn give_up(&self) {
        self.note(self.submitted()).await;
    }

    async fn typed_and_submitted(&self, watch: &mut Watch<'_>) -> Result<Outcome, SessionError> {
        let typed = self.typed()?;
        let deadline = Instant::now() + READY_TIMEOUT;
        let (terminal, before) = loop {
            let seen = self.until_ready(watch, deadline).await?;
            if self.draft == Draft::IsMessage && self.stands(&seen) {
                return self.submit(watch, ScreenBaseline::unknown()).await;
            }
            let before = ScreenBaseline::of(&self.to.patterns, &seen.shown, self.text);
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
        before: ScreenBaseline,
    ) -> Result<Outcome, SessionError> {
        if self.settled(terminal, watch, before).await? {
            return self.submit(watch, before).await;
        }
        Ok(Outcome::NotShown { lost: self.taken_back(watch, before).await? })
    }

    /// Waits until the agent takes input; returns what is seen then.
    async fn until_ready(
        &self,
        watch: &mut Watch<'_>,
        deadline: Instant,
    ) -> Result<SeenScreen, SessionError> {
        let mut still = Stillness::default();
        loop {
            let seen = self.look().await?;
            let refusal = match self.readiness(&seen, &mut still)? {
                Readiness::Ready => return Ok(seen),
                Readiness::Draft(text) => {
                    self.clear_row(&seen).await?;
                    self.has_draft(text)
                }
                Readiness::NotYet(why) => {
                    let session = self.name();
                    MessageError::NotReady { session, why: why.to_owned() }.into()
                }
            };
            if Instant::now() >= deadline {
                return Err(refusal);
            }
            watch.next().await;
        }
    }

    /// Whether the agent takes the message as it is seen; an error if waiting is of no use.
    fn readiness(
        &self,
        seen: &SeenScreen,
        still: &mut Stillness,
    ) -> Result<Readiness, SessionError> {
        self.refuse_pane(seen)?;
        self.refuse_work(seen)?;
        Ok(match self.composing(seen) {
            Composing::Empty => Readiness::Ready,
            Composing::Draft(_) if self.draft == Draft::IsMessage && self.stands(seen) => {
                Readiness::Ready
            }
            Composing::Draft(text) if self.draft == Draft::Take && self.clears() => {
                Readiness::Draft(text)
            }
            Composing::Draft(text) => return Err(self.has_draft(text)),
            Composing::Asked { question, guessed } => return Err(self.asked(question, guessed)),
            Composing::Unknown if self.is_starting() => Readiness::NotYet("it is still starting"),
            Composing::Unknown => return self.readiness_by_silence(seen, still),
            Composing::Blank => Readiness::NotYet("it has drawn nothing yet"),
            Composing::NotReady => Readiness::NotYet("it shows no prompt to type to"),
        })
    }

    /// The same of an agent whose composer nobody has described.
    fn readiness_by_silence(
        &self,
        seen: &SeenScreen,
        still: &mut Stillness,
    ) -> Result<Readiness, SessionError> {
        if let Some(folded) = screen::folded_at_cursor(&seen.shown) {
            return Err(self.has_draft(folded));
        }
        Ok(match deaf(self.agent(), &seen.screen) {
            Some(why) => Readiness::NotYet(why),
            // Its start has waited for that.
            None if self.is_first_words() || still.lasts(&seen.shown) => Readiness::Ready,
            None => Readiness::NotYet("it does not stop printing"),
        })
    }

    async fn paste(
        &self,
        seen: &SeenScreen,
        typed: &[u8],
    ) -> Result<Option<Terminal>, SessionError> {
        let (tmux, pane) = (&self.context.tmux, self.session.pane.pane_id);
        let note = self.session.option(PASTED, self.pasted().encode());
        Ok(tmux.paste(pane, typed, &self.guard(seen), &[note]).await?)
    }

    fn pasted(&self) -> UnsubmittedPaste {
        let (by, first_words) = (ProcessId::this(), self.is_first_words());
        let queued = match self.owed {
            Some(Owed::Queued(queue)) => queue.next().map(|next| next.id),
            _ => None,
        };
        UnsubmittedPaste { by, first_words, queued, tail: screen::tail(self.text), told: false }
    }

    /// Waits until the agent has read the paste, shows it, and no longer takes a key for part of it;
    /// `false` if it does not show it.
    async fn settled(
        &self,
        terminal: &Terminal,
        watch: &mut Watch<'_>,
        before: ScreenBaseline,
    ) -> Result<bool, SessionError> {
        let mut shown = Ok(false);
        let taken = async { shown = self.until_shown(watch, before).await };
        let gap = Duration::from_millis(self.agent().settle_ms);
        self.context.tmux.wait_until_read(terminal, taken, gap).await;
        shown
    }

    /// Waits until the message shows in the composer.
    async fn until_shown(
        &self,
        watch: &mut Watch<'_>,
        before: ScreenBaseline,
    ) -> Result<bool, SessionError> {
        let deadline = Instant::now() + SHOWN_TIMEOUT;
        loop {
            let seen = self.look().await?;
            if self.place(&seen, before) == MessagePosition::Composer {
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

    /// The options to set together with the key that submits: nothing is left to resume.
    fn submitted(&self) -> Vec<PaneOption> {
        let left = match self.owed {
            None => None,
            Some(Owed::FirstWords(owed)) => {
                let left = PendingPrompts { done: owed.done + 1, ..owed.clone() };
                Some(self.session.option(OWED, left.encode()))
            }
            // Shorter than what is there.
            Some(Owed::Queued(queue)) => {
                pending::encode_queue(&queue.sent()).map(|left| self.session.option(QUEUE, left))
            }
        };
        let sent = self.session.option(SENT, pending::encode_sent(self.task().as_deref()));
        [self.cleared(), sent].into_iter().chain(left).collect()
    }

    /// What the agent works on after this message: the first prompts are told by its start, and a
    /// command gives it no other task.
    fn task(&self) -> Option<String> {
        let tells = !self.is_first_words() && !self.text.trim_start().starts_with('/');
        let told = first_line(self.text).filter(|_| tells);
        told.or_else(|| pending::sent_line(self.session.sent.as_ref()?))
    }

    fn cleared(&self) -> PaneOption {
        self.session.option(PASTED, String::new())
    }

    /// A failure is harmless: whoever resumes later looks at the screen.
    async fn note(&self, notes: Vec<PaneOption>) {
        drop(self.context.tmux.set_options(&notes).await);
    }

    /// Whether this process is still starting the agent, and the message is not one of the first prompts.
    fn is_starting(&self) -> bool {
        !self.is_first_words() && self.context.shared.starts.has(&self.session.pane.session_name)
    }

    fn is_first_words(&self) -> bool {
        matches!(self.owed, Some(Owed::FirstWords(_)))
    }

    /// Refuses to type what is queued while the agent works: it would take it for a part of that.
    fn refuse_work(&self, seen: &SeenScreen) -> Result<(), SessionError> {
        let works = || {
            screen::read(&self.to.patterns, &seen.shown.look()).seen == screen::ScreenState::Working
        };
        if matches!(self.owed, Some(Owed::Queued(_))) && works() {
            let (session, why) = (self.name(), "it works".to_owned());
            return Err(MessageError::NotReady { session, why }.into());
        }
        Ok(())
    }

    fn agent(&self) -> &Agent {
        &self.to.agent
    }

    pub(in crate::session::messages) fn name(&self) -> String {
        self.session.pane.session_name.clone()
    }

    /// What to type: the message, changed so that no agent runs it in a shell.
    pub(in crate::session::messages) fn typed(&self) -> Result<Cow<'_, [u8]>, SessionError> {
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
