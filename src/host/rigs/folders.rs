//! What the folders of a rig tell of all its polecats, read at one go: a thread for each file
//! would cost more than the files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::polecats;
use crate::core::session::{queue::Queue, setting_up::SettingUp};
use crate::core::{Exit, PolecatName, Rig, SessionRecord};
use crate::host::error::HostError;
use crate::host::files::blocking;
use crate::host::records::opened::Opened;
use crate::host::repository::head;

/// What the folders tell of one polecat.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Folder {
    /// Where it works.
    pub workdir: Option<PathBuf>,
    /// What is checked out there.
    pub branch: Option<String>,
    /// How its last agent ended, until the next starts.
    pub exit: Option<Exit>,
    /// What was queued for it when its session ended.
    pub queue: Option<Queue>,
    /// What a person calls it.
    pub label: Option<String>,
    /// What it ran last, where that can be read.
    pub last: Option<SessionRecord>,
    /// What the set-up of its worktree is at, while that goes on.
    pub setting_up: Option<SettingUp>,
}

/// All polecats of the rig, and `also` those whose folders may be gone.
///
/// # Errors
/// The rig or a record cannot be read.
pub async fn read(
    rig: &Rig,
    also: Vec<PolecatName>,
) -> Result<BTreeMap<PolecatName, Folder>, HostError> {
    let rig = rig.clone();
    blocking(move || {
        let (mut all, records) = (BTreeMap::new(), Opened::of(&rig)?);
        for (name, place) in polecats::places_now(&rig)? {
            // A folder that cannot be read has no known branch; the rest is shown all the same.
            let workdir = polecats::workdir_in(&rig, place, &name).ok();
            all.insert(name.clone(), folder(&records, &name, workdir)?);
        }
        for name in also {
            if !all.contains_key(&name) {
                let workdir = polecats::workdir_now(&rig, &name).ok();
                all.insert(name.clone(), folder(&records, &name, workdir)?);
            }
        }
        Ok(all)
    })
    .await
}

/// Where a polecat works, and what is checked out there. What cannot be read is not known.
pub async fn checkout(rig: &Rig, polecat: &PolecatName) -> (Option<PathBuf>, Option<String>) {
    let (rig, polecat) = (rig.clone(), polecat.clone());
    let read = blocking(move || {
        let workdir = polecats::workdir_now(&rig, &polecat).ok();
        let branch = workdir.as_deref().and_then(|dir| head::branch_now(dir).ok().flatten());
        Ok((workdir, branch))
    });
    read.await.unwrap_or_default()
}

fn folder(
    records: &Opened,
    polecat: &PolecatName,
    workdir: Option<PathBuf>,
) -> Result<Folder, HostError> {
    let exit = records.exit(polecat)?;
    let branch = workdir.as_deref().and_then(|dir| head::branch_now(dir).ok().flatten());
    let (queue, label) = (records.queue(polecat), records.label(polecat));
    let (last, setting_up) = (records.session(polecat), records.setting_up(polecat));
    Ok(Folder { workdir, branch, exit, queue, label, last, setting_up })
}
