//! The greeting and the configuration: carried out in `serve.rs`, in order with all else.

use std::path::PathBuf;

use rmpv::Value;
use serde::{Deserialize, Serialize};

use super::calls;
use crate::{
    rpc::{config, error::RpcError},
    session::{EditorFacts, Settings},
};

calls! {
    /// The first call after each start.
    "hello" => Hello {
        protocol: u32,
        config: Option<Value>,
        nvim: Option<Nvim>,
        /// The rig that the user pinned in a backend before.
        pin: Option<PathBuf>,
    }
    /// The configuration has changed.
    "configure" => Configure { config: Option<Value> }
}

/// What the backend must know of the editor's own surroundings.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rpc) struct Nvim {
    pub(in crate::rpc) tmux: Option<String>,
    pub(in crate::rpc) data: Option<PathBuf>,
    pub(in crate::rpc) state: Option<PathBuf>,
}

/// What the backend says of itself.
#[derive(Serialize)]
pub(in crate::rpc) struct Greeting {
    pub(in crate::rpc) protocol: u32,
    pub(in crate::rpc) version: &'static str,
    pub(in crate::rpc) pid: u32,
}

impl Hello {
    /// What is to be followed, in the editor that says hello.
    pub(in crate::rpc) fn settings(&mut self) -> Result<Settings, RpcError> {
        let Nvim { tmux, data, state } = self.nvim.take().unwrap_or_default();
        config::settings(self.config.take(), EditorFacts { tmux, data, state })
    }
}

impl Configure {
    /// The same in an editor that has said so.
    pub(in crate::rpc) fn settings(self, editor: EditorFacts) -> Result<Settings, RpcError> {
        config::settings(self.config, editor)
    }
}
