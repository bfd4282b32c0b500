//! `:PolecatAnswer`: gives an answer, or shows what is asked.

use super::{Done, invocation::Invocation, questions, report};
use crate::{
    core::session::{SessionInfo, State, Waiting},
    rpc::{
        calls::{Answer, Answers, Asked, CallContext, List, Operation, Said},
        effects::{Effect, compose, info},
        error::Refusal,
    },
    session::{AnswerError, SessionError},
};

pub(super) async fn run(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let Some(polecat) = asked.words.text("polecat")? else {
        return longest(context, asked).await;
    };
    let Some(choice) = asked.words.text("choice")? else {
        let asks = Asked { at: asked.at(), polecat: polecat.clone() }.run(context).await?;
        return Ok(shown(asked, &asks));
    };
    let written = asked.asked.text.as_ref().map(|text| String::from_utf8_lossy(text).into_owned());
    let words = written.or(asked.words.text("words")?);
    let id = asked.answers().question;
    let choice = Some(Said(choice));
    let answer = Answer { at: asked.at(), polecat: polecat.clone(), choice, id, words };
    match Box::pin(answer.run(context)).await {
        Ok(session) => Ok(told(asked, &session)),
        Err(refusal) => refused(asked, &polecat, refusal),
    }
}

/// What came of it, and the next question.
fn told(asked: &Invocation, session: &SessionInfo) -> Vec<Effect> {
    let next = session.waiting.as_ref().map(|next| question(asked, session, next));
    std::iter::once(info(report::answered(session))).chain(next).collect()
}

/// Asks for words that are missing, for exactly the question that lacks them.
fn refused(asked: &Invocation, polecat: &str, refusal: Refusal) -> Done {
    match refusal {
        Refusal::Session(SessionError::Answer(AnswerError::WordsNeeded { choice, id })) => {
            let call = asked.again(Answers { question: Some(id), ..asked.answers() });
            Ok(vec![Effect::Compose(Box::new(compose::answer(polecat, &choice, call)))])
        }
        other => Err(other),
    }
}

/// The question of who has waited longest.
async fn longest(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let mut waiting = List { at: asked.at() }.run(context).await?;
    waiting.retain(|session| session.state == State::Waiting);
    waiting.sort_by_key(|session| session.state_since);
    let Some(first) = waiting.first() else { return Ok(vec![info(report::nobody_asks())]) };
    let polecat = first.polecat.to_string();
    let asks = Asked { at: asked.at(), polecat }.run(context).await?;
    Ok(shown(asked, &asks))
}

/// What `session` asks.
fn shown(asked: &Invocation, session: &SessionInfo) -> Vec<Effect> {
    let asks_nothing = || info(format!("`{}` asks nothing", session.polecat));
    let waiting = session.waiting.as_ref();
    vec![waiting.map_or_else(asks_nothing, |waiting| question(asked, session, waiting))]
}

fn question(asked: &Invocation, session: &SessionInfo, waiting: &Waiting) -> Effect {
    let polecat = session.polecat.as_str();
    let answers = Answers { question: Some(waiting.id.clone()), ..Answers::default() };
    if waiting.field {
        // Its words are all there is to choose.
        let call = asked.with(&format!("{polecat} :"), answers);
        return Effect::Compose(Box::new(compose::answer(polecat, &waiting.text, call)));
    }
    let call = |number: usize| asked.with(&format!("{polecat} {number}"), answers.clone());
    questions::of_agent(polecat, waiting, call)
}
