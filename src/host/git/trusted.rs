//! Which repositories git is run in: a rig's own, and that of a polecat's worktree.
//!
//! What lies in a folder may have come with a clone, and what lies in a worktree may be an agent's.
//! git keeps neither `.git` nor what is in it in a commit: a repository behind one is a person's.
//! A bare one is found by its looks alone, so it is looked whether some repository tracks it.

use std::path::{Path, PathBuf};

use super::command::{Git, failed};
use super::format::path_from;
use super::is_git_dir;
use super::registration::{named_by, registered_in};
use super::repository::{common_dir, git_dir_of};
use crate::core::{Rig, RigKind};
use crate::host::dir::Dir;
use crate::host::error::HostError;
use crate::host::files::{blocking, broken, is_dir, look_at_link, real};
use crate::host::launch::Launch;
use crate::host::run::RunError;

/// More than the first file that is found does not matter.
const ENOUGH: usize = 64 * 1024;

/// A repository of a rig.
struct Found {
    /// Where it was looked for.
    path: PathBuf,
    git_dir: PathBuf,
    /// It has no `.git`, which a clone cannot bring along.
    by_its_looks: bool,
}

impl Git {
    /// The repository a rig's worktrees are made from.
    pub(super) async fn of(rig: &Rig, launch: &Launch) -> Result<Self, HostError> {
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
    pub(super) async fn find(rig: &Rig, launch: &Launch) -> Result<Option<Self>, HostError> {
        match Self::of(rig, launch).await {
            Err(HostError::NoRepository { .. }) => Ok(None),
            found => found.map(Some),
        }
    }

    /// git in the worktree that a person works in.
    pub(super) async fn main(rig: &Rig, launch: &Launch) -> Result<Self, HostError> {
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

    /// git in a worktree of a polecat of `rig`, which must be one.
    pub(super) async fn in_worktree(
        rig: &Rig,
        worktree: &Path,
        launch: &Launch,
    ) -> Result<Self, HostError> {
        let git = Self::found_in(rig, worktree, launch).await?;
        git.ok_or_else(|| HostError::NoWorktree { path: worktree.to_owned() })
    }

    /// The same; `None` where `worktree` is the top of none.
    pub(super) async fn found_in(
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

/// git's folder for the worktree of a polecat; `None` where there is no worktree. What the `.git`
/// file of a worktree says counts only where git has noted the same: an agent can write it.
pub(super) fn git_dir_now(rig: &Rig, worktree: &Path) -> Result<Option<PathBuf>, HostError> {
    let Some(own) = git_dir_of(worktree)? else { return Ok(None) };
    let mut of_polecats = rig.layouts().map(|layout| &layout.dir).chain([&rig.home]);
    // Whoever starts an agent elsewhere has chosen that place.
    if !of_polecats.any(|dir| worktree.starts_with(dir)) {
        return Ok(Some(own));
    }
    let (dot_git, worktrees) = (worktree.join(".git"), worktrees(rig)?);
    let noted = worktrees.iter().find_map(|dir| registered_in(dir, worktree).transpose());
    let noted = noted.transpose()?;
    let is_link = look_at_link(&dot_git)?.is_some_and(|found| found.is_symlink());
    let is_inside = real(&dot_git)?.as_ref() == Some(&own) && !is_link;
    let stands = match noted {
        Some(noted) => noted == own,
        // A clone of its own, a worktree of what is no repository of the rig's, or one that was
        // moved by hand.
        None => is_inside || worktrees.is_empty() || is_free(&own, &worktrees)?,
    };
    if stands {
        return Ok(Some(own));
    }
    let why = format!("it leads to `{}`, which git has not made for it", own.display());
    Err(broken(&dot_git, why))
}

/// The folders in which git has what is a worktree's own, of all repositories of a rig.
pub(super) fn worktrees(rig: &Rig) -> Result<Vec<PathBuf>, HostError> {
    let common =
        |found: Found| Ok(real(&common_dir(&found.git_dir)?)?.map(|dir| dir.join("worktrees")));
    all(rig)?.into_iter().filter_map(|found| common(found).transpose()).collect()
}

/// Whether git's folder `own` is one in `worktrees` whose worktree is not where git has noted it.
fn is_free(own: &Path, worktrees: &[PathBuf]) -> Result<bool, HostError> {
    if !worktrees.iter().any(|dir| own.parent() == Some(dir)) {
        return Ok(false);
    }
    Ok(match named_by(own)? {
        Some(there) => look_at_link(&there)?.is_none(),
        None => false,
    })
}

fn places(rig: &Rig) -> Vec<PathBuf> {
    match &rig.kind {
        RigKind::Repository { common_dir } => vec![common_dir.clone()],
        _ => vec![rig.home.join(".repo.git"), rig.home.join("mayor/rig")],
    }
}

/// The repositories of a rig; the first is that of new worktrees.
fn all(rig: &Rig) -> Result<Vec<Found>, HostError> {
    let found = places(rig).into_iter().map(|path| found_at(rig, path));
    found.filter_map(Result::transpose).collect()
}

fn found_at(rig: &Rig, path: PathBuf) -> Result<Option<Found>, HostError> {
    if let RigKind::Repository { .. } = rig.kind {
        let by_its_looks = !path.ends_with(".git");
        let git_dir = path.clone();
        return Ok(is_dir(&path)?.then_some(Found { path, git_dir, by_its_looks }));
    }
    // A link could lead into another project.
    if Dir::open(&rig.home, &path)?.is_none() {
        return Ok(None);
    }
    Ok(match git_dir_of(&path)? {
        Some(git_dir) => Some(Found { path, git_dir, by_its_looks: false }),
        None if is_git_dir(&path)? => {
            Some(Found { git_dir: path.clone(), path, by_its_looks: true })
        }
        None => None,
    })
}

/// Refuses a repository that another one around it tracks: all in there, configuration and hooks,
/// came with that.
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
        // On some systems another spelling is the same folder.
        let which = format!(":(top,literal,icase){below}");
        let asked = git.program(&["ls-files", "-z", "--", &which]).up_to(ENOUGH).run().await;
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
