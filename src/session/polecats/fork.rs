//! A second polecat with the conversation and the work of a first one, all of it or nothing. The first
//! one is only read.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    core::names::PolecatName,
    host::{
        git::{self, Forked},
        locks::Work,
        provision::WorktreeKind,
        records,
    },
    session::{
        error::{ResumeError, SessionError},
        polecats::{Polecats, create::now_ms, session_guard::Begun},
        setup::{Failing, Planned},
        start::{
            Hooking, Progress, Started,
            conversation::Begins,
            options::{Resuming, StartOptions},
            resolve_agent::AgentChoice,
        },
    },
};

/// Whether a fork goes on with the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversing {
    /// With a copy of the first one's.
    Copied,
    /// It begins a new one.
    New,
}

impl Polecats {
    /// Forks `parent` as the polecat `name`, or by the next free name of the rig's pool, and starts its
    /// agent as the parent's was started. Of the `options` only `prompt`, `allowed` and `large`
    /// count.
    ///
    /// # Errors
    /// The parent is not there or nothing can be copied; its agent cannot copy its conversation, or
    /// that is not known; the name is taken; or the start fails. All that was made is taken back,
    /// unless the error is [`SessionError::NotUndone`].
    pub async fn fork(
        &self,
        parent: &str,
        name: Option<&str>,
        conversing: Conversing,
        options: StartOptions,
        progress: Progress<'_>,
    ) -> Result<Started, SessionError> {
        progress("forking: checking");
        let name = name.map(PolecatName::parse).transpose()?;
        let parent = self.whole(parent).await?;
        if let Some(name) = &name {
            git::recover(&self.context.rig, name, &self.context.shared.launch).await?;
            self.require_no_session(name).await?;
        }
        let conversation = (conversing == Conversing::Copied).then_some(Resuming::Fork);
        let like = Some(parent.clone());
        let StartOptions { prompt, allowed, large, .. } = options;
        let options =
            StartOptions { prompt, allowed, large, conversation, like, ..StartOptions::default() };
        let (choice, begins, options) = self.chosen(&parent, options).await?;
        let setups = self.context.setups();
        let place = self.context.rig.polecats_dir();
        let mut planned = Box::pin(setups.plan(&place, options.large)).await?;
        planned.for_whom.agent = Some(choice.agent.name.clone());
        progress("forking: copying the work");
        let began = Timestamp::now();
        let mut forked = Box::pin(self.copy_work(&parent, name.as_ref())).await?;
        let started = async {
            self.set_up_fork(&mut forked, planned, progress).await?;
            self.start_fork(&forked, choice, begins, &options, progress).await
        };
        match Box::pin(started).await {
            Ok(Started { info, warnings }) => {
                let warnings = forked.warnings.into_iter().chain(warnings).collect();
                Ok(Started { info, warnings })
            }
            Err(cause) => Err(self.rollback_fork(&forked, began, cause).await),
        }
    }

    /// What is started, and with which conversation, before anything is made.
    async fn chosen(
        &self,
        parent: &PolecatName,
        options: StartOptions,
    ) -> Result<(AgentChoice, Begins, StartOptions), SessionError> {
        self.context.tmux.require_startable().await?;
        let starter = self.context.starter();
        let before = starter.before(parent, &options).await;
        let (options, recorded) = starter.as_before(options, &before);
        let mut choice = starter.choose(&options, &recorded, None).await?;
        let begins = starter.begins(&choice, &options, &before).await;
        let begins = begins.map_err(|error| cannot_fork(parent, error))?;
        choice.warnings.extend(before.warning());
        Ok((choice, begins, options))
    }

    async fn copy_work(
        &self,
        parent: &PolecatName,
        name: Option<&PolecatName>,
    ) -> Result<Forked, SessionError> {
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        let mut taken = BTreeSet::new();
        if name.is_none() {
            git::recover_all(rig, launch).await?;
            taken = self.names_of_sessions().await?;
        }
        let mut forked = git::fork(rig, parent, name, taken, now_ms(), launch).await?;
        let path = &forked.worktree.path;
        forked.warnings.extend(self.provide(path, WorktreeKind::Restored).await);
        // How the agent of a removed polecat of this name ended is not how this one's did.
        let forgotten = records::delete(rig, &forked.polecat).await;
        forked.warnings.extend(forgotten.err().map(|error| error.to_string()));
        Ok(forked)
    }

    async fn set_up_fork(
        &self,
        forked: &mut Forked,
        planned: Planned,
        progress: Progress<'_>,
    ) -> Result<(), SessionError> {
        let (path, setups) = (forked.worktree.path.clone(), self.context.setups());
        let set_up =
            setups.carry_out(&forked.polecat, &path, planned, Failing::TakenBack, progress);
        let (done, result) = Box::pin(set_up).await;
        forked.warnings.extend(done.warnings);
        if let Some(files) = done.files {
            forked.copied.tree = files;
        }
        result
    }

    async fn start_fork(
        &self,
        forked: &Forked,
        choice: AgentChoice,
        begins: Begins,
        options: &StartOptions,
        progress: Progress<'_>,
    ) -> Result<Started, SessionError> {
        let starter = self.context.starter();
        // No sling takes it before its session shows that it has work.
        let _turn = Work::share(&self.context.rig, &forked.polecat).await.ok();
        let plan = starter.plan(forked.polecat.clone(), choice, begins, options).await?;
        Box::pin(starter.launch(plan, Hooking::Now, progress)).await
    }

    /// Takes a fork back, and gives the error to answer with.
    async fn rollback_fork(
        &self,
        forked: &Forked,
        began: Timestamp,
        cause: SessionError,
    ) -> SessionError {
        let Err(why) = self.try_rollback_fork(forked, began).await else { return cause };
        let (polecat, path) = (&forked.polecat, forked.worktree.path.display());
        let left = vec![format!("polecat `{polecat}` in `{path}`: {why}")];
        SessionError::NotUndone { cause: Box::new(cause), left }
    }

    async fn try_rollback_fork(
        &self,
        forked: &Forked,
        began: Timestamp,
    ) -> Result<(), SessionError> {
        let workdir = forked.worktree.path.clone();
        let polecat = forked.polecat.clone();
        // Without knowing that nobody works in there, nothing else is touched.
        self.end_begun(&Begun { polecat, workdir, issue: None, began }).await?;
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        git::rollback_fork(rig, forked, launch).await?;
        // Last: whoever watches writes down how an agent ended a moment after it did.
        Ok(records::delete(rig, &forked.polecat).await?)
    }
}

/// What is wrong with the conversation is why it is not forked.
fn cannot_fork(parent: &PolecatName, error: SessionError) -> SessionError {
    let why = match error {
        SessionError::Resume(ResumeError::Unable { why, .. }) => why,
        SessionError::Resume(why) => why.to_string(),
        error => return error,
    };
    ResumeError::NoFork { polecat: parent.to_string(), why }.into()
}
