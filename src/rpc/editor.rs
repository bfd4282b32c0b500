//! Calls into Neovim.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nvim_rs::{Neovim, compat::tokio::Compat};
use rmpv::Value;
use tracing::{debug, warn};

use super::{
    error::RpcError,
    outbox::{MessageWriter, Outbox},
    styles::Groups,
};

/// What nvim-rs writes its messages to.
pub(super) type Writer = Compat<MessageWriter>;

const ANSWER: &str = "require('polecat.rpc.client').answer(...)";
const EVENT: &str = "require('polecat.rpc.dispatch').take(...)";

/// The Neovim that started us.
#[derive(Clone)]
pub(super) struct Editor {
    nvim: Neovim<Writer>,
    outbox: Outbox,
    groups: Arc<Mutex<Groups>>,
}

impl Editor {
    pub(super) fn new(nvim: Neovim<Writer>, outbox: Outbox) -> Self {
        Self { nvim, outbox, groups: Arc::default() }
    }

    /// The highlight groups that it has of us.
    pub(super) fn groups(&self) -> MutexGuard<'_, Groups> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
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
        self.run(ANSWER, vec![id.into(), ok.into(), value]);
    }

    /// Tells Lua of `name`.
    pub(super) fn event(&self, name: &str, data: impl Into<Value>) {
        self.run(EVENT, vec![name.into(), data.into()]);
    }

    /// The same; returns when Lua has dealt with it.
    pub(super) async fn event_taken(&self, name: &str, data: impl Into<Value>) {
        let (nvim, args) = (self.nvim.clone(), vec![name.into(), data.into()]);
        // In a task of its own: dropping the future of a call that is under way would end nvim-rs's
        // whole loop when its answer comes.
        let call = tokio::spawn(async move {
            if let Err(error) = nvim.exec_lua(EVENT, args).await {
                warn!(%error, "Neovim did not take a message");
            }
        });
        drop(call.await);
    }

    /// What goes wrong in it comes back as a notification, see [`super::handler`].
    fn run(&self, code: &str, args: Vec<Value>) {
        self.outbox.notify("nvim_exec_lua", vec![code.into(), Value::Array(args)]);
    }
}
