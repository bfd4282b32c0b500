//! What a new worktree gets from the main one besides what git checks out: copies of files that
//! git ignores, and links to some.
//!
//! Which files these are comes from the repository too (`.worktreeinclude`), and what is copied was
//! written by anybody. So all of it is reached part by part from both worktrees, no link is
//! followed, nothing that is there is written over, and only what git ignores on both sides is
//! copied: an agent commits none of it by mistake.

mod copy;
mod link;
mod patterns;
mod plan;
mod size;

use std::path::{Path, PathBuf};

use super::error::HostError;
use super::files::blocking;
use super::files::dir::Dir;
use super::git;
use super::programs::launch::Launch;
use crate::core::Rig;

pub use copy::CopyProgress;
pub use patterns::bad_pattern;
use plan::Walk;
pub use size::{CONFIRM_SIZE, shown_size};

/// What names the files that are copied, at the top of the main worktree.
pub const INCLUDE: &str = ".worktreeinclude";

/// What a person wants of a new worktree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Patterns of files to be copied, as in `.gitignore`.
    pub copy: Vec<String>,
    /// Files and folders that are links to those of the main worktree.
    pub link: Vec<PathBuf>,
}

/// What a new worktree is given.
#[derive(Clone, Debug, Default)]
pub struct SetupPlan {
    /// The main worktree.
    pub main: Option<PathBuf>,
    /// Paths in it of files and links that are copied.
    files: Vec<PathBuf>,
    links: Vec<PathBuf>,
    /// The size of all files together, in bytes.
    pub size: u64,
    /// The largest of them.
    largest: Option<(u64, PathBuf)>,
    /// What is not copied, and why.
    pub warnings: Vec<String>,
}

impl SetupPlan {
    /// Whether nothing is copied or linked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.links.is_empty()
    }

    /// Whether the copies cost as much room as the originals in `folder`, or in the nearest folder
    /// above it that exists.
    pub async fn costs(&self, folder: &Path) -> bool {
        let Some((main, (_, file))) = self.main.clone().zip(self.largest.clone()) else {
            return false;
        };
        let folder = folder.to_owned();
        let can_clone = blocking(move || {
            let there = folder.ancestors().find(|folder| folder.is_dir());
            let (Some(there), Some(name)) = (there, file.file_name()) else { return Ok(false) };
            let dir = file.parent().unwrap_or(Path::new(""));
            let dir = Dir::open(&main, &main.join(dir))?;
            Ok(dir.is_some_and(|dir| dir.can_clone(name.as_ref(), there)))
        });
        !can_clone.await.unwrap_or_default()
    }
}

/// Plans what a new worktree of `rig` is given. Changes nothing.
///
/// # Errors
/// git failed. A file that cannot be read is a warning.
pub async fn plan(rig: &Rig, wanted: &Wanted, launch: &Launch) -> Result<SetupPlan, HostError> {
    let Some(main) = git::main_worktree(rig, launch).await? else {
        let mut plan = SetupPlan::default();
        if !wanted.copy.is_empty() || !wanted.link.is_empty() {
            let why = "nothing is copied or linked: there is no main worktree".to_owned();
            plan.warnings.push(why);
        }
        return Ok(plan);
    };
    let (at, own) = (main.clone(), wanted.copy.clone());
    let (patterns, mut warnings) = blocking(move || patterns::read(&at, &own)).await?;
    let mut plan = SetupPlan { main: Some(main.clone()), ..SetupPlan::default() };
    if !patterns.is_empty() {
        let ignored = git::ignored(rig, launch).await?;
        let (at, polecats) = (main.clone(), rig.layouts().map(|one| one.dir.clone()).collect());
        let found = blocking(move || Ok(Walk::of(&at, polecats, &patterns).all(&ignored))).await?;
        plan = SetupPlan { main: plan.main, ..found };
        warnings.extend(git::unignored(rig, &wanted.copy, launch).await?);
    }
    plan.links.clone_from(&wanted.link);
    plan.warnings.splice(0..0, warnings);
    Ok(plan)
}

/// What was done with a [`SetupPlan`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetupReport {
    /// How many files were copied.
    pub files: usize,
    /// Those of them that cost room, in bytes.
    pub written: u64,
    /// How many links were made.
    pub links: usize,
    /// What was not, and why.
    pub warnings: Vec<String>,
}

/// Gives `worktree` what is planned, as far as it lacks it; `progress` is told of it, and can end it.
///
/// # Errors
/// There is no room, or a folder could not be read or written; what was copied by then stays.
pub async fn give(
    rig: &Rig,
    worktree: &Path,
    plan: SetupPlan,
    launch: &Launch,
    progress: CopyProgress,
) -> Result<SetupReport, HostError> {
    let Some(main) = plan.main.clone() else { return Ok(SetupReport::default()) };
    let (at, files) = (worktree.to_owned(), plan.files);
    let lacking = blocking(move || copy::lacking(&at, files)).await?;
    let kept = git::ignored_of(rig, worktree, lacking.clone(), launch).await?;
    let warning = copy::unignored(&lacking, &kept);
    let (from, at) = (main.clone(), worktree.to_owned());
    let mut given = blocking(move || copy::all(&from, &at, &kept, &progress)).await?;
    given.warnings.splice(0..0, warning);
    let (links, at) = (plan.links, worktree.to_owned());
    let linked = blocking(move || link::all(&main, &at, &links)).await?;
    given.links = linked.made.len();
    given.warnings.extend(linked.warnings);
    given.warnings.extend(git::hide_links(rig, worktree, linked.all, launch).await?);
    Ok(given)
}
