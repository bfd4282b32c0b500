//! Waiting until an agent can be talked to, and answering what it asks on the way.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    error::SessionError,
    glimpse::{self, Glimpse},
    manager::SessionManager,
    plan::Plan,
    pulse::Pulse,
    start::Progress,
    table::Session,
};
use crate::core::{
    agent::Agent,
    screen::{Patterns, Question, Seen},
};

/// An agent that does not tell when it is ready is so when it printed something and then nothing
/// for this long.
const QUIET: Duration = Duration::from_millis(400);
/// One that prints nothing at all is ready after this.
const SILENT: Duration = Duration::from_millis(1_500);
/// One that never stops printing, and has no prompt to be known by, is ready after this.
const TALKATIVE: Duration = Duration::from_secs(3);
/// However slow an agent is, a start answers after this.
const BOUND: Duration = Duration::from_secs(60);
/// How long a look may be old when tmux told of no change: it tells of output, not of a title.
const TICK: Duration = Duration::from_millis(100);

/// How a wait ended.
pub(super) enum Readiness {
    /// The agent can be talked to.
    Ready,
    /// It ended before.
    Dead(Box<Session>),
    /// Its session is gone, and what it said with it.
    Gone,
    /// It did not show in time that it is ready; this is what it showed last.
    NotInTime(String),
    /// It asks a person this, and nobody answered.
    Asking(String),
}

/// One wait for one agent.
struct Wait<'a> {
    manager: &'a SessionManager,
    session: &'a Session,
    plan: &'a Plan,
    patterns: Patterns,
    progress: Progress<'a>,
    began: Instant,
    /// What was seen last, and since when.
    last: (Vec<String>, String),
    changed_at: Instant,
    /// The question that the caller was told of.
    told: Option<String>,
}

impl SessionManager {
    /// Waits until the agent in `session` is ready, has ended, or the bound is reached.
    pub(super) async fn wait_until_ready(
        &self,
        session: &Session,
        plan: &Plan,
        progress: Progress<'_>,
    ) -> Result<Readiness, SessionError> {
        let mut pulse = Pulse::of(&self.tools.tmux, &session.pane).await;
        let began = Instant::now();
        let mut wait = Wait {
            manager: self,
            session,
            plan,
            patterns: glimpse::patterns(&plan.agent),
            progress,
            began,
            last: (Vec::new(), String::new()),
            changed_at: began,
            told: None,
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
        let Some(now) = now.filter(|now| now.pane.pane_id == self.session.pane.pane_id) else {
            return Ok(Some(Readiness::Gone));
        };
        if !now.is_live() {
            return Ok(Some(Readiness::Dead(Box::new(now))));
        }
        let glimpse = self.manager.glimpse(&now, &self.patterns).await?;
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
        let now = (glimpse.rows.clone(), session.pane.title.clone());
        if now != self.last {
            (self.last, self.changed_at) = (now, Instant::now());
        }
    }

    /// Answers a dialog where that is ours to do; otherwise a person is told, once.
    async fn answer(&mut self, question: &Question) -> Result<(), SessionError> {
        let policy = self.manager.tools.settings.dialogs;
        let args = self.plan.argv.get(1..).unwrap_or_default();
        if let Some(keys) = self.patterns.answer(question, args, policy) {
            (self.progress)("starting: answering a dialog");
            self.manager.tools.tmux.press(self.session.pane.pane_id, &keys).await?;
        } else if self.told.as_ref() != Some(&question.text) {
            (self.progress)(&format!("starting: waiting for a person: {}", question.text));
            self.told = Some(question.text.clone());
        }
        Ok(())
    }

    /// Whether an agent that has shown nothing known can be taken for ready.
    fn is_ready_unseen(&self) -> bool {
        let Agent { ready, patterns, .. } = &self.plan.agent;
        let waited = self.began.elapsed();
        let quiet = self.changed_at.elapsed() >= QUIET;
        let spoke = self.last.0.iter().any(|line| !line.is_empty());
        if ready.prompt.is_some() || ready.title.is_some() || !patterns.is_empty() {
            // It draws something before it can be talked to, however long that takes.
            return spoke && quiet && waited >= Duration::from_millis(ready.delay_ms);
        }
        (quiet && spoke) || waited >= if quiet { SILENT } else { TALKATIVE }
    }
}

fn last_line(rows: &[String]) -> String {
    rows.iter().rev().find(|line| !line.is_empty()).cloned().unwrap_or_default()
}
