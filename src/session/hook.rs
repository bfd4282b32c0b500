//! The program that agents' hooks run, `polecat-nvim hook TMUX`: it writes down on the agent's pane
//! what the agent says. It prints nothing, and never keeps the agent waiting for long.

use std::{
    env,
    io::{self, BufReader, Read},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{runtime, task::spawn_blocking, time::timeout};

use crate::{
    core::agent::{ConversationId, events::HookReport, startup::SESSION_ID_ENV},
    host::Launch,
    session::sessions::metadata::{self, CONVERSATION, SAID},
    tmux::PaneAround,
};

/// How long the agent waits for us at most.
const HOOK_TIMEOUT: Duration = Duration::from_millis(700);
/// The longest input that is read, in bytes.
const INPUT_LIMIT: u64 = 16 << 20;

/// Writes down the event on stdin; `tmux` is the program to do it with. Whatever fails, the agent
/// goes on: its screen tells too.
///
/// # Errors
/// There is no runtime to wait in.
pub fn report_hook(tmux: String, launch: &Launch) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let _ = runtime.block_on(async { timeout(HOOK_TIMEOUT, report(tmux, launch)).await });
    // stdin may still be read.
    runtime.shutdown_background();
    Ok(())
}

async fn report(tmux: String, launch: &Launch) -> Option<()> {
    let pane = PaneAround::us()?;
    let HookReport { word, conversation } = spawn_blocking(read).await.ok()??;
    let conversation = conversation.or_else(told_by_variable);
    let said = word.map(|word| (SAID, word.to_string()));
    let conversation = conversation.map(|id| (CONVERSATION, metadata::encode_conversation(&id)));
    let options: Vec<_> = said.into_iter().chain(conversation).collect();
    if options.is_empty() {
        return None;
    }
    pane.set_options(tmux, launch, options).await.ok()
}

/// The conversation by the variable in which the agent is known to keep it: `session_id_env`.
fn told_by_variable() -> Option<ConversationId> {
    let variable = env::var(SESSION_ID_ENV).ok()?;
    env::var(variable).ok()?.parse().ok()
}

fn read() -> Option<HookReport> {
    let mut input = BufReader::new(io::stdin().lock().take(INPUT_LIMIT));
    let report = HookReport::from_hook(&mut input, Timestamp::now());
    // An agent that cannot write the rest would take it for a failure.
    drop(io::copy(&mut input, &mut io::sink()));
    report.ok()
}
