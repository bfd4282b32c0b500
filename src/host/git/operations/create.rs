//! Creates a polecat: its folder, branch and worktree, all of them or none.

pub(super) mod beginning;
mod recover;

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use super::require_pristine::require_pristine;
use super::{WorktreeList, failed_for, to_its_end};
use crate::core::{Base, IssueId, Layout, PolecatName, Rig, StartPoint};
use crate::host::error::HostError;
use crate::host::files::{blocking, unwritten};
use crate::host::git::Git;
use crate::host::git::operations::lock::OperationLock;
use crate::host::git::worktree::Worktree;
use crate::host::git::worktree::directory;
use crate::host::locks::GastownPool;
use crate::host::programs::launch::Launch;
use crate::host::records::{self, MakingOn, sessions, setups};
use crate::host::rigs::{layouts, polecats};

use beginning::OnBranch;
pub use beginning::look_up_base;
pub(in crate::host::git) use recover::recover;

/// Creates a polecat with a worktree on a branch of its own; `now_ms` is Unix time in milliseconds.
/// The caller must have recovered it.
///
/// Finishes or rolls back even if the caller stops waiting.
///
/// # Errors
/// The polecat exists, there is no repository or no commit, or git or a hook refused: then
/// everything is rolled back, unless the error is [`HostError::NotUndone`].
pub async fn create_worktree(
    rig: &Rig,
    polecat: &PolecatName,
    issue: Option<&IssueId>,
    now_ms: u64,
    launch: &Launch,
) -> Result<Worktree, HostError> {
    let begin = (issue, &StartPoint::default());
    create_worktree_from(rig, polecat, begin, now_ms, launch).await
}

/// [`create_worktree`] where a person wants it to begin.
///
/// # Errors
/// As there; or there is no such place, or its branch is checked out elsewhere.
pub async fn create_worktree_from(
    rig: &Rig,
    polecat: &PolecatName,
    (issue, wanted): (Option<&IssueId>, &StartPoint),
    now_ms: u64,
    launch: &Launch,
) -> Result<Worktree, HostError> {
    let (git, wanted) = (Git::of(rig, launch).await?, wanted.clone());
    let branch = wanted.branch_name(polecat, issue, now_ms);
    let (rig, polecat) = (rig.clone(), polecat.clone());
    to_its_end(async move {
        let (base, on) = git.beginning(&rig, &wanted).await?;
        let layout = rig.layout.clone();
        Creation { git, rig, polecat, layout, branch, on: None }.on(on).run(&base).await
    })
    .await
}

/// Rolls back [`create_worktree`] or [`crate::host::git::create_next`]: removes worktree, branch,
/// folder and record.
///
/// # Errors
/// It has been worked in since, or something could not be removed; the error names what is left.
pub async fn rollback_create(
    rig: &Rig,
    polecat: &PolecatName,
    worktree: &Worktree,
    launch: &Launch,
) -> Result<(), HostError> {
    let creation = Creation::of_made(rig, polecat, worktree, launch).await?;
    let worktree = worktree.clone();
    to_its_end(async move {
        let Creation { git, rig, polecat, .. } = &creation;
        let _lock = OperationLock::take(rig, polecat, Some(git)).await?;
        require_pristine(&creation.git, &creation.rig, &worktree).await?;
        creation.take_back(&worktree.base).await
    })
    .await
}

/// The layout in which a worktree was made, which must still be the polecat's.
async fn made_in(rig: &Rig, polecat: &PolecatName, made: &Worktree) -> Result<Layout, HostError> {
    let place = polecats::place(rig, polecat).await?.unwrap_or_else(|| rig.layout.clone());
    if place.worktree(polecat) == made.path {
        return Ok(place);
    }
    let why = format!("the polecat `{polecat}` is elsewhere");
    Err(HostError::Stranger { path: made.path.clone(), why })
}

pub(in crate::host::git) struct Creation {
    pub(in crate::host::git) git: Git,
    pub(in crate::host::git) rig: Rig,
    pub(in crate::host::git) polecat: PolecatName,
    /// Where it is created.
    pub(in crate::host::git) layout: Layout,
    /// The polecat's own, unless it is made on another one.
    pub(in crate::host::git) branch: String,
    /// That one.
    pub(in crate::host::git) on: Option<OnBranch>,
}

/// What a creation has made so far.
#[derive(Default)]
struct Made {
    folders: Vec<PathBuf>,
    recorded: bool,
    claimed: bool,
    branch: bool,
}

impl Creation {
    /// That by which `made` was created.
    pub(super) async fn of_made(
        rig: &Rig,
        polecat: &PolecatName,
        made: &Worktree,
        launch: &Launch,
    ) -> Result<Self, HostError> {
        let (git, branch) = (Git::of(rig, launch).await?, made.branch.clone());
        let layout = made_in(rig, polecat, made).await?;
        let name = branch.clone();
        let on = made.tip.clone().map(|tip| OnBranch { name, tip, from: None });
        Ok(Self { git, rig: rig.clone(), polecat: polecat.clone(), layout, branch, on })
    }

    /// The same on another branch than one of its own.
    pub(in crate::host::git) fn on(self, on: Option<OnBranch>) -> Self {
        let branch = on.as_ref().map_or(self.branch, |on| on.name.clone());
        Self { branch, on, ..self }
    }

    async fn run(self, base: &Base) -> Result<Worktree, HostError> {
        directory::require(&self.rig, &self.git).await?;
        // Until everything is there: gastown deletes half-made polecats.
        let _pool = GastownPool::lock(&self.rig).await?;
        // Two `git worktree add` at once read each other's half-written files and fail
        // (`failed to read worktrees/shop1/commondir: Success`, git 2.47).
        let _lock = OperationLock::take(&self.rig, &self.polecat, Some(&self.git)).await?;
        self.make(base).await
    }

    /// Creates it, or rolls back. The caller holds the lock.
    pub(in crate::host::git) async fn make(self, base: &Base) -> Result<Worktree, HostError> {
        self.require_free().await?;
        let mut made = Made::default();
        match self.build(base, &mut made).await {
            Ok(()) => {
                let path = self.layout.worktree(&self.polecat);
                let tip = self.on.map(|on| on.tip);
                Ok(Worktree { path, branch: self.branch, base: base.clone(), tip, files: None })
            }
            Err(cause) => {
                let path = self.layout.polecat_dir(&self.polecat);
                Err(failed_for(cause, &path, self.rollback(base, made).await))
            }
        }
    }

    async fn require_free(&self) -> Result<(), HostError> {
        let (rig, polecat) = (self.rig.clone(), self.polecat.clone());
        blocking(move || polecats::in_the_way(&rig, &polecat)).await
    }

    /// Claims the name: if two make the same folder, gastown perhaps, only one succeeds.
    async fn claim(&self) -> Result<Vec<PathBuf>, HostError> {
        let (rig, polecat) = (self.rig.clone(), self.polecat.clone());
        blocking(move || {
            let dir = rig.polecat_dir(&polecat);
            let mut folders = directory::make(&rig)?;
            match fs::create_dir(&dir) {
                Ok(()) => {
                    folders.push(dir);
                    Ok(folders)
                }
                Err(err) if err.kind() != ErrorKind::AlreadyExists => {
                    remove_empty(&folders);
                    Err(directory::refused(&rig.layout, unwritten(&dir, err)))
                }
                Err(_) => Err(HostError::PolecatExists { polecat, dir }),
            }
        })
        .await
    }

    async fn build(&self, base: &Base, made: &mut Made) -> Result<(), HostError> {
        // Written first: whoever finds it knows that the rest may have been cut off.
        let (rig, polecat) = (&self.rig, &self.polecat);
        let path = self.layout.worktree(polecat);
        let making = Some((self.kind(), &*path));
        made.folders = records::save_base(rig, polecat, base, making).await?;
        made.recorded = true;
        let of = rig.clone();
        made.folders.extend(blocking(move || layouts::remember(&of)).await?);
        made.folders.extend(self.claim().await?);
        made.claimed = true;
        // The branch separately: after a failed `worktree add -b` we could not tell whether the
        // branch is ours to remove.
        let from = self.on.as_ref().map(|on| on.from.as_deref());
        if from != Some(None) {
            let doing = format!("creating the branch `{}`", self.branch);
            let (track, at) = match from.flatten() {
                Some(remote) => ("--track", remote),
                None => ("--no-track", &*base.commit),
            };
            self.git.act(&doing, &["branch", track, "--", &self.branch, at]).await?;
            made.branch = true;
        }
        let doing = format!("creating the worktree `{}`", path.display());
        let path = path.to_string_lossy();
        self.git.act(&doing, &["worktree", "add", "--quiet", "--", &path, &self.branch]).await?;
        records::save_base(&self.rig, &self.polecat, base, None).await.map(drop)
    }

    /// Takes all of it back. The caller holds the lock, and has made sure that nobody has worked there.
    pub(super) async fn take_back(&self, base: &Base) -> Result<(), HostError> {
        let branch = self.on.is_none();
        let made = Made { recorded: true, claimed: true, branch, ..Made::default() };
        // What it ran is no other polecat's of that name.
        sessions::delete(&self.rig, &self.polecat).await?;
        setups::end(&self.rig, &self.polecat).await?;
        self.rollback(base, made).await
    }

    async fn rollback(&self, base: &Base, made: Made) -> Result<(), HostError> {
        let dir = self.layout.polecat_dir(&self.polecat);
        if made.claimed {
            blocking(move || match fs::remove_dir_all(&dir) {
                Err(err) if err.kind() != ErrorKind::NotFound => Err(unwritten(&dir, err)),
                _ => Ok(()),
            })
            .await?;
            self.unregister_worktree().await?;
        }
        if made.branch {
            self.delete_branch(base).await?;
        }
        if made.recorded {
            records::delete_base(&self.rig, &self.polecat).await?;
        }
        let (rig, polecat, layout) = (self.rig.clone(), self.polecat.clone(), self.layout.clone());
        blocking(move || {
            layouts::tidy(&rig, &layout, &polecat);
            remove_empty(&made.folders);
            Ok(())
        })
        .await
    }

    /// Only if it has not moved: a hook may have committed to it.
    pub(in crate::host::git) async fn delete_branch(&self, base: &Base) -> Result<(), HostError> {
        let (doing, branch) = ("removing the branch", format!("refs/heads/{}", self.branch));
        let tip = self.on.as_ref().map_or(&base.commit, |on| &on.tip);
        self.git.act(doing, &["update-ref", "-d", &branch, tip]).await.map(drop)
    }

    fn kind(&self) -> MakingOn<'_> {
        match self.on {
            Some(_) => MakingOn::Other(&self.branch),
            None => MakingOn::Own(&self.branch),
        }
    }

    /// Makes git forget the worktree whose folder is gone. Not `worktree prune`: that would also
    /// forget the user's worktrees on disks that are not mounted.
    pub(in crate::host::git) async fn unregister_worktree(&self) -> Result<(), HostError> {
        let path = self.layout.worktree(&self.polecat);
        if WorktreeList::read(&self.git).await?.has_path(&path) {
            let args = ["worktree", "remove", "--force", "--force", "--", &path.to_string_lossy()];
            self.git.act("removing the worktree", &args).await?;
        }
        Ok(())
    }
}

/// Removes folders that we made, innermost first; one that is no longer empty stays.
fn remove_empty(folders: &[PathBuf]) {
    for folder in folders.iter().rev() {
        let _ = fs::remove_dir(folder);
    }
}
