//! `:PolecatInject`: words, lines of a buffer under their place, or a buffer to write in.

pub(super) mod contexts;
pub(super) mod quotes;
mod several;

use super::{Done, invocation::Invocation, list, report, words::word};
use crate::core::contexts::literal;
use crate::rpc::{
    calls::{CallContext, Complete, Inject, Operation, Status},
    effects::{Choice, Effect, Level, compose, info},
    error::{Refusal, RpcError},
};

pub(super) async fn run(context: &CallContext<'_>, asked: &Invocation) -> Done {
    if let Some(polecat) = asked.answers().polecat {
        return compose(context, asked, &polecat).await;
    }
    let Some(polecat) = asked.words.text("polecat")? else {
        return whose(context, asked).await;
    };
    let Some(words) = written(asked) else {
        if several::are_all(&polecat) {
            return Err(RpcError::bad_argument("`message` is missing").into());
        }
        return compose(context, asked, &polecat).await;
    };
    let text = with_lines(context, asked, &words).await?;
    if several::are_several(&polecat) {
        return several::send(context, asked, &polecat, &text).await;
    }
    let (text, sent) = (text.into(), report::sent(&polecat));
    Inject { at: asked.at(), polecat, text, take: None, queue: None }.run(context).await?;
    Ok(vec![info(sent)])
}

/// The message that was written or typed.
fn written(asked: &Invocation) -> Option<Vec<u8>> {
    let written = asked.asked.text.as_ref().map(|text| text.to_vec());
    joined([written, asked.words.raw("message").map(<[u8]>::to_vec)])
}

/// The message that was written or typed, or stands in the range.
pub(super) async fn message(
    context: &CallContext<'_>,
    asked: &Invocation,
) -> Result<Option<Vec<u8>>, Refusal> {
    match written(asked) {
        Some(words) => Ok(Some(with_lines(context, asked, &words).await?)),
        None => Ok(quote(context, asked).await?.map(|lines| lines.join(&b'\n'))),
    }
}

/// A message as it was written, with what its words stand for, and with the lines of the range where
/// no word has placed them.
async fn with_lines(
    context: &CallContext<'_>,
    asked: &Invocation,
    words: &[u8],
) -> Result<Vec<u8>, Refusal> {
    let message = contexts::message(context, asked, words).await?;
    if message.has_lines {
        return Ok(message.text);
    }
    let quote = quote(context, asked).await?.map(|lines| lines.join(&b'\n'));
    Ok(joined([Some(message.text), quote]).unwrap_or_default())
}

/// The lines of the range, in a block under their place.
pub(super) async fn quote(
    context: &CallContext<'_>,
    asked: &Invocation,
) -> Result<Option<Vec<Vec<u8>>>, Refusal> {
    let Some(lines) = &asked.asked.lines else { return Ok(None) };
    let rig = context.rig(asked.at()).await?;
    Ok(Some(quotes::quoted(context, &rig, lines).await))
}

/// What an agent is told at its start: words, and lines of a buffer under their place.
pub(super) async fn first_words(
    context: &CallContext<'_>,
    asked: &Invocation,
) -> Result<Option<String>, Refusal> {
    let words = match asked.words.raw("prompt") {
        Some(words) => Some(with_lines(context, asked, words).await?),
        None => quote(context, asked).await?.map(|lines| lines.join(&b'\n')),
    };
    let wrong = |_| RpcError::bad_argument("`prompt` is not UTF-8");
    Ok(words.map(String::from_utf8).transpose().map_err(wrong)?)
}

/// The parts of a message, with a blank line between; `None` if there are none.
fn joined(parts: impl IntoIterator<Item = Option<Vec<u8>>>) -> Option<Vec<u8>> {
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(&b"\n\n"[..]))
}

/// Opens a buffer to write in, with the lines of the range, unless there is no such polecat.
async fn compose(context: &CallContext<'_>, asked: &Invocation, polecat: &str) -> Done {
    for polecat in polecat.split(',').filter(|name| !name.is_empty()) {
        let polecat = polecat.to_owned();
        Status { at: asked.at(), polecat }.run(context).await?;
    }
    let mut quote = quote(context, asked).await?.unwrap_or_default();
    if let Some(place) = quote.first_mut() {
        *place = literal(place);
    }
    let send = asked.other("Inject", &word(polecat), false);
    let queue =
        (!several::are_several(polecat)).then(|| asked.other("Queue", &word(polecat), false));
    let whom = (polecat, Some(asked.at()));
    Ok(vec![Effect::Compose(Box::new(compose::message(whom, quote, send, queue)))])
}

/// Asks to whom.
async fn whose(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let running = Complete { at: asked.at() }.run(context).await?.running;
    if running.is_empty() {
        return Ok(vec![Effect::Notify(Level::Warn, report::nobody_runs().to_owned())]);
    }
    let choice = |polecat: &String| Choice {
        label: polecat.clone(),
        then: Some(list::about(asked, asked.at(), polecat)),
    };
    Ok(vec![Effect::Select {
        prompt: "Write to which polecat?".to_owned(),
        kind: None,
        again: Some(asked.line()),
        choices: running.iter().map(choice).collect(),
    }])
}
