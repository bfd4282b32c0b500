//! A gastown town, and the names its gastown uses.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::core::names::RigName;
use crate::core::trust::hex;

/// The default session prefix of gastown 0.6 and later.
pub const DEFAULT_PREFIX: &str = "gt";

/// The gastown version that runs a town, as far as it matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gastown {
    /// Before 0.6 (527b7ce79): sessions `gt-<rig>-<polecat>` on tmux's default server.
    #[default]
    V0_5,
    /// 0.6 and later (a8bd79bf8): sessions `<prefix>-<polecat>` on a server of the town's own.
    V0_6,
}

/// A town, as seen from one of its rigs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Town {
    /// The folder that contains `mayor/town.json`.
    pub root: PathBuf,
    /// Its gastown version.
    pub gastown: Gastown,
    /// The rig's issue prefix, which since 0.6 is also its session prefix.
    pub prefix: String,
    /// The name of the tmux socket that its gastown uses; `None` for the default server.
    pub socket: Option<String>,
}

impl Town {
    /// A town of gastown before 0.6.
    #[must_use]
    pub fn before_0_6(root: PathBuf) -> Self {
        let prefix = DEFAULT_PREFIX.to_owned();
        Self { root, gastown: Gastown::V0_5, prefix, socket: None }
    }

    /// The prefix of the session names of `rig`.
    #[must_use]
    pub fn session_prefix(&self, rig: &RigName) -> String {
        match self.gastown {
            Gastown::V0_5 => crate::core::names::session_prefix(rig),
            Gastown::V0_6 => format!("{}-", self.prefix),
        }
    }
}

/// The name of the tmux socket that gastown uses for the town at `root`, a path without links
/// (`townSocketName`): the folder's name as far as a socket name can hold it, plus a hash that
/// distinguishes towns in folders of the same name.
#[must_use]
pub fn socket_name(root: &Path) -> String {
    let folder = root.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let words = folder.split(|c: char| !matches!(c, 'a'..='z' | '0'..='9' | '-'));
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let name = words.join("-");
    let name = Some(name.trim_matches('-')).filter(|name| !name.is_empty()).unwrap_or("default");
    let mut hash = hex(Sha256::new_with_prefix(root.as_os_str().as_bytes()));
    hash.truncate(6);
    format!("{name}-{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_town_has_the_socket_that_gastown_gives_it() {
        // The numbers are the first of what `sha256sum` says of each path.
        for (root, socket) in [
            ("/home/ada/gt", "gt-159aa0"),
            ("/home/ada/My Town", "my-town-b7aeca"),
            ("/srv/--ä--", "default-558558"),
        ] {
            assert_eq!(socket_name(Path::new(root)), socket);
        }
    }

    #[test]
    fn sessions_are_named_as_the_towns_gastown_does() {
        let (rig, mut town) = (RigName::parse("shop").unwrap(), Town::before_0_6("/town".into()));
        town.prefix = "sh".to_owned();
        assert_eq!(town.session_prefix(&rig), "gt-shop-");
        town.gastown = Gastown::V0_6;
        assert_eq!(town.session_prefix(&rig), "sh-");
    }
}
