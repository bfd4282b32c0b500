//! The dialog that ends an agent's plan mode, answered from Neovim: after a yes it is in that mode no
//! more, after a no it still is.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::agent::{Agent, NAME, now};
use crate::report::Cell;
use crate::support::pause;

/// How many times it is asked.
const TIMES_ASKED: usize = 6;
/// How many modes one key goes through.
const MODES_LIMIT: usize = 8;
/// How long a turn may take.
const TURN_TIMEOUT_S: u64 = 60;

/// Answers with no and yes by turns.
pub(crate) async fn approve(agent: &Agent) -> Cell {
    let Some(sign) = agent.cli.plan else { return Cell::None };
    let mut wrong = Vec::new();
    for number in 0..TIMES_ASKED {
        if let Err(why) = one(agent, sign, number % 2 == 1).await {
            wrong.push(format!("{number}: {why}\n{}", agent.end_of_screen()));
            drop(crate::mixed::settle(agent).await);
        }
    }
    Cell::Counted { text: format!("{TIMES_ASKED}, {} wrong", wrong.len()), notes: wrong }
}

async fn one(agent: &Agent, sign: &str, yes: bool) -> Result<(), String> {
    plans(agent, sign).await?;
    let began = now();
    agent.inject("plan").await.map_err(|refused| refused.message)?;
    let waiting = agent
        .wait(TURN_TIMEOUT_S, "its question", async || {
            let waiting = agent.status().await["waiting"].take();
            waiting["id"].is_string().then_some(waiting)
        })
        .await?;
    if waiting["reason"] != "permission" {
        return Err(format!("told as {waiting}"));
    }
    let (said, opts) = (if yes { "yes" } else { "no" }, json!({ "id": waiting["id"] }));
    let done = agent.editor.call("answer", json!([NAME, said, opts])).await;
    done.map_err(|refused| format!("{}: {}", refused.code, refused.message))?;
    let again = agent.editor.call("answer", json!([NAME, "yes", opts])).await;
    if again.is_ok() {
        return Err("it was answered twice".to_owned());
    }
    agent.comes_to_rest(began, TURN_TIMEOUT_S).await?;
    match (agent.end_of_screen().contains(sign), yes) {
        (true, true) => Err("it still plans".to_owned()),
        (false, false) => Err("it plans no more".to_owned()),
        _ => Ok(()),
    }
}

/// Brings it into its plan mode, as a person does.
async fn plans(agent: &Agent, sign: &str) -> Result<(), String> {
    for _ in 0..MODES_LIMIT {
        if agent.end_of_screen().contains(sign) {
            return Ok(());
        }
        agent.press("BTab");
        pause(Duration::from_secs(1)).await;
    }
    Err(format!("no `{sign}`\n{}", Json::from(agent.end_of_screen())))
}
