//! The hooks through which an agent calls `gt`: which settings file it gets, and whether they brief
//! it at startup (`gt prime`). An agent without them is briefed by a prompt: exactly one of both.

use std::path::{Path, PathBuf};

use crate::{
    core::{agent::Agent, trust::Content},
    host::{HostError, hooks, path, trust},
    session::{
        error::SessionError,
        start::{Starter, resolve_agent::AgentChoice, session_settings::settings_of},
    },
};

/// Where Claude Code looks for hooks in its worktree.
const CLAUDES: &str = ".claude/settings.json";

/// The hooks that an agent loads.
#[derive(Default)]
pub(in crate::session) struct Loaded {
    /// The arguments that load them.
    pub(in crate::session) args: Vec<String>,
    /// The town's file, if the agent is to be given it.
    pub(in crate::session) towns: Option<Content>,
    /// Whether they call `gt prime` at startup.
    pub(in crate::session) is_primed: bool,
    /// Why some are not loaded, if so.
    pub(in crate::session) warning: Option<String>,
}

impl Starter {
    /// Installs the agent's hooks, and decides which of them it loads.
    pub(in crate::session) async fn load_hooks(
        &self,
        choice: &AgentChoice,
        workdir: &Path,
    ) -> Result<Loaded, SessionError> {
        let agent = &choice.agent;
        hooks::ensure(&self.context.rig, agent, self.gt().as_deref()).await?;
        if !agent.hook_args.is_empty() {
            return match in_worktree(agent, workdir).await? {
                Some(own) => self.of_worktree(choice, workdir, &own).await,
                None => Ok(Loaded::default()),
            };
        }
        let mut loaded = self.of_town(choice, workdir).await?;
        // If we cannot read the file, the agent cannot either.
        let own = in_worktree(agent, workdir).await.ok().flatten();
        loaded.is_primed |= own.is_some_and(|own| primes(&own));
        Ok(loaded)
    }

    /// The `gt` program, which hooks call.
    pub(in crate::session) fn gt(&self) -> Option<PathBuf> {
        path::find_program("gt", &self.context.rig.path)
    }

    /// The hooks in the worktree. Their file may come from the repository, so it is loaded only if
    /// the user trusts it.
    async fn of_worktree(
        &self,
        choice: &AgentChoice,
        workdir: &Path,
        own: &Content,
    ) -> Result<Loaded, SessionError> {
        if !self.is_allowed(choice, workdir).await? {
            return Ok(Loaded::not(not_asked("the agent's hooks in its worktree")));
        }
        let args = choice.agent.hook_args.clone();
        Ok(Loaded { args, is_primed: primes(own), ..Loaded::default() })
    }

    /// The hooks that all polecats of a town share. They are not added to a command of the user's own.
    async fn of_town(&self, choice: &AgentChoice, workdir: &Path) -> Result<Loaded, SessionError> {
        let shared = hooks::shared(&self.context.rig, &choice.agent, self.gt().as_deref()).await?;
        let Some(shared) = shared else { return Ok(Loaded::default()) };
        let is_primed = primes(&shared.content);
        let path = &shared.content.path;
        match settings_of(&choice.argv) {
            Some(named) if Path::new(named) == path => {
                return Ok(Loaded { is_primed, ..Loaded::default() });
            }
            _ if choice.origin.own_command => return Ok(Loaded::default()),
            _ => {}
        }
        if !shared.known && !self.is_allowed(choice, workdir).await? {
            let file = format!("the town's hooks in `{}`", path.display());
            return Ok(Loaded::not(not_asked(&file)));
        }
        Ok(Loaded { towns: Some(shared.content), is_primed, ..Loaded::default() })
    }
}

impl Loaded {
    fn not(why: String) -> Self {
        Self { warning: Some(why), ..Self::default() }
    }
}

fn not_asked(hooks: &str) -> String {
    format!(
        "{hooks} are not loaded, because you have not been asked about them: the next start will ask"
    )
}

/// The hooks that an agent finds, or is pointed to, in its working directory.
pub(in crate::session) async fn in_worktree(
    agent: &Agent,
    workdir: &Path,
) -> Result<Option<Content>, HostError> {
    let Some(hooks) = &agent.hooks else { return Ok(None) };
    let file = if agent.takes_settings() {
        PathBuf::from(CLAUDES)
    } else {
        Path::new(&hooks.dir).join(&hooks.file)
    };
    trust::content_below(workdir, &file).await
}

/// Whether these hooks brief an agent. gastown calls `gt` by name or by path.
fn primes(hooks: &Content) -> bool {
    hooks.text.as_ref().is_some_and(|text| text.contains(" prime"))
}
