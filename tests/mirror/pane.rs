//! A pane with an agent that numbers its lines, and what its transcript shows.

use std::time::{Duration, Instant};

use polecat::tmux::{Mirror, PaneId, TmuxError, Update};

use crate::support::{pause, tmux::TmuxServer};

const ROWS_TIMEOUT: Duration = Duration::from_secs(30);
const GAP: &str = "a gap";

/// How many dots a line can have in this test's panes.
pub(crate) const LONG: usize = 60;

pub(crate) struct Pane {
    pub(crate) server: TmuxServer,
    pub(crate) id: PaneId,
    mirror: Mirror,
    rows: Vec<String>,
    /// How many looks saw something new.
    pub(crate) looks: u32,
}

impl Pane {
    /// With an agent that begins to print by itself, as these `options` say.
    pub(crate) async fn running(limit: usize, options: &str) -> Self {
        let pane = Self::with(limit, options).await;
        pane.say("go");
        pane
    }

    /// With an agent that waits, in a pane of 80 by 24 that keeps `limit` rows.
    pub(crate) async fn waiting(limit: usize) -> Self {
        Self::with(limit, "").await
    }

    async fn with(limit: usize, options: &str) -> Self {
        let server = TmuxServer::new();
        server.run(&["set-option", "-g", "history-limit", &limit.to_string()]);
        let agent =
            format!("{}/tests/agents/bursts --long {LONG} {options}", env!("CARGO_MANIFEST_DIR"));
        let new = ["new-window", "-d", "-P", "-F", "#{pane_id}", &agent];
        let id: PaneId = server.run(&new).parse().unwrap();
        let mirror = Mirror::new(server.client(), id, 200);
        let mut pane = Self { server, id, mirror, rows: Vec::new(), looks: 0 };
        // From here on, nothing that is typed is seen.
        pane.look_for("ready").await;
        pane
    }

    /// Looks once, and again at once while there is more to be had.
    pub(crate) async fn look(&mut self) {
        while let Some(update) = self.mirror.look().await.unwrap() {
            self.looks += 1;
            self.apply(&update);
            if !update.more {
                break;
            }
        }
    }

    /// The error of a look that must fail.
    pub(crate) async fn look_at_nothing(&mut self) -> TmuxError {
        self.mirror.look().await.expect_err("there is no such pane")
    }

    fn apply(&mut self, update: &Update) {
        assert!(update.from <= self.rows.len(), "a hole in front of row {}", update.from);
        self.rows.truncate(update.from);
        self.rows.extend(update.gap.then(|| GAP.to_owned()));
        let text = String::from_utf8(update.text.clone()).unwrap();
        self.rows.extend(text.lines().map(str::to_owned));
    }

    /// Types a word; the agent hears it in its own time.
    pub(crate) fn say(&self, word: &str) {
        self.server.run(&["send-keys", "-t", &self.id.to_string(), word, "Enter"]);
    }

    /// Runs a tmux command on the pane.
    pub(crate) fn tmux(&self, command: &[&str]) {
        let id = self.id.to_string();
        let (name, args) = command.split_first().unwrap();
        self.server.run(&[&[*name, "-t", &id], args].concat());
    }

    pub(crate) fn resize(&self, width: u32, height: u32) {
        self.tmux(&["resize-window", "-x", &width.to_string(), "-y", &height.to_string()]);
    }

    /// Lets the agent print `count` lines, and looks until the last one is there.
    pub(crate) async fn print(&mut self, count: usize) {
        let last = self.last() + count;
        self.say(&count.to_string());
        self.look_until(last).await;
    }

    /// Looks with each frame until line `last` is there, and then until no gap is being filled.
    pub(crate) async fn look_until(&mut self, last: usize) {
        let begin = Instant::now();
        while self.last() != last {
            assert!(begin.elapsed() < ROWS_TIMEOUT, "waited for {last}, last saw {}", self.last());
            pause(Duration::from_millis(16)).await;
            self.look().await;
        }
        for _ in 0..3 {
            self.look().await;
        }
    }

    /// Looks until a row reads so.
    pub(crate) async fn look_for(&mut self, text: &str) {
        let begin = Instant::now();
        while !self.rows.iter().any(|row| row == text) {
            assert!(begin.elapsed() < ROWS_TIMEOUT, "waited for `{text}`: {:?}", self.end());
            pause(Duration::from_millis(16)).await;
            self.look().await;
        }
    }

    pub(crate) fn rows(&self) -> &[String] {
        &self.rows
    }

    pub(crate) fn end(&self) -> &[String] {
        &self.rows[self.rows.len().saturating_sub(40)..]
    }

    pub(crate) fn gaps(&self) -> usize {
        self.rows.iter().filter(|row| *row == GAP).count()
    }

    /// The number of the last complete line.
    pub(crate) fn last(&self) -> usize {
        // A line has fewer rows than this at any width of these tests.
        let end = &self.rows[self.rows.len().saturating_sub(20)..];
        numbers(&end.concat()).last().copied().unwrap_or(0)
    }

    /// Whether tmux itself has lost the lines between two: the end of one that is written while its
    /// rows are wrapped anew.
    fn has_lost(&self, before: usize, after: usize) -> bool {
        let held = self.server.run(&["capture-pane", "-p", "-S", "-", "-t", &self.id.to_string()]);
        let held = held.lines().collect::<String>();
        (before + 1..after).all(|number| !held.contains(&line(number)))
    }

    /// How many lines are missing that tmux has, all of them at gaps.
    ///
    /// # Panics
    /// When a line is missing elsewhere, incomplete, twice, or in the wrong place.
    pub(crate) fn check(&self, last: usize) -> usize {
        let (mut found, mut before) = (0, 0);
        for part in self.rows.split(|row| row == GAP) {
            let numbers = numbers(&part.concat());
            for pair in numbers.windows(2).filter(|pair| pair[0] + 1 != pair[1]) {
                let is_lost = pair[0] < pair[1] && self.has_lost(pair[0], pair[1]);
                assert!(is_lost, "{pair:?} are not one after the other");
                found += pair[1] - pair[0] - 1;
            }
            if let (Some(first), Some(last)) = (numbers.first(), numbers.last()) {
                assert!(before < *first, "{first} comes again behind {before}, behind a gap");
                before = *last;
            }
            found += numbers.len();
        }
        assert_eq!(before, last, "the end is not there: {:?}", self.end());
        last - found
    }
}

/// The line of this number.
fn line(number: usize) -> String {
    format!("<{number}{}>", ".".repeat(number * 37 % LONG))
}

/// The numbers of the lines that are complete in `text`, the rows of which were put together.
fn numbers(text: &str) -> Vec<usize> {
    text.split_inclusive('>').filter_map(number).collect()
}

fn number(line: &str) -> Option<usize> {
    let (_, line) = line.rsplit_once('<')?;
    let line = line.strip_suffix('>')?;
    let number: usize = line.trim_end_matches('.').parse().ok()?;
    let dots = line.len() - line.trim_end_matches('.').len();
    assert_eq!(dots, number * 37 % LONG, "characters of line {number} are missing");
    Some(number)
}
