//! A fork of a real agent: it knows the word of the first one's conversation, has its files, and works
//! in a folder of its own; the first one is as it was.

use std::fs;

use serde_json::json;

use crate::agent::{Agent, NAME, now};
use crate::report::Cell;
use crate::resuming::{say, start, state};

/// The fork.
const FORK: &str = "fir";
/// How long a command may take until its file is there.
const COMMAND_TIMEOUT_S: u64 = 60;

/// Forks the agent, at rest in a conversation; how long it took from the command to its prompt.
pub(crate) async fn fork(agent: &Agent) -> Cell {
    match of(agent).await {
        Ok(Some(seconds)) => Cell::After(seconds),
        Ok(None) => Cell::None,
        Err(why) => Cell::Failed(why),
    }
}

/// None where the agent cannot be forked.
async fn of(agent: &Agent) -> Result<Option<f64>, String> {
    if state(agent, NAME).await == "stopped" {
        start(agent, NAME).await?;
    }
    say(agent, NAME, "say secret-fork").await?;
    let (parent, forked) = (agent.project.worktree(NAME), agent.project.worktree(FORK));
    fs::write(parent.join("new.txt"), "new\n").map_err(|why| why.to_string())?;
    let began = now();
    let answer = agent.editor.call("fork", json!([NAME, { "name": FORK }])).await;
    let ready = now() - began;
    match answer {
        Err(refused) if refused.code == "cannot_fork" => return Ok(None),
        other => other.map_err(|refused| format!("{}: {}", refused.code, refused.message))?,
    };
    if fs::read_to_string(forked.join("new.txt")).ok().as_deref() != Some("new\n") {
        return Err("it has not the file of the first one".to_owned());
    }
    let asked = say(agent, FORK, "say that the fork goes on").await?;
    if !asked.known.contains(&"secret-fork".to_owned()) {
        return Err(format!("it knows {:?}", asked.known));
    }
    writes_at_home(agent).await?;
    let asked = say(agent, NAME, "say that the first one goes on").await?;
    agent.editor.call("stop", json!([FORK, { "force": true }])).await.map_err(|e| e.message)?;
    // What the fork was told last is a word that the first one does not know.
    let strange = asked.known.iter().find(|word| *word == "secret-mine");
    strange.map_or(Ok(Some(ready)), |word| Err(format!("the first one knows `{word}`")))
}

/// Has the fork's agent write a file by a command, which must be in the fork's folder.
async fn writes_at_home(agent: &Agent) -> Result<(), String> {
    say(agent, FORK, "say secret-mine").await?;
    let text = "bash: pwd > here.txt";
    let sent = agent.editor.call("inject", json!([FORK, text, { "take": true }])).await;
    sent.map_err(|refused| format!("{}: {}", refused.code, refused.message))?;
    let (parent, forked) = (agent.project.worktree(NAME), agent.project.worktree(FORK));
    agent
        .wait(COMMAND_TIMEOUT_S, "the file of the command", async || {
            if state(agent, FORK).await == "waiting" {
                drop(agent.editor.call("answer", json!([FORK, "yes"])).await);
            }
            let is_there = [&parent, &forked].iter().any(|dir| dir.join("here.txt").exists());
            is_there.then_some(())
        })
        .await?;
    if parent.join("here.txt").exists() {
        return Err("it works in the folder of the first one".to_owned());
    }
    Ok(())
}
