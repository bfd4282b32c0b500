//! What each polecat ran last, in `.runtime/polecat/sessions/<name>.json`. What it says is as little
//! trusted as any file of the project: who runs it asks a person first.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Record, clear, folder, get, path, put};
use crate::core::agent::ConversationId;
use crate::core::{PolecatName, Rig, SessionRecord};
use crate::host::error::HostError;
use crate::host::files::dir::Dir;
use crate::host::files::{blocking, broken};
use crate::host::locks;

impl Record for SessionRecord {
    const KIND: &'static str = "sessions";

    fn accept(&mut self, _: &Rig, _: &PolecatName, path: &Path) -> Result<(), HostError> {
        let dirs = self.config_dir.iter().chain(&self.workdir);
        match dirs.into_iter().find(|dir| dir.is_relative()) {
            Some(dir) => Err(broken(path, format!("`{}` is no whole path", dir.display()))),
            None => Ok(()),
        }
    }
}

/// The id of a new conversation.
///
/// # Errors
/// The system gives no random numbers.
pub fn new_conversation() -> io::Result<ConversationId> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    Ok(ConversationId::random(random))
}

/// What attempts at a task that is begun now have in common.
///
/// # Errors
/// The system gives no random numbers.
pub fn new_task() -> io::Result<String> {
    new_conversation().map(|id| id.to_string())
}

/// The record; `None` if there is none.
///
/// # Errors
/// The file could not be read, or is broken: what the polecat ran is unknown.
pub async fn load(rig: &Rig, polecat: &PolecatName) -> Result<Option<SessionRecord>, HostError> {
    get(rig, polecat).await
}

/// The record's file, as it is named to a person.
#[must_use]
pub fn file(rig: &Rig, polecat: &PolecatName) -> PathBuf {
    path::<SessionRecord>(rig, polecat)
}

/// Keeps the record of a session that has just been started, in place of the one before.
///
/// # Errors
/// The file could not be written, or is a newer version's; then it is as before.
pub async fn keep(
    rig: &Rig,
    polecat: &PolecatName,
    record: &SessionRecord,
) -> Result<(), HostError> {
    let _turn = lock(rig).await?;
    match load(rig, polecat).await {
        Ok(Some(old)) if !old.is_known() => Err(newer(rig, polecat)),
        // Somebody has started another one since.
        Ok(Some(old)) if old.started > record.started && old.ended.is_none() => Ok(()),
        // A broken one tells nothing that would be lost.
        Ok(_) | Err(HostError::Broken { .. }) => put(rig, polecat, record).await.map(drop),
        Err(error) => Err(error),
    }
}

/// Changes the record of the session that was started at `started`, if it is the last one; whether
/// it was.
///
/// # Errors
/// The file could not be read or written, is broken, or is a newer version's; then it is as before.
pub async fn change(
    rig: &Rig,
    polecat: &PolecatName,
    started: Timestamp,
    change: impl FnOnce(&mut SessionRecord) + Send,
) -> Result<bool, HostError> {
    let _turn = lock(rig).await?;
    let Some(old) = load(rig, polecat).await?.filter(|old| old.started == started) else {
        return Ok(false);
    };
    let mut record = old.clone();
    change(&mut record);
    if record == old {
        return Ok(true);
    }
    if !old.is_known() {
        return Err(newer(rig, polecat));
    }
    put(rig, polecat, &record).await.map(|_| true)
}

/// Deletes the record, whoever wrote it.
///
/// # Errors
/// It is there and could not be removed.
pub(in crate::host) async fn delete(rig: &Rig, polecat: &PolecatName) -> Result<(), HostError> {
    clear::<SessionRecord>(rig, polecat).await
}

async fn lock(rig: &Rig) -> Result<locks::Records, HostError> {
    let of = rig.clone();
    let folder = folder(rig, SessionRecord::KIND);
    let dir = folder.clone();
    blocking(move || Dir::make(of.anchor(), &dir).map(drop)).await?;
    locks::Records::lock(&folder).await
}

fn newer(rig: &Rig, polecat: &PolecatName) -> HostError {
    HostError::Newer { path: file(rig, polecat), why: "a newer version wrote it".to_owned() }
}
