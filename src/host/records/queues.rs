//! The messages that were queued for a polecat when its session ended, in
//! `.runtime/polecat/queues/<name>.json`.

use std::path::Path;

use super::{Record, clear, get, path, put};
use crate::core::session::queue::Queue;
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;

impl Record for Queue {
    const KIND: &'static str = "queues";

    fn accept(&mut self, _: &Rig, _: &PolecatName, _: &Path) -> Result<(), HostError> {
        // Nothing of it is sent before a person says so.
        Ok(())
    }
}

/// The messages; `None` if none were left.
///
/// # Errors
/// The file could not be read, or is broken.
pub async fn load(rig: &Rig, polecat: &PolecatName) -> Result<Option<Queue>, HostError> {
    get(rig, polecat).await
}

/// Keeps `queue` in place of what was left before; an empty one leaves no file.
///
/// # Errors
/// The file could not be written, or is a newer version's; then it is as before.
pub async fn keep(rig: &Rig, polecat: &PolecatName, queue: &Queue) -> Result<(), HostError> {
    let left = load(rig, polecat).await?;
    if left.as_ref().is_some_and(|left| !left.is_known()) {
        let (path, why) = (path::<Queue>(rig, polecat), "a newer version wrote it".to_owned());
        return Err(HostError::Newer { path, why });
    }
    match queue.messages.is_empty() {
        true if left.is_none() => Ok(()),
        true => clear::<Queue>(rig, polecat).await,
        false => put(rig, polecat, queue).await.map(drop),
    }
}

/// Deletes them, whoever wrote them; returns how many there were.
///
/// # Errors
/// The file could not be read or removed.
pub async fn delete(rig: &Rig, polecat: &PolecatName) -> Result<usize, HostError> {
    let left = load(rig, polecat).await?.map_or(0, |queue| queue.messages.len());
    clear::<Queue>(rig, polecat).await?;
    Ok(left)
}
