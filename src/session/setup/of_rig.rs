//! What the configuration says of one rig.

use std::path::Path;

use crate::session::{
    context::RigContext,
    settings::{RigSettings, SetupSettings},
};

impl RigContext {
    /// What a new worktree of the rig gets.
    pub(in crate::session) async fn setup_settings(&self) -> SetupSettings {
        let own = self.own_settings().await.and_then(|own| own.setup.clone());
        own.unwrap_or_else(|| self.shared.settings.setup.clone())
    }

    /// The words in front of what is run in the rig's worktrees.
    pub(in crate::session) async fn wrap(&self) -> Vec<String> {
        let own = self.own_settings().await.and_then(|own| own.wrap.clone());
        own.unwrap_or_else(|| self.shared.settings.wrap.clone())
    }

    /// What is said of this rig alone.
    async fn own_settings(&self) -> Option<&RigSettings> {
        let rigs = &self.shared.settings.rigs;
        if let Some(own) = rigs.get(&self.rig.path) {
            return Some(own);
        }
        // A person may have written another way to the same folder.
        for (folder, own) in rigs.iter().filter(|(_, own)| own.says_more()) {
            let real = tokio::fs::canonicalize(folder).await;
            if real.is_ok_and(|real| self.is_at(&real)) {
                return Some(own);
            }
        }
        None
    }

    fn is_at(&self, folder: &Path) -> bool {
        folder == self.rig.path || self.rig.path.canonicalize().is_ok_and(|path| path == folder)
    }
}

impl RigSettings {
    fn says_more(&self) -> bool {
        self.setup.is_some() || self.wrap.is_some()
    }
}
