//! Creates a polecat without a given name: takes the next name of the pool under one lock.

use std::collections::BTreeSet;

use super::create::Creation;
use super::to_its_end;
use crate::core::{IssueId, PolecatName, Rig, StartPoint};
use crate::host::error::HostError;
use crate::host::gastown::name_pool::{self, FreeName};
use crate::host::git::Git;
use crate::host::git::operations::lock::require_finished;
use crate::host::git::worktree::Worktree;
use crate::host::git::worktree::directory;
use crate::host::locks::{GastownPolecat, GastownPool, Worktrees};
use crate::host::programs::launch::Launch;

/// How many names are tried, if others that do not use our lock keep taking them first.
const TRIES_LIMIT: usize = 100;

/// A polecat named by the pool.
#[derive(Clone, Debug)]
pub struct Next {
    /// Its name.
    pub polecat: PolecatName,
    /// Its worktree.
    pub worktree: Worktree,
    /// Settings of the pool that could not be followed.
    pub warnings: Vec<String>,
}

/// Makes a polecat as [`crate::host::git::create_worktree`] does, by the next free name of the
/// rig's pool; none of those `taken`. The caller must have recovered the rig's polecats.
///
/// # Errors
/// As there, or the pool's files cannot be read. Then everything is rolled back, except that a
/// number that was taken is not used again.
pub async fn create_next(
    rig: &Rig,
    taken: BTreeSet<String>,
    issue: Option<&IssueId>,
    now_ms: u64,
    launch: &Launch,
) -> Result<Next, HostError> {
    create_next_from(rig, taken, (issue, &StartPoint::default()), now_ms, launch).await
}

/// [`create_next`] where a person wants it to begin.
///
/// # Errors
/// As there; or there is no such place, or its branch is checked out elsewhere.
pub async fn create_next_from(
    rig: &Rig,
    taken: BTreeSet<String>,
    (issue, wanted): (Option<&IssueId>, &StartPoint),
    now_ms: u64,
    launch: &Launch,
) -> Result<Next, HostError> {
    let git = Git::of(rig, launch).await?;
    let (rig, issue, wanted) = (rig.clone(), issue.cloned(), wanted.clone());
    to_its_end(async move {
        let (base, on) = git.beginning(&rig, &wanted).await?;
        directory::require(&rig, &git).await?;
        let mut search = NameSearch::begin(&git, &rig, taken).await?;
        loop {
            let FreeName { name: polecat, warnings } = search.next().await?;
            let creation = Creation {
                git: git.clone(),
                layout: rig.layout.clone(),
                rig: rig.clone(),
                polecat: polecat.clone(),
                branch: wanted.branch_name(&polecat, issue.as_ref(), now_ms),
                on: None,
            };
            let creation = creation.on(on.clone());
            match search.locked(&polecat, creation.make(&base)).await {
                Ok(worktree) => return Ok(Next { polecat, worktree, warnings }),
                Err(error) => search.pass_over(&polecat, error)?,
            }
        }
    })
    .await
}

/// Looks for a name that nobody takes first.
pub(super) struct NameSearch {
    rig: Rig,
    taken: BTreeSet<String>,
    tries: usize,
    _pool: GastownPool,
    /// One lock from choosing the name to creating it: ten editors that ask at once get ten names.
    _lock: Worktrees,
}

impl NameSearch {
    /// Waits for the locks, which are held as long as this is.
    pub(super) async fn begin(
        git: &Git,
        rig: &Rig,
        taken: BTreeSet<String>,
    ) -> Result<Self, HostError> {
        let (rig, tries) = (rig.clone(), 0);
        let pool = GastownPool::lock(&rig).await?;
        let lock = Worktrees::lock(&git.repository).await?;
        Ok(Self { rig, taken, tries, _pool: pool, _lock: lock })
    }

    /// The next name to try.
    pub(super) async fn next(&self) -> Result<FreeName, HostError> {
        name_pool::next(&self.rig, self.taken.clone()).await
    }

    /// Makes the polecat while nobody else makes one of this name.
    pub(super) async fn locked<T>(
        &self,
        polecat: &PolecatName,
        make: impl Future<Output = Result<T, HostError>>,
    ) -> Result<T, HostError> {
        let _gastown = GastownPolecat::try_lock(&self.rig, polecat).await?;
        require_finished(&self.rig, polecat).await?;
        make.await
    }

    /// Goes on to another name if this one was taken first.
    pub(super) fn pass_over(
        &mut self,
        polecat: &PolecatName,
        error: HostError,
    ) -> Result<(), HostError> {
        // gastown has just taken it or is removing it, the file system treats it as equal to another
        // name, or an operation on it was cut off and could not be recovered.
        let is_taken = matches!(
            error,
            HostError::PolecatExists { .. } | HostError::Busy { .. } | HostError::CutOff { .. }
        );
        self.tries += 1;
        if !is_taken || self.tries == TRIES_LIMIT {
            return Err(error);
        }
        self.taken.insert(polecat.to_string());
        Ok(())
    }
}
