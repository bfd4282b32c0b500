//! What each command does.

use super::{inject, invocation::Invocation, list, paths, questions, report, table::Command};
use crate::{
    rpc::{
        args::{self, CommandRun},
        effects::{self, Effect, Level, View, info},
        error::RpcError,
        operations::Operations,
    },
    session::SessionError,
};

/// What Neovim is to do now, or why nothing was done.
pub(super) type Done = Result<Vec<Effect>, Refusal>;

/// Why a command did not do what it was asked for; some of it a person can be asked about.
#[derive(Debug)]
pub(super) enum Refusal {
    Session(SessionError),
    Argument(RpcError),
}

impl From<SessionError> for Refusal {
    fn from(error: SessionError) -> Self {
        Self::Session(error)
    }
}

impl From<RpcError> for Refusal {
    fn from(error: RpcError) -> Self {
        Self::Argument(error)
    }
}

/// Runs a command.
pub(in crate::rpc) async fn run(
    operations: &Operations<'_>,
    asked: CommandRun,
) -> Result<Vec<Effect>, RpcError> {
    carry_out(operations, &Invocation::read(asked)?).await
}

/// Does what was asked; where only a person can say whether to, they are asked.
pub(super) async fn carry_out(
    operations: &Operations<'_>,
    asked: &Invocation,
) -> Result<Vec<Effect>, RpcError> {
    let done = perform(operations, asked).await;
    done.or_else(|refusal| match refusal {
        Refusal::Session(found @ SessionError::InUse { .. }) => {
            Ok(vec![questions::in_use(asked, &found.to_string())])
        }
        Refusal::Session(SessionError::Untrusted(request)) => {
            Ok(vec![questions::untrusted(asked, &request)])
        }
        Refusal::Session(error) => Err(error.into()),
        Refusal::Argument(error) => Err(error),
    })
}

async fn perform(operations: &Operations<'_>, asked: &Invocation) -> Done {
    match asked.command() {
        Command::Start => start(operations, asked).await,
        Command::Stop => stop(operations, asked).await,
        Command::StopAll => stop_all(operations, asked).await,
        Command::Status => open(asked, View::Status { polecat: asked.words.text("polecat")? }),
        Command::List => list::run(operations, asked).await,
        Command::Capture | Command::CaptureSession => {
            open(asked, capture(operations, asked).await?)
        }
        Command::Inject => inject::run(operations, asked).await,
        Command::Diff => open(asked, diff(asked)?),
        Command::Attach => attach(operations, asked).await,
        Command::New => new(operations, asked).await,
        Command::Sling => sling(operations, asked).await,
        Command::Remove => remove(operations, asked).await,
        Command::Restore => restore(operations, asked).await,
        Command::Rig => rig(operations, asked).await,
        Command::Log => open(asked, View::Log),
    }
}

async fn start(operations: &Operations<'_>, asked: &Invocation) -> Done {
    let (words, answers) = (&asked.words, asked.answers());
    let started = operations
        .start(args::Start {
            at: asked.at(),
            polecat: words.needed("polecat")?,
            new: Some(asked.bang()),
            issue: words.text("issue")?,
            agent: words.text("agent")?,
            account: words.text("account")?,
            workdir: asked.path("workdir"),
            config_dir: asked.path("config_dir"),
            cmd: words.text("cmd")?,
            trust: answers.trust,
            trust_id: answers.trust_id,
            in_use: answers.in_use,
        })
        .await?;
    Ok(told(report::started(&started.info), &started.warnings))
}

async fn sling(operations: &Operations<'_>, asked: &Invocation) -> Done {
    let (words, answers) = (&asked.words, asked.answers());
    let issue = words.needed("issue")?;
    let slung = operations
        .sling(args::Sling {
            at: asked.at(),
            issue: issue.clone(),
            polecat: words.text("polecat")?,
            agent: words.text("agent")?,
            account: words.text("account")?,
            config_dir: asked.path("config_dir"),
            cmd: words.text("cmd")?,
            trust: answers.trust,
            trust_id: answers.trust_id,
            in_use: answers.in_use,
        })
        .await?;
    Ok(told(report::slung(&slung.info, &issue), &slung.warnings))
}

async fn stop(operations: &Operations<'_>, asked: &Invocation) -> Done {
    let polecat = asked.words.needed("polecat")?;
    let text = report::stopped(&polecat);
    let force = Some(asked.bang());
    let warnings = operations.stop(args::Stop { at: asked.at(), polecat, force }).await?;
    Ok(told(text, &warnings))
}

async fn stop_all(operations: &Operations<'_>, asked: &Invocation) -> Done {
    let (at, force) = (asked.at(), asked.bang());
    if force || asked.answers().confirmed.unwrap_or_default() {
        let all = operations.stop_all(args::StopAll { at, force: Some(force) }).await?;
        return Ok(told(report::stopped_all(&all.stopped), &all.warnings));
    }
    let sessions = operations.list(args::Here { at }).await?;
    if sessions.is_empty() {
        return Ok(vec![info(report::nobody_runs())]);
    }
    Ok(vec![questions::stop_all(asked, &sessions)])
}

async fn new(operations: &Operations<'_>, asked: &Invocation) -> Done {
    let (polecat, issue) = (asked.words.text("polecat")?, asked.words.text("issue")?);
    let new = operations.new_polecat(args::New { at: asked.at(), polecat, issue }).await?;
    Ok(told(report::created(&new), &new.warnings))
}

async fn remove(operations: &Operations<'_>, asked: &Invocation) -> Done {
    let editor = asked.asked.editor.clone().unwrap_or_default();
    let gone = operations
        .remove(args::Remove {
            at: asked.at(),
            polecat: asked.words.needed("polecat")?,
            force: Some(asked.bang()),
            unsaved: Some(editor.unsaved),
            dirs: Some(editor.dirs),
            in_use: asked.answers().in_use,
        })
        .await?;
    Ok(vec![info(report::removed(gone.polecat.as_str(), &gone.removed))])
}

async fn restore(operations: &Operations<'_>, asked: &Invocation) -> Done {
    let polecat = asked.words.needed("polecat")?;
    let in_use = asked.answers().in_use;
    let back = operations.restore(args::Restore { at: asked.at(), polecat, in_use }).await?;
    let home = paths::home();
    Ok(vec![info(report::restored(back.polecat.as_str(), &back.restored, home.as_deref()))])
}

async fn rig(operations: &Operations<'_>, asked: &Invocation) -> Done {
    let (at, path) = (asked.at(), asked.path("path"));
    match (asked.bang(), path) {
        (true, Some(_)) => {
            Err(RpcError::bad_argument("`:PolecatRig!` unpins, and takes no path").into())
        }
        (true, None) => {
            operations.workspace.pin_to(None);
            let found = match operations.rig(at).await {
                Ok(rig) => info(report::rig(&rig)),
                Err(error) => Effect::Notify(Level::Warn, error.to_string()),
            };
            Ok(vec![Effect::Pin(None), found])
        }
        (false, Some(path)) => {
            let rig = operations.pin(Some(&path), at).await?;
            Ok(vec![info(report::rig(&rig)), Effect::Pin(Some(rig.path))])
        }
        (false, None) => Ok(vec![info(report::rig(&operations.rig(at).await?))]),
    }
}

async fn attach(operations: &Operations<'_>, asked: &Invocation) -> Done {
    let (at, polecat) = (asked.at(), asked.words.needed("polecat")?);
    let plan = operations.attach(args::Polecat { at, polecat: polecat.clone() }).await?;
    let size = asked.size()?;
    Ok(vec![Effect::Terminal { polecat, plan, size, again: asked.line() }])
}

/// A capture is named after the session, also that of a polecat.
async fn capture(operations: &Operations<'_>, asked: &Invocation) -> Result<View, Refusal> {
    let words = &asked.words;
    let (polecat, lines, snapshot) = (words.text("polecat")?, words.number("lines")?, asked.bang());
    let session = match &polecat {
        Some(polecat) => {
            let (at, polecat) = (asked.at(), polecat.clone());
            operations.status(args::Polecat { at, polecat }).await?.session_id
        }
        None => words.needed("session")?,
    };
    Ok(View::Capture { polecat, session, lines, snapshot })
}

/// Side by side is about what the cursor is on, which only the editor knows.
fn diff(asked: &Invocation) -> Result<View, RpcError> {
    let (polecat, since) = (asked.words.text("polecat")?, asked.words.text("since")?);
    if asked.bang() {
        return Ok(View::SideBySide { polecat });
    }
    let missing = || RpcError {
        hint: Some("`:PolecatDiff {polecat}`".to_owned()),
        ..RpcError::bad_argument("`polecat` is missing")
    };
    let polecat = polecat.or_else(|| asked.asked.about.clone()).ok_or_else(missing)?;
    Ok(View::Diff { polecat, since })
}

/// Success, and what went wrong without being in the way.
fn told(text: String, warnings: &[String]) -> Vec<Effect> {
    std::iter::once(info(text)).chain(effects::warnings(warnings)).collect()
}

fn open(asked: &Invocation, view: View) -> Done {
    Ok(vec![Effect::Open { view, size: asked.size()? }])
}
