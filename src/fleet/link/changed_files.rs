//! Files of a host that were changed, told no more often than a host of ours tells of them: for each
//! the files that are open are read again.

use std::{
    collections::HashMap,
    mem::take,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use crate::{
    core::names::PolecatName,
    session::{Event, EventQueue, Files},
};

/// How often they are told.
const TELL_INTERVAL: Duration = Duration::from_millis(500);
/// Of how many worktrees they may wait: a host tells of one at a time, as often as we do.
const WORKTREES_LIMIT: usize = 100;

/// Those that wait, by the rig's home and the polecat.
#[derive(Default)]
pub(super) struct ChangedFiles {
    waiting: Mutex<HashMap<(PathBuf, PolecatName), Files>>,
    /// Notified when there are some.
    some: Notify,
}

impl ChangedFiles {
    /// Adds what the host tells of.
    ///
    /// # Errors
    /// It tells of more than it may.
    pub(super) fn add(&self, files: Files) -> Result<(), String> {
        let mut waiting = self.locked();
        let (count, of) = (waiting.len(), (files.home.clone(), files.polecat.clone()));
        match waiting.get_mut(&of) {
            Some(before) => before.add(files),
            None if count < WORKTREES_LIMIT => drop(waiting.insert(of, files)),
            None => return Err("it tells of more changed files than it may".to_owned()),
        }
        self.some.notify_one();
        Ok(())
    }

    /// Tells `news` of them, without an end. Cancelling it loses none.
    pub(super) async fn tell(&self, news: &EventQueue) {
        loop {
            self.some.notified().await;
            let waiting = take(&mut *self.locked());
            for files in waiting.into_values() {
                news.tell(Event::Files(files));
            }
            sleep_until(Instant::now() + TELL_INTERVAL).await;
        }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<(PathBuf, PolecatName), Files>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
