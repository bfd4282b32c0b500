//! What can be asked or done once, by a method of its own or by a command: typed arguments in, what
//! came of it out.

use std::{future::Future, path::Path};

use super::{
    args::{self, At},
    editor::Editor,
    encode::{self, Map},
};
use crate::{
    core::session::SessionInfo,
    session::{
        Allowed, AttachPlan, CaptureOptions, Completion, HealthRow, NewPolecat, Place,
        RemoveOptions, RemovedPolecat, RestoredPolecat, RigContext, RigFacts, SessionError,
        StartOptions, Started, StoppedAll, Workspace,
    },
};

/// What every method and command can reach.
pub(super) struct Operations<'a> {
    editor: &'a Editor,
    pub(super) workspace: &'a Workspace,
    /// The call that they are for.
    id: u64,
}

type Done<T> = Result<T, SessionError>;

impl<'a> Operations<'a> {
    pub(super) fn new(editor: &'a Editor, workspace: &'a Workspace, id: u64) -> Self {
        Self { editor, workspace, id }
    }

    pub(super) async fn context(&self, at: At) -> Done<RigContext> {
        self.workspace.context(&place(at)).await
    }

    async fn recent_context(&self, at: At) -> Done<RigContext> {
        self.workspace.recent_context(&place(at)).await
    }

    /// Does `work`, boxed where that is large, after which what everybody is shown is old, also where it failed half way.
    async fn changing<T>(&self, work: impl Future<Output = T>) -> T {
        let done = work.await;
        self.workspace.changed();
        done
    }

    pub(super) async fn health(&self, args: args::Health) -> Vec<HealthRow> {
        self.workspace.health(args.at.map(place).as_ref()).await
    }

    pub(super) async fn rig(&self, at: At) -> Done<RigFacts> {
        self.workspace.rig(&place(at)).await
    }

    /// Uses the rig at `path` everywhere; without one that of each place again.
    pub(super) async fn pin(&self, path: Option<&Path>, at: At) -> Done<RigFacts> {
        self.workspace.pin(path, &place(at)).await
    }

    pub(super) async fn complete(&self, args: args::Here) -> Done<Completion> {
        self.workspace.completion(&place(args.at)).await
    }

    pub(super) async fn new_polecat(&self, args: args::New) -> Done<NewPolecat> {
        let (polecat, issue) = (args.polecat.as_deref(), args.issue.as_deref());
        self.changing(async { self.context(args.at).await?.create(polecat, issue).await }).await
    }

    pub(super) async fn remove(&self, args: args::Remove) -> Done<RemovedPolecat> {
        let options = RemoveOptions {
            force: args.force.unwrap_or(false),
            unsaved: args.unsaved.unwrap_or_default(),
            dirs: args.dirs.unwrap_or_default(),
            in_use: args::InUse::of(args.in_use),
        };
        let work = async { self.context(args.at).await?.remove(&args.polecat, options).await };
        self.changing(work).await
    }

    pub(super) async fn restore(&self, args: args::Restore) -> Done<RestoredPolecat> {
        let in_use = args::InUse::of(args.in_use);
        let work = async { self.context(args.at).await?.restore(&args.polecat, in_use).await };
        self.changing(work).await
    }

    pub(super) async fn start(&self, args: args::Start) -> Done<Started> {
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
        let (at, polecat) = (args.at, args.polecat);
        let progress = self.progress(polecat.clone());
        let work = Box::pin(async {
            self.context(at).await?.starter().start(&polecat, options, &progress).await
        });
        self.changing(work).await
    }

    pub(super) async fn sling(&self, args: args::Sling) -> Done<Started> {
        let options = StartOptions {
            agent: args.agent,
            account: args.account,
            config_dir: args.config_dir,
            command: args.cmd,
            allowed: allowed(args.trust, args.trust_id),
            in_use: args::InUse::of(args.in_use),
            ..StartOptions::default()
        };
        let (at, issue, polecat) = (args.at, args.issue, args.polecat);
        // Until there is a polecat, it is the issue that a person knows it by.
        let progress = self.progress(polecat.clone().unwrap_or_else(|| issue.clone()));
        let work = Box::pin(async {
            self.context(at).await?.sling(&issue, polecat.as_deref(), options, &progress).await
        });
        self.changing(work).await
    }

    /// Tells the steps of what is done for `whom`.
    fn progress(&self, whom: String) -> impl Fn(&str) + Send + Sync + use<> {
        let (editor, id) = (self.editor.clone(), self.id);
        move |step: &str| {
            let data = Map::new().put("id", id).put("polecat", whom.as_str()).put("text", step);
            editor.event("progress", data);
        }
    }

    /// Answers with warnings.
    pub(super) async fn stop(&self, args: args::Stop) -> Done<Vec<String>> {
        let force = args.force.unwrap_or(false);
        self.changing(async {
            self.context(args.at).await?.sessions().stop(&args.polecat, force).await
        })
        .await
    }

    pub(super) async fn stop_all(&self, args: args::StopAll) -> Done<StoppedAll> {
        let force = args.force.unwrap_or(false);
        self.changing(async { self.context(args.at).await?.sessions().stop_all(force).await }).await
    }

    pub(super) async fn is_running(&self, args: args::Polecat) -> Done<bool> {
        self.recent_context(args.at).await?.sessions().is_running(&args.polecat).await
    }

    pub(super) async fn status(&self, args: args::Polecat) -> Done<SessionInfo> {
        let context = self.recent_context(args.at).await?;
        let mut info = context.sessions().status(&args.polecat).await?;
        self.workspace.hold(&context, std::slice::from_mut(&mut info)).await;
        Ok(info)
    }

    pub(super) async fn list(&self, args: args::Here) -> Done<Vec<SessionInfo>> {
        let context = self.recent_context(args.at).await?;
        let mut infos = context.sessions().list().await?;
        self.workspace.hold(&context, &mut infos).await;
        Ok(infos)
    }

    pub(super) async fn capture(&self, args: args::Capture) -> Done<Vec<u8>> {
        let options = CaptureOptions::new(args.lines, args.ansi);
        self.recent_context(args.at).await?.observer().capture(&args.polecat, options).await
    }

    pub(super) async fn capture_session(&self, args: args::CaptureSession) -> Done<Vec<u8>> {
        let options = CaptureOptions::new(args.lines, args.ansi);
        self.workspace.capture_session(&args.session, options).await
    }

    pub(super) async fn inject(&self, args: args::Inject) -> Done<()> {
        let messenger = self.context(args.at).await?.messenger();
        messenger.inject(&args.polecat, &args.text, args.take.unwrap_or_default()).await
    }

    pub(super) async fn attach(&self, args: args::Polecat) -> Done<AttachPlan> {
        self.context(args.at).await?.sessions().attach(&args.polecat).await
    }

    /// What went wrong without stopping the work is told, not lost.
    pub(super) fn warn(&self, warnings: &[String]) {
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
