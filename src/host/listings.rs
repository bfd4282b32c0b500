//! `listing.json` in the user's state folder: what a person chose for the status window.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::core::listing::Listing;
use crate::host::error::HostError;
use crate::host::files::{blocking, broken, state};

/// What this version writes. A newer file is only read.
const FORMAT: u64 = 1;

/// Where it is kept.
#[derive(Clone, Debug)]
pub struct Listings {
    path: PathBuf,
}

impl Listings {
    /// The one in the state folder `state`, which need not exist.
    #[must_use]
    pub fn new(state: &Path) -> Self {
        Self { path: state.join("polecat/listing.json") }
    }

    /// What was chosen last; nothing chosen where there is no file.
    ///
    /// # Errors
    /// The file cannot be read or understood.
    pub async fn load(&self) -> Result<Listing, HostError> {
        let path = self.path.clone();
        blocking(move || {
            let listing = serde_json::from_value(Value::Object(state::read(&path)?));
            listing.map_err(|error| broken(&path, error.to_string()))
        })
        .await
    }

    /// Keeps what was chosen. Of two editors that choose at the same time the last one counts.
    ///
    /// # Errors
    /// The file cannot be written, or is that of a newer version.
    pub async fn keep(&self, listing: Listing) -> Result<(), HostError> {
        let path = self.path.clone();
        blocking(move || {
            // One that is broken is no loss.
            let mut keys = state::read(&path).unwrap_or_default();
            match state::check_format(&path, &keys, FORMAT) {
                Err(newer @ HostError::Newer { .. }) => return Err(newer),
                Err(_) => keys.clear(),
                Ok(()) => {}
            }
            let chosen = serde_json::to_value(listing);
            if let Value::Object(chosen) =
                chosen.map_err(|error| HostError::Internal(error.to_string()))?
            {
                keys.extend(chosen);
            }
            state::make(path.parent().unwrap_or(&path))?;
            state::write(&path, keys, FORMAT)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::listing::{Change, Order};

    #[tokio::test]
    async fn what_was_chosen_is_read_back_and_what_others_wrote_stays() {
        let folder = tempfile::tempdir().unwrap();
        let listings = Listings::new(folder.path());
        assert_eq!(listings.load().await.unwrap(), Listing::default());
        let chosen = Listing::default().after(Change::Order(Order::Agent));
        let chosen = chosen.after(Change::Fold("/shop".to_owned(), None));
        listings.keep(chosen.clone()).await.unwrap();
        assert_eq!(listings.load().await.unwrap(), chosen);
        let text = std::fs::read_to_string(&listings.path).unwrap();
        std::fs::write(&listings.path, text.replacen('{', "{\"later\": 1,", 1)).unwrap();
        listings.keep(Listing::default()).await.unwrap();
        let text = std::fs::read_to_string(&listings.path).unwrap();
        assert!(text.contains("later") && !text.contains("/shop"), "{text}");
    }

    #[tokio::test]
    async fn a_newer_file_is_only_read_and_a_broken_one_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let listings = Listings::new(folder.path());
        listings.keep(Listing::default()).await.unwrap();
        std::fs::write(&listings.path, r#"{"format": 2, "order": "name", "more": []}"#).unwrap();
        assert_eq!(listings.load().await.unwrap().order, Order::Name);
        let refused = listings.keep(Listing::default()).await.unwrap_err();
        assert!(matches!(refused, HostError::Newer { .. }), "{refused}");
        std::fs::write(&listings.path, "{").unwrap();
        listings.load().await.unwrap_err();
        listings.keep(Listing::default()).await.unwrap();
        assert_eq!(listings.load().await.unwrap(), Listing::default());
    }
}
