//! A capture that goes on: looks at a pane as often as it is worth it.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::{
    core::names::PolecatName,
    session::{
        context::RigContext, error::SessionError, observe::capture::CaptureOptions,
        sessions::output_watch::OutputWatch, workspace::Workspace,
    },
    tmux::{Mirror, Pane, Tmux},
};

pub use crate::tmux::Update;

/// What a session prints, followed.
pub struct Follow {
    mirror: Mirror,
    session: String,
    /// tmux's word of output; only of sessions of ours, in which we may set options.
    pulse: Option<OutputWatch>,
    pace: Pace,
    /// Whether there was more to be had at the last look.
    more: bool,
}

impl RigContext {
    /// Follows the agent of `polecat`, from the last lines that it printed on.
    ///
    /// # Errors
    /// When it has no session.
    pub async fn follow(
        &self,
        polecat: &str,
        options: CaptureOptions,
    ) -> Result<Follow, SessionError> {
        let lines = options.checked_lines()?;
        let session = self.sessions().existing(&PolecatName::parse(polecat)?).await?;
        let pulse = OutputWatch::of(&self.tmux, &self.rig, &session).await;
        Ok(Follow::new(&self.tmux, session.pane, lines, Some(pulse)))
    }
}

impl Workspace {
    /// Follows any tmux session, named exactly.
    ///
    /// # Errors
    /// When there is no such session.
    pub async fn follow_session(
        &self,
        session: &str,
        options: CaptureOptions,
    ) -> Result<Follow, SessionError> {
        let lines = options.checked_lines()?;
        let pane = self.pane_of(session).await?;
        Ok(Follow::new(&self.tmux(), pane, lines, None))
    }
}

impl Follow {
    fn new(tmux: &Tmux, of: Pane, lines: usize, pulse: Option<OutputWatch>) -> Self {
        let mirror = Mirror::new(tmux.clone(), of.pane_id, lines);
        let pace = Pace::new(Instant::now());
        Self { mirror, session: of.session_name, pulse, pace, more: false }
    }

    /// What has changed since the last look, if anything has. Cancelling it loses nothing.
    ///
    /// # Errors
    /// When the session is gone.
    pub async fn look(&mut self) -> Result<Option<Update>, SessionError> {
        let begin = Instant::now();
        let looked = self.mirror.look().await;
        let changed = !matches!(looked, Ok(None));
        self.pace.looked(begin, Instant::now(), changed);
        self.more = matches!(&looked, Ok(Some(update)) if update.more);
        match looked {
            Err(error) if error.is_missing_target() || error.is_no_server() => {
                let session = self.session.clone();
                Err(SessionError::SessionNotFound { session, why: String::new() })
            }
            looked => Ok(looked?),
        }
    }

    /// What has changed, as soon as something has. Cancelling it loses nothing.
    ///
    /// # Errors
    /// As [`Follow::look`].
    pub async fn next(&mut self) -> Result<Update, SessionError> {
        loop {
            self.rest().await;
            if let Some(update) = self.look().await? {
                return Ok(update);
            }
        }
    }

    /// Waits until it is worth to look.
    async fn rest(&mut self) {
        if self.more {
            return;
        }
        sleep_until(self.pace.soonest()).await;
        match &mut self.pulse {
            Some(pulse) if self.pace.is_slow() => pulse.next(self.pace.rest()).await,
            _ => sleep_until(self.pace.due()).await,
        }
    }

    /// Ends what it asked of tmux.
    pub async fn end(self) {
        if let Some(pulse) = self.pulse {
            pulse.end().await;
        }
    }
}

/// How soon to look again. What is quiet for long is looked at less often: a change is seen late
/// by an eighth of how long it took to come.
#[derive(Debug)]
struct Pace {
    looked: Instant,
    changed: Instant,
    /// How long a look takes: the shorter of the last two.
    took: Duration,
    last_took: Option<Duration>,
}

impl Pace {
    /// No sooner than an editor draws on a fast screen.
    const SOONEST: Duration = Duration::from_millis(12);
    const LATEST: Duration = Duration::from_millis(250);
    /// From here on it is worth having oneself told.
    const SLOW: Duration = Duration::from_millis(64);

    fn new(now: Instant) -> Self {
        Self { looked: now, changed: now, took: Duration::ZERO, last_took: None }
    }

    fn looked(&mut self, begin: Instant, end: Instant, changed: bool) {
        let took = end - begin;
        // One look alone that took long was held up by something else on the machine: to rest
        // for that would hold up what is shown three times as long again.
        self.took = self.last_took.map_or(took, |last| last.min(took));
        self.last_took = Some(took);
        self.looked = end;
        if changed {
            self.changed = end;
        }
    }

    fn rest(&self) -> Duration {
        let quiet = self.looked - self.changed;
        (quiet / 8).clamp(Self::SOONEST, Self::LATEST).max(self.least())
    }

    /// tmux serves everybody else at least three times as long as us.
    fn least(&self) -> Duration {
        Self::SOONEST.max(3 * self.took.min(Self::LATEST))
    }

    fn soonest(&self) -> Instant {
        self.looked + self.least()
    }

    fn due(&self) -> Instant {
        self.looked + self.rest()
    }

    fn is_slow(&self) -> bool {
        self.rest() >= Self::SLOW
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn what_changes_is_looked_at_with_each_frame_and_what_rests_less_and_less() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        for (quiet, rest) in [(0, 12), (96, 12), (800, 100), (60_000, 250)] {
            let now = start + quiet * MS;
            pace.looked(now, now, false);
            assert_eq!(pace.rest(), rest * MS, "after {quiet} ms");
        }
        let now = start + 70_000 * MS;
        pace.looked(now, now, true);
        assert_eq!(pace.due(), now + 12 * MS);
    }

    #[test]
    fn a_look_that_takes_long_is_followed_by_a_long_rest() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        pace.looked(start, start + 20 * MS, true);
        assert_eq!(pace.soonest(), start + 80 * MS);
        pace.looked(start, start + 20 * MS, true);
        assert_eq!(pace.soonest(), start + 80 * MS);
    }

    #[test]
    fn one_look_that_was_held_up_is_not() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        pace.looked(start, start + MS, true);
        pace.looked(start, start + 70 * MS, true);
        assert_eq!(pace.soonest(), start + (70 + 12) * MS);
    }
}
