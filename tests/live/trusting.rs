//! Dialogs of a first start in a new folder, whether to trust it or the mode: each is answered from
//! Neovim, the agent comes to its prompt by it, and works.

use serde_json::{Value as Json, json};

use crate::agent::Agent;
use crate::report::Cell;
use crate::resuming::{START_TIMEOUT_S, rests, say, state};

/// The polecats that are started, each in a worktree of its own.
const POLECATS: &[&str] = &["elm", "yew", "box"];
/// How many dialogs one start may have.
const DIALOGS_LIMIT: usize = 3;

/// Starts some more polecats, and answers what they ask first, as the first one was answered.
pub(crate) async fn trust(agent: &Agent) -> Cell {
    let (mut given, mut wrong) = (usize::from(agent.cli.first.is_some()), Vec::new());
    for polecat in POLECATS {
        match one(agent, polecat).await {
            Ok(answered) => given += answered,
            Err(why) => wrong.push(format!("{polecat}: {why}")),
        }
        drop(agent.editor.call("stop", json!([polecat, { "force": true }])).await);
    }
    if given == 0 && wrong.is_empty() {
        return Cell::None;
    }
    Cell::Counted { text: format!("{given}, {} wrong", wrong.len()), notes: wrong }
}

/// How many dialogs were answered.
async fn one(agent: &Agent, polecat: &str) -> Result<usize, String> {
    tokio::spawn(agent.editor.ask("start", json!([polecat, { "new": true }])).await);
    let given = dialogs(agent, polecat).await?;
    say(agent, polecat, &format!("say that {polecat} is trusted")).await?;
    Ok(given)
}

/// Answers what it asks before its prompt; how many dialogs there were.
pub(crate) async fn dialogs(agent: &Agent, polecat: &str) -> Result<usize, String> {
    let mut before = Json::Null;
    for given in 0..=DIALOGS_LIMIT {
        let asked = asked(agent, polecat, &before).await?;
        if asked == Json::Null {
            rests(agent, polecat).await?;
            return Ok(given);
        }
        answer(agent, polecat, &asked).await?;
        before = asked["id"].clone();
    }
    Err("it has no end of dialogs".to_owned())
}

/// Says yes to what is asked; what only offers something is closed. An answer to another question
/// does nothing.
pub(crate) async fn answer(agent: &Agent, polecat: &str, asked: &Json) -> Result<(), String> {
    let late = agent.editor.call("answer", json!([polecat, 1, { "id": "0123456789abcdef" }]));
    match late.await {
        Err(refused) if refused.code == "question_changed" => {}
        other => return Err(format!("an answer to another question: {other:?}")),
    }
    // The mode's dialog has a No first.
    let yes = asked["yes"].as_u64().unwrap_or(1);
    let opts = json!({ "id": asked["id"] });
    let done = agent.editor.call("answer", json!([polecat, yes, opts])).await;
    done.map(drop).map_err(|refused| format!("{}: {}", refused.code, refused.message))
}

/// What it asks besides the dialog before; nothing once it is at its prompt.
async fn asked(agent: &Agent, polecat: &str, before: &Json) -> Result<Json, String> {
    agent
        .wait(START_TIMEOUT_S, "its prompt or a dialog", async || {
            let status = agent.editor.call("status", json!([polecat])).await.unwrap_or_default();
            let waiting = status["waiting"].clone();
            let asks = waiting["id"].is_string() && waiting["id"] != *before;
            let idle = state(agent, polecat).await == "idle";
            if asks { Some(waiting) } else { idle.then_some(Json::Null) }
        })
        .await
}
