//! A new polecat: its name where nobody gave one, its worktree and its branch.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde::{Deserialize, Serialize};

use crate::{
    core::{
        agent::is_program,
        names::{IssueId, PolecatName},
        rig::beginning::{BringMode, StartPoint},
        session::setting_up::ForWhom,
    },
    host::{
        git::{self, Brought, Next, Worktree},
        provision::{self, WorktreeKind},
        records,
    },
    session::{
        error::SessionError, polecats::Polecats, sessions::list, setup::Failing, start::Progress,
    },
};

/// A polecat that was just made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewPolecat {
    /// Its name.
    pub polecat: PolecatName,
    /// Its worktree.
    pub workdir: PathBuf,
    /// The branch it works on.
    pub branch: String,
    /// What went wrong without being in the way.
    pub warnings: Vec<String>,
}

impl Polecats {
    /// Makes the polecat `name`, to work on `issue` where one is given, beginning where `begin` says.
    /// Without a name it gets the next free one of the rig's pool.
    ///
    /// # Errors
    /// When a name is bad, the issue is not to be worked on, the polecat exists, git refuses, or the
    /// set-up would copy much and that is not `large`. Then nothing was made. Without a name also when
    /// tmux does not tell its sessions: one of them may bear the name. A set-up that fails leaves the
    /// polecat, to be set up again.
    pub async fn create(
        &self,
        name: Option<&str>,
        issue: Option<&str>,
        begin: &StartPoint,
        (large, for_whom, progress): (bool, ForWhom, Progress<'_>),
    ) -> Result<NewPolecat, SessionError> {
        let polecat = name.map(PolecatName::parse).transpose()?;
        let issue = issue.map(IssueId::parse).transpose()?;
        if let Some(issue) = &issue {
            // A branch is named after it for good, so it is asked about first.
            let dir = self.context.tracker_dir(self.context.rig.path.clone());
            self.context.shared.tracker.show(issue, &dir).await?;
        }
        if let Some(polecat) = &polecat {
            git::recover(&self.context.rig, polecat, &self.context.shared.launch).await?;
        }
        let setups = self.context.setups();
        let place = self.context.rig.polecats_dir();
        let mut planned = Box::pin(setups.plan(&place, large)).await?;
        planned.for_whom = for_whom;
        let Next { polecat, mut worktree, mut warnings } =
            Box::pin(self.make(polecat, (issue.as_ref(), begin))).await?;
        let brought = Box::pin(self.bring(&polecat, &mut worktree, begin)).await?;
        warnings.extend(self.settle(&polecat, brought).await?);
        // How the agent of a removed polecat of this name ended is not how this one's did.
        let forgotten = records::delete(&self.context.rig, &polecat).await;
        warnings.extend(forgotten.err().map(|error| error.to_string()));
        let Worktree { path: workdir, branch, .. } = worktree;
        let set_up = setups.carry_out(&polecat, &workdir, planned, Failing::Stays, progress);
        let (done, result) = Box::pin(set_up).await;
        result?;
        warnings.extend(done.warnings);
        Ok(NewPolecat { polecat, workdir, branch, warnings })
    }

    /// Copies what is not committed in the main worktree along, or takes the new polecat back.
    pub(super) async fn bring(
        &self,
        polecat: &PolecatName,
        worktree: &mut Worktree,
        begin: &StartPoint,
    ) -> Result<Option<(BringMode, Brought)>, SessionError> {
        let Some(changes) = begin.changes else { return Ok(None) };
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        match git::copy_changes(rig, polecat, worktree, launch).await {
            Ok(brought) => {
                worktree.files = brought.as_ref().map(|brought| brought.files.clone());
                Ok(brought.map(|brought| (changes, brought)))
            }
            Err(why) => {
                git::rollback_create(rig, polecat, worktree, launch).await?;
                Err(why.into())
            }
        }
    }

    /// Takes them out of the main worktree, if they are moved; gives a warning.
    pub(super) async fn settle(
        &self,
        polecat: &PolecatName,
        brought: Option<(BringMode, Brought)>,
    ) -> Result<Option<String>, SessionError> {
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        Ok(match brought {
            Some((BringMode::Move, brought)) => {
                let told = git::take_changes(rig, polecat, &brought, launch).await?;
                // Buffers show files of the main worktree.
                self.context.tell_files(polecat.clone(), rig.path.clone(), Vec::new(), true);
                told
            }
            Some((BringMode::Copy, brought)) => {
                git::keep_changes(rig, &brought, launch).await?;
                None
            }
            None => None,
        })
    }

    /// The worktree of a new polecat, by the name that is given, else by the next free one.
    pub(in crate::session) async fn make(
        &self,
        polecat: Option<PolecatName>,
        begin: (Option<&IssueId>, &StartPoint),
    ) -> Result<Next, SessionError> {
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        let mut next = if let Some(polecat) = polecat {
            let worktree =
                git::create_worktree_from(rig, &polecat, begin, now_ms(), launch).await?;
            Next { polecat, worktree, warnings: Vec::new() }
        } else {
            let taken = self.names_of_sessions().await?;
            git::recover_all(rig, launch).await?;
            git::create_next_from(rig, taken, begin, now_ms(), launch).await?
        };
        next.warnings.extend(self.provide(&next.worktree.path, WorktreeKind::New).await);
        Ok(next)
    }

    /// Gives a worktree what gastown gives those of its polecats; what could not be given is no
    /// reason to have no polecat.
    pub(in crate::session) async fn provide(
        &self,
        worktree: &Path,
        given: WorktreeKind,
    ) -> Vec<String> {
        // `br` reads a redirect from another folder than gastown's `bd`, and finds the rig's issues
        // without one.
        let redirects = !is_program(self.context.shared.tracker.program(), "br");
        provision::provide(&self.context.rig, worktree, given, redirects).await
    }

    /// The names that no new polecat can have: of agents that are there, and those under which
    /// sessions live that it would have, whosoever they are.
    pub(in crate::session) async fn names_of_sessions(
        &self,
    ) -> Result<BTreeSet<String>, SessionError> {
        let panes = self.context.sessions().panes().await?;
        let names = panes.iter().filter_map(|pane| self.context.rig.polecat_of(&pane.session_name));
        let mut names: BTreeSet<_> = names.map(|name| name.to_string()).collect();
        // Those whose agents are in sessions of other names.
        let owners = self.context.sessions().owners(&panes).await?;
        let sessions = list::sessions(&self.context.rig, panes, &owners);
        names.extend(sessions.iter().map(|one| one.polecat.to_string()));
        Ok(names)
    }
}

/// The milliseconds that make a branch name unique.
pub(in crate::session) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
