//! Removing a polecat: what would be lost is kept first; then its folder is moved aside as a
//! whole, looked at once more, and only then deleted.
//!
//! Whoever is killed on the way leaves a record: before everything is kept the folder goes back,
//! after that the rest goes too.

mod finish;
mod keep;
mod underway;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::leftovers::{Leftover, leftovers_of};
use super::operation_lock::OperationLock;
use super::site::Site;
use super::{Backup, Git, trusted};
use crate::core::layout::aside_name;
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link, unwritten};
use crate::host::launch::Launch;
use crate::host::layouts;
use crate::host::records::{self, Removing};

pub(super) use finish::{forget_worktree, recover};
use keep::{Kept, Ours};

/// How often it is tried again when somebody writes at the same time.
const TRIES: usize = 3;

/// A polecat that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The branches that went with it.
    pub branches: Vec<String>,
    /// Those that stay, and why.
    pub kept: Vec<(String, String)>,
    /// Where its work is; none when all of it is elsewhere.
    pub backup: Option<Backup>,
    /// Its stashes, by commit: they stay in the repository's list.
    pub stashes: Vec<String>,
    /// A commit of what git had noted of a merge or the like that was under way.
    pub underway: Option<String>,
    /// Whether comments that were not sent are in the backup.
    pub comments: bool,
}

/// A removal before anything has happened. As long as it lasts nobody else makes, restores or
/// removes a polecat of the repository.
pub struct Removal {
    rig: Rig,
    polecat: PolecatName,
    launch: Launch,
    site: Site,
    ours: Ours,
    leftovers: Vec<Leftover>,
    _lock: OperationLock,
}

/// A polecat whose folder stands aside, with all of its work kept.
pub struct Aside {
    removal: Removal,
    record: Removing,
}

impl Removal {
    /// Looks at what is there. Who asks has had the polecat recovered.
    ///
    /// # Errors
    /// There is no such polecat, or something could not be looked at.
    pub async fn begin(
        rig: &Rig,
        polecat: &PolecatName,
        launch: &Launch,
    ) -> Result<Self, HostError> {
        let git = Git::find(rig, launch).await?;
        let lock = OperationLock::take(rig, polecat, git.as_ref()).await?;
        let site = Site::of(rig, polecat, launch).await?;
        // Before the rest, so that what is added later shows.
        let ours = Ours::of(&site, rig, polecat, launch).await?;
        let leftovers = leftovers_of(&site, rig, polecat, launch).await?;
        let (rig, polecat, launch) = (rig.clone(), polecat.clone(), launch.clone());
        Ok(Self { rig, polecat, launch, site, ours, leftovers, _lock: lock })
    }

    /// What would be lost.
    #[must_use]
    pub fn leftovers(&self) -> &[Leftover] {
        &self.leftovers
    }

    /// Keeps what would be lost and moves the polecat's folder aside. The caller has seen to it
    /// that the leftovers may go, or be kept.
    ///
    /// # Errors
    /// Something could not be kept, or somebody writes to it: then it stands where it was.
    pub async fn set_aside(self) -> Result<Aside, HostError> {
        for _ in 0..TRIES {
            let mut kept = self.keep().await?;
            let record = self.record(&kept).await?;
            records::put(&self.rig, &self.polecat, &record).await?;
            let aside = self.site.place.dir.join(&record.aside);
            let (dir, to) = (self.site.dir.clone(), aside.clone());
            let moved = blocking(move || rename(&dir, &to)).await;
            if let Err(error) = moved {
                records::clear::<Removing>(&self.rig, &self.polecat).await?;
                return Err(error);
            }
            match self.stands_as(&mut kept, &aside).await {
                Ok(true) => return Ok(Aside { removal: self, record }),
                Ok(false) => put_back(&self.rig, &self.polecat, &record).await?,
                Err(error) => {
                    put_back(&self.rig, &self.polecat, &record).await?;
                    return Err(error);
                }
            }
        }
        Err(HostError::Changing { path: self.site.dir.clone() })
    }

    async fn record(&self, kept: &Kept) -> Result<Removing, HostError> {
        let time = Timestamp::now().as_millisecond();
        let (rig, git_dir) = (self.rig.clone(), self.site.git_dir.clone());
        let git_dir = blocking(move || {
            let own = trusted::worktrees(&rig)?;
            Ok(git_dir.filter(|dir| own.iter().any(|own| dir.parent() == Some(own))))
        });
        Ok(Removing {
            aside: aside_name("removing", &self.polecat, time),
            settled: false,
            git_dir: git_dir.await?,
            branches: kept.contents.branches.clone(),
            kept: self.ours.staying(&kept.contents.branches),
            backup: kept.backup.clone().map(|backup| (backup.reference, backup.commit)),
            stashes: kept.contents.stashes.clone(),
            underway: kept.contents.underway.clone(),
            undo: self.ours.undo.clone(),
            comments: self.ours.comments.clone(),
        })
    }

    /// Whether it is all as it was kept, now that nobody finds it any more.
    async fn stands_as(&self, kept: &mut Kept, aside: &Path) -> Result<bool, HostError> {
        let site = self.site.moved(aside);
        for (temp, tree) in &mut kept.trees {
            temp.moved(&self.site.dir, aside);
            let now = temp.whole_tree().await?;
            if now != *tree || !temp.index_stands().await? {
                return Ok(false);
            }
        }
        let mut now = Ours::of(&site, &self.rig, &self.polecat, &self.launch).await?;
        // That others go on elsewhere is no change of it.
        now.goals.clone_from(&self.ours.goals);
        let underway = match &kept.underway {
            Some(_) => underway::underway(&site, &self.launch).await?,
            None => None,
        };
        Ok(now == self.ours && underway == kept.underway)
    }
}

impl Aside {
    /// The folder, where it stands now.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.removal.site.place.dir.join(&self.record.aside)
    }

    /// Puts the folder back where it was.
    ///
    /// # Errors
    /// It could not be moved.
    pub async fn put_back(self) -> Result<(), HostError> {
        put_back(&self.removal.rig, &self.removal.polecat, &self.record).await
    }

    /// Deletes what was moved aside, and all that git and we have noted of it.
    ///
    /// # Errors
    /// Something could not be deleted; another removal goes on where this one ended.
    pub async fn finish(self) -> Result<Removed, HostError> {
        let Self { removal, mut record } = self;
        record.settled = true;
        records::put(&removal.rig, &removal.polecat, &record).await?;
        finish::finish(&removal.rig, &removal.polecat, record, &removal.launch).await
    }
}

async fn put_back(rig: &Rig, polecat: &PolecatName, record: &Removing) -> Result<(), HostError> {
    let (of, name, recorded) = (rig.clone(), polecat.clone(), record.aside.clone());
    blocking(move || {
        let Some((place, aside)) = layouts::aside(&of, "removing", &name, &recorded)? else {
            return Ok(());
        };
        let dir = place.polecat_dir(&name);
        if look_at_link(&dir)?.is_some() {
            // Somebody else made one of this name meanwhile: neither is ours to remove.
            let why = format!("`{}` is in the way", dir.display());
            return Err(HostError::HalfRemoved { polecat: name, left: aside, why, backup: None });
        }
        rename(&aside, &dir)
    })
    .await?;
    records::clear::<Removing>(rig, polecat).await
}

fn rename(from: &PathBuf, to: &PathBuf) -> Result<(), HostError> {
    fs::rename(from, to).map_err(|source| unwritten(from, source))
}
