//! Which repositories git may run in: the rig's own, and that of a polecat's worktree.
//!
//! Files in a folder may have come with a clone, and files in a worktree may be an agent's. No
//! commit contains a `.git`, so a repository behind one was made by a person. A bare one is
//! recognised by its files alone, so we check whether another repository tracks them.

use std::path::Path;

use super::format::path_from;
use crate::core::Rig;
use crate::host::error::HostError;
use crate::host::files::blocking;
use crate::host::git::command::{Git, failed};
use crate::host::programs::launch::Launch;
use crate::host::programs::run::RunError;
use crate::host::repository::{all, git_dir_now, git_dir_of, places};

/// One tracked file is enough.
const OUTPUT_LIMIT: usize = 64 * 1024;

impl Git {
    /// The repository from which a rig's worktrees are made.
    pub(in crate::host::git) async fn of(rig: &Rig, launch: &Launch) -> Result<Self, HostError> {
        let of = rig.clone();
        let Some(found) = blocking(move || Ok(all(&of)?.into_iter().next())).await? else {
            return Err(HostError::NoRepository { rig: rig.name.to_string(), looked: places(rig) });
        };
        if found.by_its_looks {
            require_untracked(&found.path, launch).await?;
        }
        Ok(Self::new(&found.git_dir, &found.path, launch))
    }

    /// The same; `None` where there is none.
    pub(in crate::host::git) async fn find(
        rig: &Rig,
        launch: &Launch,
    ) -> Result<Option<Self>, HostError> {
        match Self::of(rig, launch).await {
            Err(HostError::NoRepository { .. }) => Ok(None),
            found => found.map(Some),
        }
    }

    /// git in the worktree that a person works in.
    pub(in crate::host::git) async fn main(rig: &Rig, launch: &Launch) -> Result<Self, HostError> {
        let git = Self::of(rig, launch).await?;
        let args = ["worktree", "list", "--porcelain", "-z"];
        let listed = git.run("looking for the main worktree", &args).await?.stdout;
        // The first record is the main worktree's; each ends with an empty line.
        let first = listed.split(|byte| *byte == 0).take_while(|line| !line.is_empty());
        let lines: Vec<_> = first.collect();
        let top = lines.first().and_then(|line| line.strip_prefix(b"worktree ")).map(path_from);
        match top {
            Some(top) if !lines.contains(&&b"bare"[..]) => {
                let gone = HostError::NoWorktree { path: top.clone() };
                let at = top.clone();
                let git_dir = blocking(move || git_dir_of(&at)).await?.ok_or(gone)?;
                Ok(Self::on(&top, &git_dir, launch))
            }
            _ => Err(HostError::Refused(format!(
                "`{}` is a bare repository: it has no index to take changes into",
                git.repository.display()
            ))),
        }
    }

    /// git in a polecat's worktree; fails if `worktree` is not one.
    pub(in crate::host::git) async fn in_worktree(
        rig: &Rig,
        worktree: &Path,
        launch: &Launch,
    ) -> Result<Self, HostError> {
        let git = Self::found_in(rig, worktree, launch).await?;
        git.ok_or_else(|| HostError::NoWorktree { path: worktree.to_owned() })
    }

    /// The same; `None` if `worktree` is not the top of a worktree.
    pub(in crate::host::git) async fn found_in(
        rig: &Rig,
        worktree: &Path,
        launch: &Launch,
    ) -> Result<Option<Self>, HostError> {
        let (of, path) = (rig.clone(), worktree.to_owned());
        let (own, bare) = blocking(move || {
            let Some(own) = git_dir_now(&of, &path)? else { return Ok((None, None)) };
            let bare = all(&of)?.into_iter().filter(|found| found.by_its_looks);
            let bare = bare.map(|found| found.path).find(|bare| own.starts_with(bare));
            Ok((Some(own), bare))
        })
        .await?;
        if let Some(bare) = bare {
            require_untracked(&bare, launch).await?;
        }
        Ok(own.map(|own| Self::on(worktree, &own, launch)))
    }
}

/// Refuses a repository whose files another one around it tracks: its configuration and hooks came
/// with that one.
async fn require_untracked(path: &Path, launch: &Launch) -> Result<(), HostError> {
    let dir = path.to_owned();
    let around = blocking(move || {
        let above = dir.ancestors().skip(1);
        let found = above.map(|top| Ok(git_dir_of(top)?.map(|git_dir| (top.to_owned(), git_dir))));
        found.filter_map(Result::transpose).collect::<Result<Vec<_>, HostError>>()
    });
    for (top, git_dir) in around.await? {
        let git = Git::on(&top, &git_dir, launch);
        let below = path.strip_prefix(&top).unwrap_or(path).to_string_lossy();
        // Some systems ignore case: another spelling may be the same folder.
        let which = format!(":(top,literal,icase){below}");
        let asked = git.program(&["ls-files", "-z", "--", &which]).up_to(OUTPUT_LIMIT).run().await;
        let is_tracked = match asked {
            Ok(output) => !output.stdout.is_empty(),
            Err(RunError::TooMuch { .. }) => true,
            Err(source) => return Err(failed("looking whether a repository is tracked", source)),
        };
        if is_tracked {
            return Err(HostError::Tracked { path: path.to_owned(), by: top });
        }
    }
    Ok(())
}
