//! What is logged on hosts: it goes to the hub on stderr, and into the log of the backend here.
//! Nothing is written on a host.

use std::{
    io::{self, Write as _},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
};

use tracing::{debug, error, info, level_filters::LevelFilter, warn};

use crate::core::{hosts::HostName, names::visible};

/// Begins each line of ours among what else is printed on stderr there.
const PREFIX: &str = "polecat-log ";
/// How much of a host is logged as long as this backend runs, in bytes.
const LOG_SIZE_LIMIT: usize = 1024 * 1024;
/// How many lines wait there until they are taken; more are dropped.
const LINES_LIMIT: usize = 256;
/// At `trace` a log has what agents are started with, which is to leave no machine.
const FINEST: LevelFilter = LevelFilter::DEBUG;

/// Which lines a host is to send: those of the log here.
pub(super) fn wanted() -> String {
    LevelFilter::current().min(FINEST).to_string()
}

/// Sends what is logged from now on to the hub, as far as it `wanted` it.
pub(super) fn send(wanted: &str) {
    let level = wanted.parse().unwrap_or(LevelFilter::OFF).min(FINEST);
    let (lines, taken) = sync_channel::<Vec<u8>>(LINES_LIMIT);
    // A thread of its own: a connection that stands still holds up nothing else.
    std::thread::spawn(move || {
        let mut stderr = io::stderr();
        taken.into_iter().try_for_each(|line| stderr.write_all(&line))
    });
    let logs = tracing_subscriber::fmt().with_max_level(level).with_ansi(false).without_time();
    // Tests have one of their own.
    let _ = logs.with_writer(move || Line(lines.clone())).try_init();
}

/// Takes one line with each write, as the subscriber does it.
struct Line(SyncSender<Vec<u8>>);

impl io::Write for Line {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(text).trim_end().replace('\n', " ");
        // Dropped where too many wait.
        let _ = self.0.try_send(format!("{PREFIX}{line}\n").into_bytes());
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes the lines of one host. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct HostLog {
    host: HostName,
    /// How many bytes may still come.
    left: Arc<AtomicUsize>,
}

impl HostLog {
    pub(super) fn of(host: HostName) -> Self {
        Self { host, left: Arc::new(LOG_SIZE_LIMIT.into()) }
    }

    /// Whether `line` is one of the log, which it goes into.
    pub(super) fn takes(&self, line: &[u8]) -> bool {
        let Some(line) = line.strip_prefix(PREFIX.as_bytes()) else { return false };
        let take = |left: usize| left.checked_sub(line.len());
        match self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
            Ok(_) => self.write(&visible(String::from_utf8_lossy(line).trim())),
            Err(0) => {}
            Err(_) => {
                self.left.store(0, Ordering::Relaxed);
                warn!(host = %self.host, "it has logged {LOG_SIZE_LIMIT} bytes: no more of it is written");
            }
        }
        true
    }

    fn write(&self, line: &str) {
        let host = &self.host;
        let (level, text) = line.split_once(' ').unwrap_or_default();
        match level {
            "ERROR" => error!(%host, "{text}"),
            "WARN" => warn!(%host, "{text}"),
            "INFO" => info!(%host, "{text}"),
            _ => debug!(%host, "{text}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_log_are_told_from_others_and_have_an_end() {
        let build1 = HostLog::of("build1".parse().unwrap());
        let left = || build1.left.load(Ordering::Relaxed);
        assert!(!build1.takes(b"Permission denied"));
        assert_eq!(left(), LOG_SIZE_LIMIT);
        assert!(build1.takes(b"polecat-log  INFO polecat: serves\n"));
        assert!(left() < LOG_SIZE_LIMIT);
        let long = [PREFIX.as_bytes(), &vec![b'x'; LOG_SIZE_LIMIT]].concat();
        assert!(build1.takes(&long) && build1.takes(b"polecat-log  WARN one more\n"));
        assert_eq!(left(), 0);
    }

    #[test]
    fn an_event_is_one_line_and_waits_for_nobody() {
        let (lines, taken) = sync_channel(1);
        let mut line = Line(lines);
        for text in ["INFO a\nb\n", "INFO dropped\n"] {
            line.write_all(text.as_bytes()).unwrap();
        }
        assert_eq!(taken.try_iter().collect::<Vec<_>>(), [b"polecat-log INFO a b\n"]);
    }
}
