//! The set-ups of this process, with what they print: to be shown, and to be ended.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::available_parallelism,
};

use serde::{Deserialize, Serialize};
use tokio::sync::{
    OwnedSemaphorePermit, Semaphore,
    watch::{self, Receiver, Sender},
};
use tokio_util::sync::CancellationToken;

use crate::{core::names::PolecatName, session::error::SessionError};

/// How much of what a set-up prints is kept, in bytes: its end.
const OUTPUT_LIMIT: usize = 256 * 1024;
/// How many set-ups that have ended are remembered.
const REMEMBERED_LIMIT: usize = 16;

/// What a set-up has printed, and how it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Printed {
    /// The command that is run.
    pub command: Option<String>,
    /// The end of what it printed.
    #[serde(with = "serde_bytes")]
    pub text: Vec<u8>,
    /// Whether there was more.
    pub cut: bool,
    /// How it ended; `None` while it goes on.
    pub ended: Option<Result<(), String>>,
}

/// The fewest and the most that go on at the same time; between them as many as there are cores.
const SIDE_BY_SIDE: (usize, usize) = (2, 4);

/// All of this process. Cheap to clone.
#[derive(Clone)]
pub(in crate::session) struct SetupRuns {
    /// The newest last.
    known: Arc<Mutex<VecDeque<Known>>>,
    turns: Arc<Semaphore>,
    steps: Sender<()>,
}

/// Held by each that goes on.
pub(super) type Turn = Option<OwnedSemaphorePermit>;

impl Default for SetupRuns {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        let turns = Semaphore::new(cores.clamp(SIDE_BY_SIDE.0, SIDE_BY_SIDE.1));
        Self { known: Arc::default(), turns: Arc::new(turns), steps: Sender::new(()) }
    }
}

struct Known {
    home: PathBuf,
    polecat: PolecatName,
    printed: Receiver<Printed>,
    cancel: CancellationToken,
}

/// One that goes on.
pub(super) struct Run {
    printed: Sender<Printed>,
    cancel: CancellationToken,
}

impl SetupRuns {
    /// Begins one, in place of the polecat's last, which `cancel` ends.
    pub(super) fn begin(
        &self,
        home: &Path,
        polecat: &PolecatName,
        cancel: CancellationToken,
    ) -> Run {
        let (printed, seen) = watch::channel(Printed::default());
        let mut all = self.all();
        all.retain(|known| !known.is_of(home, polecat));
        while all.len() >= REMEMBERED_LIMIT {
            all.pop_front();
        }
        let (home, polecat) = (home.to_owned(), polecat.clone());
        all.push_back(Known { home, polecat, printed: seen, cancel: cancel.clone() });
        Run { printed, cancel }
    }

    /// What the last one of `polecat` prints.
    pub(super) fn printed(&self, home: &Path, polecat: &PolecatName) -> Option<Receiver<Printed>> {
        let all = self.all();
        let known = all.iter().find(|known| known.is_of(home, polecat))?;
        Some(known.printed.clone())
    }

    /// Ends that of `polecat`; whether one goes on.
    pub(super) fn cancel(&self, home: &Path, polecat: &PolecatName) -> bool {
        let all = self.all();
        let goes_on =
            |known: &&Known| known.is_of(home, polecat) && known.printed.borrow().ended.is_none();
        let found = all.iter().find(goes_on);
        found.inspect(|known| known.cancel.cancel()).is_some()
    }

    /// A turn, if there is one now.
    pub(super) fn free_turn(&self) -> Option<Turn> {
        self.turns.clone().try_acquire_owned().ok().map(Some)
    }

    /// The next turn.
    pub(super) async fn turn(&self) -> Turn {
        self.turns.clone().acquire_owned().await.ok()
    }

    /// One is at something else now.
    pub(super) fn stepped(&self) {
        self.steps.send_replace(());
    }

    /// Changes when one is at something else.
    pub(in crate::session) fn steps(&self) -> Receiver<()> {
        self.steps.subscribe()
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn is_of(&self, home: &Path, polecat: &PolecatName) -> bool {
        self.home == home && self.polecat == *polecat
    }
}

impl Run {
    pub(super) fn command(&self, command: &str) {
        self.printed.send_modify(|printed| printed.command = Some(command.to_owned()));
    }

    /// More was printed.
    pub(super) fn print(&self, bytes: &[u8]) {
        self.printed.send_modify(|printed| printed.add(bytes));
    }

    /// The last `count` lines that are not empty.
    pub(super) fn tail(&self, count: usize) -> Vec<String> {
        let text = readable(&self.printed.borrow().text);
        let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        lines[lines.len().saturating_sub(count)..].iter().map(|&line| line.to_owned()).collect()
    }

    pub(super) async fn cancelled(&self) {
        self.cancel.cancelled().await;
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    pub(super) fn end(&self, error: Option<&SessionError>) {
        let brief = |error: &SessionError| match error {
            SessionError::Setup(error) => error.brief(),
            other => other.to_string(),
        };
        let ended = error.map_or(Ok(()), |error| Err(brief(error)));
        self.printed.send_modify(|printed| printed.ended = Some(ended));
    }
}

/// Whoever waited for it has gone.
impl Drop for Run {
    fn drop(&mut self) {
        self.printed.send_if_modified(|printed| {
            let was_open = printed.ended.is_none();
            if was_open {
                printed.ended = Some(Err("it was cut off".to_owned()));
            }
            was_open
        });
    }
}

impl Printed {
    fn add(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
        if self.text.len() > 2 * OUTPUT_LIMIT {
            let from = self.text.len() - OUTPUT_LIMIT;
            let line = self.text[from..].iter().position(|byte| *byte == b'\n');
            self.text.drain(..from + line.map_or(0, |line| line + 1));
            self.cut = true;
        }
    }
}

/// What was printed as a terminal would leave it: without colours, and of a line that was written over
/// what stands there last.
fn readable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().map(|line| {
        let last = line.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default();
        without_escapes(last)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn without_escapes(line: &str) -> String {
    let mut left = String::new();
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' if letters.next_if_eq(&'[').is_some() => {
                let ends = |letter: &char| ('\u{40}'..='\u{7e}').contains(letter);
                letters.by_ref().find(ends);
            }
            '\t' => left.push(' '),
            letter if letter.is_control() => {}
            letter => left.push(letter),
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_the_output_is_its_end_as_a_terminal_shows_it() {
        let runs = SetupRuns::default();
        let (home, ash) = (Path::new("/home"), PolecatName::parse("ash").unwrap());
        let run = runs.begin(home, &ash, CancellationToken::new());
        run.print(b"one\n10%\r50%\r100%\n\x1b[31mred\x1b[0m\r\n\n\x07last");
        assert_eq!(run.tail(3), ["100%", "red", "last"]);
        let long = "x".repeat(99) + "\n";
        for _ in 0..10_000 {
            run.print(long.as_bytes());
        }
        let seen = runs.printed(home, &ash).unwrap();
        let kept = seen.borrow().clone();
        assert!(
            kept.cut
                && kept.text.len() <= 2 * OUTPUT_LIMIT
                && kept.text.starts_with(long.as_bytes())
        );
        assert!(runs.cancel(home, &ash));
        drop(run);
        assert_eq!(seen.borrow().ended, Some(Err("it was cut off".to_owned())));
        assert!(!runs.cancel(home, &ash));
    }

    #[test]
    fn the_last_few_are_remembered() {
        let runs = SetupRuns::default();
        let name = |at: usize| PolecatName::parse(&format!("p{at}")).unwrap();
        for at in 0..=REMEMBERED_LIMIT {
            runs.begin(Path::new("/"), &name(at), CancellationToken::new()).end(None);
        }
        assert!(runs.printed(Path::new("/"), &name(0)).is_none());
        assert!(runs.printed(Path::new("/"), &name(1)).is_some());
    }
}
