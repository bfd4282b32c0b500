//! One arm for each method that asks or changes something once. Views are in `views.rs`.

use std::time::Duration;

use rmpv::Value;

use super::{
    args::{self, At, decode},
    diff_view,
    editor::Editor,
    encode::{self, Map},
    error::RpcError,
    handler::Call,
    review,
};
use crate::session::{
    Allowed, CaptureOptions, Place, RemoveOptions, SessionManager, StartOptions, Workspace,
};

pub(super) type Answer = Result<Value, RpcError>;

/// How long ago the rig may have been found that is looked at: who asks often has the folders read
/// once.
const JUST_NOW: Duration = Duration::from_secs(1);
/// The same of a rig in which something is done.
const NOW: Duration = Duration::ZERO;

/// After these, what everybody is shown is old.
const CHANGING: &[&str] = &[
    "polecat.new",
    "polecat.remove",
    "polecat.restore",
    "session.start",
    "session.sling",
    "session.stop",
    "session.stop_all",
];

/// Answers `call`.
pub(super) async fn call(editor: &Editor, workspace: &Workspace, call: Call) -> Answer {
    let Call { id, method, args } = call;
    let door = Door { editor, workspace, id };
    // What it may wait for is large: not all of it on one stack.
    let answer = Box::pin(door.answer(&method, args)).await;
    if CHANGING.contains(&&*method) {
        workspace.changed();
    }
    answer
}

/// What every method can reach.
struct Door<'a> {
    editor: &'a Editor,
    workspace: &'a Workspace,
    id: u64,
}

impl Door<'_> {
    async fn answer(&self, method: &str, args: Value) -> Answer {
        match method {
            "health" => self.health(decode(method, args)?).await,
            "rig.show" => self.rig_show(decode(method, args)?).await,
            "rig.pin" => self.rig_pin(decode(method, args)?).await,
            "complete" => self.complete(decode(method, args)?).await,
            "polecat.new" => self.new_polecat(decode(method, args)?).await,
            "polecat.remove" => self.remove(decode(method, args)?).await,
            "polecat.restore" => self.restore(decode(method, args)?).await,
            "session.start" => self.start(decode(method, args)?).await,
            "session.sling" => self.sling(decode(method, args)?).await,
            "session.stop" => self.stop(decode(method, args)?).await,
            "session.stop_all" => self.stop_all(decode(method, args)?).await,
            "session.is_running" => self.is_running(decode(method, args)?).await,
            "session.status" => self.status(decode(method, args)?).await,
            "session.list" => self.list(decode(method, args)?).await,
            "session.capture" => self.capture(decode(method, args)?).await,
            "session.capture_session" => self.capture_session(decode(method, args)?).await,
            "session.inject" => self.inject(decode(method, args)?).await,
            "review.comment" => review::comment(self.workspace, decode(method, args)?).await,
            "review.uncomment" => review::uncomment(self.workspace, decode(method, args)?).await,
            "review.send" => review::send(self.workspace, decode(method, args)?).await,
            "hunk.take" => review::take(self.workspace, decode(method, args)?).await,
            "hunk.reject" => review::reject(self.workspace, decode(method, args)?).await,
            "hunk.undo" => review::undo(self.workspace, decode(method, args)?).await,
            "diff.pair" => self.pair(decode(method, args)?).await,
            "session.attach" => self.attach(decode(method, args)?).await,
            _ => Err(RpcError::internal(format!("no method `{method}`"))),
        }
    }

    async fn manager(&self, at: At) -> Result<SessionManager, RpcError> {
        Ok(self.workspace.manager(&place(at)).await?)
    }

    async fn health(&self, args: args::Health) -> Answer {
        let rows = self.workspace.health(args.at.map(place).as_ref()).await;
        Ok(encode::health(&rows))
    }

    async fn rig_show(&self, args: args::Here) -> Answer {
        Ok(encode::rig(&self.workspace.rig(&place(args.at)).await?).into())
    }

    async fn rig_pin(&self, args: args::Pin) -> Answer {
        Ok(encode::rig(&self.workspace.pin(&args.path, &place(args.at)).await?).into())
    }

    async fn complete(&self, args: args::Here) -> Answer {
        Ok(encode::completion(&self.manager(args.at).await?.completion().await?).into())
    }

    async fn new_polecat(&self, args: args::New) -> Answer {
        let (polecat, issue) = (args.polecat.as_deref(), args.issue.as_deref());
        let new = self.manager(args.at).await?.create(polecat, issue).await?;
        self.warn(&new.warnings);
        Ok(encode::new_polecat(&new).into())
    }

    async fn remove(&self, args: args::Remove) -> Answer {
        let options = RemoveOptions {
            force: args.force.unwrap_or(false),
            unsaved: args.unsaved.unwrap_or_default(),
            dirs: args.dirs.unwrap_or_default(),
            in_use: args::InUse::of(args.in_use),
        };
        let removed = self.manager(args.at).await?.remove(&args.polecat, options).await?;
        Ok(encode::removed(&removed).into())
    }

    async fn restore(&self, args: args::Restore) -> Answer {
        let in_use = args::InUse::of(args.in_use);
        let restored = self.manager(args.at).await?.restore(&args.polecat, in_use).await?;
        Ok(encode::restored(&restored).into())
    }

    async fn start(&self, args: args::Start) -> Answer {
        let manager = self.manager(args.at).await?;
        let options = StartOptions {
            new: args.new.unwrap_or(false),
            issue: args.issue,
            agent: args.agent,
            account: args.account,
            workdir: args.workdir,
            config_dir: args.config_dir,
            command: args.cmd,
            allowed: allowed(args.trust, args.trust_id),
            in_use: args::InUse::of(args.in_use),
        };
        let progress = self.progress(args.polecat.clone());
        let started = manager.start(&args.polecat, options, &progress).await?;
        Ok(encode::started(&started).into())
    }

    async fn sling(&self, args: args::Sling) -> Answer {
        let manager = self.manager(args.at).await?;
        let options = StartOptions {
            agent: args.agent,
            account: args.account,
            config_dir: args.config_dir,
            command: args.cmd,
            allowed: allowed(args.trust, args.trust_id),
            in_use: args::InUse::of(args.in_use),
            ..StartOptions::default()
        };
        // Until there is a polecat, it is the issue that a person knows it by.
        let progress = self.progress(args.polecat.clone().unwrap_or_else(|| args.issue.clone()));
        let polecat = args.polecat.as_deref();
        let slung = manager.sling(&args.issue, polecat, options, &progress).await?;
        Ok(encode::started(&slung).into())
    }

    /// Tells the steps of what is done for `whom`.
    fn progress(&self, whom: String) -> impl Fn(&str) + Send + Sync + use<> {
        let (editor, id) = (self.editor.clone(), self.id);
        move |step: &str| {
            let data = Map::new().put("id", id).put("polecat", whom.as_str()).put("text", step);
            editor.event("progress", data);
        }
    }

    async fn stop(&self, args: args::Stop) -> Answer {
        let warnings =
            self.manager(args.at).await?.stop(&args.polecat, args.force.unwrap_or(false)).await?;
        self.warn(&warnings);
        Ok(Value::Nil)
    }

    async fn stop_all(&self, args: args::StopAll) -> Answer {
        let all = self.manager(args.at).await?.stop_all(args.force.unwrap_or(false)).await?;
        self.warn(&all.warnings);
        Ok(Map::new().put("stopped", encode::texts(&all.stopped)).into())
    }

    async fn is_running(&self, args: args::Polecat) -> Answer {
        let polecat = &*args.polecat;
        let look = |manager: SessionManager| async move { manager.is_running(polecat).await };
        Ok(self.workspace.look(&place(args.at), JUST_NOW, look).await?.into())
    }

    async fn status(&self, args: args::Polecat) -> Answer {
        let polecat = &*args.polecat;
        let workspace = self.workspace;
        let look = |manager: SessionManager| async move {
            let mut info = manager.status(polecat).await?;
            workspace.hold(&manager, std::slice::from_mut(&mut info)).await;
            Ok(info)
        };
        Ok(encode::session(&self.workspace.look(&place(args.at), JUST_NOW, look).await?).into())
    }

    async fn list(&self, args: args::Here) -> Answer {
        let workspace = self.workspace;
        let look = |manager: SessionManager| async move {
            let mut infos = manager.list().await?;
            workspace.hold(&manager, &mut infos).await;
            Ok(infos)
        };
        Ok(encode::sessions(&self.workspace.look(&place(args.at), JUST_NOW, look).await?))
    }

    async fn capture(&self, args: args::Capture) -> Answer {
        let options = CaptureOptions::new(args.lines, args.ansi);
        let polecat = &*args.polecat;
        let look = |manager: SessionManager| async move { manager.capture(polecat, options).await };
        Ok(text(self.workspace.look(&place(args.at), JUST_NOW, look).await?))
    }

    async fn capture_session(&self, args: args::CaptureSession) -> Answer {
        let options = CaptureOptions::new(args.lines, args.ansi);
        Ok(text(self.workspace.capture_session(&args.session, options).await?))
    }

    async fn inject(&self, args: args::Inject) -> Answer {
        let (polecat, text) = (&*args.polecat, &*args.text);
        let look = |manager: SessionManager| async move {
            let listener = manager.listener(polecat, text).await?;
            Ok((manager, listener))
        };
        let (manager, listener) = self.workspace.look(&place(args.at), NOW, look).await?;
        manager.inject_into(listener, text, args.take.unwrap_or_default()).await?;
        Ok(Value::Nil)
    }

    async fn attach(&self, args: args::Polecat) -> Answer {
        Ok(encode::attach(&self.manager(args.at).await?.attach(&args.polecat).await?).into())
    }

    async fn pair(&self, args: args::Pair) -> Answer {
        let since = diff_view::since(args.since.as_deref())?;
        let manager = self.manager(args.at).await?;
        let pair = match (args.polecat, args.path, args.file) {
            (Some(polecat), Some(path), None) => manager.pair(&polecat, &path, since).await?,
            (None, None, Some(file)) => manager.pair_of(&file).await?,
            _ => {
                return Err(RpcError::bad_argument(
                    "a pair needs a `polecat` and a `path`, or a `file`",
                ));
            }
        };
        Ok(diff_view::pair(pair).into())
    }

    /// What went wrong without stopping the work is told, not lost.
    fn warn(&self, warnings: &[String]) {
        for text in warnings {
            self.editor.event("notice", encode::warning(text));
        }
    }
}

/// Where `at` is.
pub(super) fn place(at: At) -> Place {
    Place { file: at.file, cwd: at.cwd }
}

/// What was allowed: an answer counts only for what it names.
fn allowed(trust: Option<args::Trust>, id: Option<String>) -> Option<Allowed> {
    Some(Allowed { answer: trust?.0, id: id? })
}

/// Bytes as one string; those that are no UTF-8 reach Lua as they are.
pub(super) fn text(output: Vec<u8>) -> Value {
    String::from_utf8(output).map_or_else(|error| Value::Binary(error.into_bytes()), Value::from)
}
