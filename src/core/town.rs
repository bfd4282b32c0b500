//! A gastown town, and what its gastown calls things.

use std::path::PathBuf;

use super::names::RigName;

/// What gastown 0.6 and later puts in front of a polecat's name where the town names no other.
pub const DEFAULT_PREFIX: &str = "gt";

/// Which gastown runs a town, as far as it makes a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gastown {
    /// Before 0.6 (527b7ce79): sessions `gt-<rig>-<polecat>` on tmux's default server.
    #[default]
    V0_5,
    /// 0.6 and later (a8bd79bf8): sessions `<prefix>-<polecat>` on a server of the town's own.
    V0_6,
}

/// A town, as one of its rigs sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Town {
    /// The folder that holds `mayor/town.json`.
    pub root: PathBuf,
    /// Which gastown runs it.
    pub gastown: Gastown,
    /// The rig's prefix of issues, which is that of its sessions since 0.6.
    pub prefix: String,
    /// The name of tmux's socket that its gastown uses; none for that of the default server.
    pub socket: Option<String>,
}

impl Town {
    /// A town of gastown before 0.6.
    #[must_use]
    pub fn before_0_6(root: PathBuf) -> Self {
        let prefix = DEFAULT_PREFIX.to_owned();
        Self { root, gastown: Gastown::V0_5, prefix, socket: None }
    }

    /// What the names of the sessions of `rig` begin with.
    #[must_use]
    pub fn session_prefix(&self, rig: &RigName) -> String {
        match self.gastown {
            Gastown::V0_5 => super::names::session_prefix(rig),
            Gastown::V0_6 => format!("{}-", self.prefix),
        }
    }
}
