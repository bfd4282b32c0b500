//! Removes a polecat. Its folder is moved aside as a whole, so that nobody finds it any more; then
//! it is checked again, what would be lost is backed up, and only then it is deleted.
//!
//! If the backend is killed midway, a journal is left: before the backup is complete the folder is
//! moved back, after that the rest is deleted.

mod finish;
mod keep;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::rig::layout::aside_name;
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link, unwritten};
use crate::host::git::operations::lock::OperationLock;
use crate::host::git::unsaved_work::{UnsavedWork, unsaved_work_in};
use crate::host::git::worktree::layout::WorktreeLayout;
use crate::host::git::{Backup, Git};
use crate::host::programs::launch::Launch;
use crate::host::records::{self, Removing};
use crate::host::rigs::layouts;

pub(in crate::host::git) use finish::{recover, unregister_worktree};

/// A polecat that was removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// The branches deleted with it.
    pub branches: Vec<String>,
    /// Branches that stay, and why.
    pub kept: Vec<(String, String)>,
    /// The backup of its work; none if all of it exists elsewhere.
    pub backup: Option<Backup>,
    /// Its stashes, by commit: they stay in the repository's list.
    pub stashes: Vec<String>,
    /// The number of unsent comments deleted with it.
    pub comments: usize,
    /// The number of queued messages deleted with it.
    pub queued: usize,
}

/// A removal that has not changed anything yet. While this value lives, nobody else creates,
/// restores or removes a polecat of the repository.
pub struct Removal {
    rig: Rig,
    polecat: PolecatName,
    launch: Launch,
    layout: WorktreeLayout,
    unsaved_work: Vec<UnsavedWork>,
    _lock: OperationLock,
}

/// A polecat whose folder is moved aside, with its work backed up.
pub struct Aside {
    removal: Removal,
    record: Removing,
}

impl Removal {
    /// Checks what is there. The caller must have recovered the polecat.
    ///
    /// # Errors
    /// There is no such polecat, or something could not be read.
    pub async fn begin(
        rig: &Rig,
        polecat: &PolecatName,
        launch: &Launch,
    ) -> Result<Self, HostError> {
        let git = Git::find(rig, launch).await?;
        let lock = OperationLock::take(rig, polecat, git.as_ref()).await?;
        let layout = WorktreeLayout::of(rig, polecat, launch).await?;
        let unsaved_work = unsaved_work_in(&layout, rig, polecat, launch).await?;
        let (rig, polecat, launch) = (rig.clone(), polecat.clone(), launch.clone());
        Ok(Self { rig, polecat, launch, layout, unsaved_work, _lock: lock })
    }

    /// What would be lost.
    #[must_use]
    pub fn unsaved_work(&self) -> &[UnsavedWork] {
        &self.unsaved_work
    }

    /// Moves the polecat's folder aside and backs up what would be lost. The caller must have
    /// checked that it can be backed up, or that there is nothing.
    ///
    /// # Errors
    /// Something cannot be backed up, or appeared since [`Removal::begin`]: then the folder is
    /// moved back.
    pub async fn set_aside(self) -> Result<Aside, HostError> {
        if let Some(left) = self.unsaved_work.iter().find(|left| !left.can_be_kept()) {
            return Err(HostError::Refused(format!("`{}` stays: {left}", self.polecat)));
        }
        let time = Timestamp::now().as_millisecond();
        let aside = aside_name("removing", &self.polecat, time);
        let mut record = Removing { aside, ..Removing::default() };
        records::put(&self.rig, &self.polecat, &record).await?;
        let aside = self.layout.place.dir.join(&record.aside);
        let (from, to) = (self.layout.dir.clone(), aside.clone());
        if let Err(error) = blocking(move || rename(&from, &to)).await {
            records::clear::<Removing>(&self.rig, &self.polecat).await?;
            return Err(error);
        }
        match self.keep(&self.layout.moved(&aside), &mut record).await {
            Ok(()) => Ok(Aside { removal: self, record }),
            Err(error) => {
                rollback(&self.rig, &self.polecat, &record).await?;
                Err(error)
            }
        }
    }
}

impl Aside {
    /// Where the folder is now.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.removal.layout.place.dir.join(&self.record.aside)
    }

    /// Moves the folder back.
    ///
    /// # Errors
    /// It could not be moved.
    pub async fn rollback(self) -> Result<(), HostError> {
        rollback(&self.removal.rig, &self.removal.polecat, &self.record).await
    }

    /// Deletes what was moved aside, and all records of it, git's and ours.
    ///
    /// # Errors
    /// Something could not be deleted; the next removal continues from there.
    pub async fn finish(self) -> Result<Removed, HostError> {
        let Self { removal, mut record } = self;
        record.settled = true;
        records::put(&removal.rig, &removal.polecat, &record).await?;
        finish::finish(&removal.rig, &removal.polecat, record, &removal.launch).await
    }
}

async fn rollback(rig: &Rig, polecat: &PolecatName, record: &Removing) -> Result<(), HostError> {
    let (of, name, recorded) = (rig.clone(), polecat.clone(), record.aside.clone());
    blocking(move || {
        let Some((place, aside)) = layouts::aside(&of, "removing", &name, &recorded)? else {
            return Ok(());
        };
        let dir = place.polecat_dir(&name);
        if look_at_link(&dir)?.is_some() {
            // Somebody has made another one of this name meanwhile: leave both.
            let why = format!("`{}` is in the way", dir.display());
            return Err(HostError::HalfRemoved { polecat: name, left: aside, why, backup: None });
        }
        rename(&aside, &dir)
    })
    .await?;
    records::clear::<Removing>(rig, polecat).await
}

fn rename(from: &Path, to: &Path) -> Result<(), HostError> {
    fs::rename(from, to).map_err(|source| unwritten(from, source))
}
