//! What a person calls a polecat.

use crate::{
    host::records::labels,
    session::{error::SessionError, polecats::Polecats},
};

impl Polecats {
    /// Calls the polecat `name` so from now on; an empty text ends that. Returns what it is called.
    ///
    /// # Errors
    /// There is no such polecat, or the file cannot be written.
    pub async fn label(&self, name: &str, text: &str) -> Result<Option<String>, SessionError> {
        let polecat = self.context.known(name).await?;
        labels::keep(&self.context.rig, &polecat, text).await?;
        Ok(Some(labels::shown(text)).filter(|label| !label.is_empty()))
    }
}
