//! The LLM service behind the agents, `tests/agents/llm.py`, and its log: what an agent asked for,
//! and when it had its answer.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

/// A running service. Ends when dropped.
pub(crate) struct Service {
    process: Child,
    log: PathBuf,
    pub(crate) port: u16,
}

/// A line of its log. Times are seconds since 1970.
#[derive(Debug, Deserialize)]
struct Line {
    at: f64,
    event: String,
    id: u64,
    #[serde(default)]
    own: bool,
    #[serde(default)]
    text: String,
    #[serde(default)]
    result: String,
    #[serde(default)]
    known: Vec<String>,
}

/// A request of an agent in somebody's turn.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) at: f64,
    /// When its answer was sent in full, or the agent hung up.
    pub(crate) ended: Option<f64>,
    /// The message.
    pub(crate) text: String,
    /// What came of a tool last.
    pub(crate) result: String,
    /// The words like `secret-1` that its whole conversation has.
    pub(crate) known: Vec<String>,
}

impl Service {
    /// Starts one that logs into `folder`.
    pub(crate) fn start(folder: &Path) -> Service {
        let log = folder.join("service.jsonl");
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agents/llm.py");
        #[expect(clippy::disallowed_methods, reason = "a test starts its own service")]
        let mut command = Command::new("python3");
        command.arg(program).arg(&log).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("python3 can be started");
        let mut line = String::new();
        let printed = process.stdout.take().expect("its output is piped");
        BufReader::new(printed).read_line(&mut line).expect("it prints its port");
        let port = line.trim().parse().expect("its first line is its port");
        Service { process, log, port }
    }

    /// The requests of turns that came since then, in order. Those that agents make for themselves
    /// are left out.
    pub(crate) fn requests(&self, since: f64) -> Vec<Request> {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<Line> =
            log.lines().filter(|line| is_since(line, since)).filter_map(read).collect();
        let ended = |id| lines.iter().find(|line| line.id == id && line.event != "request");
        let asked = lines.iter().filter(|line| line.event == "request" && !line.own);
        asked
            .map(|line| Request {
                at: line.at,
                ended: ended(line.id).map(|line| line.at),
                text: line.text.clone(),
                result: line.result.clone(),
                known: line.known.clone(),
            })
            .collect()
    }
}

fn read(line: &str) -> Option<Line> {
    serde_json::from_str(line).ok()
}

/// Each begins with its time; those before are not worth reading whole.
fn is_since(line: &str, since: f64) -> bool {
    let time = line.strip_prefix("{\"at\": ").and_then(|line| line.split(',').next());
    time.and_then(|time| time.parse::<f64>().ok()).is_some_and(|at| at >= since)
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
