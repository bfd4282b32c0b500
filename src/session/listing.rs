//! What a person chose for the status window, kept over sessions of the editor.

use tracing::debug;

use crate::{
    core::listing::{Column, Listing},
    host::listings::Listings,
    session::{settings::Sidebar, workspace::Workspace},
};

impl Workspace {
    /// The columns of the status window.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        self.shared.settings.columns.as_deref().unwrap_or(Column::DEFAULT)
    }

    /// How the status window is docked.
    #[must_use]
    pub fn sidebar(&self) -> Sidebar {
        self.shared.settings.sidebar
    }

    /// What was chosen last; nothing chosen where that cannot be read.
    pub async fn listing(&self) -> Listing {
        let Some(kept) = self.listings() else { return Listing::default() };
        kept.load().await.unwrap_or_else(|error| {
            debug!(%error, "what was chosen for the list is lost");
            Listing::default()
        })
    }

    /// Keeps what was chosen; what stands in its way is told.
    pub async fn keep_listing(&self, listing: Listing) {
        let Some(kept) = self.listings() else { return };
        if let Err(error) = kept.keep(listing).await {
            self.shared
                .news
                .warn(format!("the list's filter, order and folds were not saved: {error}"));
        }
    }

    fn listings(&self) -> Option<Listings> {
        self.shared.settings.editor.state.as_deref().map(Listings::new)
    }
}
