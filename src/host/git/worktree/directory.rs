//! The folder that new worktrees are made in: whether it is for this repository to have, and
//! making it.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::core::{Layout, Rig, RigKind};
use crate::host::error::HostError;
use crate::host::files::{blocking, entries, is_dir, look_at_link, make_inside, real};
use crate::host::git::Git;
use crate::host::git::snapshot::PLAINLY;
use crate::host::programs::launch::Launch;
use crate::host::repository::{Registration, git_dir_of, is_git_dir, registration};

/// A repository whose files a folder would be among.
enum Around {
    Worktree {
        top: PathBuf,
        /// Its own folder, unless that is lost.
        git_dir: Option<PathBuf>,
    },
    /// git's own folder.
    Git(PathBuf),
}

/// Whether new worktrees can be made where the configuration wants them, as far as can be told
/// without trying.
///
/// # Errors
/// It lies among the files of a repository, or another one has its worktrees there. A rig without
/// a repository makes none.
pub async fn check_place(rig: &Rig, launch: &Launch) -> Result<(), HostError> {
    match Git::of(rig, launch).await {
        Ok(git) => require(rig, &git).await,
        Err(HostError::NoRepository { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Refuses a folder that lies among the files of a repository, which would show it, or that
/// another repository has its worktrees in.
pub(in crate::host::git) async fn require(rig: &Rig, git: &Git) -> Result<(), HostError> {
    if rig.owns(&rig.layout) {
        return Ok(());
    }
    let of = rig.clone();
    let around = blocking(move || {
        let dir = &of.layout.dir;
        refuse_links(dir)?;
        refuse_others(&of)?;
        around(dir)
    });
    match around.await? {
        None => Ok(()),
        Some(Around::Git(dir)) => {
            let why = format!("it is inside git's own folder `{}`", dir.display());
            Err(unwritable(&rig.layout, why))
        }
        Some(Around::Worktree { top, git_dir }) => {
            if let Some(git_dir) = git_dir
                && Git::on(&top, &git_dir, &git.launch).hides(&rig.layout.dir).await?
            {
                return Ok(());
            }
            let why = format!("the repository `{}` would show it as untracked", top.display());
            Err(unwritable(&rig.layout, why))
        }
    }
}

/// Makes the folder; gives those that are new, outermost first.
pub(in crate::host::git) fn make(rig: &Rig) -> Result<Vec<PathBuf>, HostError> {
    let dir = &rig.layout.dir;
    if rig.owns(&rig.layout) {
        return make_inside(rig.anchor(), dir);
    }
    let mut above = dir.as_path();
    while look_at_link(above)?.is_none() {
        above = above.parent().unwrap_or(Path::new("/"));
    }
    make_inside(above, dir).map_err(|error| refused(&rig.layout, error))
}

/// The same error, as one of the setting where that is to blame.
pub(in crate::host::git) fn refused(layout: &Layout, error: HostError) -> HostError {
    match error {
        HostError::Write { path, source } if is_of_the_place(&source) => {
            unwritable(layout, format!("cannot make `{}`: {source}", path.display()))
        }
        HostError::RigGone { path } => {
            unwritable(layout, format!("`{}` is no folder", path.display()))
        }
        other => other,
    }
}

fn is_of_the_place(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem | ErrorKind::NotADirectory
    )
}

fn unwritable(layout: &Layout, why: String) -> HostError {
    HostError::WorktreesUnwritable { dir: layout.dir.clone(), why }
}

/// Its path was taken without links: one that is there now leads elsewhere.
fn refuse_links(dir: &Path) -> Result<(), HostError> {
    for above in dir.ancestors() {
        if look_at_link(above)?.is_some_and(|found| found.is_symlink()) {
            return Err(HostError::Link { path: above.to_owned() });
        }
    }
    Ok(())
}

/// Two repositories of the same name may have one folder for their polecats.
fn refuse_others(rig: &Rig) -> Result<(), HostError> {
    let RigKind::Repository { common_dir } = &rig.kind else { return Ok(()) };
    if !is_dir(&rig.layout.dir)? {
        return Ok(());
    }
    for entry in entries(&rig.layout.dir)? {
        let worktree = rig.layout.within(&entry.path());
        // What cannot be read is of nobody who could be named, and a clone only of itself.
        if let Ok(Registration::Other(other)) = registration(common_dir, &worktree) {
            let why = format!("the repository `{}` has its worktrees there", other.display());
            return Err(unwritable(&rig.layout, why));
        }
    }
    Ok(())
}

/// The innermost repository around a folder that may still have to be made.
fn around(dir: &Path) -> Result<Option<Around>, HostError> {
    for above in dir.ancestors() {
        if real(above)?.is_none() {
            continue;
        }
        if is_git_dir(above)? {
            return Ok(Some(Around::Git(above.to_owned())));
        }
        match git_dir_of(above) {
            Ok(None) => {}
            Ok(git_dir) => return Ok(Some(Around::Worktree { top: above.to_owned(), git_dir })),
            // One whose own folder is lost is somebody's all the same.
            Err(HostError::Broken { .. }) => {
                let top = above.to_owned();
                return Ok(Some(Around::Worktree { top, git_dir: None }));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

impl Git {
    /// Whether the repository would not show `dir`: it is ignored, or what is untracked is not shown
    /// there at all, as in home folders that are repositories.
    async fn hides(&self, dir: &Path) -> Result<bool, HostError> {
        let top = self.repository.display();
        let doing = format!("asking `{top}` whether it ignores the new worktree");
        // A pattern such as `x/` is one of folders, which this is, be it still to be made.
        let folder = format!("{}/", dir.display());
        let ignored = ["check-ignore", "--quiet", "--no-index", "--", &folder];
        if self.answer(&doing, &[PLAINLY, &ignored].concat()).await?.is_some() {
            return Ok(true);
        }
        let shows = ["config", "--get", "status.showUntrackedFiles"];
        let shows = self.answer(&doing, &[PLAINLY, &shows].concat()).await?;
        Ok(shows.is_some_and(|output| output.text() == "no"))
    }
}
