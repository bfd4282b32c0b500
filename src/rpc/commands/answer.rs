//! `:PolecatAnswer`: gives an answer, or shows what is asked.

pub(super) mod asked;
pub(super) mod waiting;

use self::{
    asked::{field, window},
    waiting::Waiter,
};
use super::{Done, invocation::Invocation, questions, report, words::word};
use crate::{
    core::session::SessionInfo,
    rpc::{
        calls::{Answer, AnswerText, Answers, Asked, CallContext, Operation},
        effects::{Effect, compose, info},
        error::{Refusal, RpcError},
    },
    session::{Answered, ErrorDetail},
};

pub(super) async fn run(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let Some(polecat) = asked.words.text("polecat")? else {
        let next = next(context, asked, asked.answers().polecat.as_deref()).await;
        return Ok(vec![next.unwrap_or_else(|| info(report::nobody_asks()))]);
    };
    let Some(choice) = choice(asked)? else {
        let asks = Asked { at: asked.at(), polecat: polecat.clone() }.run(context).await?;
        if let Some(question) = question(context, asked, (&polecat, &asks)) {
            return Ok(vec![question]);
        }
        return asks_nothing(context, asked, &polecat).await;
    };
    let written = asked.asked.text.as_ref().map(|text| String::from_utf8_lossy(text).into_owned());
    let words = written.or(asked.words.text("words")?);
    let Answers { question: id, cut, .. } = asked.answers();
    let choice = Some(AnswerText(choice));
    let answer = Answer { at: asked.at(), polecat: polecat.clone(), choice, id, words, cut };
    match Box::pin(answer.run(context)).await {
        Ok(answered) => told(context, asked, &polecat, &answered).await,
        Err(refusal) => refused(asked, &polecat, refusal),
    }
}

/// Tells that `polecat` asks nothing, and who does.
async fn asks_nothing(context: &CallContext<'_>, asked: &Invocation, polecat: &str) -> Done {
    let others = waiting::longest(context, &asked.at()).await;
    let other = others.iter().map(|other| &other.shown).find(|other| *other != polecat);
    Ok(vec![info(report::asks_nothing(polecat, other))])
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
async fn told(
    context: &CallContext<'_>,
    asked: &Invocation,
    polecat: &str,
    answered: &Answered,
) -> Done {
    let next = match question(context, asked, (polecat, &answered.info)) {
        None if asked.answers().round == Some(true) => next(context, asked, Some(polecat)).await,
        own => own,
    };
    Ok(std::iter::once(info(report::answered(polecat, answered))).chain(next).collect())
}

/// Asks for words that are missing, or whether to agree to what is not all seen, for exactly that
/// question.
fn refused(asked: &Invocation, polecat: &str, refusal: Refusal) -> Done {
    let error = RpcError::from(refusal);
    match error.detail.as_deref() {
        Some(ErrorDetail::WordsNeeded { choice, id }) => {
            let call = asked.again(Answers { question: Some(id.clone()), ..asked.answers() });
            let whom = (polecat, Some(asked.at()));
            Ok(vec![Effect::Compose(Box::new(compose::answer(whom, choice, call)))])
        }
        Some(ErrorDetail::Cut { choice, id }) => {
            Ok(vec![questions::cut(asked, polecat, choice, id.clone())])
        }
        _ => Err(error.into()),
    }
}

/// The question of the next one who waits in any rig: of who has waited longest, or who comes after
/// `polecat`.
async fn next(
    context: &CallContext<'_>,
    asked: &Invocation,
    polecat: Option<&str>,
) -> Option<Effect> {
    let waiting = waiting::longest(context, &asked.at()).await;
    for Waiter { at, polecat, shown, .. } in waiting::after(waiting, &asked.at(), polecat) {
        let round = Answers { round: Some(true), ..asked.answers() };
        let round = asked.with_answers(at.clone(), round);
        // What is listed may be over by now.
        let asks = Asked { at, polecat }.run(context).await;
        let asks = asks.ok();
        if let Some(effect) = asks.and_then(|asks| question(context, &round, (&shown, &asks))) {
            return Some(effect);
        }
    }
    None
}

/// What `session`, called `polecat` here, asks, if it asks something.
fn question(
    context: &CallContext<'_>,
    asked: &Invocation,
    (polecat, session): (&str, &SessionInfo),
) -> Option<Effect> {
    let waiting = session.waiting.as_ref()?;
    if waiting.field && waiting.about.is_empty() {
        return Some(field(asked, polecat, waiting));
    }
    if !context.workspace.asks_by_select() {
        return Some(window(asked, polecat, session, waiting));
    }
    let (question, round) = (Some(waiting.id.clone()), asked.answers().round);
    let answers = Answers { question, round, ..Answers::default() };
    let call = |number: usize| asked.with(&format!("{} {number}", word(polecat)), answers.clone());
    Some(questions::of_agent(polecat, waiting, call))
}
