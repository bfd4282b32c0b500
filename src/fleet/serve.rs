//! The other end: what `polecat-nvim serve` does on a host.

mod told;

use std::{io, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _},
    sync::mpsc,
    time::{Instant, sleep_until, timeout_at},
};
use tracing::{info, warn};

use self::told::Told;
use super::{
    identity::Identity,
    log,
    served::{Served, ServedCalls},
    wire::{self, FromHost, Hello, MAGIC, ToHost, Welcome},
};
use crate::{
    core::{batch_job::BatchJob, build},
    session::{Event, EventQueue, Files, Launch, Settings, StatusWatch, Workspace},
    stdio,
};

/// After so long without a ping the hub is gone, though nobody has told: it pings every five seconds.
/// So it is when it has taken nothing for so long: what reaches it may be there for ever.
const HUB_TIMEOUT: Duration = Duration::from_secs(60);
/// How long what was begun may take to come to its end once the hub is gone.
const END_TIMEOUT: Duration = Duration::from_secs(60);
/// How long the rows go before what was changed in them: of many hosts that are connected to at once,
/// or one that is weak, all rows are there first.
const COUNT_DELAY: Duration = Duration::from_secs(2);
/// How often changed files are told: what is changed in between is told together.
const FILES_INTERVAL: Duration = Duration::from_millis(500);

/// Why a tmux server is not started in a batch job: we are a step of it.
const NO_START_IN_JOB: &str = "one that is started in a step of a batch job ends with the step: the \
                               job's own script is to start it";

/// Serves the hub at the other end until it is gone, or we are `told_to_end`; `served` carries out its
/// calls. What was begun comes to its end first.
///
/// # Errors
/// The hub says what no hub says, or cannot be written to.
pub async fn serve(
    launch: Launch,
    served: impl Served,
    told_to_end: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (mut from, mut to) = (stdio::input()?, stdio::output()?);
    let job = BatchJob::of(|name| std::env::var(name).ok());
    let hello = greet(&mut from, &mut to, job.clone()).await?;
    let hears = hear(from, told_to_end);
    let settings = served.settings(&hello.config).map_err(io::Error::other)?;
    let no_tmux_start = job.is_some().then_some(NO_START_IN_JOB);
    let settings = Settings { no_tmux_start, count_delay: COUNT_DELAY, ..settings };
    let news = EventQueue::default();
    let workspace = Workspace::new(settings, launch, news.clone());
    let workspace = workspace.map_err(io::Error::other)?;
    let (answers, answered) = mpsc::unbounded_channel();
    let mut calls = ServedCalls::new(workspace.clone(), served, answers);
    let told = tell((&workspace, &news), (hears, answered), &mut calls, &mut to).await;
    calls.end(END_TIMEOUT).await;
    workspace.close().await;
    told
}

/// Says that we are here, hears how this is configured, and says who we are.
async fn greet(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    job: Option<BatchJob>,
) -> io::Result<Hello> {
    to.write_all(format!("{MAGIC}\n").as_bytes()).await?;
    to.flush().await?;
    let Some(ToHost::Hello(hello)) = wire::read(from).await? else {
        return Err(io::Error::other("no hub of ours has greeted"));
    };
    log::send(&hello.log);
    info!(version = build::VERSION, "serves");
    let program = std::env::current_exe()?.display().to_string();
    let welcome = Welcome::new(program, Identity::here().await, job);
    write(to, &FromHost::Welcome(welcome)).await?;
    Ok(hello)
}

/// What the hub says, until it is gone or we are `told_to_end`.
fn hear(
    mut from: impl AsyncRead + Unpin + Send + 'static,
    told_to_end: impl Future<Output = ()> + Send + 'static,
) -> mpsc::Receiver<ToHost> {
    let (said, hears) = mpsc::channel(4);
    // In a task of its own: what is half read must not be lost.
    let reads = async move {
        while let Ok(Some(message)) = wire::read::<ToHost>(&mut from).await {
            if said.send(message).await.is_err() {
                break;
            }
        }
    };
    tokio::spawn(async {
        tokio::select! {
            () = reads => {}
            () = told_to_end => {}
        }
    });
    hears
}

/// Tells what there is, whenever it has changed.
async fn tell(
    (workspace, news): (&Workspace, &EventQueue),
    (mut hears, mut answered): (mpsc::Receiver<ToHost>, mpsc::UnboundedReceiver<FromHost>),
    calls: &mut ServedCalls<impl Served>,
    to: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    let mut watch = StatusWatch::of_all(workspace);
    let (mut told, mut last_word) = (Told::default(), Instant::now());
    let mut files_due = last_word;
    told.see(watch.look().await);
    loop {
        if let Some(message) = told.next(Instant::now()) {
            told.wrote(write(to, &message).await?);
        }
        let message = tokio::select! {
            Some(answer) = answered.recv() => {
                write(to, &answer).await?;
                continue;
            }
            message = timeout_at(last_word + HUB_TIMEOUT, hears.recv()) => message,
            next = watch.next() => {
                told.see(next);
                continue;
            }
            () = sleep_until(told.due()), if told.waits() => continue,
            files = next_files(news, files_due) => {
                write(to, &FromHost::Files(files.into())).await?;
                files_due = Instant::now() + FILES_INTERVAL;
                continue;
            }
        };
        last_word = Instant::now();
        match message {
            Ok(Some(ToHost::Ping(number))) => {
                write(to, &FromHost::Pong(number)).await?;
            }
            Ok(Some(ToHost::Look)) => told.see(watch.look().await),
            Ok(Some(ToHost::Call { id, name, args })) => calls.begin(id, name, args.into_vec()),
            Ok(Some(ToHost::Tell { id, what })) => calls.tell(id, what.into_vec()),
            Ok(Some(ToHost::Taken(id))) => calls.taken(id),
            Ok(Some(ToHost::Drop(id))) => calls.drop(id),
            Ok(Some(ToHost::Hello(_)) | None) | Err(_) => {
                info!("the hub is gone");
                return Ok(());
            }
        }
    }
}

/// Says it to a hub that is there.
async fn write(to: &mut (impl AsyncWrite + Unpin), message: &FromHost) -> io::Result<usize> {
    wire::write_unless_stuck(to, message, HUB_TIMEOUT).await
}

/// The next files that were changed, not before `due`. Cancelling it loses none.
async fn next_files(news: &EventQueue, due: Instant) -> Files {
    sleep_until(due).await;
    loop {
        match news.next().await {
            Event::Files(files) => return files,
            Event::Warning(text) => warn!("{text}"),
            // The rigs are told as a whole, and no host of a host is in use.
            Event::Snapshot(_) | Event::JobEnding(_) | Event::HostRigs(_) => {}
        }
    }
}
