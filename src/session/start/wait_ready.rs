//! Waiting until an agent can be talked to, and answering what it asks on the way.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    core::screen::{self, Composing, DialogId, Question, Seen, Shown},
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

/// An agent of which nothing is known, and that is told nothing, is ready when it printed something
/// and then nothing for this long.
const QUIET: Duration = Duration::from_millis(400);
/// The same where it has words to come: what is typed while it still begins would be lost.
const STILL: Duration = Duration::from_millis(1_500);
/// One that is told nothing and prints nothing at all is ready after this.
const SILENT: Duration = Duration::from_millis(1_500);
/// The same of one that never stops printing.
const TALKATIVE: Duration = Duration::from_secs(3);
/// A start with nothing to tell waits so long for an agent whose prompt is known, unless its preset
/// says otherwise.
const NOTHING_TO_TELL: Duration = Duration::from_secs(10);
/// However slow an agent is, a start answers after this.
const BOUND: Duration = Duration::from_secs(60);
/// How long a look may be old when tmux told of no change: it tells of output, not of a title.
const TICK: Duration = Duration::from_millis(100);

/// A key that a dialog did not follow for this long is pressed again. Not sooner: an agent that
/// is slow to draw would take both, and the second one may be for another choice.
const PRESS_AGAIN: Duration = Duration::from_secs(5);

/// How a wait ended.
pub(in crate::session) enum Readiness {
    /// The agent can be talked to.
    Ready,
    /// It ended before, or its session is gone.
    Ended,
    /// It did not show in time that it is ready; this is what it showed last.
    NotInTime(String),
    /// It asks a person this, and nobody answered.
    Asking(String),
}

impl Readiness {
    /// What a person is told of a wait that did not end well.
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
    /// Whether something is to be typed.
    has_words: bool,
    progress: Progress<'a>,
    began: Instant,
    /// What was seen last, and since when.
    last: Shown,
    changed_at: Instant,
    /// The question that the caller was told of.
    told: Option<String>,
    /// The dialog that a key was pressed in, with the choice that was marked then.
    pressed: Option<(Option<DialogId>, Option<usize>, Instant)>,
}

impl Starter {
    /// Waits until the agent in `session` is ready, has ended, or the bound is reached.
    pub(in crate::session) async fn wait_until_ready(
        &self,
        session: &Session,
        to: &Recipient,
        owed: &PendingPrompts,
        progress: Progress<'_>,
    ) -> Result<Readiness, SessionError> {
        let mut pulse = OutputWatch::of(&self.context.tmux, &self.context.rig, session).await;
        let began = Instant::now();
        let mut wait = Wait {
            context: &self.context,
            session,
            to,
            has_words: owed.is_open(),
            progress,
            began,
            last: Shown::default(),
            changed_at: began,
            told: None,
            pressed: None,
        };
        let result = wait.until_ready(&mut pulse).await;
        pulse.end().await;
        result
    }
}

impl Wait<'_> {
    async fn until_ready(&mut self, pulse: &mut OutputWatch) -> Result<Readiness, SessionError> {
        loop {
            if let Some(end) = self.look().await? {
                return Ok(end);
            }
            pulse.next(TICK).await;
        }
    }

    async fn look(&mut self) -> Result<Option<Readiness>, SessionError> {
        let now = self.context.sessions().session(&self.session.polecat).await?;
        let same = |now: &Session| now.is_live() && now.pane.pane_id == self.session.pane.pane_id;
        let Some(now) = now.filter(same) else { return Ok(Some(Readiness::Ended)) };
        let glimpse = self.context.sessions().read_screen(&now, &self.to.patterns).await?;
        self.note(&glimpse);
        let question = match &glimpse.reading.seen {
            Seen::Idle | Seen::Working => return Ok(Some(Readiness::Ready)),
            Seen::Waiting(question) => {
                self.answer(question, &glimpse).await?;
                Some(question.text.clone())
            }
            Seen::Starting => None,
            Seen::Unknown => match screen::composing(&self.to.patterns, &glimpse.shown, "") {
                Composing::Asked { question, .. } => {
                    self.tell_person(&question);
                    Some(question.text)
                }
                met => {
                    if self.is_ready_unseen(&met, &glimpse.screen) {
                        return Ok(Some(Readiness::Ready));
                    }
                    None
                }
            },
        };
        let late = self.began.elapsed() >= self.bound(question.is_some());
        Ok(late.then(|| match question {
            Some(question) => Readiness::Asking(question),
            None => Readiness::NotInTime(last_line(&glimpse.shown.rows)),
        }))
    }

    /// How long the start waits: who has nothing to say need not wait for a prompt.
    fn bound(&self, asks: bool) -> Duration {
        if self.has_words || asks {
            return BOUND;
        }
        let delay = Some(self.to.agent.ready.delay_ms).filter(|delay| *delay > 0);
        delay.map_or(NOTHING_TO_TELL, Duration::from_millis).min(BOUND)
    }

    fn note(&mut self, glimpse: &ScreenReading) {
        if glimpse.shown != self.last {
            (self.last, self.changed_at) = (glimpse.shown.clone(), Instant::now());
        }
    }

    /// Answers a dialog where that is ours to do; otherwise a person is told, once.
    async fn answer(
        &mut self,
        question: &Question,
        glimpse: &ScreenReading,
    ) -> Result<(), SessionError> {
        let policy = self.context.tools.settings.dialogs;
        let Some(keys) = self.to.patterns.answer(question, &self.to.args, policy) else {
            self.tell_person(question);
            return Ok(());
        };
        if self.has_pressed(question) {
            return Ok(());
        }
        (self.progress)(&format!("starting: answering a dialog: {}", question.text));
        let (tmux, pane) = (&self.context.tmux, self.session.pane.pane_id);
        let rows = &glimpse.shown.rows;
        // From its end: a key that comes late would be for what stands there then.
        let guard = Guard::of(&glimpse.screen, rows, &(0..rows.len()).rev().collect::<Vec<_>>());
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

    /// Whether the dialog is still to follow the key that was pressed.
    fn has_pressed(&self, question: &Question) -> bool {
        self.pressed.is_some_and(|(dialog, selected, at)| {
            (dialog, selected) == (question.dialog, question.selected) && at.elapsed() < PRESS_AGAIN
        })
    }

    /// Whether an agent that has shown nothing known can be taken for ready.
    fn is_ready_unseen(&self, met: &Composing, screen: &PaneScreen) -> bool {
        let (waited, still) = (self.began.elapsed(), self.changed_at.elapsed());
        match met {
            Composing::Empty | Composing::Draft(_) => true,
            Composing::NotReady | Composing::Asked { .. } => false,
            Composing::Unknown if self.has_words => {
                still >= STILL && deaf(&self.to.agent, screen).is_none()
            }
            Composing::Blank if self.has_words => false,
            Composing::Unknown if still >= QUIET => true,
            _ => waited >= if still >= QUIET { SILENT } else { TALKATIVE },
        }
    }
}

fn last_line(rows: &[String]) -> String {
    rows.iter().rev().find(|line| !line.is_empty()).cloned().unwrap_or_default()
}
