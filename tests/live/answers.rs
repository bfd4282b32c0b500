//! Questions of a real agent, answered from Neovim one after the other: what it does is what was
//! chosen, and each once. Half of them are first answered as if the one before still stood.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::agent::{Agent, NAME, now};
use crate::report::Cell;
use crate::service::Request;
use crate::support::pause;

/// How long a turn may take.
const TURN_TIMEOUT_S: u64 = 120;
/// How long a question stands still when all of it is drawn.
const DRAWN_INTERVAL: Duration = Duration::from_millis(300);
/// How many pages a question may have.
const PAGES_LIMIT: usize = 4;

/// What a person answers.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Allow,
    Refuse,
    /// No, and what to do instead.
    Instead,
    Choose,
    /// Two of three, where the agent's tool can ask so.
    Several,
}

impl Answer {
    /// Whether it is to a question of the question tool.
    fn chooses(self) -> bool {
        matches!(self, Self::Choose | Self::Several)
    }
}

const ROUND: &[Answer] = &[
    Answer::Allow,
    Answer::Choose,
    Answer::Refuse,
    Answer::Several,
    Answer::Allow,
    Answer::Instead,
];

/// What is known of the questions before.
#[derive(Default)]
struct Before {
    /// The id of the last one.
    id: Json,
    /// What the commands that were allowed wrote.
    written: String,
}

/// Lets it ask `count` times.
pub(crate) async fn give(agent: &Agent, count: u64) -> Cell {
    let has = |answer: &&Answer| {
        let dialog = if answer.chooses() { agent.cli.question } else { agent.cli.permission };
        dialog.is_some()
    };
    let round: Vec<Answer> = ROUND.iter().filter(has).copied().collect();
    let (mut before, mut wrong, mut given) = (Before::default(), Vec::new(), 0);
    for (number, answer) in
        round.iter().cycle().enumerate().take(usize::try_from(count).unwrap_or(usize::MAX))
    {
        given += 1;
        if let Err(why) = one(agent, number, *answer, &mut before).await {
            wrong.push(format!("{number}, {answer:?}: {why}\n{}", agent.end_of_screen()));
            if crate::mixed::settle(agent).await.is_err() {
                break;
            }
        }
    }
    Cell::Counted { text: format!("{given}, {} wrong", wrong.len()), notes: wrong }
}

async fn one(
    agent: &Agent,
    number: usize,
    answer: Answer,
    before: &mut Before,
) -> Result<(), String> {
    let began = now();
    let message = match answer {
        Answer::Choose => "ask".to_owned(),
        Answer::Several => "askmany".to_owned(),
        _ => format!("bash: touch made && echo {number} >> written"),
    };
    agent.inject(&message).await.map_err(|refused| refused.message)?;
    let id = question(agent, &before.id).await?;
    if number % 2 == 1 && before.id != Json::Null {
        refuse_late(agent, &before.id, &id).await?;
    }
    before.id = reply(agent, number, answer, id).await?;
    if answer == Answer::Instead {
        agent.tells_service(&format!("say other {number}"), began).await?;
    }
    agent.comes_to_rest(began, TURN_TIMEOUT_S).await?;
    effect(agent, number, answer, began, before)
}

/// The id of a question that is another one than `before`, once all of it is drawn.
async fn question(agent: &Agent, before: &Json) -> Result<Json, String> {
    let mut last = Json::Null;
    agent
        .wait(TURN_TIMEOUT_S, "its next question", async || {
            let id = agent.status().await["waiting"]["id"].take();
            let stands = id.is_string() && id != *before && id == last;
            last = id.clone();
            pause(DRAWN_INTERVAL).await;
            stands.then_some(id)
        })
        .await
}

/// An answer that was meant for the question before is refused, and this one stays open.
async fn refuse_late(agent: &Agent, before: &Json, id: &Json) -> Result<(), String> {
    let late = agent.editor.call("answer", json!([NAME, 1, { "id": before }])).await;
    let open = agent.status().await["waiting"]["id"].take();
    match late {
        Err(refused) if refused.code == "question_changed" && open == *id => Ok(()),
        other => Err(format!("a late answer: {other:?}, and {open} is asked in place of {id}")),
    }
}

/// Answers all pages of the question; the id of the last one.
async fn reply(agent: &Agent, number: usize, answer: Answer, id: Json) -> Result<Json, String> {
    let mut opts = json!({ "id": id });
    let several = agent.status().await["waiting"]["multi"] == true;
    let choice = match answer {
        Answer::Several if several => json!("Blue,Green"),
        Answer::Allow => json!("yes"),
        Answer::Refuse | Answer::Instead => json!("no"),
        Answer::Choose | Answer::Several => json!("Blue"),
    };
    if answer == Answer::Instead {
        opts["words"] = format!("say other {number}").into();
    }
    let mut done = agent.editor.call("answer", json!([NAME, choice, opts])).await;
    for page in 1..PAGES_LIMIT {
        let info = match done {
            // A page that was there for a moment.
            Err(refused) if page > 1 && refused.code == "question_changed" => {
                return Ok(opts["id"].take());
            }
            other => other.map_err(|refused| format!("{}: {}", refused.code, refused.message))?,
        };
        let next = info["waiting"]["id"].clone();
        if !answer.chooses() || !next.is_string() {
            return Ok(opts["id"].take());
        }
        opts["id"] = next;
        done = agent.editor.call("answer", json!([NAME, 1, opts])).await;
    }
    Err("it has no end of pages".to_owned())
}

/// What was chosen was done, and nothing else.
fn effect(
    agent: &Agent,
    number: usize,
    answer: Answer,
    began: f64,
    before: &mut Before,
) -> Result<(), String> {
    if answer == Answer::Allow {
        before.written += &number.to_string();
        before.written.push('\n');
    }
    let written = agent.project.worktree(NAME).join("written");
    let written = std::fs::read_to_string(written).unwrap_or_default();
    if written != before.written {
        let why = format!("the commands wrote {written:?} in place of {:?}", before.written);
        before.written = written;
        return Err(why);
    }
    let told = agent.service.requests(began);
    let blue = |asked: &Request| asked.result.contains("Blue");
    match told.iter().rfind(|asked| blue(asked)) {
        None if answer.chooses() => Err("the service was not told `Blue`".to_owned()),
        Some(asked) if asked.result.contains("Red") => Err(format!("told: {}", asked.result)),
        _ => Ok(()),
    }
}
