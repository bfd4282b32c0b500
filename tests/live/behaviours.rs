//! What must hold with every agent, one after the other.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::agent::{Agent, NAME, now};
use crate::clis::Dialog;
use crate::report::{Cell, Row};
use crate::support::{pause, processes};
use crate::{answers, forking, mixed, planning, resuming, sending, trusting};

/// How long an agent may take to its prompt: the slowest takes a minute on a busy machine.
const START_TIMEOUT_S: u64 = 240;
/// How long a turn may take that asks for nothing long.
const TURN_TIMEOUT_S: u64 = 120;
/// A message of several lines, which must arrive as one.
const LINES: &str = "think 5\nis the first line of three\nand this the last one";
/// By when a state is told at all; how soon it was is measured.
const STATE_TIMEOUT_S: u64 = 30;

/// What takes long, and is only done when it is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Long {
    /// How many minutes of mixed work.
    pub(crate) minutes: u64,
    /// How many questions to answer.
    pub(crate) answers: u64,
    /// How many messages of each length to send.
    pub(crate) messages: u64,
    /// Whether to leave out what is not long.
    pub(crate) only: bool,
    /// Whether to kill the tmux server, and to go on; and to fork.
    pub(crate) resume: bool,
}

/// Goes through all of them, and fills the row.
pub(crate) async fn check(agent: &mut Agent, long: Long, row: &mut Row) {
    let ready = start(agent).await;
    let is_ready = ready.is_ok();
    row.set("ready", cell(ready));
    if is_ready {
        if !long.only {
            turns(agent, row).await;
        }
        if long.messages > 0 {
            row.set("messages", sending::send(agent, long.messages).await);
        }
        if long.minutes > 0 {
            row.set("mixed work", mixed::work(agent, long.minutes).await);
        }
        if long.answers > 0 && agent.cli.permission.is_some() {
            row.set("answers", answers::give(agent, long.answers).await);
            row.set("plan", planning::approve(agent).await);
        }
        if long.resume {
            row.set("resume", resuming::go_on(agent).await);
            row.set("fork", forking::fork(agent).await);
            row.set("trust", trusting::trust(agent).await);
        }
        row.set("death", cell(death(agent).await));
    }
    row.set("stop", cell(stop(agent).await));
}

async fn turns(agent: &Agent, row: &mut Row) {
    let (inject, working, idle) = work(agent).await;
    row.set("inject", inject);
    row.set("working", cell(working));
    row.set("idle", cell(idle));
    match agent.cli.permission {
        Some(dialog) => permission(agent, dialog, row).await,
        None => {
            for column in ["permission", "refused", "answer"] {
                row.set(column, Cell::None);
            }
        }
    }
    row.set(
        "question",
        match agent.cli.question {
            Some(dialog) => cell(question(agent, dialog).await),
            None => Cell::None,
        },
    );
    row.set("error", cell(error(agent).await));
    let interrupts = agent.can("interrupt").await;
    row.set("interrupt", if interrupts { cell(interrupt(agent).await) } else { Cell::Missing });
}

fn cell(result: Result<f64, String>) -> Cell {
    match result {
        Ok(seconds) => Cell::After(seconds),
        Err(why) => Cell::Failed(why),
    }
}

/// From its prompt on the screen to `idle`, which its first dialog may delay.
async fn start(agent: &Agent) -> Result<f64, String> {
    let began = now();
    bring_up(agent, json!({ "new": true })).await?;
    if let Some(dialog) = agent.cli.first {
        agent.shows(dialog.sign, TURN_TIMEOUT_S).await?;
        agent.tells("waiting", began, STATE_TIMEOUT_S).await?;
        let asked = agent.status().await["waiting"].take();
        trusting::answer(agent, NAME, &asked).await?;
        agent
            .wait(STATE_TIMEOUT_S, "the end of its dialog", async || {
                (agent.status().await["state"] != "waiting").then_some(())
            })
            .await?;
    }
    let shown = agent.shows(agent.cli.prompt, START_TIMEOUT_S).await?;
    let told = agent.tells("idle", began, START_TIMEOUT_S).await?;
    // An idle that is told before its prompt is there, or that does not last, is none.
    mixed::settle(agent).await?;
    let told_a_person = agent.editor.messages().await;
    if let Some(needless) = told_a_person.iter().find(|message| message.ends_with("is idle")) {
        return Err(format!("notified after a start: {needless}"));
    }
    Ok(told - shown)
}

/// Starts it, and waits for its prompt or its first dialog.
async fn bring_up(agent: &Agent, options: Json) -> Result<(), String> {
    let started = agent.editor.ask("start", json!([NAME, options])).await;
    // How it goes on is looked at on the screen; its answer comes when it likes.
    let failure = Arc::new(Mutex::new(None));
    let failed = failure.clone();
    tokio::spawn(async move {
        if let Err(error) = started.await {
            *failed.lock().expect("no holder panics") = Some(error.message);
        }
    });
    let signs = [Some(agent.cli.prompt), agent.cli.first.map(|dialog| dialog.sign)];
    let shows = agent.wait(START_TIMEOUT_S, "its prompt or first dialog", async || {
        let screen = agent.screen();
        let failed = failure.lock().expect("no holder panics").clone();
        let shown = signs.iter().flatten().any(|sign| screen.contains(sign));
        failed.map(Err).or_else(|| shown.then_some(Ok(())))
    });
    shows.await?
}

/// A message that arrives, `working` after its request, and `idle` after the answer.
async fn work(agent: &Agent) -> (Cell, Result<f64, String>, Result<f64, String>) {
    let began = now();
    if let Err(refused) = agent.inject(LINES).await {
        let why = format!("{}\n{}", refused.message, agent.end_of_screen());
        return (Cell::Failed(why.clone()), Err(why.clone()), Err(why));
    }
    let asked = match agent.asks_service(LINES, began).await {
        Ok(asked) => asked,
        Err(why) => return (Cell::Failed(why.clone()), Err(why.clone()), Err(why)),
    };
    let working = agent.tells("working", began, TURN_TIMEOUT_S).await.map(|told| told - asked.at);
    (Cell::Held, working, idle_after(agent, began).await)
}

/// From the end of the last answer to `idle`.
async fn idle_after(agent: &Agent, began: f64) -> Result<f64, String> {
    let ended = agent.comes_to_rest(began, TURN_TIMEOUT_S).await?;
    let told = agent.told(began).await;
    let idle = told.iter().rfind(|one| one.state == "idle");
    Ok(idle.ok_or("the end was not told")?.at - ended)
}

async fn permission(agent: &Agent, dialog: Dialog, row: &mut Row) {
    let made = agent.project.worktree(NAME).join("made");
    let began = now();
    let asked = ask(agent, dialog, "bash: touch made && sleep 3", began).await;
    let asks = asked.is_ok();
    row.set("permission", cell(asked));
    if !asks {
        row.set("refused", Cell::Failed("it never asked".to_owned()));
        row.set("answer", Cell::Failed("it never asked".to_owned()));
        return;
    }
    let reason = agent.status().await["waiting"]["reason"].take();
    if reason != "permission" {
        row.set("permission", Cell::Failed(format!("told as {reason}")));
    }
    let refused = agent.editor.call("inject", json!([NAME, "say yes"])).await;
    let stands = agent.status().await["state"] == "waiting" && !made.exists();
    row.set(
        "refused",
        match refused {
            Err(refused) if refused.code == "agent_waiting" && stands => Cell::Held,
            other => Cell::Failed(format!("{other:?}, the question stands: {stands}")),
        },
    );
    let answered = answer(agent, dialog).await;
    let ended = agent.comes_to_rest(began, TURN_TIMEOUT_S).await;
    row.set(
        "answer",
        match (answered, ended) {
            (Ok(Some(seconds)), Ok(_)) if made.exists() => Cell::After(seconds),
            (Ok(None), Ok(_)) if made.exists() => Cell::Missing,
            (Err(why), _) | (_, Err(why)) => Cell::Failed(why),
            _ => Cell::Failed("what was allowed was not done".to_owned()),
        },
    );
}

/// From a dialog on the screen to `waiting`.
async fn ask(agent: &Agent, dialog: Dialog, text: &str, began: f64) -> Result<f64, String> {
    agent.inject(text).await.map_err(|refused| refused.message)?;
    let shown = agent.shows(dialog.sign, TURN_TIMEOUT_S).await?;
    Ok(agent.tells("waiting", began, STATE_TIMEOUT_S).await? - shown)
}

/// Says yes; how long until the plugin told that it is over, if the plugin can answer at all.
async fn answer(agent: &Agent, dialog: Dialog) -> Result<Option<f64>, String> {
    let began = now();
    if !agent.can("answer").await {
        agent.answer(dialog).await;
        return Ok(None);
    }
    let choice = if agent.cli.question.is_some_and(|one| one.sign == dialog.sign) {
        json!(1)
    } else {
        json!("yes")
    };
    let answered = agent.editor.call("answer", json!([NAME, choice])).await;
    answered.map_err(|refused| format!("{}\n{}", refused.message, agent.end_of_screen()))?;
    let over = agent
        .wait(STATE_TIMEOUT_S, "another state", async || {
            let told = agent.told(began).await;
            told.iter().find(|one| one.state != "asks" && one.state != "waiting").map(|one| one.at)
        })
        .await?;
    Ok(Some(over - began))
}

async fn question(agent: &Agent, dialog: Dialog) -> Result<f64, String> {
    let began = now();
    let after = ask(agent, dialog, "ask", began).await?;
    let waiting = agent.status().await["waiting"].take();
    let choices = waiting["choices"].to_string();
    let is_right = waiting["reason"] == "question"
        && choices.contains("Red")
        && choices.contains("Blue")
        && waiting.to_string().contains("Which colour?");
    agent.answer(dialog).await;
    agent.comes_to_rest(began, TURN_TIMEOUT_S).await?;
    if is_right { Ok(after) } else { Err(format!("told as {waiting}")) }
}

/// From an error of the service to `idle`.
async fn error(agent: &Agent) -> Result<f64, String> {
    let began = now();
    agent.inject("error 400").await.map_err(|refused| refused.message)?;
    agent.asks_service("error 400", began).await?;
    let idle = idle_after(agent, began).await;
    idle.or_else(|why| if why == "the end was not told" { Ok(0.0) } else { Err(why) })
}

/// From the call to `idle`.
async fn interrupt(agent: &Agent) -> Result<f64, String> {
    let began = now();
    agent.inject("think 30").await.map_err(|refused| refused.message)?;
    agent.asks_service("think 30", began).await?;
    agent.tells("working", began, STATE_TIMEOUT_S).await?;
    // Some take what comes in their first moments for something else.
    pause(Duration::from_secs(3)).await;
    let pressed = now();
    let done = agent.editor.call("interrupt", json!([NAME])).await;
    done.map_err(|refused| format!("{}\n{}", refused.message, agent.end_of_screen()))?;
    let idle = agent.tells("idle", pressed, STATE_TIMEOUT_S).await?;
    Ok(idle - pressed)
}

/// From a kill of its process to `died`.
async fn death(agent: &Agent) -> Result<f64, String> {
    let pid = agent.status().await["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok());
    let killed = now();
    processes::kill(&[pid.ok_or("its process is not known")?]);
    Ok(agent.tells("died", killed, STATE_TIMEOUT_S).await? - killed)
}

/// Starts it once more and stops it; how long until nothing of it was left.
async fn stop(agent: &Agent) -> Result<f64, String> {
    drop(agent.editor.call("stop", json!([NAME, { "force": true }])).await);
    // What outlived the kill is no leftover of a stop.
    processes::kill(&agent.processes());
    bring_up(agent, json!({})).await?;
    let began = now();
    let stopped = agent.editor.call("stop", json!([NAME, { "force": true }])).await;
    stopped.map_err(|refused| refused.message)?;
    let left =
        agent.wait(10, "an end of its processes", async || agent.processes().is_empty().then(now));
    let state = agent.status().await;
    match left.await {
        Ok(at) if state != Json::Null => Ok(at - began),
        Ok(_) => Err("no state is told".to_owned()),
        Err(_) => Err(format!("left behind: {}", names(&agent.processes()))),
    }
}

fn names(pids: &[u32]) -> String {
    let read = |pid: &u32| std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let name = |pid: &u32| String::from_utf8_lossy(&read(pid)).replace('\0', " ").trim().to_owned();
    pids.iter().map(name).collect::<Vec<_>>().join("; ")
}
