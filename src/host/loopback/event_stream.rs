//! Reads server-sent events: `data: ...` lines, each event ended by an empty one.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};

use super::http::{Body, HttpError, LocalServer};

/// The longest event, in bytes.
const EVENT_LIMIT: usize = 1 << 20;
/// A stream that sends nothing for this long is dead.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(60);
/// How much of a stream is read in a second; more has to wait.
const BYTES_A_SECOND: usize = 8 << 20;

/// A stream of events.
pub struct EventStream {
    body: Body,
    lines: EventLines,
    pace: Pace,
}

impl EventStream {
    /// Opens the stream at `path`.
    ///
    /// # Errors
    /// The server refuses or cannot be asked.
    pub async fn open(server: &LocalServer, path: &str) -> Result<Self, HttpError> {
        let body = server.get(path).await?;
        Ok(Self { body, lines: EventLines::default(), pace: Pace::new() })
    }

    /// The data of the next event; `None` at the end of the stream.
    ///
    /// # Errors
    /// The connection ended, nothing came for long, or an event is too long.
    pub async fn next(&mut self) -> Result<Option<String>, HttpError> {
        loop {
            if let Some(event) = self.lines.event()? {
                return Ok(Some(event));
            }
            let read = timeout(SILENCE_TIMEOUT, self.body.next()).await;
            let Some(piece) = read.map_err(|_| HttpError::NoAnswer(SILENCE_TIMEOUT))?? else {
                return Ok(None);
            };
            self.pace.keep(piece.len()).await;
            self.lines.push(&piece);
        }
    }
}

/// Makes events of bytes, of any split.
#[derive(Default)]
pub struct EventLines {
    /// What was not understood yet.
    rest: Vec<u8>,
    /// Where in `rest` to look for a line end.
    searched: usize,
    /// The data of the event that is being read.
    data: Option<String>,
}

impl EventLines {
    /// Takes up what came next.
    pub fn push(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
    }

    /// The data of the next event that came whole.
    ///
    /// # Errors
    /// An event is longer than 1 MiB.
    pub fn event(&mut self) -> Result<Option<String>, HttpError> {
        while let Some(line) = self.line() {
            if line.is_empty() {
                if let Some(data) = self.data.take() {
                    return Ok(Some(data));
                }
            } else if let Some(data) = line.strip_prefix("data:") {
                let data = data.strip_prefix(' ').unwrap_or(data);
                match &mut self.data {
                    Some(before) => before.extend(["\n", data]),
                    None => self.data = Some(data.to_owned()),
                }
            }
            self.refuse_long()?;
        }
        self.refuse_long()?;
        Ok(None)
    }

    fn refuse_long(&self) -> Result<(), HttpError> {
        let length = self.rest.len().max(self.data.as_ref().map_or(0, String::len));
        if length > EVENT_LIMIT {
            Err(HttpError::Malformed("an event is too long"))
        } else {
            Ok(())
        }
    }

    /// The next complete line, without its end.
    fn line(&mut self) -> Option<String> {
        let found = self.rest.get(self.searched..)?.iter().position(|byte| *byte == b'\n');
        let Some(found) = found else {
            self.searched = self.rest.len();
            return None;
        };
        let line: Vec<u8> = self.rest.drain(..=self.searched + found).collect();
        self.searched = 0;
        let line = String::from_utf8_lossy(&line);
        Some(line.trim_end_matches(['\n', '\r']).to_owned())
    }
}

/// Holds a stream to [`BYTES_A_SECOND`]: what else this process does goes on beside it.
struct Pace {
    began: Instant,
    read: usize,
}

impl Pace {
    fn new() -> Self {
        Self { began: Instant::now(), read: 0 }
    }

    async fn keep(&mut self, count: usize) {
        let end = self.began + Duration::from_secs(1);
        if Instant::now() >= end {
            *self = Self::new();
        }
        self.read += count;
        if self.read > BYTES_A_SECOND {
            sleep_until(end).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events in `text`, pushed in pieces of `size` bytes.
    fn events(text: &[u8], size: usize) -> Result<Vec<String>, HttpError> {
        let (mut lines, mut found) = (EventLines::default(), Vec::new());
        for piece in text.chunks(size) {
            lines.push(piece);
            while let Some(event) = lines.event()? {
                found.push(event);
            }
        }
        Ok(found)
    }

    #[test]
    fn events_are_the_same_however_they_are_split() {
        let text = b": hello\n\ndata: {\"a\":1}\r\n\r\nevent: x\nid: 7\ndata:one\ndata: two\n\n\n\ndata: cut";
        for size in [1, 2, 7, 1_000] {
            assert_eq!(events(text, size).unwrap(), ["{\"a\":1}", "one\ntwo"], "{size}");
        }
    }

    #[test]
    fn what_is_not_utf_8_ends_nothing() {
        assert_eq!(events(b"data: \xff\n\ndata: a\n\n", 3).unwrap(), ["\u{fffd}", "a"]);
    }

    #[test]
    fn an_event_without_end_is_refused() {
        let endless = vec![b'x'; EVENT_LIMIT + 1];
        assert!(events(&endless, 1 << 16).is_err());
        let lines: Vec<u8> = b"data: xxxxxxxxxxxxxxxx\n".repeat(EVENT_LIMIT / 16 + 1);
        assert!(events(&lines, 1 << 16).is_err());
    }
}
