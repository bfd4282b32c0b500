//! Whether a program has read what was typed to it.

use std::{fs::File, os::unix::fs::OpenOptionsExt, path::Path, time::Duration};

use rustix::fs::OFlags;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::{client::Tmux, command::Command, error::TmuxError, ids::PaneId};

/// How often the terminal is asked; the kernel has no event for "somebody read this".
const PACE: Duration = Duration::from_millis(1);
/// A terminal holds 4 KiB. tmux refills it at once when more is on the way, so one that stays
/// empty for this long got all of it.
const EMPTY_FOR: Duration = Duration::from_millis(4);
/// A program that reads nothing is not waited for longer than this.
const BOUND: Duration = Duration::from_secs(10);

impl Tmux {
    /// Waits until the program in `pane` has read all input, then for `taken`, and `gap` longer.
    ///
    /// A key that a program reads together with a paste is a part of the paste to many of them;
    /// some count all that comes within a time of their own to it as well. That time begins when
    /// they take what they have read, which only the caller can see: it ends `taken`.
    ///
    /// # Errors
    /// When tmux does not tell the pane's terminal.
    pub async fn settle(
        &self,
        pane: PaneId,
        taken: impl Future<Output = ()>,
        gap: Duration,
    ) -> Result<(), TmuxError> {
        let ask =
            Command::new("display-message").args(["-p", "-t", &pane.to_string(), "#{pane_tty}"]);
        let tty = self.run_one(ask).await?.text();
        if let Ok(terminal) = open(Path::new(tty.trim_end())) {
            drop(timeout(BOUND, drained(&terminal)).await);
        }
        taken.await;
        if !gap.is_zero() {
            // The time itself is what is waited for: nothing tells that it has passed.
            drop(timeout(gap, std::future::pending::<()>()).await);
        }
        Ok(())
    }
}

/// Opens the terminal only to look at it.
fn open(tty: &Path) -> std::io::Result<File> {
    let flags = OFlags::NOCTTY | OFlags::NONBLOCK;
    File::options().read(true).custom_flags(flags.bits().cast_signed()).open(tty)
}

async fn drained(terminal: &File) {
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut empty_since: Option<Instant> = None;
    loop {
        pace.tick().await;
        match rustix::io::ioctl_fionread(terminal) {
            // A terminal that cannot tell is not waited for.
            Err(_) => return,
            Ok(0) if empty_since.is_some_and(|since| since.elapsed() >= EMPTY_FOR) => return,
            Ok(0) => drop(empty_since.get_or_insert_with(Instant::now)),
            Ok(_) => empty_since = None,
        }
    }
}
