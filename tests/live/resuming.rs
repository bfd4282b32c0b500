//! Two conversations of a real agent in one project, each with a word of its own; the tmux server is
//! killed, and a new Neovim goes on with both: each knows its word, and not the other's.

use serde_json::{Value as Json, json};

use crate::agent::{Agent, NAME, now};
use crate::report::Cell;
use crate::service::Request;
use crate::support::processes::kill;
use crate::trusting::dialogs;

/// The polecat beside [`NAME`].
const OTHER: &str = "oak";
/// How long an agent may take to its prompt, with an old conversation.
pub(crate) const START_TIMEOUT_S: u64 = 240;

/// Goes on with both; how long it took from the command to both prompts.
pub(crate) async fn go_on(agent: &mut Agent) -> Cell {
    match both(agent).await {
        Ok(seconds) => Cell::After(seconds),
        Err(why) => Cell::Failed(why),
    }
}

async fn both(agent: &mut Agent) -> Result<f64, String> {
    if rests(agent, NAME).await.is_err() {
        start(agent, NAME).await?;
    }
    start(agent, OTHER).await?;
    for polecat in [NAME, OTHER] {
        say(agent, polecat, &format!("say secret-{polecat}")).await?;
    }
    kill(&[u32::try_from(agent.tmux.pid().as_raw_nonzero().get()).map_err(|e| e.to_string())?]);
    agent.reopen().await;
    let began = now();
    let resumed = agent.editor.ask("resume", json!([])).await;
    for polecat in [NAME, OTHER] {
        // Some do not remember that a folder was trusted.
        dialogs(agent, polecat).await?;
    }
    let ready = now() - began;
    let resumed = resumed.await;
    let resumed = resumed.map_err(|refused| format!("{}: {}", refused.code, refused.message))?;
    if resumed["resumed"] != json!([NAME, OTHER]) {
        return Err(format!("resumed: {resumed}"));
    }
    for polecat in [NAME, OTHER] {
        let asked = say(agent, polecat, &format!("say that {polecat} goes on")).await?;
        let own = format!("secret-{polecat}");
        if asked.known != [own.clone()] {
            return Err(format!("`{polecat}` knows {:?} in place of {own}", asked.known));
        }
    }
    agent.editor.call("stop", json!([OTHER, { "force": true }])).await.map_err(|e| e.message)?;
    Ok(ready)
}

pub(crate) async fn start(agent: &Agent, polecat: &str) -> Result<(), String> {
    let started = agent.editor.ask("start", json!([polecat, { "new": true }])).await;
    tokio::spawn(started);
    let (began, mut refused) = (now(), String::new());
    loop {
        let state = agent.wait(START_TIMEOUT_S, "its prompt", async || {
            let state = state(agent, polecat).await;
            ["idle", "waiting"].contains(&state.as_str()).then_some(state)
        });
        if state.await? == "idle" {
            return rests(agent, polecat).await;
        }
        if now() - began > 60.0 {
            let pane = format!("=gt-shop-{polecat}:");
            let screen = agent.tmux.try_run(&["capture-pane", "-p", "-t", &pane]);
            return Err(format!(
                "`{polecat}` asks for ever: {refused}\n{}",
                screen.unwrap_or_default()
            ));
        }
        // A dialog may pass by itself, or be another one by now.
        if let Err(why) = agent.editor.call("answer", json!([polecat, 1])).await {
            refused = why.message;
        }
    }
}

/// Sends a message, and waits for the end of its turn; the request that it made.
pub(crate) async fn say(agent: &Agent, polecat: &str, text: &str) -> Result<Request, String> {
    let began = now();
    let sent = agent.editor.call("inject", json!([polecat, text, { "take": true }])).await;
    sent.map_err(|refused| format!("`{polecat}`: {}: {}", refused.code, refused.message))?;
    let asked = agent.asks_service(text, began).await?;
    rests(agent, polecat).await?;
    Ok(asked)
}

/// Waits until nothing is asked of the service, and the polecat is told idle.
pub(crate) async fn rests(agent: &Agent, polecat: &str) -> Result<(), String> {
    let (mut last, what) = (String::new(), format!("`{polecat}` to rest"));
    let rests = agent.wait(60, &what, async || {
        let asked = agent.service.requests(0.0);
        let open = asked.iter().find(|asked| asked.ended.is_none());
        let state = state(agent, polecat).await;
        last = format!("`{polecat}` is {state}, open: {open:?}");
        (open.is_none() && state == "idle").then_some(())
    });
    let rests = rests.await;
    rests.map_err(|why| format!("{last}; {why}"))
}

pub(crate) async fn state(agent: &Agent, polecat: &str) -> String {
    let status = agent.editor.call("status", json!([polecat])).await.unwrap_or(Json::Null);
    status["state"].as_str().unwrap_or_default().to_owned()
}
