//! A stand-in for a real agent, and what it notes of what happens to it.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use super::clock::Span;
use super::shop::Shop;
use super::support::eventually;
use super::yard::{agent, session_of};

/// An agent that has a preset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Preset {
    pub(crate) name: &'static str,
    /// How long it takes a return after a paste for a line break; as in `agents/composes`.
    pub(crate) hold: Duration,
    /// How long gastown sleeps at its start until it surely is ready, in ms.
    pub(crate) ready_ms: f64,
}

pub(crate) const PRESETS: [Preset; 3] = [
    Preset { name: "claude", hold: Duration::ZERO, ready_ms: 10_000.0 },
    Preset { name: "codex", hold: Duration::ZERO, ready_ms: 3_000.0 },
    Preset { name: "gemini", hold: Duration::from_millis(40), ready_ms: 0.0 },
];

impl Preset {
    /// The command of its stand-in, which notes in `log`.
    pub(crate) fn command(self, log: &std::path::Path) -> String {
        agent(&format!("composes {} {}", self.name, log.display()))
    }
}

/// A running stand-in.
pub(crate) struct StandIn {
    pub(crate) polecat: String,
    log: PathBuf,
    /// How many lines of its log were read.
    read: usize,
}

/// What it noted: numbers, the last of which is when.
pub(crate) type Noted = Vec<u64>;

impl StandIn {
    /// Starts one through the plugin, as an agent of its preset; gives when the plugin answered.
    pub(crate) async fn start(shop: &Shop, preset: Preset, polecat: &str) -> (StandIn, Span) {
        shop.polecat(polecat);
        let stand_in = StandIn::new(shop, polecat);
        let options = json!({ "agent": preset.name, "cmd": preset.command(&stand_in.log) });
        let span = shop.plugin("start", json!([polecat, options])).await;
        (stand_in, span)
    }

    /// One in a session as gastown makes them.
    pub(crate) fn beside(shop: &Shop, preset: Preset, polecat: &str) -> StandIn {
        let stand_in = StandIn::new(shop, polecat);
        shop.session(polecat, &format!("exec {}", preset.command(&stand_in.log)));
        stand_in
    }

    fn new(shop: &Shop, polecat: &str) -> StandIn {
        let log = shop.file(&format!("{polecat}.log"));
        StandIn { polecat: polecat.to_owned(), log, read: 0 }
    }

    pub(crate) fn session(&self) -> String {
        session_of(&self.polecat)
    }

    /// Waits until it has noted `what` once more.
    pub(crate) async fn noted(&mut self, what: &str) -> Noted {
        eventually(&format!("`{what}` of {}", self.polecat), async || {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            let whole = log.rsplit_once('\n').map_or("", |(lines, _)| lines);
            let found = whole.lines().enumerate().skip(self.read).find_map(|(at, line)| {
                let (word, numbers) = line.split_once(' ')?;
                (word == what).then(|| (at, numbers.to_owned()))
            });
            let Some((at, numbers)) = found else { return Err(log) };
            self.read = at + 1;
            Ok(numbers.split(' ').map(|number| number.parse().expect("a number")).collect())
        })
        .await
    }

    /// Forgets what it has noted so far.
    pub(crate) fn skip(&mut self) {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        self.read = log.lines().count();
    }
}

/// When it was noted.
pub(crate) fn when(noted: &Noted) -> u64 {
    noted.last().copied().expect("each line ends with its time")
}
