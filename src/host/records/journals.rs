//! What is under way with a polecat: written down before the first step, and deleted after the
//! last. Whoever finds it while holding the lock of those who write it knows that it was cut off.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::accept::{self, hash, own, require};
use super::{Record, StoredBase, folder, get, get_now};
use crate::core::rig::branch::is_branch;
use crate::core::rig::merge::MergeHow;
use crate::core::{Base, PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::dir::Dir;
use crate::host::files::{blocking, broken};
use crate::host::rigs::polecats;

/// A creation that is under way, or was cut off.
pub(in crate::host) struct Making {
    /// Where its branch begins.
    pub(in crate::host) base: Base,
    /// The polecat's branch.
    pub(in crate::host) branch: String,
    /// Whether that is none of its own.
    pub(in crate::host) other: bool,
    /// Its worktree, unless the version that began it knew one place only.
    pub(in crate::host) at: Option<PathBuf>,
}

/// A removal that is under way, or was cut off.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::host) struct Removing {
    /// What the polecat's folder was renamed to: see [`aside`].
    pub(in crate::host) aside: String,
    /// All of it is kept elsewhere: it may be deleted. Until then it goes back.
    #[serde(default)]
    pub(in crate::host) settled: bool,
    /// git's own folder for the worktree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::host) git_dir: Option<PathBuf>,
    /// The branches that go: commit and name.
    #[serde(default)]
    pub(in crate::host) branches: Vec<(String, String)>,
    /// Those that stay, and why.
    #[serde(default)]
    pub(in crate::host) kept: Vec<(String, String)>,
    /// The backup: ref and commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::host) backup: Option<(String, String)>,
    /// The stashes that stay in the repository's list.
    #[serde(default)]
    pub(in crate::host) stashes: Vec<String>,
}

/// A polecat that is being brought back or forked, or was when its backend was killed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::host) struct Restoring {
    /// What its folder is called while it is made: see [`aside`].
    pub(in crate::host) aside: String,
    /// The branch that was made for it and goes with it, of a fork: commit and name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::host) branch: Option<(String, String)>,
}

/// A merge that is under way, or was cut off.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::host) struct Merging {
    pub(in crate::host) how: MergeHow,
    /// The commit of the main worktree.
    pub(in crate::host) before: String,
    /// That of the polecat.
    pub(in crate::host) commit: String,
    /// What the merge gives.
    pub(in crate::host) tree: String,
    /// Whether conflicts are left to a person.
    #[serde(default)]
    pub(in crate::host) conflicts: bool,
}

impl Record for Merging {
    const KIND: &'static str = "merging";

    fn accept(&mut self, _: &Rig, _: &PolecatName, path: &Path) -> Result<(), HostError> {
        let all = [("before", &self.before), ("commit", &self.commit), ("tree", &self.tree)];
        let checked = all.into_iter().try_for_each(|(key, text)| hash(key, text));
        checked.map_err(|why| broken(path, why))
    }
}

impl Record for Removing {
    const KIND: &'static str = "removing";

    fn accept(&mut self, rig: &Rig, polecat: &PolecatName, path: &Path) -> Result<(), HostError> {
        polecats::there(rig)?;
        self.check(rig, polecat).map_err(|why| broken(path, why))
    }
}

impl Record for Restoring {
    const KIND: &'static str = "restoring";

    fn accept(&mut self, rig: &Rig, polecat: &PolecatName, path: &Path) -> Result<(), HostError> {
        polecats::there(rig)?;
        self.check(rig, polecat).map_err(|why| broken(path, why))
    }
}

impl Restoring {
    fn check(&mut self, rig: &Rig, polecat: &PolecatName) -> Result<(), String> {
        accept::aside(".restoring", &mut self.aside, rig, polecat)?;
        let Some((commit, branch)) = &self.branch else { return Ok(()) };
        hash("branch", commit)?;
        own("branch", branch, polecat)
    }
}

impl Removing {
    fn check(&mut self, rig: &Rig, polecat: &PolecatName) -> Result<(), String> {
        accept::aside(".removing", &mut self.aside, rig, polecat)?;
        for (commit, branch) in &self.branches {
            hash("branches", commit)?;
            own("branches", branch, polecat)?;
        }
        for (branch, _) in &self.kept {
            require(is_branch(branch), "kept", branch)?;
        }
        if let Some((reference, commit)) = &self.backup {
            let ours = reference.strip_prefix(&format!("refs/polecat/backup/{polecat}/"));
            require(ours.is_some_and(is_branch), "backup", reference)?;
            hash("backup", commit)?;
        }
        self.stashes.iter().try_for_each(|text| hash("stashes", text))
    }
}

/// What is under way with a polecat, or was cut off, in a word; `None` when nothing is.
pub(in crate::host) async fn unfinished(
    rig: &Rig,
    polecat: &PolecatName,
) -> Result<Option<&'static str>, HostError> {
    if get::<Removing>(rig, polecat).await?.is_some() {
        return Ok(Some("removal"));
    }
    if get::<Restoring>(rig, polecat).await?.is_some() {
        return Ok(Some("restore"));
    }
    if get::<Merging>(rig, polecat).await?.is_some() {
        return Ok(Some("merge"));
    }
    Ok(load_making(rig, polecat).await?.map(|_| "creation"))
}

/// The creation of a polecat that is under way or was cut off.
pub(in crate::host) async fn load_making(
    rig: &Rig,
    polecat: &PolecatName,
) -> Result<Option<Making>, HostError> {
    let stored = get::<StoredBase>(rig, polecat).await?;
    Ok(stored.and_then(|stored| {
        let base = Base { commit: stored.commit, branch: stored.branch };
        let other = stored.making.is_none();
        Some(Making { base, branch: stored.making.or(stored.making_on)?, other, at: stored.at })
    }))
}

/// The polecats with which something is under way or was cut off. A record that cannot be read is
/// in the way of its own polecat only.
pub(in crate::host) async fn all_unfinished(rig: &Rig) -> Result<Vec<PolecatName>, HostError> {
    let rig = rig.clone();
    blocking(move || {
        let is_making = |polecat: &PolecatName| {
            let stored = get_now::<StoredBase>(&rig, polecat).ok().flatten();
            stored.is_some_and(|stored| stored.making.or(stored.making_on).is_some())
        };
        let mut all: BTreeSet<_> = names::<StoredBase>(&rig)?.into_iter().collect();
        all.retain(is_making);
        all.extend(names::<Removing>(&rig)?);
        all.extend(names::<Restoring>(&rig)?);
        all.extend(names::<Merging>(&rig)?);
        Ok(all.into_iter().collect())
    })
    .await
}

/// The polecats that have a record of a kind.
fn names<T: Record>(rig: &Rig) -> Result<Vec<PolecatName>, HostError> {
    let dir = Dir::open(rig.anchor(), &folder(rig, T::KIND))?;
    let names = dir.as_ref().map(Dir::names).transpose()?.unwrap_or_default();
    let names = names.iter().filter_map(|name| name.to_str()?.strip_suffix(".json"));
    Ok(names.filter_map(|name| PolecatName::parse(name).ok()).collect())
}
