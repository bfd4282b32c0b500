//! The other end: what `polecat-nvim serve` does on a host.

use std::{io, time::Duration};

use jiff::Timestamp;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt as _},
    sync::mpsc,
    time::{Instant, timeout_at},
};
use tracing::info;

use super::{
    calls::{FarCall, FarDone, FarError},
    identity::Identity,
    wire::{self, FarRig, FromHost, Hello, MAGIC, Rigs, ToHost, Welcome},
};
use crate::{
    session::{
        EventQueue, Launch, Place, Reach, RigSettings, RigStatus, Settings, Status, StatusWatch,
        Workspace,
    },
    stdio,
};

/// After so long without a ping the hub is gone, though nobody has told: it pings every five seconds.
const HUB_TIMEOUT: Duration = Duration::from_secs(60);

/// Serves the hub at the other end until it is gone.
///
/// # Errors
/// The hub says what no hub says, or cannot be written to.
pub async fn serve(launch: Launch) -> io::Result<()> {
    let (mut from, mut to) = (stdio::input()?, stdio::output()?);
    to.write_all(format!("{MAGIC}\n").as_bytes()).await?;
    to.flush().await?;
    let Some(ToHost::Hello(hello)) = wire::read(&mut from).await? else {
        return Err(io::Error::other("no hub of ours has greeted"));
    };
    let program = std::env::current_exe()?.display().to_string();
    let welcome = Welcome::new(program, Identity::here().await);
    wire::write(&mut to, &FromHost::Welcome(welcome)).await?;
    let (said, hears) = mpsc::channel(4);
    // Reading is not cancelled between two messages.
    tokio::spawn(async move {
        while let Ok(Some(message)) = wire::read::<ToHost>(&mut from).await {
            if said.send(message).await.is_err() {
                break;
            }
        }
    });
    let workspace = Workspace::new(settings(hello), launch, EventQueue::default());
    let workspace = workspace.map_err(io::Error::other)?;
    let told = tell(&workspace, hears, &mut to).await;
    workspace.close().await;
    told
}

/// Tells what there is, whenever it has changed.
async fn tell(
    workspace: &Workspace,
    mut hears: mpsc::Receiver<ToHost>,
    to: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    let mut watch = StatusWatch::of_all(workspace);
    let mut told: Option<Vec<FarRig>> = None;
    let (answers, mut answered) = mpsc::unbounded_channel();
    let (mut seen, mut last_word) = (watch.look().await, Instant::now());
    loop {
        if let Ok(Status::All(rigs)) = seen {
            let now: Vec<_> = rigs.iter().map(far).collect();
            if told.as_ref() != Some(&now) {
                let now_ms = Timestamp::now().as_millisecond();
                let rigs = Rigs { now: now_ms, rigs: now.clone() };
                wire::write(to, &FromHost::Rigs(rigs)).await?;
                told = Some(now);
            }
        }
        seen = loop {
            let message = tokio::select! {
                Some(answer) = answered.recv() => {
                    wire::write(to, &answer).await?;
                    continue;
                }
                message = timeout_at(last_word + HUB_TIMEOUT, hears.recv()) => message,
                next = watch.next() => break next,
            };
            last_word = Instant::now();
            match message {
                Ok(Some(ToHost::Ping(number))) => {
                    wire::write(to, &FromHost::Pong(number)).await?;
                }
                Ok(Some(ToHost::Look)) => break watch.look().await,
                Ok(Some(ToHost::Call { id, rig, polecat, call })) => {
                    let (workspace, answers) = (workspace.clone(), answers.clone());
                    tokio::spawn(async move {
                        let result = carry_out(&workspace, rig, &polecat, call).await;
                        // The hub may be gone.
                        drop(answers.send(FromHost::Answer { id, result }));
                    });
                }
                Ok(Some(ToHost::Hello(_)) | None) | Err(_) => {
                    info!("the hub is gone");
                    return Ok(());
                }
            }
        };
    }
}

/// Does what the hub wants done.
async fn carry_out(
    workspace: &Workspace,
    rig: String,
    polecat: &str,
    call: FarCall,
) -> Result<FarDone, FarError> {
    let place = Place { file: None, cwd: "/".into(), rig: Some(rig.into()) };
    let done = async {
        // Boxed, because what it may wait for is large.
        let whom = Box::pin(workspace.whom(&place, polecat, Reach::Here)).await?;
        let reads = call.only_reads();
        let done = Box::pin(call.run(workspace, &whom)).await;
        if !reads {
            workspace.changed();
        }
        done
    };
    done.await.map_err(|error| FarError::of(&error))
}

fn settings(hello: Hello) -> Settings {
    let home = std::env::home_dir();
    let folder = |rig: String| match (rig.strip_prefix("~/"), &home) {
        (Some(below), Some(home)) => home.join(below),
        _ => rig.into(),
    };
    Settings {
        rigs: hello.rigs.into_iter().map(|rig| (folder(rig), RigSettings::default())).collect(),
        tmux_command: hello.tmux_command,
        tmux_socket: hello.tmux_socket,
        agent: hello.agent,
        tracker_command: hello.tracker,
        ..Settings::default()
    }
}

fn far(rig: &RigStatus) -> FarRig {
    FarRig {
        address: rig.address.clone(),
        path: rig.path.display().to_string(),
        socket: rig.socket.clone(),
        problem: rig.problem.clone(),
        polecats: rig.sessions().to_vec(),
    }
}
