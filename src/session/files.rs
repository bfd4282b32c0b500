//! Files of this machine for an editor on another one.

pub(in crate::session) mod locations;
pub(in crate::session) mod worktree_files;

use std::path::PathBuf;

use super::{SessionError, Workspace};
use crate::{
    core::host_files::FileContent,
    host::{open_files, polecats},
};

impl Workspace {
    /// Each of `paths` that is a file, as a path that goes straight down. `~/` is the user's home.
    ///
    /// # Errors
    /// None that is known of.
    pub async fn stat_files(
        &self,
        paths: Vec<PathBuf>,
    ) -> Result<Vec<Option<PathBuf>>, SessionError> {
        Ok(open_files::stat(paths).await?)
    }

    /// What is in a file.
    ///
    /// # Errors
    /// It is no file, too large, or cannot be read.
    pub async fn read_file(&self, path: PathBuf) -> Result<FileContent, SessionError> {
        Ok(open_files::read(path, self.writable_folders().await).await?)
    }

    /// Puts `text` in place of a file of a known rig, if that still is what `seen` identifies, or by
    /// `force` whatever it is.
    ///
    /// # Errors
    /// It is something else, of no rig, or cannot be written; then it is as it was.
    pub async fn write_file(
        &self,
        path: PathBuf,
        text: Vec<u8>,
        how: (Option<String>, bool),
    ) -> Result<(), SessionError> {
        Ok(open_files::write((path, self.writable_folders().await), text, how).await?)
    }

    /// The projects' folders and their polecats' worktrees. What cannot be told to be one is none.
    async fn writable_folders(&self) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        for known in self.known_rigs().await {
            folders.push(known.path);
            let Some(rig) = known.context.map(|context| context.rig) else { continue };
            for polecat in polecats::names(&rig).await.unwrap_or_default() {
                folders.extend(polecats::workdir(&rig, &polecat).await.ok());
            }
        }
        folders
    }
}
