//! Whether a program has read what was typed to it.

use std::{fs::File, os::unix::fs::OpenOptionsExt, path::Path, time::Duration};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::OFlags,
};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::{client::Tmux, command::Command, paste::Terminal};

/// How often the terminal is looked at; the kernel has no event for "somebody read this".
const PACE: Duration = Duration::from_millis(1);
/// So many looks are as quick as tmux answers: most programs read at once.
const QUICK: u32 = 16;
/// How often in a row a terminal must be empty that takes all of a text at once, which it does
/// from about 4 KiB down. At the first look tmux may not have written yet.
const EMPTY_SHORT: u32 = 2;
/// The same where tmux writes piece by piece: a program may read each piece just before the look,
/// but not so often in a row.
const EMPTY_LONG: u32 = 12;
/// How long a text is that a terminal takes at once, in bytes.
const SHORT: usize = 2_048;
/// A program that reads nothing is not waited for longer than this.
const BOUND: Duration = Duration::from_secs(10);

impl Tmux {
    /// Waits until the program in `terminal` has read all of the paste, then for `taken`, and `gap`
    /// longer.
    ///
    /// A key that a program reads together with a paste is a part of the paste to many of them;
    /// some count all that comes within a time of their own to it as well. That time begins when
    /// they take what they have read, which only the caller can see: it ends `taken`.
    pub async fn wait_until_read(
        &self,
        terminal: &Terminal,
        taken: impl Future<Output = ()>,
        gap: Duration,
    ) {
        if let Ok(file) = open(&terminal.path) {
            drop(timeout(BOUND, self.drained(&file, terminal.pasted)).await);
        }
        taken.await;
        if !gap.is_zero() {
            // The time itself is what is waited for: nothing tells that it has passed.
            drop(timeout(gap, std::future::pending::<()>()).await);
        }
    }

    /// Waits until `terminal` holds nothing of a paste of so many bytes, and tmux has nothing more
    /// for it. Before tmux answers anything, it writes all that the terminal takes: what is empty
    /// before and after an answer got all of it.
    async fn drained(&self, terminal: &File, pasted: usize) {
        let enough = if pasted <= SHORT { EMPTY_SHORT } else { EMPTY_LONG };
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut looks, mut empty) = (0, 0);
        loop {
            match unread(terminal) {
                // A terminal that cannot tell is not waited for.
                None => return,
                Some(0) => empty += 1,
                Some(_) => empty = 0,
            }
            if empty >= enough {
                return;
            }
            looks += 1;
            if looks > QUICK && empty == 0 {
                pace.tick().await;
            }
            let answered = self.run_one(Command::new("display-message").args(["-p", ""])).await;
            if answered.is_err() {
                return;
            }
        }
    }
}

/// Opens the terminal only to look at it.
pub(super) fn open(tty: &Path) -> std::io::Result<File> {
    let flags = OFlags::NOCTTY | OFlags::NONBLOCK;
    File::options().read(true).custom_flags(flags.bits().cast_signed()).open(tty)
}

/// How much of what was written to the terminal nobody has read yet, in bytes.
fn unread(terminal: &File) -> Option<u64> {
    // The kernel brings what was written to where it is counted a little later, or now that it is
    // asked whether there is something.
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    let _ = poll(&mut [PollFd::new(terminal, PollFlags::IN)], Some(&at_once));
    rustix::io::ioctl_fionread(terminal).ok()
}
