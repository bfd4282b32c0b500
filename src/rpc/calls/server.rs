//! The greeting and the configuration: carried out in `serve.rs`, in order with all else.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::calls;
use crate::{rpc::config::Written, session::EditorFacts};

calls! {
    /// The first call after each start.
    "hello" => Hello {
        protocol: u32,
        config: Option<Written>,
        nvim: Option<Nvim>,
        /// The rig that the user pinned in a backend before.
        pin: Option<PathBuf>,
        /// What that backend told.
        known: Option<Vec<KnownRig>>,
    }
    /// The configuration has changed.
    "configure" => Configure { config: Option<Written> }
}

/// What the backend must know of the editor's own surroundings.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rpc) struct Nvim {
    pub(in crate::rpc) tmux: Option<String>,
    pub(in crate::rpc) data: Option<PathBuf>,
    pub(in crate::rpc) state: Option<PathBuf>,
    /// How many highlight groups backends before have had made.
    pub(in crate::rpc) groups: Option<usize>,
}

/// A rig in use, and the `memory` of its last snapshot.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rpc) struct KnownRig {
    pub(in crate::rpc) home: PathBuf,
    /// Its folder.
    pub(in crate::rpc) path: Option<PathBuf>,
    pub(in crate::rpc) memory: Option<String>,
}

impl From<Nvim> for EditorFacts {
    fn from(Nvim { tmux, data, state, .. }: Nvim) -> Self {
        Self { tmux, data, state }
    }
}

/// What the backend says of itself.
#[derive(Serialize)]
pub(in crate::rpc) struct Greeting {
    pub(in crate::rpc) protocol: u32,
    pub(in crate::rpc) version: &'static str,
    pub(in crate::rpc) pid: u32,
}
