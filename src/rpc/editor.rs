//! Calls into Neovim.

use nvim_rs::{Neovim, compat::tokio::Compat};
use rmpv::Value;
use tokio::task::JoinHandle;
use tracing::{debug, warn};

use super::{error::RpcError, stdio::Output};

/// The road of our side's messages.
pub(super) type Writer = Compat<Output>;

const ANSWER: &str = "require('polecat.backend').answer(...)";
const EVENT: &str = "require('polecat.backend').event(...)";

/// The Neovim that started us.
#[derive(Clone)]
pub(super) struct Editor {
    nvim: Neovim<Writer>,
}

impl Editor {
    pub(super) fn new(nvim: Neovim<Writer>) -> Self {
        Self { nvim }
    }

    /// Answers the call `id`.
    pub(super) fn answer(&self, id: u64, result: Result<Value, RpcError>) {
        let (ok, value) = match result {
            Ok(value) => (true, value),
            Err(error) => {
                debug!(id, code = error.code, error.message, "refused");
                (false, error.encode())
            }
        };
        self.send(ANSWER, vec![id.into(), ok.into(), value]);
    }

    /// Tells Lua of `name`; the handle ends when Lua has dealt with it.
    pub(super) fn event(&self, name: &str, data: impl Into<Value>) -> JoinHandle<()> {
        self.send(EVENT, vec![name.into(), data.into()])
    }

    /// Runs `code` in Neovim, in a task of its own: dropping the future of a call that is under
    /// way would end nvim-rs's whole loop when its answer comes.
    fn send(&self, code: &'static str, args: Vec<Value>) -> JoinHandle<()> {
        let nvim = self.nvim.clone();
        tokio::spawn(async move {
            if let Err(error) = nvim.exec_lua(code, args).await {
                warn!(code, %error, "Neovim did not take a message");
            }
        })
    }
}
