//! `:PolecatInject`: words, lines of a buffer under their place, or a buffer to write in.

use std::collections::BTreeSet;

use super::{Done, invocation::Invocation, list, report};
use crate::core::session::State;
use crate::rpc::{
    calls::{CallContext, Complete, Inject, Lines, List, Operation, Status},
    effects::{Choice, Effect, Level, compose, info},
    error::{Refusal, RpcError},
};

pub(super) async fn run(context: &CallContext<'_>, asked: &Invocation) -> Done {
    if let Some(polecat) = asked.answers().polecat {
        let quote = asked.asked.lines.as_ref().map(quoted);
        return compose(context, asked, &polecat, quote.unwrap_or_default()).await;
    }
    let Some(polecat) = asked.words.text("polecat")? else {
        return whose(context, asked).await;
    };
    let Some(text) = message(asked) else {
        if are_several(&polecat) {
            return Err(RpcError::bad_argument("`message` is missing").into());
        }
        return compose(context, asked, &polecat, Vec::new()).await;
    };
    if are_several(&polecat) {
        return to_several(context, asked, &polecat, &text).await;
    }
    let text = text.into();
    let sent = report::sent(&polecat);
    Inject { at: asked.at(), polecat, text, take: None, queue: None }.run(context).await?;
    Ok(vec![info(sent)])
}

/// The message that was written, typed, or stands in a range.
pub(super) fn message(asked: &Invocation) -> Option<Vec<u8>> {
    let text = asked.asked.text.as_ref().map(|text| text.to_vec());
    let message = asked.words.raw("message").map(<[u8]>::to_vec);
    let quote = asked.asked.lines.as_ref().map(|lines| one_text(&quoted(lines)));
    joined([text, message, quote])
}

/// Sends `text` to each that is named, and tells of each what came of it.
async fn to_several(
    context: &CallContext<'_>,
    asked: &Invocation,
    names: &str,
    text: &[u8],
) -> Done {
    let to = named(context, asked, names).await?;
    if to.is_empty() {
        return Ok(vec![Effect::Notify(Level::Warn, "no polecat is at its prompt".to_owned())]);
    }
    let messenger = context.rig(asked.at()).await?.messenger();
    let (mut sent, mut failed) = (Vec::new(), Vec::new());
    for (polecat, done) in messenger.inject_all(to, text).await {
        match done {
            Ok(()) => sent.push(format!("`{polecat}`")),
            Err(error) => failed.push(format!("not sent to `{polecat}`: {error}")),
        }
    }
    let told = (!sent.is_empty()).then(|| info(format!("sent to {}", sent.join(", "))));
    let failed = failed.into_iter().map(|text| Effect::Notify(Level::Warn, text));
    Ok(told.into_iter().chain(failed).collect())
}

/// The polecats of `ash,birch`, or all that are at their prompt.
async fn named(
    context: &CallContext<'_>,
    asked: &Invocation,
    names: &str,
) -> Result<BTreeSet<String>, Refusal> {
    if names != ALL {
        let given = names.split(',').filter(|name| !name.is_empty());
        return Ok(given.map(str::to_owned).collect());
    }
    let sessions = List { at: asked.at() }.run(context).await?;
    let idle = sessions.into_iter().filter(|session| session.state == State::Idle);
    Ok(idle.map(|session| session.polecat.to_string()).collect())
}

/// Means all polecats that are at their prompt.
const ALL: &str = "*";

fn are_several(names: &str) -> bool {
    names == ALL || names.contains(',')
}

/// What an agent is told at its start: words, and lines of a buffer under their place.
pub(super) fn first_words(asked: &Invocation) -> Result<Option<String>, RpcError> {
    let quote = asked.asked.lines.as_ref().map(|lines| one_text(&quoted(lines)));
    let words = joined([asked.words.raw("prompt").map(<[u8]>::to_vec), quote]);
    let wrong = |_| RpcError::bad_argument("`prompt` is not UTF-8");
    words.map(String::from_utf8).transpose().map_err(wrong)
}

fn one_text(lines: &[Vec<u8>]) -> Vec<u8> {
    lines.join(&b'\n')
}

/// The parts of a message, with a blank line between; `None` if there are none.
fn joined(parts: impl IntoIterator<Item = Option<Vec<u8>>>) -> Option<Vec<u8>> {
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(&b"\n\n"[..]))
}

/// Opens a buffer to write in, unless there is no such polecat.
async fn compose(
    context: &CallContext<'_>,
    asked: &Invocation,
    polecat: &str,
    quote: Vec<Vec<u8>>,
) -> Done {
    Status { at: asked.at(), polecat: polecat.to_owned() }.run(context).await?;
    let (send, queue) =
        (asked.other("Inject", polecat, false), asked.other("Queue", polecat, false));
    Ok(vec![Effect::Compose(Box::new(compose::message(polecat, quote, send, queue)))])
}

/// Asks to whom.
async fn whose(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let running = Complete { at: asked.at() }.run(context).await?.running;
    if running.is_empty() {
        return Ok(vec![Effect::Notify(Level::Warn, report::nobody_runs().to_owned())]);
    }
    let choice = |polecat: &String| Choice {
        label: polecat.clone(),
        then: Some(list::about(asked, polecat)),
    };
    Ok(vec![Effect::Select {
        prompt: "Write to which polecat?".to_owned(),
        kind: None,
        again: Some(asked.line()),
        choices: running.iter().map(choice).collect(),
    }])
}

/// The lines in a fenced block under their place: `src/main.rs:10-20`.
fn quoted(lines: &Lines) -> Vec<Vec<u8>> {
    let name = if lines.name.is_empty() { &b"unnamed buffer"[..] } else { &lines.name };
    let end = if lines.first == lines.last { String::new() } else { format!("-{}", lines.last) };
    let place = format!(":{}{end}", lines.first);
    let fence = fence(lines.text.iter().map(|line| &line[..]));
    let mut quoted = vec![[name, place.as_bytes()].concat()];
    quoted.push(format!("{fence}{}", lines.filetype).into_bytes());
    quoted.extend(lines.text.iter().map(|line| line.to_vec()));
    quoted.push(fence.into_bytes());
    quoted
}

/// A fence longer than any in `lines`, so that none of them ends the block.
fn fence<'a>(lines: impl Iterator<Item = &'a [u8]>) -> String {
    let ticks =
        |line: &[u8]| line.trim_ascii_start().iter().take_while(|byte| **byte == b'`').count();
    "`".repeat(lines.map(ticks).max().unwrap_or(0).max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(name: &str, first: usize, text: &[&str]) -> Lines {
        let bytes = |text: &&str| text.as_bytes().to_vec().into();
        Lines {
            name: name.as_bytes().to_vec().into(),
            filetype: "rust".to_owned(),
            first,
            last: first + text.len() - 1,
            text: text.iter().map(bytes).collect(),
        }
    }

    fn check(lines: &Lines, expected: &[&str]) {
        let quoted: Vec<_> = quoted(lines).into_iter().map(String::from_utf8).collect();
        assert_eq!(quoted, expected.iter().map(|line| Ok((*line).to_owned())).collect::<Vec<_>>());
    }

    #[test]
    fn lines_stand_in_a_fence_under_their_place() {
        check(&lines("src/a.rs", 10, &["a", "b"]), &["src/a.rs:10-11", "```rust", "a", "b", "```"]);
        check(&lines("", 3, &["a"]), &["unnamed buffer:3", "```rust", "a", "```"]);
    }

    #[test]
    fn no_fence_in_the_lines_ends_theirs() {
        let text = ["  ````", "x ``````"];
        check(&lines("a", 1, &text), &["a:1-2", "`````rust", text[0], text[1], "`````"]);
    }
}
