//! The program that agents' hooks run, `polecat-nvim hook TMUX`: it writes down on the agent's pane
//! what the agent tells. It prints nothing, and never keeps the agent waiting for long.

use std::{
    io::{self, BufReader, Read},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{runtime, task::spawn_blocking, time::timeout};

use crate::{
    core::hook_events::{AgentEvent, Happened},
    host::Launch,
    session::sessions::told,
    tmux::PaneAround,
};

/// How long the agent waits for us at most.
const TIMEOUT: Duration = Duration::from_millis(700);
/// The longest input that is read, in bytes.
const INPUT_LIMIT: u64 = 16 << 20;

/// Writes down the event on stdin; `tmux` is the program to do it with. Whatever fails, the agent
/// goes on: its screen tells too.
///
/// # Errors
/// There is no runtime to wait in.
pub fn report_hook(tmux: String, launch: &Launch) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let _ = runtime.block_on(async { timeout(TIMEOUT, report(tmux, launch)).await });
    // stdin may still be read.
    runtime.shutdown_background();
    Ok(())
}

async fn report(tmux: String, launch: &Launch) -> Option<()> {
    let pane = PaneAround::us()?;
    let event = spawn_blocking(read).await.ok()??;
    let mut options = vec![(told::EVENT, event.encode())];
    if event.event == Happened::Prompted {
        options.push((told::PROMPTED, event.at_ms.to_string()));
    }
    pane.set_options(tmux, launch, &options).await.ok()
}

fn read() -> Option<AgentEvent> {
    let mut input = BufReader::new(io::stdin().lock().take(INPUT_LIMIT));
    let event = AgentEvent::from_hook(&mut input, Timestamp::now());
    // An agent that cannot write the rest would take it for a failure.
    drop(io::copy(&mut input, &mut io::sink()));
    event.ok()?
}
