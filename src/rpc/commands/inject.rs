//! `:PolecatInject`: words, lines of a buffer under their place, or a buffer to write in.

use super::{Done, invocation::Invocation, list, report};
use crate::rpc::{
    calls::{CallContext, Complete, Inject, Lines, Operation, Status},
    effects::{Choice, Effect, Level, compose, info},
};

pub(super) async fn run(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let quote = asked.asked.lines.as_ref().map(quoted);
    if let Some(polecat) = asked.answers().polecat {
        return compose(context, asked, &polecat, quote.unwrap_or_default()).await;
    }
    let Some(polecat) = asked.words.text("polecat")? else {
        return whose(context, asked).await;
    };
    let text = asked.asked.text.as_ref().map(|text| text.to_vec());
    let message = asked.words.raw("message").map(<[u8]>::to_vec);
    let quote = quote.map(|lines| lines.join(&b'\n'));
    let parts: Vec<_> = text.into_iter().chain(message).chain(quote).collect();
    if parts.is_empty() {
        return compose(context, asked, &polecat, Vec::new()).await;
    }
    let text = parts.join(&b"\n\n"[..]).into();
    let sent = report::sent(&polecat);
    Inject { at: asked.at(), polecat, text, take: None }.run(context).await?;
    Ok(vec![info(sent)])
}

/// Opens a buffer to write in, unless there is no such polecat.
async fn compose(
    context: &CallContext<'_>,
    asked: &Invocation,
    polecat: &str,
    quote: Vec<Vec<u8>>,
) -> Done {
    Status { at: asked.at(), polecat: polecat.to_owned() }.run(context).await?;
    let send = asked.other("Inject", polecat, false);
    Ok(vec![Effect::Compose(Box::new(compose::message(polecat, quote, send)))])
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
