//! Reads the known rigs, and watches those that are to be watched from the start.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::{
    task::AbortHandle,
    time::{interval, timeout},
};
use tracing::debug;

use crate::session::{
    context::RigContext,
    error::SessionError,
    events::Event,
    rigs::KnownRig,
    workspace::{EditorPlace, Workspace},
};

/// How long others wait for one that is being read.
const READ_TIMEOUT: Duration = Duration::from_millis(100);
/// How long one that cannot be read is left alone that is to be watched.
const RETRY_INTERVAL: Duration = Duration::from_secs(30);

/// Watches rigs until it is dropped.
pub struct RigWatch(Vec<AbortHandle>);

impl Drop for RigWatch {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

impl Workspace {
    /// The rigs that were used or are configured. What was read before is shown as it was, and read
    /// anew meanwhile; what was not is waited for, for a moment.
    pub async fn known_rigs(&self) -> Vec<KnownRig> {
        let mut awaited = Vec::new();
        for (folder, unknown) in self.rigs.stale() {
            let workspace = self.clone();
            let read = tokio::spawn(async move { workspace.read_again(folder).await });
            awaited.extend(unknown.then_some(read));
        }
        let all = async {
            for read in awaited {
                drop(read.await);
            }
        };
        drop(timeout(READ_TIMEOUT, all).await);
        self.rigs.all()
    }

    async fn read_again(&self, folder: PathBuf) {
        let found = self.at_folder(&folder).await;
        let gone = matches!(&found, Err(SessionError::Host(error)) if error.is_no_rig());
        self.rigs.put(&folder, found);
        if gone
            && !self.pollers.have_agents(&folder)
            && let Some(forgotten) = self.rigs.forget(&folder)
        {
            // It counts no more, in the status line neither.
            let nobody = Arc::new(forgotten.snapshot(Vec::new()));
            self.shared.news.tell(Event::Snapshot(nobody));
        }
    }

    /// The rig whose folder that is, which does not count as used.
    async fn at_folder(&self, folder: &PathBuf) -> Result<RigContext, SessionError> {
        let is_configured = self.shared.settings.rigs.contains_key(folder);
        let rig = (!is_configured).then(|| folder.clone());
        let place = EditorPlace { file: None, cwd: folder.clone(), rig };
        let rig = self.find(&place, is_configured.then_some(folder)).await?;
        Ok(self.context_of(Arc::new(rig)))
    }

    /// Whether there is a rig around `place`, or no other is known.
    pub async fn has_rig(&self, place: &EditorPlace) -> bool {
        match self.recent_context(place).await {
            Err(SessionError::Host(error)) if error.is_no_rig() => self.rigs.all().is_empty(),
            _ => true,
        }
    }

    /// Watches the rigs of which the configuration says so.
    #[must_use]
    pub fn watch_rigs(&self) -> RigWatch {
        let watched = self.shared.settings.rigs.iter().filter(|(_, settings)| settings.watch);
        let tasks = watched.map(|(folder, _)| {
            let (workspace, folder) = (self.clone(), folder.clone());
            tokio::spawn(async move { workspace.watch(&folder).await }).abort_handle()
        });
        RigWatch(tasks.collect())
    }

    async fn watch(&self, folder: &PathBuf) {
        let mut tries = interval(RETRY_INTERVAL);
        loop {
            tries.tick().await;
            match self.at_folder(folder).await {
                Ok(context) => {
                    // As long as there is a handle, it is polled.
                    let _poller = self.poller(&context);
                    return std::future::pending().await;
                }
                Err(error) => debug!(%error, folder = %folder.display(), "cannot be watched"),
            }
        }
    }
}
