//! Whether a program has read what was typed to it.

use std::{fs::File, time::Duration};

use tokio::time::{MissedTickBehavior, interval, timeout};

use super::terminal::{self, Terminal};
use crate::tmux::client::Tmux;
use crate::tmux::protocol::command::Command;

/// How often the terminal is looked at; the kernel has no event for "somebody read this".
const LOOK_INTERVAL: Duration = Duration::from_millis(1);
/// The first looks follow each other as fast as tmux answers, since most programs read at once.
const FAST_LOOKS: u32 = 16;
/// How often in a row the terminal must be empty if it takes the text at once, which it does up to
/// about 4 KiB. At the first look tmux may not have written yet.
const EMPTY_LOOKS_SHORT: u32 = 2;
/// The same if tmux writes piece by piece: a program may read each piece just before the look, but
/// not so many times in a row.
const EMPTY_LOOKS_LONG: u32 = 12;
/// The longest text that a terminal surely takes at once, in bytes.
const SHORT_TEXT_LIMIT: usize = 2_048;
/// How long to wait for a program that reads nothing.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

impl Tmux {
    /// Waits until the program in `terminal` has read the whole paste, then for `taken`, and then
    /// for `gap`.
    ///
    /// Many programs count a key that they read together with a paste as a part of it; some also
    /// what comes within a certain time after it. That time begins when they handle what they have
    /// read, which only the caller can see; `taken` ends then.
    pub async fn wait_until_read(
        &self,
        terminal: &Terminal,
        taken: impl Future<Output = ()>,
        gap: Duration,
    ) {
        if let Ok(file) = terminal::open(&terminal.path) {
            drop(timeout(READ_TIMEOUT, self.drained(&file, terminal.pasted)).await);
        }
        taken.await;
        if !gap.is_zero() {
            // Nothing but the time itself tells that it has passed.
            drop(timeout(gap, std::future::pending::<()>()).await);
        }
    }

    /// Waits until the terminal has nothing left of a paste of so many bytes, and tmux has no more
    /// for it. Before tmux answers anything it writes all that the terminal takes, so a terminal
    /// that is empty before and after an answer has got everything.
    async fn drained(&self, file: &File, pasted: usize) {
        let enough = if pasted <= SHORT_TEXT_LIMIT { EMPTY_LOOKS_SHORT } else { EMPTY_LOOKS_LONG };
        let mut pace = interval(LOOK_INTERVAL);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut looks, mut empty) = (0, 0);
        loop {
            match terminal::unread(file) {
                // There is no point in waiting for a terminal that does not tell.
                None => return,
                Some(0) => empty += 1,
                Some(_) => empty = 0,
            }
            if empty >= enough {
                return;
            }
            looks += 1;
            if looks > FAST_LOOKS && empty == 0 {
                pace.tick().await;
            }
            let answered = self.run_one(Command::new("display-message").args(["-p", ""])).await;
            if answered.is_err() {
                return;
            }
        }
    }
}
