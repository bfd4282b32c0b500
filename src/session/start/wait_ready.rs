//! Waits until an agent is ready for input, and answers its startup dialogs.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    core::screen::{self, Composing, Question, ScreenState, ShownScreen},
    session::{
        context::RigContext,
        error::SessionError,
        messages::{delivery::deaf, recipient::Recipient},
        sessions::{
            list::Session, output_watch::OutputWatch, pending::PendingPrompts,
            screen_reader::ScreenReading,
        },
        start::{Progress, Starter},
    },
    tmux::{Guard, PaneScreen, Pressed},
};

/// An agent without a known prompt, and with no prompts to send, counts as ready after this much
/// silence following output.
const QUIET_INTERVAL: Duration = Duration::from_millis(400);
/// The same if there are prompts to send: what is typed during startup would be lost.
const STILL_INTERVAL: Duration = Duration::from_millis(1_500);
/// An agent that prints nothing, with no prompts to send, counts as ready after this.
const SILENT_TIMEOUT: Duration = Duration::from_millis(1_500);
/// The same for one that never stops printing.
const TALKATIVE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a start with no prompts to send waits for an agent with a known prompt, unless its
/// preset says otherwise.
const NO_PROMPTS_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest a start waits for any agent.
const READY_TIMEOUT: Duration = Duration::from_secs(60);
/// How often to look without news from tmux, which reports output but not titles.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// When to press a key again that had no effect on a dialog. Not sooner: an agent that is slow to
/// draw would take both, and the second could answer something else.
const PRESS_AGAIN_INTERVAL: Duration = Duration::from_secs(5);

/// The outcome of a wait.
pub(in crate::session) enum Readiness {
    /// The agent is ready for input.
    Ready,
    /// It exited, or its session is gone.
    Ended,
    /// It was not ready in time; with the last line it showed.
    NotInTime(String),
    /// It asks the user this, and nobody answered.
    Asking(String),
}

impl Readiness {
    /// The warning for a wait that failed.
    pub(in crate::session) fn warning(self, agent: &str) -> Option<String> {
        match self {
            Self::Ready | Self::Ended => None,
            Self::NotInTime(seen) => {
                Some(format!("`{agent}` has not shown a prompt yet; its last line: `{seen}`"))
            }
            Self::Asking(question) => Some(format!("`{agent}` waits for a person: `{question}`")),
        }
    }
}

/// One wait for one agent.
struct Wait<'a> {
    context: &'a RigContext,
    session: &'a Session,
    to: &'a Recipient,
    /// Whether there are prompts to type.
    has_words: bool,
    progress: Progress<'a>,
    began: Instant,
    /// What was last seen, and since when.
    last: ShownScreen,
    changed_at: Instant,
    /// The question that was reported to the user.
    told: Option<String>,
    /// The dialog in which a key was pressed, the choice marked at that time, and when.
    pressed: Option<(Option<&'static str>, Option<usize>, Instant)>,
}

impl Starter {
    /// Waits until the agent in `session` is ready or has exited, or until a timeout.
    pub(in crate::session) async fn wait_until_ready(
        &self,
        session: &Session,
        to: &Recipient,
        owed: &PendingPrompts,
        progress: Progress<'_>,
    ) -> Result<Readiness, SessionError> {
        let mut output = OutputWatch::of(&self.context.tmux, &self.context.rig, session).await;
        let began = Instant::now();
        let mut wait = Wait {
            context: &self.context,
            session,
            to,
            has_words: owed.is_open(),
            progress,
            began,
            last: ShownScreen::default(),
            changed_at: began,
            told: None,
            pressed: None,
        };
        let result = wait.until_ready(&mut output).await;
        output.end().await;
        result
    }
}

impl Wait<'_> {
    async fn until_ready(&mut self, output: &mut OutputWatch) -> Result<Readiness, SessionError> {
        loop {
            if let Some(end) = self.look().await? {
                return Ok(end);
            }
            output.next(LOOK_INTERVAL).await;
        }
    }

    async fn look(&mut self) -> Result<Option<Readiness>, SessionError> {
        let now = self.context.sessions().session(&self.session.polecat).await?;
        let same = |now: &Session| now.is_live() && now.pane.pane_id == self.session.pane.pane_id;
        let Some(now) = now.filter(same) else { return Ok(Some(Readiness::Ended)) };
        let look = self.context.sessions().read_screen(&now, &self.to.patterns).await?;
        self.note(&look);
        let question = match &look.reading.seen {
            ScreenState::Idle | ScreenState::Working => return Ok(Some(Readiness::Ready)),
            ScreenState::Waiting(question) => {
                self.answer(question, &look).await?;
                Some(question.text.clone())
            }
            ScreenState::Starting => None,
            ScreenState::Unknown => match screen::composing(&self.to.patterns, &look.shown, "") {
                Composing::Asked { question, .. } => {
                    self.tell_person(&question);
                    Some(question.text)
                }
                met => {
                    if self.is_ready_unseen(&met, &look.screen) {
                        return Ok(Some(Readiness::Ready));
                    }
                    None
                }
            },
        };
        let late = self.began.elapsed() >= self.bound(question.is_some());
        Ok(late.then(|| match question {
            Some(question) => Readiness::Asking(question),
            None => Readiness::NotInTime(last_line(&look.shown.rows)),
        }))
    }

    /// How long to wait: with no prompts to send, there is less need for the agent's prompt.
    fn bound(&self, asks: bool) -> Duration {
        if self.has_words || asks {
            return READY_TIMEOUT;
        }
        let delay = Some(self.to.agent.ready.delay_ms).filter(|delay| *delay > 0);
        delay.map_or(NO_PROMPTS_TIMEOUT, Duration::from_millis).min(READY_TIMEOUT)
    }

    fn note(&mut self, look: &ScreenReading) {
        if look.shown != self.last {
            (self.last, self.changed_at) = (look.shown.clone(), Instant::now());
        }
    }

    /// Answers a dialog if that is up to us; otherwise tells the user, once.
    async fn answer(
        &mut self,
        question: &Question,
        look: &ScreenReading,
    ) -> Result<(), SessionError> {
        let policy = self.context.shared.settings.dialogs;
        let Some(keys) = self.to.patterns.accepted(question, &self.to.args, policy) else {
            self.tell_person(question);
            return Ok(());
        };
        if self.has_pressed(question) {
            return Ok(());
        }
        (self.progress)(&format!("starting: answering a dialog: {}", question.text));
        let (tmux, pane) = (&self.context.tmux, self.session.pane.pane_id);
        let rows = &look.shown.rows;
        // From the bottom: a late key would act on what has appeared there.
        let guard = Guard::of(&look.screen, rows, &(0..rows.len()).rev().collect::<Vec<_>>());
        if tmux.press(pane, &keys, &guard, &[]).await? == Pressed::Yes {
            self.pressed = Some((question.dialog, question.selected, Instant::now()));
        }
        Ok(())
    }

    fn tell_person(&mut self, question: &Question) {
        if self.told.as_ref() != Some(&question.text) {
            (self.progress)(&format!("starting: waiting for a person: {}", question.text));
            self.told = Some(question.text.clone());
        }
    }

    /// Whether a key was pressed recently and the dialog has not reacted yet.
    fn has_pressed(&self, question: &Question) -> bool {
        self.pressed.is_some_and(|(dialog, selected, at)| {
            (dialog, selected) == (question.dialog, question.selected)
                && at.elapsed() < PRESS_AGAIN_INTERVAL
        })
    }

    /// Whether an agent that shows nothing we know counts as ready.
    fn is_ready_unseen(&self, met: &Composing, screen: &PaneScreen) -> bool {
        let (waited, still) = (self.began.elapsed(), self.changed_at.elapsed());
        match met {
            Composing::Empty | Composing::Draft(_) => true,
            Composing::NotReady | Composing::Asked { .. } => false,
            Composing::Unknown if self.has_words => {
                still >= STILL_INTERVAL && deaf(&self.to.agent, screen).is_none()
            }
            Composing::Blank if self.has_words => false,
            Composing::Unknown if still >= QUIET_INTERVAL => true,
            _ => waited >= if still >= QUIET_INTERVAL { SILENT_TIMEOUT } else { TALKATIVE_TIMEOUT },
        }
    }
}

fn last_line(rows: &[String]) -> String {
    rows.iter().rev().find(|line| !line.is_empty()).cloned().unwrap_or_default()
}
