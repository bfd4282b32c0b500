//! How an agent exited.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{State, seconds};

/// How an agent exited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// Its status or the signal that killed it: on the wire the field `status` or `signal`.
    #[serde(flatten)]
    pub how: ExitHow,
    /// When it exited, or when that was first seen.
    #[serde(serialize_with = "seconds")]
    pub at: Timestamp,
    /// How long it lived, in milliseconds.
    pub lived_ms: u64,
    /// The command line that ran.
    pub command: String,
    /// The last lines it printed, oldest first.
    pub tail: Vec<String>,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExitHow {
    /// It exited with this status; 0 is success.
    Status(i32),
    /// This signal killed it.
    Signal(i32),
    /// tmux lost the status.
    Unknown,
    /// It ended with the batch job that it ran in.
    Job,
    /// Its session vanished with it, though nobody stopped it, as those that gastown starts do.
    Gone,
}

impl Exit {
    /// The state of a session after this exit. A lost status does not count as success.
    #[must_use]
    pub fn state(&self) -> State {
        if self.how == ExitHow::Status(0) { State::Exited } else { State::Died }
    }
}

/// The exit in words: `exited with status 3 after 1.2 s`.
#[must_use]
pub fn describe(exit: &Exit) -> String {
    let lived = lived(exit.lived_ms);
    match exit.how {
        ExitHow::Status(status) => format!("exited with status {status} after {lived}"),
        ExitHow::Signal(signal) => format!("killed by {} after {lived}", signal_text(signal)),
        ExitHow::Unknown => format!("ended, tmux lost its status, after {lived}"),
        ExitHow::Gone => format!("ended with its session, cause unknown, after {lived}"),
        ExitHow::Job => format!("ended with its job after {lived}"),
    }
}

/// The signal in words. Only names whose numbers are the same on Linux and macOS are known; others
/// stay numbers.
#[must_use]
pub fn signal_text(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    format!("{name} ({signal})")
}

fn lived(ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0 => format!("{ms} ms"),
        1..10 => format!("{seconds}.{} s", ms % 1000 / 100),
        10..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit(how: ExitHow, lived_ms: u64) -> Exit {
        let tail = Vec::new();
        Exit { how, at: Timestamp::UNIX_EPOCH, lived_ms, command: "claude".to_owned(), tail }
    }

    #[test]
    fn an_ending_says_how_and_after_how_long() {
        for (how, ms, text) in [
            (ExitHow::Status(3), 1_234, "exited with status 3 after 1.2 s"),
            (ExitHow::Status(0), 40, "exited with status 0 after 40 ms"),
            (ExitHow::Signal(9), 250_000, "killed by SIGKILL (9) after 4 min"),
            (ExitHow::Signal(34), 59_999, "killed by signal 34 after 59 s"),
            (ExitHow::Signal(7), 10_800_000, "killed by signal 7 after 3 h"),
            (ExitHow::Unknown, 3_000, "ended, tmux lost its status, after 3.0 s"),
            (ExitHow::Gone, 3_000, "ended with its session, cause unknown, after 3.0 s"),
        ] {
            assert_eq!(describe(&exit(how, ms)), text);
        }
    }

    #[test]
    fn only_status_0_counts_as_a_clean_end() {
        for (how, state) in [
            (ExitHow::Status(0), State::Exited),
            (ExitHow::Status(1), State::Died),
            (ExitHow::Signal(15), State::Died),
            (ExitHow::Unknown, State::Died),
            (ExitHow::Gone, State::Died),
        ] {
            assert_eq!(exit(how, 0).state(), state);
        }
    }
}
