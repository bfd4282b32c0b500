//! From where in the editor something was asked.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::session::EditorPlace;

/// From where in the editor a call came: the rig is found from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rpc) struct At {
    /// The folder of the current file, when it has one.
    pub(in crate::rpc) file: Option<PathBuf>,
    /// The working directory.
    pub(in crate::rpc) cwd: PathBuf,
    /// The folder of the one rig that is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::rpc) rig: Option<PathBuf>,
}

impl At {
    /// The same about the rig with this folder.
    pub(in crate::rpc) fn in_rig(&self, rig: &Path) -> Self {
        Self { rig: Some(rig.to_owned()), ..self.clone() }
    }

    /// The same for what is of a host: no rig of this machine makes it another one.
    pub(in crate::rpc) fn for_host(self) -> Self {
        Self { rig: None, ..self }
    }
}

impl From<At> for EditorPlace {
    fn from(at: At) -> Self {
        // A new file's folder may not exist yet: the nearest one above it that does.
        let existing = |folder: &PathBuf| {
            folder.ancestors().find(|folder| folder.is_dir()).map(Path::to_owned)
        };
        Self { file: at.file.as_ref().and_then(existing), cwd: at.cwd, rig: at.rig }
    }
}
