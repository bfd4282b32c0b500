//! `:PolecatAnswer`: gives an answer, or shows what is asked.

use super::{
    Done,
    asked::{field, window},
    invocation::Invocation,
    questions, report, waiting,
};
use crate::{
    core::session::SessionInfo,
    rpc::{
        calls::{Answer, Answers, Asked, CallContext, Operation, Said},
        effects::{Effect, compose, info},
        error::{Refusal, RpcError},
    },
    session::{AnswerError, Answered, SessionError},
};

pub(super) async fn run(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let Some(polecat) = asked.words.text("polecat")? else {
        let next = next(context, asked, asked.answers().polecat.as_deref()).await?;
        return Ok(vec![next.unwrap_or_else(|| info(report::nobody_asks()))]);
    };
    let Some(choice) = choice(asked)? else {
        let asks = Asked { at: asked.at(), polecat }.run(context).await?;
        if let Some(question) = question(context, asked, &asks) {
            return Ok(vec![question]);
        }
        let others = waiting::longest(context, asked.at(), None).await?;
        let other = others.iter().find(|other| *other != asks.polecat.as_str());
        return Ok(vec![info(report::asks_nothing(asks.polecat.as_str(), other))]);
    };
    let written = asked.asked.text.as_ref().map(|text| String::from_utf8_lossy(text).into_owned());
    let words = written.or(asked.words.text("words")?);
    let Answers { question: id, cut, .. } = asked.answers();
    let choice = Some(Said(choice));
    let answer = Answer { at: asked.at(), polecat: polecat.clone(), choice, id, words, cut };
    match Box::pin(answer.run(context)).await {
        Ok(answered) => told(context, asked, &answered).await,
        Err(refusal) => refused(asked, &polecat, refusal),
    }
}

/// What was typed, or ticked in the window.
fn choice(asked: &Invocation) -> Result<Option<String>, RpcError> {
    let Some(ticked) = asked.answers().ticked else { return asked.words.text("choice") };
    if ticked.is_empty() {
        return Err(RpcError::bad_argument("nothing is ticked"));
    }
    let numbers: Vec<_> = ticked.iter().map(usize::to_string).collect();
    Ok(Some(numbers.join(",")))
}

/// What came of it, and the next question: of the same polecat, or of who else waits.
async fn told(context: &CallContext<'_>, asked: &Invocation, answered: &Answered) -> Done {
    let polecat = answered.info.polecat.as_str();
    let next = match question(context, asked, &answered.info) {
        None if asked.answers().round == Some(true) => next(context, asked, Some(polecat)).await?,
        own => own,
    };
    Ok(std::iter::once(info(report::answered(answered))).chain(next).collect())
}

/// Asks for words that are missing, or whether to agree to what is not all seen, for exactly that
/// question.
fn refused(asked: &Invocation, polecat: &str, refusal: Refusal) -> Done {
    match refusal {
        Refusal::Session(SessionError::Answer(AnswerError::WordsNeeded { choice, id })) => {
            let call = asked.again(Answers { question: Some(id), ..asked.answers() });
            Ok(vec![Effect::Compose(Box::new(compose::answer(polecat, &choice, call)))])
        }
        Refusal::Session(SessionError::Answer(AnswerError::Cut { choice, id, .. })) => {
            Ok(vec![questions::cut(asked, polecat, &choice, id)])
        }
        other => Err(other),
    }
}

/// The question of the next one who waits: of who has waited longest, or who comes after `polecat`.
async fn next(
    context: &CallContext<'_>,
    asked: &Invocation,
    after: Option<&str>,
) -> Result<Option<Effect>, Refusal> {
    let round = Answers { round: Some(true), ..asked.answers() };
    let round = asked.with_answers(round);
    for polecat in waiting::longest(context, asked.at(), after).await? {
        // What is listed may be over by now.
        let asks = Asked { at: asked.at(), polecat }.run(context).await;
        if let Some(shown) = asks.ok().and_then(|asks| question(context, &round, &asks)) {
            return Ok(Some(shown));
        }
    }
    Ok(None)
}

/// What `session` asks, if it asks something.
fn question(
    context: &CallContext<'_>,
    asked: &Invocation,
    session: &SessionInfo,
) -> Option<Effect> {
    let waiting = session.waiting.as_ref()?;
    let polecat = session.polecat.as_str();
    if waiting.field && waiting.about.is_empty() {
        return Some(field(asked, polecat, waiting));
    }
    if !context.workspace.asks_by_select() {
        return Some(window(asked, session, waiting));
    }
    let (question, round) = (Some(waiting.id.clone()), asked.answers().round);
    let answers = Answers { question, round, ..Answers::default() };
    let call = |number: usize| asked.with(&format!("{polecat} {number}"), answers.clone());
    Some(questions::of_agent(polecat, waiting, call))
}
