//! Removing a polecat: its folder is moved aside as a whole, so that nobody finds it any more; then
//! it is looked at once more, what would be lost is kept, and only then it is deleted.
//!
//! If the backend is killed midway, a journal is left: until all is kept the folder goes back, after
//! that the rest is deleted too.

mod finish;
mod keep;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::core::layout::aside_name;
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
    /// How many comments went with it that were not sent.
    pub comments: usize,
}

/// A removal before anything has happened. While it lasts nobody else creates, restores or removes
/// a polecat of the repository.
pub struct Removal {
    rig: Rig,
    polecat: PolecatName,
    launch: Launch,
    layout: WorktreeLayout,
    unsaved_work: Vec<UnsavedWork>,
    _lock: OperationLock,
}

/// A polecat whose folder stands aside, with all of its work kept.
pub struct Aside {
    removal: Removal,
    record: Removing,
}

impl Removal {
    /// Looks at what is there. The caller must have recovered the polecat.
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

    /// Moves the polecat's folder aside and keeps what would be lost: the caller has made sure that
    /// it may be kept, or that there is none.
    ///
    /// # Errors
    /// Something cannot be kept, or appeared since [`Removal::begin`]: then the folder is where it
    /// was.
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
    /// The folder, where it stands now.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.removal.layout.place.dir.join(&self.record.aside)
    }

    /// Moves the folder back to where it was.
    ///
    /// # Errors
    /// It could not be moved.
    pub async fn rollback(self) -> Result<(), HostError> {
        rollback(&self.removal.rig, &self.removal.polecat, &self.record).await
    }

    /// Deletes what was moved aside, and all that git and we have recorded of it.
    ///
    /// # Errors
    /// Something could not be deleted; the next removal goes on where this one stopped.
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
            // Somebody else made one of this name meanwhile: neither is ours to remove.
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
