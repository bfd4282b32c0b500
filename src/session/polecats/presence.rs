//! Who works in a polecat's worktree: what a start, a sling, a removal and a return must not take
//! from under anybody.

use std::path::PathBuf;

use crate::{
    core::{
        agent::preset_of_process,
        names::{self, PolecatName},
    },
    host::{
        machine, polecats,
        processes::{Occupant, occupants},
        session_records,
    },
    session::{
        error::{SessionError, working},
        polecats::Polecats,
        sessions::{last_session::may_run_elsewhere, list::Session},
    },
};

/// What may be in the way and cannot be looked at from here.
const ELSEWHERE: &str = "its agent on another machine, as far as is known,";

/// What is done about processes of a person's that work in the worktree. An agent among them is in
/// the way whatever was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InUse {
    /// They are in the way.
    #[default]
    Refuse,
    /// The person has said to go on.
    Ignore,
}

/// Who works in a worktree, in words: `make` (pid 812).
#[derive(Debug, Default)]
pub(in crate::session) struct Present {
    pub(in crate::session) agents: Vec<String>,
    pub(in crate::session) others: Vec<String>,
    /// What this Neovim runs there itself.
    own: Vec<String>,
}

impl Polecats {
    /// Refuses while an agent of the polecat lives anywhere on the server, or somebody works in its
    /// worktree.
    pub(in crate::session) async fn require_nobody(
        &self,
        polecat: &PolecatName,
        in_use: InUse,
    ) -> Result<(), SessionError> {
        let dead = self.context.sessions().require_no_agent(polecat).await?;
        self.context.setups().require_none(polecat).await?;
        let present = self.present(polecat, dead.as_ref()).await?;
        if !present.is_empty() {
            // What another editor has started since, or what is left of a session of ours, is no
            // stranger.
            self.context.sessions().require_no_agent(polecat).await?;
            self.context.sessions().refuse_left_over(polecat).await?;
        }
        if !present.agents.is_empty() {
            let (polecat, agents) = (polecat.to_string(), present.agents);
            return Err(SessionError::AgentAtWork { polecat, agents });
        }
        self.tell_own(polecat, &present);
        present.refusal(polecat, in_use).map_or(Ok(()), Err)
    }

    /// Whether its agent may run on another machine that has this home.
    async fn may_run_elsewhere(&self, polecat: &PolecatName) -> bool {
        // A record that is broken tells of no other machine.
        let record = session_records::load(&self.context.rig, polecat).await.ok().flatten();
        let here = machine::here().await;
        record.is_some_and(|record| may_run_elsewhere(&record, here.as_deref()))
    }

    /// Who works in the folder of `polecat`, without what ends when its `session` is closed.
    pub(in crate::session) async fn present(
        &self,
        polecat: &PolecatName,
        session: Option<&Session>,
    ) -> Result<Present, SessionError> {
        let mut folders: Vec<PathBuf> =
            polecats::dir(&self.context.rig, polecat).await.into_iter().collect();
        // One that leads elsewhere is refused by whoever works in it.
        folders.extend(polecats::workdir(&self.context.rig, polecat).await);
        let mut present = self.present_in(folders, session).await?;
        if session.is_none() && self.may_run_elsewhere(polecat).await {
            present.others.push(ELSEWHERE.to_owned());
        }
        Ok(present)
    }

    /// The same of `folders`.
    pub(in crate::session) async fn present_in(
        &self,
        folders: Vec<PathBuf>,
        session: Option<&Session>,
    ) -> Result<Present, SessionError> {
        let found = occupants(&folders, &self.ending_with(session).await?).await?;
        Ok(found.iter().fold(Present::default(), Present::with))
    }

    /// The processes of the panes that are closed with a session.
    async fn ending_with(&self, session: Option<&Session>) -> Result<Vec<u32>, SessionError> {
        let Some(session) = session else { return Ok(Vec::new()) };
        if session.is_moved(&self.context.rig) {
            return Ok(session.pane.pid.into_iter().collect());
        }
        let panes = self.context.tmux.facts_of(&session.pane.session_name, &[]).await?;
        Ok(panes.iter().filter_map(|pane| pane.pid).collect())
    }

    /// Names what this Neovim itself runs in the worktree: it is in nobody's way but its own.
    pub(in crate::session) fn tell_own(&self, polecat: &PolecatName, present: &Present) {
        if !present.own.is_empty() {
            let who = working(&present.own);
            self.context
                .shared
                .news
                .warn(format!("{who} in the worktree of `{polecat}`, for this Neovim"));
        }
    }
}

impl Present {
    fn is_empty(&self) -> bool {
        self.agents.is_empty() && self.others.is_empty()
    }

    fn with(mut self, one: &Occupant) -> Self {
        let agent = preset_of_process(&one.name, &one.argv);
        let name = agent.map_or_else(|| names::shown(&one.name), str::to_owned);
        let list = match agent {
            Some(_) => &mut self.agents,
            None if one.own => &mut self.own,
            None => &mut self.others,
        };
        list.push(format!("`{name}` (pid {})", one.pid));
        self
    }

    /// The refusal for those who may be passed over, and were not.
    pub(in crate::session) fn refusal(
        &self,
        polecat: &PolecatName,
        in_use: InUse,
    ) -> Option<SessionError> {
        let refused = in_use == InUse::Refuse && !self.others.is_empty();
        let (polecat, processes) = (polecat.to_string(), self.others.clone());
        refused.then_some(SessionError::InUse { polecat, processes })
    }
}
