//! Making a polecat whom nobody named: the next name of the pool is taken and made in one turn.

use std::collections::BTreeSet;

use super::create::{Creation, to_its_end};
use crate::core::branch::branch_name;
use crate::core::{Base, IssueId, PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::gastown::name_pool::{self, Given};
use crate::host::git::Git;
use crate::host::git::operations::lock::require_finished;
use crate::host::git::worktree::Worktree;
use crate::host::git::worktree::directory;
use crate::host::locks::{GastownPolecat, GastownPool, Worktrees};
use crate::host::programs::launch::Launch;

/// How often another name is tried when somebody who knows nothing of our lock was faster.
const TRIES: usize = 100;

/// A polecat whom the pool has named.
#[derive(Clone, Debug)]
pub struct Next {
    /// Its name.
    pub polecat: PolecatName,
    /// Its worktree.
    pub worktree: Worktree,
    /// What of the settings could not be followed.
    pub warnings: Vec<String>,
}

/// Makes a polecat as [`crate::host::git::create_worktree`] does, by the next free name of the rig's pool;
/// none of those `taken`. Who asks has had the rig's polecats recovered.
///
/// # Errors
/// As there, or the pool's files cannot be read. Then nothing of it is left, but for a number that
/// is not given again.
pub async fn create_next(
    rig: &Rig,
    taken: BTreeSet<String>,
    issue: Option<&IssueId>,
    now_ms: u64,
    launch: &Launch,
) -> Result<Next, HostError> {
    let git = Git::of(rig, launch).await?;
    let search = Search { git, rig: rig.clone(), issue: issue.cloned(), now_ms };
    to_its_end(search.run(taken)).await
}

struct Search {
    git: Git,
    rig: Rig,
    issue: Option<IssueId>,
    now_ms: u64,
}

impl Search {
    async fn run(self, mut taken: BTreeSet<String>) -> Result<Next, HostError> {
        let base = self.git.start_point(&self.rig).await?;
        directory::require(&self.rig, &self.git).await?;
        let _pool = GastownPool::lock(&self.rig).await?;
        // One lock from looking to making: of ten editors that ask at once each gets its own.
        let _lock = Worktrees::lock(&self.git.repository).await?;
        let mut last = HostError::Internal("no name was tried".to_owned());
        for _ in 0..TRIES {
            let Given { name: polecat, warnings } =
                name_pool::next(&self.rig, taken.clone()).await?;
            match self.make(&polecat, &base).await {
                Ok(worktree) => return Ok(Next { polecat, worktree, warnings }),
                // gastown took it or removes it just now, the file system takes it for another
                // one's, or it was cut off and could not be recovered.
                Err(
                    taken @ (HostError::PolecatExists { .. }
                    | HostError::Busy { .. }
                    | HostError::CutOff { .. }),
                ) => last = taken,
                Err(other) => return Err(other),
            }
            taken.insert(polecat.to_string());
        }
        Err(last)
    }

    async fn make(&self, polecat: &PolecatName, base: &Base) -> Result<Worktree, HostError> {
        let _gastown = GastownPolecat::try_lock(&self.rig, polecat).await?;
        require_finished(&self.rig, polecat).await?;
        self.creation(polecat).make(base).await
    }

    fn creation(&self, polecat: &PolecatName) -> Creation {
        Creation {
            git: self.git.clone(),
            layout: self.rig.layout.clone(),
            rig: self.rig.clone(),
            polecat: polecat.clone(),
            branch: branch_name(polecat, self.issue.as_ref(), self.now_ms),
        }
    }
}
