//! What each command does.

use super::{
    Done, answer, compare, connect, inject,
    invocation::Invocation,
    list, questions, queue, report, setup, sling,
    table::{Command, SIDEBAR},
    worktree::{self, merge, push},
};
use crate::{
    core::session::SessionInfo,
    rpc::{
        calls::{
            At, Attach, CallContext, CommandRun, Fork, Interrupt, Label, List, New, Operation,
            Remove, Restore, ResumeAll, ResumeArgument, RigName, Start, Status, Stop, StopAll,
        },
        effects::{self, Effect, Level, View, info},
        error::{Refusal, RpcError},
        paths,
    },
    session::ErrorDetail,
};

/// The code of the refusal that a person may set aside: others work in the worktree.
const IN_USE: &str = "in_use";
/// The same of a copy that costs much room.
const LARGE: &str = "large_copy";

impl Operation for CommandRun {
    type Answer = Vec<Effect>;

    async fn run(self, context: &CallContext<'_>) -> Done {
        let asked = Invocation::read(self)?.settled(context).await?;
        Box::pin(carry_out(context, &asked)).await
    }
}

/// Does what was asked; where only a person can say whether to, they are asked.
pub(super) async fn carry_out(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let said = asked.said().unwrap_or_default();
    let done = perform(context, asked).await.map_err(|refusal| refusal.about(&said));
    let done = done.map(|effects| effects.into_iter().map(|one| one.about(&said)).collect());
    done.or_else(|refusal| {
        let error = RpcError::from(refusal);
        match error.detail.as_deref() {
            Some(ErrorDetail::Untrusted(request)) => Ok(vec![questions::untrusted(asked, request)]),
            _ if error.code == IN_USE => Ok(vec![questions::in_use(asked, &error.message)]),
            _ if error.code == LARGE => Ok(vec![questions::large(asked, &error.message)]),
            _ => Err(error.into()),
        }
    })
}

async fn perform(context: &CallContext<'_>, asked: &Invocation) -> Done {
    match asked.command() {
        Command::Start => start(context, asked).await,
        Command::Stop => Box::pin(stop(context, asked)).await,
        Command::StopAll => stop_all(context, asked).await,
        Command::Resume => Box::pin(resume_all(context, asked)).await,
        Command::Status => status(context, asked).await,
        Command::List => list::run(context, asked).await,
        Command::Capture | Command::CaptureSession => asked.open(capture(context, asked).await?),
        Command::Inject => inject::run(context, asked).await,
        // Boxed, to keep the futures of callers small.
        Command::Queue => Box::pin(queue::run(context, asked)).await,
        Command::Interrupt => interrupt(context, asked).await,
        Command::Answer => answer::run(context, asked).await,
        Command::Diff => asked.open(diff(context, asked).await?),
        Command::Attach => attach(context, asked).await,
        Command::New => new(context, asked).await,
        Command::Fork => Box::pin(fork(context, asked)).await,
        Command::Sling => Box::pin(sling::run(context, asked)).await,
        Command::Issues => sling::issues(context, asked).await,
        Command::Setup => Box::pin(setup::run(context, asked)).await,
        Command::Remove => Box::pin(remove(context, asked)).await,
        Command::Restore => restore(context, asked).await,
        Command::Merge => Box::pin(merge::run(context, asked)).await,
        Command::Shell => worktree::shell(context, asked).await,
        Command::Push => Box::pin(push::run(context, asked)).await,
        Command::Label => label(context, asked).await,
        Command::Rig => rig(context, asked).await,
        Command::Connect => Box::pin(connect::run(context, asked)).await,
        Command::Reconnect => Ok(vec![reconnect(context), Effect::Configure]),
        Command::Tour => tour(context),
        Command::Log => asked.open(View::Log),
    }
}

/// One in detail, or all: of the rig around, or of all rigs.
async fn status(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let polecat = asked.words.text("polecat")?;
    let docked = polecat.as_deref() == Some(SIDEBAR);
    let view = match polecat {
        Some(polecat) if !docked => View::Status { polecat },
        _ => View::list(context.workspace, asked.is_about_all(context).await, docked),
    };
    asked.open(view)
}

async fn start(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let (words, answers) = (&asked.words, asked.answers());
    let start = Start {
        at: asked.at(),
        polecat: words.needed("polecat")?,
        new: Some(asked.bang()),
        issue: words.text("issue")?,
        base: words.text("base")?,
        branch: words.text("branch")?,
        changes: words.changes()?,
        prompt: inject::first_words(context, asked).await?,
        agent: words.text("agent")?,
        account: words.text("account")?,
        cwd: Some(asked.cwd()),
        workdir: asked.path("workdir"),
        config_dir: asked.path("config_dir"),
        cmd: words.text("cmd")?,
        resume: words.text("resume")?.map(|id| ResumeArgument::written(&id)).transpose()?,
        trust: answers.trust,
        trust_id: answers.trust_id,
        in_use: answers.in_use,
        large: answers.large,
    };
    let said = start.polecat.clone();
    let started = start.run(context).await?;
    let polecat = report::called(Some(&said), &started.info.polecat);
    Ok(told(report::started(&polecat, &started.info), &started.warnings))
}

async fn fork(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let (words, answers) = (&asked.words, asked.answers());
    let polecat = words.needed("polecat")?;
    let fork = Fork {
        at: asked.at(),
        polecat: polecat.clone(),
        name: words.text("new")?,
        fresh: Some(asked.bang()),
        prompt: inject::first_words(context, asked).await?,
        trust: answers.trust,
        trust_id: answers.trust_id,
        large: answers.large,
    };
    let started = fork.run(context).await?;
    let new = report::called(Some(&polecat), &started.info.polecat);
    Ok(told(report::forked(&new, &started.info, &polecat), &started.warnings))
}

async fn resume_all(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let (at, rig, stopped) = (asked.at(), named_rig(asked)?, Some(asked.bang()));
    let prefix = rig.as_ref().map_or("", RigName::prefix).to_owned();
    let all = ResumeAll { at, rig, stopped, in_use: asked.answers().in_use }.run(context).await?;
    let failed: Vec<_> = all.failed.iter().map(|one| report::not_resumed(&prefix, one)).collect();
    let tells = failed.is_empty() || !all.resumed.is_empty();
    let done = tells.then(|| report::resumed(&prefix, &all.resumed));
    let warnings: Vec<_> = failed.into_iter().chain(all.warnings).collect();
    Ok(done.into_iter().map(info).chain(effects::warnings(&warnings)).collect())
}

async fn interrupt(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let polecat = asked.polecat()?;
    let text = report::interrupted(&polecat);
    let done = Interrupt { at: asked.at(), polecat }.run(context).await?;
    Ok(told(text, &done.warnings))
}

async fn stop(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let polecat = asked.words.needed("polecat")?;
    let text = report::stopped(&polecat);
    let force = Some(asked.bang());
    let stopped = Box::pin(Stop { at: asked.at(), polecat, force }.run(context)).await?;
    Ok(told(text, &stopped.warnings))
}

async fn stop_all(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let (at, rig, force) = (asked.at(), named_rig(asked)?, asked.bang());
    let prefix = rig.as_ref().map_or("", RigName::prefix).to_owned();
    if force || asked.answers().confirmed.unwrap_or_default() {
        let all = StopAll { at, rig, force: Some(force) }.run(context).await?;
        return Ok(told(report::stopped_all(&prefix, &all.stopped), &all.warnings));
    }
    let sessions = with_sessions(context, at, rig.as_ref()).await?;
    if sessions.is_empty() {
        return Ok(vec![info(report::nobody_runs())]);
    }
    Ok(vec![questions::stop_all(asked, prefix.trim_end_matches('/'), &sessions)])
}

/// The polecats of the rig that is named, or of the one around, that have a session.
async fn with_sessions(
    context: &CallContext<'_>,
    at: At,
    rig: Option<&RigName>,
) -> Result<Vec<SessionInfo>, Refusal> {
    let far = match rig {
        Some(rig) => context.far(rig.prefix()).await?,
        None => None,
    };
    let listed = if let Some(far) = far {
        far.beside()
    } else {
        let rig = context.named_rig(at.clone(), rig).await?;
        List { at: at.in_rig(rig.rig_path()), all: None }.run(context).await?.0
    };
    Ok(listed.into_iter().map(|one| one.info).collect())
}

fn named_rig(asked: &Invocation) -> Result<Option<RigName>, RpcError> {
    Ok(asked.words.text("rig")?.map(RigName::from))
}

async fn new(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let (words, at) = (&asked.words, asked.at());
    let (polecat, issue) = (words.text("polecat")?, words.text("issue")?);
    let (base, branch) = (words.text("base")?, words.text("branch")?);
    let (said, changes) = (polecat.clone(), words.changes()?);
    let large = asked.answers().large;
    let new = New { at, polecat, issue, base, branch, changes, large };
    let new = new.run(context).await?;
    let polecat = report::called(said.as_deref(), &new.polecat);
    Ok(told(report::created(&polecat, &new.branch), &new.warnings))
}

async fn remove(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let editor = asked.asked.editor.clone().unwrap_or_default();
    let polecat = asked.words.needed("polecat")?;
    if asked.answers().stop == Some(true) {
        worktree::end_session(context, asked, &polecat).await?;
    }
    let remove = Remove {
        at: asked.at(),
        polecat: polecat.clone(),
        force: Some(asked.bang()),
        unsaved: Some(editor.unsaved),
        dirs: Some(editor.dirs),
        in_use: asked.answers().in_use,
    };
    let gone = remove.run(context).await?;
    Ok(vec![info(report::removed(&polecat, &gone.removed))])
}

async fn restore(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let polecat = asked.words.needed("polecat")?;
    let in_use = asked.answers().in_use;
    let back = Restore { at: asked.at(), polecat: polecat.clone(), in_use }.run(context).await?;
    let home = paths::home();
    Ok(vec![info(report::restored(&polecat, &back.restored, home.as_deref()))])
}

async fn label(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let (polecat, text) = (asked.words.needed("polecat")?, asked.words.text("label")?);
    let call = Label { at: asked.at(), polecat: polecat.clone(), text };
    let label = call.run(context).await?;
    Ok(vec![info(report::labelled(&polecat, label.as_deref()))])
}

async fn rig(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let (workspace, place) = (context.workspace, asked.at().into());
    let path = asked.path("path").map(|path| path.absolute(&asked.asked.cwd));
    match (asked.bang(), path) {
        (true, Some(_)) => {
            Err(RpcError::bad_argument("`:PolecatRig!` unpins, and takes no path").into())
        }
        (true, None) => {
            workspace.pin_to(None);
            let found = match workspace.rig(&place).await {
                Ok(rig) => info(report::rig(&rig)),
                Err(error) => Effect::Notify(Level::Warn, error.to_string()),
            };
            Ok(vec![Effect::Pin(None), found])
        }
        (false, Some(path)) => {
            let rig = workspace.pin(Some(&path), &place).await?;
            Ok(vec![info(report::rig(&rig)), Effect::Pin(Some(rig.path))])
        }
        (false, None) => Ok(vec![info(report::rig(&workspace.rig(&place).await?))]),
    }
}

fn reconnect(context: &CallContext<'_>) -> Effect {
    context.fleet.reconnect();
    match context.fleet.hosts().len() {
        0 => Effect::Notify(Level::Warn, "no hosts are configured".to_owned()),
        1 => info("the host is tried again"),
        _ => info("the hosts are tried again"),
    }
}

async fn attach(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let (at, polecat) = (asked.at(), asked.words.needed("polecat")?);
    let plan = Attach { at, polecat: polecat.clone() }.run(context).await?;
    let size = asked.size()?;
    let at = Some(asked.at());
    Ok(vec![Effect::Terminal { polecat, plan, size, at, again: asked.line(), shell: None }])
}

/// Our own program shows it, with the tmux of the configuration.
fn tour(context: &CallContext<'_>) -> Done {
    let ours = std::env::current_exe().map_err(|error| RpcError::internal(error.to_string()))?;
    let tmux = context.workspace.tmux_command();
    Ok(vec![Effect::Tour { argv: vec![ours.into(), "tour".into(), tmux.into()] }])
}

/// A capture is named after the session, also that of a polecat.
async fn capture(context: &CallContext<'_>, asked: &Invocation) -> Result<View, Refusal> {
    let words = &asked.words;
    let (polecat, snapshot) = (words.text("polecat")?, asked.bang());
    let lines = words.number("lines")?.unwrap_or_else(|| context.workspace.capture_lines());
    if let Some(polecat) = polecat.clone().filter(|polecat| context.is_far(polecat)) {
        return Ok(View::of_far(polecat, lines, snapshot));
    }
    let session = match &polecat {
        Some(polecat) => {
            let (at, polecat) = (asked.at(), polecat.clone());
            Status { at, polecat }.run(context).await?.session_id
        }
        None => words.needed("session")?,
    };
    Ok(View::Capture { polecat, session, lines, snapshot })
}

/// Side by side is about what the cursor is on, which only the editor knows.
async fn diff(context: &CallContext<'_>, asked: &Invocation) -> Result<View, Refusal> {
    let words = &asked.words;
    let since = words.text("since")?;
    if let Some(other) = words.text("other")? {
        return compare::view(context, asked, &other).await;
    }
    if asked.bang() {
        return Ok(View::SideBySide { polecat: words.text("polecat")? });
    }
    Ok(View::Diff { polecat: asked.polecat()?, since })
}

/// Success, and what went wrong without being in the way.
pub(super) fn told(text: String, warnings: &[String]) -> Vec<Effect> {
    std::iter::once(info(text)).chain(effects::warnings(warnings)).collect()
}
