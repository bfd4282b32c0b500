//! A capture that goes on: looks at one pane, as soon as it prints and as often as is worth it.
//!
//! It does not use the poller, which looks twice a second: a capture shows each frame that an agent
//! draws, and every row, also those that have scrolled off between two looks. So each one that is
//! shown looks for itself, and when it is closed or hidden nobody does.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::{
    core::names::PolecatName,
    session::{
        context::RigContext,
        error::SessionError,
        observe::{Observer, capture::CaptureOptions, fit::WindowFit},
        sessions::output_watch::OutputWatch,
        workspace::Workspace,
    },
    tmux::{Mirror, Pane, PaneId, Tmux},
};

pub use crate::tmux::Update;

/// What a session prints, followed.
pub struct Follow {
    mirror: Mirror,
    session: String,
    /// tmux's notifications of output; only for our own sessions, whose options we may set.
    output: Option<OutputWatch>,
    interval: LookInterval,
    /// The polecat whose own session it is.
    polecat: Option<(PolecatName, PaneId)>,
    /// Whether the last look left some out.
    more: bool,
}

impl Observer {
    /// Follows the agent of `polecat`, beginning with its last lines.
    ///
    /// # Errors
    /// When it has no session.
    pub async fn follow(
        &self,
        polecat: &str,
        options: CaptureOptions,
    ) -> Result<Follow, SessionError> {
        let lines = options.checked_lines()?;
        let session = self.context.sessions().existing(&PolecatName::parse(polecat)?).await?;
        let tmux = &self.context.tmux;
        let output = OutputWatch::of(tmux, &self.context.rig, &session).await;
        let is_own = !session.is_moved(&self.context.rig);
        let polecat = is_own.then(|| (session.polecat.clone(), session.pane.pane_id));
        Ok(Follow { polecat, ..Follow::new(tmux, session.pane, lines, Some(output)) })
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
    fn new(tmux: &Tmux, of: Pane, lines: usize, output: Option<OutputWatch>) -> Self {
        let mirror = Mirror::new(tmux.clone(), of.pane_id, lines);
        let interval = LookInterval::new(Instant::now());
        let session = of.session_name;
        Self { mirror, session, output, interval, polecat: None, more: false }
    }

    /// Has the session fit the windows that show it, if it is a polecat's own, and the user wants
    /// that.
    #[must_use]
    pub fn fit(&self, workspace: &Workspace, context: &RigContext) -> Option<WindowFit> {
        WindowFit::of(workspace, context, self.polecat.clone()?)
    }

    /// What has changed since the last look, if anything has. Cancelling it loses nothing.
    ///
    /// # Errors
    /// When the session is gone.
    pub async fn look(&mut self) -> Result<Option<Update>, SessionError> {
        let begin = Instant::now();
        let looked = self.mirror.look().await;
        let changed = !matches!(looked, Ok(None));
        self.interval.looked(begin, Instant::now(), changed);
        self.more = matches!(&looked, Ok(Some(update)) if update.more);
        match looked {
            Err(error) if error.is_missing_target() => {
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

    /// Waits until it is worth looking.
    async fn rest(&mut self) {
        if self.more {
            return;
        }
        sleep_until(self.interval.soonest()).await;
        match &mut self.output {
            Some(output) if self.interval.is_slow() => output.next(self.interval.length()).await,
            _ => sleep_until(self.interval.due()).await,
        }
    }

    /// Ends the notifications that it asked tmux for.
    pub async fn end(self) {
        if let Some(output) = self.output {
            output.end().await;
        }
    }
}

/// How soon to look again. The longer nothing changes, the less often: a change is seen late by an
/// eighth of the time that it took to come.
#[derive(Debug)]
struct LookInterval {
    looked: Instant,
    changed: Instant,
    /// How long a look takes: the shorter of the last two.
    took: Duration,
    last_took: Option<Duration>,
}

impl LookInterval {
    /// As often as an editor draws on a fast screen.
    const MIN_INTERVAL: Duration = Duration::from_millis(12);
    const MAX_INTERVAL: Duration = Duration::from_millis(250);
    /// From here on a notification from tmux is worth asking for.
    const NOTIFY_INTERVAL: Duration = Duration::from_millis(64);

    fn new(now: Instant) -> Self {
        Self { looked: now, changed: now, took: Duration::ZERO, last_took: None }
    }

    fn looked(&mut self, begin: Instant, end: Instant, changed: bool) {
        let took = end - begin;
        // A single slow look was held up by something else on the machine: a rest for it would
        // delay what is shown for three times as long again.
        self.took = self.last_took.map_or(took, |last| last.min(took));
        self.last_took = Some(took);
        self.looked = end;
        if changed {
            self.changed = end;
        }
    }

    fn length(&self) -> Duration {
        let quiet = self.looked - self.changed;
        (quiet / 8).clamp(Self::MIN_INTERVAL, Self::MAX_INTERVAL).max(self.least())
    }

    /// tmux is left to all others for at least three times as long as to us.
    fn least(&self) -> Duration {
        Self::MIN_INTERVAL.max(3 * self.took.min(Self::MAX_INTERVAL))
    }

    fn soonest(&self) -> Instant {
        self.looked + self.least()
    }

    fn due(&self) -> Instant {
        self.looked + self.length()
    }

    fn is_slow(&self) -> bool {
        self.length() >= Self::NOTIFY_INTERVAL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn what_changes_is_looked_at_with_each_frame_and_what_rests_less_and_less() {
        let start = Instant::now();
        let mut interval = LookInterval::new(start);
        for (quiet, rest) in [(0, 12), (96, 12), (800, 100), (60_000, 250)] {
            let now = start + quiet * MS;
            interval.looked(now, now, false);
            assert_eq!(interval.length(), rest * MS, "after {quiet} ms");
        }
        let now = start + 70_000 * MS;
        interval.looked(now, now, true);
        assert_eq!(interval.due(), now + 12 * MS);
    }

    #[test]
    fn a_look_that_takes_long_is_followed_by_a_long_rest() {
        let start = Instant::now();
        let mut interval = LookInterval::new(start);
        interval.looked(start, start + 20 * MS, true);
        assert_eq!(interval.soonest(), start + 80 * MS);
        interval.looked(start, start + 20 * MS, true);
        assert_eq!(interval.soonest(), start + 80 * MS);
    }

    #[test]
    fn one_look_that_was_held_up_is_not() {
        let start = Instant::now();
        let mut interval = LookInterval::new(start);
        interval.looked(start, start + MS, true);
        interval.looked(start, start + 70 * MS, true);
        assert_eq!(interval.soonest(), start + (70 + 12) * MS);
    }
}
