//! Minutes of mixed work, of which each change that is told is held against what the service and
//! the screen say.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::agent::{Agent, Told, now};
use crate::clis::Dialog;
use crate::report::Cell;
use crate::support::pause;

/// By when a state must be told.
const STATE_TIMEOUT_S: f64 = 1.0;
/// How much earlier than its event a state may seem to be told: both clocks are read with delay.
const CLOCK_SKEW_S: f64 = 0.15;
/// How long nothing may be told after a turn.
const REST_INTERVAL: Duration = Duration::from_secs(3);
/// After so many faults it goes on no more.
const FAULTS_LIMIT: usize = 12;
/// How long a turn may take beyond what it is asked for.
const TURN_TIMEOUT_S: u64 = 120;

/// A piece of work.
#[derive(Clone, Copy, Debug)]
enum Work {
    Say,
    Think(u64),
    Silent(u64),
    Long(u64),
    Bash,
    Ask,
    /// Nothing for that many seconds.
    Idle(u64),
    /// Its window made narrow, and wide again, while it is idle.
    Narrow,
    /// The same while it thinks.
    Squeeze,
}

const ROUND: &[Work] = &[
    Work::Say,
    Work::Think(8),
    Work::Bash,
    Work::Idle(15),
    Work::Ask,
    Work::Silent(7),
    Work::Narrow,
    Work::Long(60),
    Work::Squeeze,
    Work::Bash,
    Work::Say,
    Work::Idle(8),
];

/// What was counted.
#[derive(Default)]
pub(crate) struct Count {
    turns: usize,
    changes: usize,
    faults: Vec<String>,
    late: Vec<String>,
}

/// Works for so many minutes.
pub(crate) async fn work(agent: &Agent, minutes: u64) -> Cell {
    let begin = Instant::now();
    let mut count = Count::default();
    for work in ROUND.iter().cycle() {
        if begin.elapsed().as_secs() >= minutes * 60 || count.faults.len() >= FAULTS_LIMIT {
            break;
        }
        let done = piece(agent, *work, &mut count).await;
        if let Err(why) = done {
            count.faults.push(format!("{work:?}: {why}"));
            if settle(agent).await.is_err() {
                break;
            }
        }
    }
    let minutes = begin.elapsed().as_secs() / 60;
    let Count { turns, changes, faults, late } = count;
    let text = format!("{minutes} min, {turns} turns, {changes} changes, {} false", faults.len());
    let mut told = faults;
    let slow = if late.is_empty() { String::new() } else { format!(", {} late", late.len()) };
    told.extend(late);
    Cell::Counted { text: text + &slow, notes: told }
}

async fn piece(agent: &Agent, work: Work, count: &mut Count) -> Result<(), String> {
    let began = now();
    let cli = agent.cli;
    let dialog = match work {
        Work::Bash => cli.permission,
        Work::Ask if cli.question.is_none() => return Ok(()),
        Work::Ask => cli.question,
        _ => None,
    };
    match work {
        Work::Idle(seconds) => pause(Duration::from_secs(seconds)).await,
        Work::Narrow => resize(agent).await,
        _ => {
            let message = message(work);
            agent.inject(&message).await.map_err(|refused| refused.message)?;
            agent.asks_service(&message, began).await?;
            count.turns += 1;
        }
    }
    let mut shown = None;
    if let Some(dialog) = dialog {
        shown = Some(asked(agent, dialog, began).await?);
    }
    if matches!(work, Work::Squeeze) {
        resize(agent).await;
    }
    let ended = match work {
        Work::Idle(_) | Work::Narrow => None,
        _ => Some(agent.comes_to_rest(began, TURN_TIMEOUT_S).await?),
    };
    pause(REST_INTERVAL).await;
    let told = agent.told(began).await;
    count.changes += told.iter().filter(|one| one.state != "asks").count();
    let pages = dialog.map_or(0, |dialog| dialog.keys.len());
    for fault in faults(work, &told, pages, ended) {
        count.faults.push(format!("{work:?}: {fault}\n{began:.1}: {}", trail(&told, began)));
    }
    late(agent, &told, began, (shown, ended), work, count);
    Ok(())
}

/// Waits for its dialog to be told, lets it stand, and says yes; when it was drawn.
async fn asked(agent: &Agent, dialog: Dialog, began: f64) -> Result<f64, String> {
    let shown = agent.shows(dialog.sign, TURN_TIMEOUT_S).await?;
    agent.tells("waiting", began, 30).await?;
    pause(Duration::from_secs(2)).await;
    agent.answer(dialog).await;
    Ok(shown)
}

async fn resize(agent: &Agent) {
    for (width, height) in [("70", "30"), ("150", "45"), ("110", "35")] {
        agent.resize(width, height);
        pause(Duration::from_millis(1_200)).await;
    }
}

fn message(work: Work) -> String {
    match work {
        Work::Say => "say hello there".to_owned(),
        Work::Think(seconds) => format!("think {seconds}"),
        Work::Silent(seconds) => format!("silent {seconds}"),
        Work::Long(rows) => format!("long {rows}"),
        Work::Squeeze => "think 6".to_owned(),
        Work::Bash => "bash: touch made && sleep 3".to_owned(),
        Work::Ask => "ask".to_owned(),
        Work::Idle(_) | Work::Narrow => String::new(),
    }
}

/// What was told of a piece of work and is not true.
fn faults(work: Work, told: &[Told], pages: usize, ended: Option<f64>) -> Vec<String> {
    let mut faults = Vec::new();
    let expected = expected(work, pages > 0);
    let mut at = 0;
    for one in told.iter().filter(|one| one.state != "asks") {
        match expected[at..].iter().position(|(state, _)| *state == one.state) {
            Some(more) if expected[at..at + more].iter().all(|(_, must)| !must) => at += more + 1,
            _ => faults.push(format!("`{}` is not true", one.state)),
        }
    }
    let missing = expected[at..].iter().filter(|(_, must)| *must);
    faults.extend(missing.map(|(state, _)| format!("`{state}` was not told")));
    let asks = told.iter().filter(|one| one.state == "asks").count();
    if asks != pages {
        faults.push(format!("{asks} questions told in place of {pages}"));
    }
    let last = told.iter().rfind(|one| one.state != "asks");
    if let Some(last) = last.filter(|one| one.state != "idle") {
        faults.push(format!("`{}` stays", last.state));
    }
    let early =
        |one: &&Told| one.state == "idle" && ended.is_some_and(|at| one.at < at - CLOCK_SKEW_S);
    faults.extend(told.iter().filter(early).map(|one| {
        format!("`idle` {:.1} s before the end of the answer", ended.unwrap_or(one.at) - one.at)
    }));
    faults
}

/// The states to be told, and whether each must be: what lasts a moment only may be missed.
fn expected(work: Work, asks: bool) -> &'static [(&'static str, bool)] {
    match work {
        Work::Idle(_) | Work::Narrow => &[],
        Work::Say | Work::Long(_) => &[("working", false), ("idle", false)],
        Work::Bash if asks => {
            &[("working", false), ("waiting", true), ("working", true), ("idle", true)]
        }
        Work::Ask => &[("working", false), ("waiting", true), ("working", false), ("idle", true)],
        Work::Think(_) | Work::Silent(_) | Work::Squeeze | Work::Bash => {
            &[("working", true), ("idle", true)]
        }
    }
}

/// Counts what was told later than a second after it was so.
fn late(
    agent: &Agent,
    told: &[Told],
    began: f64,
    (shown, ended): (Option<f64>, Option<f64>),
    work: Work,
    count: &mut Count,
) {
    let asked = agent.service.requests(began).first().map(|request| request.at);
    let first = |state: &str| told.iter().find(|one| one.state == state).map(|one| one.at);
    let last = told.iter().rfind(|one| one.state == "idle").map(|one| one.at);
    let events = [
        ("working", asked, first("working")),
        ("waiting", shown, first("waiting")),
        ("idle", ended, last),
    ];
    for (state, event, told) in events {
        if let (Some(event), Some(told)) = (event, told)
            && told - event > STATE_TIMEOUT_S
            // What came of the answer is the first work that is seen of a short turn.
            && !(state == "working" && shown.is_some())
        {
            count.late.push(format!("{work:?}: `{state}` after {:.1} s", told - event));
        }
    }
}

fn trail(told: &[Told], began: f64) -> String {
    told.iter().fold(String::new(), |mut text, one| {
        let _ = write!(text, "{:.1} {}  ", one.at - began, one.state);
        text
    })
}

/// Waits until it is idle and nothing more is told of it.
pub(crate) async fn settle(agent: &Agent) -> Result<(), String> {
    agent
        .wait(60, "rest at its prompt", async || {
            let before = agent.told(0.0).await.len();
            pause(Duration::from_secs(2)).await;
            let idle = agent.status().await["state"] == "idle";
            (idle && agent.told(0.0).await.len() == before).then_some(())
        })
        .await
}
