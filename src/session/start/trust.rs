//! Trust: commands that project files name need the user's permission, for once or for good.

use std::path::{Path, PathBuf};

use crate::{
    core::{
        agent::{Agent, preset},
        names::PolecatName,
        trust::{Allowed, Content, TrustRequest},
    },
    host::{HostError, hooks, trust},
    session::{
        error::SessionError,
        start::{
            Starter,
            hooks::in_worktree,
            options::StartOptions,
            resolve_agent::{AgentChoice, Origin},
        },
    },
};

impl Starter {
    /// The id of what was allowed; `None` if nothing needs permission.
    ///
    /// # Errors
    /// The user has not allowed it, or it has changed since.
    pub(in crate::session) async fn leave(
        &self,
        choice: &AgentChoice,
        workdir: Option<&Path>,
        given: Option<&Allowed>,
    ) -> Result<Option<String>, SessionError> {
        let Some(request) = self.request(choice, workdir).await? else { return Ok(None) };
        let id = request.id();
        if let Some(given) = given.filter(|given| given.covers(&id)) {
            if given.is_lasting_for(&id) && request.lasting {
                self.remember(&request).await;
            }
            return Ok(Some(id));
        }
        if request.lasting && self.remembers(&id).await {
            return Ok(Some(id));
        }
        Err(SessionError::Untrusted(Box::new(request)))
    }

    /// The working directory of an existing polecat; `None` if it is not known yet.
    pub(in crate::session) async fn workdir_of(
        &self,
        polecat: Option<&PolecatName>,
        options: &StartOptions,
    ) -> Option<PathBuf> {
        // The start reports what is wrong with it.
        self.workdir(polecat?, options.workdir.as_deref()).await.ok()
    }

    /// Whether the user has allowed what project files, including those in `workdir`, run now.
    pub(in crate::session) async fn is_allowed(
        &self,
        choice: &AgentChoice,
        workdir: &Path,
    ) -> Result<bool, SessionError> {
        let request = self.request(choice, Some(workdir)).await?;
        let id = request.map(|request| request.id()).unwrap_or_default();
        Ok(choice.allowed.as_ref() == Some(&id) || self.remembers(&id).await)
    }

    /// Allows for good what a person has just said in their own words, as a record of it will say it
    /// at the next start: `again` is the choice then.
    pub(in crate::session) async fn allow(&self, again: &AgentChoice, workdir: &Path) {
        // What else was allowed for this start alone stays so.
        if let Some(id) = &again.allowed
            && !self.remembers(id).await
        {
            return;
        }
        match self.request(again, Some(workdir)).await {
            Ok(Some(request)) if request.lasting && !self.remembers(&request.id()).await => {
                self.remember(&request).await;
            }
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "what a person said is asked about next time"),
        }
    }

    /// What project files decide about this choice; `None` if nothing.
    async fn request(
        &self,
        choice: &AgentChoice,
        workdir: Option<&Path>,
    ) -> Result<Option<TrustRequest>, SessionError> {
        let AgentChoice { agent, argv, origin, .. } = choice;
        let shared = hooks::shared(&self.context.rig, agent, self.gt().as_deref()).await?;
        let unknown = shared.filter(|shared| !shared.known).map(|shared| shared.content);
        let mut contents: Vec<Content> = unknown.into_iter().collect();
        let mut files = origin.files();
        files.extend(contents.iter().map(|content| content.path.clone()));
        if let Some(workdir) = workdir
            && !agent.hook_args.is_empty()
            && let Some(content) = in_worktree(agent, workdir).await?
        {
            files.push(content.path.clone());
            contents.push(content);
        }
        if files.is_empty() {
            return Ok(None);
        }
        let argv = if origin.own_command { Vec::new() } else { argv.clone() };
        let env = environment(choice);
        contents.extend(self.named(&argv, &env).await?);
        let lasting = self.is_lasting(choice, &argv, &env).await?;
        let mut settings = if origin.agent.is_empty() { Vec::new() } else { differences(agent) };
        settings.extend(origin.workdir.iter().map(|(dir, _)| ("runs in".to_owned(), display(dir))));
        let home = self.context.rig.home.clone();
        Ok(Some(TrustRequest { home, files, argv, env, settings, contents, lasting }))
    }

    /// The project files that a command line and its environment name.
    async fn named(
        &self,
        argv: &[String],
        env: &[(String, String)],
    ) -> Result<Vec<Content>, HostError> {
        let values = env.iter().map(|(_, value)| value);
        trust::contents(&self.context.rig, argv.iter().chain(values).cloned().collect()).await
    }

    /// Whether it is certain what will run. It is not if the program's file depends on the worktree
    /// or is looked up in a project folder.
    async fn is_lasting(
        &self,
        choice: &AgentChoice,
        argv: &[String],
        env: &[(String, String)],
    ) -> Result<bool, HostError> {
        if argv.first().is_some_and(|program| is_relative(program)) {
            return Ok(false);
        }
        let account = choice.config_dir.clone().filter(|_| choice.origin.config_dir.is_some());
        let searched = env.iter().filter(|(name, _)| name.ends_with("PATH"));
        let searched = searched.flat_map(|(_, value)| std::env::split_paths(value));
        let folders = account.into_iter().chain(searched).collect();
        Ok(!trust::any_inside(&self.context.rig, folders).await?)
    }

    async fn remembers(&self, id: &str) -> bool {
        let Some(store) = &self.context.shared.trust else { return false };
        match store.holds(id).await {
            Ok(holds) => holds,
            Err(error) => {
                tracing::warn!(%error, "what is allowed is not known");
                false
            }
        }
    }

    /// An answer that cannot be saved still counts for this start.
    async fn remember(&self, request: &TrustRequest) {
        let Some(store) = &self.context.shared.trust else { return };
        if let Err(error) = store.add(request).await {
            self.context.shared.news.warn(format!("your answer was not saved: {error}"));
        }
    }
}

impl Origin {
    fn files(&self) -> Vec<PathBuf> {
        let workdir = self.workdir.as_ref().map(|(_, file)| file);
        let named = self.agent.iter().chain(&self.config_dir).chain(workdir);
        let mut files: Vec<PathBuf> = Vec::new();
        for file in named {
            if !files.contains(file) {
                files.push(file.clone());
            }
        }
        files
    }
}

/// The environment that project files, or presets, set.
fn environment(choice: &AgentChoice) -> Vec<(String, String)> {
    let AgentChoice { agent, config_dir, .. } = choice;
    let folder = agent.config_dir_env.clone().zip(config_dir.as_ref());
    let folder = folder.map(|(name, dir)| (name, dir.to_string_lossy().into_owned()));
    folder.into_iter().chain(agent.env.iter().cloned()).collect()
}

fn display(path: &Path) -> String {
    path.display().to_string()
}

fn differences(agent: &Agent) -> Vec<(String, String)> {
    let known = preset(&agent.patterns).unwrap_or_else(|| Agent::generic("", "", &[]));
    let differences = agent.differences(&known).into_iter();
    differences.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Whether the program's file depends on the working directory.
fn is_relative(program: &str) -> bool {
    program.contains('/') && !program.starts_with('/')
}
