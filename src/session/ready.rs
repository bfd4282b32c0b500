//! Waiting until an agent can be talked to.

use std::time::Duration;

use tokio::time::Instant;

use super::{error::SessionError, manager::SessionManager, pulse::Pulse, table::Session};
use crate::{
    core::{agent::Agent, screen},
    tmux::Capture,
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
}

/// What is seen at one look.
struct Look {
    text: Vec<String>,
    title: String,
    changed_at: Instant,
}

impl SessionManager {
    /// Waits until `agent` in `session` is ready, has ended, or the bound is reached.
    pub(super) async fn wait_until_ready(
        &self,
        session: &Session,
        agent: &Agent,
    ) -> Result<Readiness, SessionError> {
        let mut pulse = Pulse::of(&self.tools.tmux, &session.pane).await;
        let result = self.watch_until_ready(session, agent, &mut pulse).await;
        pulse.end().await;
        result
    }

    async fn watch_until_ready(
        &self,
        session: &Session,
        agent: &Agent,
        pulse: &mut Pulse,
    ) -> Result<Readiness, SessionError> {
        let began = Instant::now();
        let mut look = Look { text: Vec::new(), title: String::new(), changed_at: began };
        loop {
            let Some(now) = self.session(&session.polecat).await? else {
                return Ok(Readiness::Gone);
            };
            if now.pane.pane_id != session.pane.pane_id {
                return Ok(Readiness::Gone);
            }
            if !now.is_live() {
                return Ok(Readiness::Dead(Box::new(now)));
            }
            self.look(&now, &mut look).await?;
            if is_ready(agent, &look, began) {
                return Ok(Readiness::Ready);
            }
            if began.elapsed() >= BOUND {
                return Ok(Readiness::NotInTime(last_seen(&look)));
            }
            pulse.next(TICK).await;
        }
    }

    async fn look(&self, session: &Session, look: &mut Look) -> Result<(), SessionError> {
        let screen = self.tools.tmux.capture(session.pane.pane_id, Capture::screen()).await?;
        let text: Vec<_> =
            String::from_utf8_lossy(&screen.text).lines().map(screen::normal).collect();
        if text != look.text || session.pane.title != look.title {
            *look = Look { text, title: session.pane.title.clone(), changed_at: Instant::now() };
        }
        Ok(())
    }
}

fn is_ready(agent: &Agent, look: &Look, began: Instant) -> bool {
    let ready = &agent.ready;
    let by_prompt = ready.prompt.as_ref().map(|prompt| screen::shows_prompt(&look.text, prompt));
    let by_title = ready.title.as_ref().map(|title| look.title.starts_with(title.as_str()));
    if by_prompt == Some(true) || by_title == Some(true) {
        return true;
    }
    let quiet = look.changed_at.elapsed() >= QUIET;
    if by_prompt.is_some() || by_title.is_some() {
        return quiet && began.elapsed() >= Duration::from_millis(ready.delay_ms);
    }
    let spoke = look.text.iter().any(|line| !line.is_empty());
    let bound = if quiet { SILENT } else { TALKATIVE };
    (quiet && spoke) || began.elapsed() >= bound
}

fn last_seen(look: &Look) -> String {
    look.text.iter().rev().find(|line| !line.is_empty()).cloned().unwrap_or_default()
}
