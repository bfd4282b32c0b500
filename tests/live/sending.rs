//! Messages of a line, of twenty, and of eight kibibytes, one after the other at the agent's prompt:
//! each reaches the service whole and once, and how long the plugin took for it.

use std::fmt::Write as _;
use std::time::Instant;

use crate::agent::{Agent, now, squeezed};
use crate::report::Cell;

/// How long a turn may take.
const TURN_TIMEOUT_S: u64 = 120;
/// How long the messages of each length are.
const LENGTHS: &[Length] = &[Length::Line, Length::Lines, Length::Long];

#[derive(Clone, Copy, Debug)]
enum Length {
    Line,
    /// Twenty of them.
    Lines,
    /// 8 KiB in rows of a hundred characters.
    Long,
}

/// Sends `count` of each length.
pub(crate) async fn send(agent: &Agent, count: u64) -> Cell {
    let (mut text, mut wrong) = (count.to_string(), Vec::new());
    for length in LENGTHS {
        let mut took = Vec::new();
        for number in 0..count {
            match one(agent, *length, number).await {
                Ok(ms) => took.push(ms),
                Err(why) => wrong.push(format!("{length:?} {number}: {why}")),
            }
        }
        took.sort_unstable();
        let at = |part: usize| took.get(took.len() * part / 100).map_or(0, |ms| *ms);
        let _ = write!(text, ", {length:?} {} ms (90 %: {})", at(50), at(90));
    }
    let _ = write!(text, ", {} wrong", wrong.len());
    Cell::Counted { text, notes: wrong }
}

/// How many milliseconds the plugin took to say that it was sent.
async fn one(agent: &Agent, length: Length, number: u64) -> Result<u128, String> {
    let (began, text) = (now(), text(length, number));
    let start = Instant::now();
    agent.inject(&text).await.map_err(|refused| refused.message)?;
    let took = start.elapsed().as_millis();
    let asked = agent.asks_service(&format!("{length:?} {number} ends"), began).await;
    let asked = asked.map_err(|why| format!("after {took} ms: {why}"))?;
    agent.comes_to_rest(began, TURN_TIMEOUT_S).await?;
    let (sent, came) = (squeezed(&text), squeezed(&asked.text));
    if !came.contains(&sent) {
        return Err(format!("not whole: {} of {} characters came", came.len(), sent.len()));
    }
    let again = agent.service.requests(began).len();
    if again == 1 { Ok(took) } else { Err(format!("it came {again} times")) }
}

fn text(length: Length, number: u64) -> String {
    let rows: Vec<String> = match length {
        Length::Line => Vec::new(),
        Length::Lines => (2..20).map(|row| format!("row {row} of {number}")).collect(),
        Length::Long => (0..80).map(|row| format!("{row:02} {}", "words ".repeat(16))).collect(),
    };
    let (first, last) = (format!("say {length:?} {number}"), format!("{length:?} {number} ends"));
    if rows.is_empty() {
        return format!("{first} {last}");
    }
    [vec![first], rows, vec![last]].concat().join("\n")
}
