//! Waiting until an agent can be talked to, and answering what it asks on the way.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    brief::Addressee, error::SessionError, glimpse::Glimpse, manager::SessionManager, pulse::Pulse,
    start::Progress, table::Session,
};
use crate::core::{
    agent::Agent,
    screen::{DialogId, Question, Seen},
};

/// An agent that does not tell when it is ready is so when it printed something and then nothing
/// for this long.
const QUIET: Duration = Duration::from_millis(400);
/// One that prints nothing at all is ready after this.
const SILENT: Duration = Duration::from_millis(1_500);
/// One that never stops printing, and has no prompt to be known by, is ready after this.
const TALKATIVE: Duration = Duration::from_secs(3);
/// One whose prompt or title is known, but which does not show it, is ready after this, unless
/// its preset says otherwise.
const LAST_RESORT: Duration = Duration::from_secs(10);
/// However slow an agent is, a start answers after this.
const BOUND: Duration = Duration::from_secs(60);
/// How long a look may be old when tmux told of no change: it tells of output, not of a title.
const TICK: Duration = Duration::from_millis(100);

/// A key that a dialog did not follow for this long is pressed again. Not sooner: an agent that
/// is slow to draw would take both, and the second one may be for another choice.
const PRESS_AGAIN: Duration = Duration::from_secs(5);

/// How a wait ended.
pub(super) enum Readiness {
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
    pub(super) fn warning(self, agent: &str) -> Option<String> {
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
    manager: &'a SessionManager,
    session: &'a Session,
    to: &'a Addressee,
    progress: Progress<'a>,
    began: Instant,
    /// What was seen last, and since when.
    last: (Vec<String>, String),
    changed_at: Instant,
    /// The question that the caller was told of.
    told: Option<String>,
    /// The dialog that a key was pressed in, with the choice that was marked then.
    pressed: Option<(Option<DialogId>, Option<usize>, Instant)>,
}

impl SessionManager {
    /// Waits until the agent in `session` is ready, has ended, or the bound is reached.
    pub(super) async fn wait_until_ready(
        &self,
        session: &Session,
        to: &Addressee,
        progress: Progress<'_>,
    ) -> Result<Readiness, SessionError> {
        let mut pulse = Pulse::of(&self.tools.tmux, &session.pane).await;
        let began = Instant::now();
        let mut wait = Wait {
            manager: self,
            session,
            to,
            progress,
            began,
            last: (Vec::new(), String::new()),
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
    async fn until_ready(&mut self, pulse: &mut Pulse) -> Result<Readiness, SessionError> {
        loop {
            if let Some(end) = self.look().await? {
                return Ok(end);
            }
            pulse.next(TICK).await;
        }
    }

    async fn look(&mut self) -> Result<Option<Readiness>, SessionError> {
        let now = self.manager.session(&self.session.polecat).await?;
        let same = |now: &Session| now.is_live() && now.pane.pane_id == self.session.pane.pane_id;
        let Some(now) = now.filter(same) else { return Ok(Some(Readiness::Ended)) };
        let glimpse = self.manager.glimpse(&now, &self.to.patterns).await?;
        self.note(&glimpse, &now);
        let ready = match &glimpse.reading.seen {
            Seen::Idle | Seen::Working => true,
            Seen::Waiting(question) => {
                self.answer(question).await?;
                false
            }
            Seen::Starting => false,
            Seen::Unknown => self.is_ready_unseen(),
        };
        if ready {
            return Ok(Some(Readiness::Ready));
        }
        let late = self.began.elapsed() >= BOUND;
        Ok(late.then(|| match glimpse.reading.seen {
            Seen::Waiting(question) => Readiness::Asking(question.text),
            _ => Readiness::NotInTime(last_line(&glimpse.rows)),
        }))
    }

    fn note(&mut self, glimpse: &Glimpse, session: &Session) {
        let now = (glimpse.rows.clone(), session.pane.drawn.title.clone());
        if now != self.last {
            (self.last, self.changed_at) = (now, Instant::now());
        }
    }

    /// Answers a dialog where that is ours to do; otherwise a person is told, once.
    async fn answer(&mut self, question: &Question) -> Result<(), SessionError> {
        let policy = self.manager.tools.settings.dialogs;
        if let Some(keys) = self.to.patterns.answer(question, &self.to.args, policy) {
            if !self.has_pressed(question) {
                (self.progress)(&format!("starting: answering a dialog: {}", question.text));
                self.manager.tools.tmux.press(self.session.pane.pane_id, &keys).await?;
                self.pressed = Some((question.dialog, question.selected, Instant::now()));
            }
        } else if self.told.as_ref() != Some(&question.text) {
            (self.progress)(&format!("starting: waiting for a person: {}", question.text));
            self.told = Some(question.text.clone());
        }
        Ok(())
    }

    /// Whether the dialog is still to follow the key that was pressed.
    fn has_pressed(&self, question: &Question) -> bool {
        self.pressed.is_some_and(|(dialog, selected, at)| {
            (dialog, selected) == (question.dialog, question.selected) && at.elapsed() < PRESS_AGAIN
        })
    }

    /// Whether an agent that has shown nothing known can be taken for ready.
    fn is_ready_unseen(&self) -> bool {
        let Agent { ready, patterns, .. } = &self.to.agent;
        let waited = self.began.elapsed();
        let quiet = self.changed_at.elapsed() >= QUIET;
        let spoke = self.last.0.iter().any(|line| !line.is_empty());
        if ready.prompt.is_some() || ready.title.is_some() || !patterns.is_empty() {
            let delay = Some(ready.delay_ms).filter(|delay| *delay > 0);
            // It draws something before it can be talked to, however long that takes.
            let late = waited >= delay.map_or(LAST_RESORT, Duration::from_millis);
            return spoke && quiet && late;
        }
        (quiet && spoke) || waited >= if quiet { SILENT } else { TALKATIVE }
    }
}

fn last_line(rows: &[String]) -> String {
    rows.iter().rev().find(|line| !line.is_empty()).cloned().unwrap_or_default()
}
