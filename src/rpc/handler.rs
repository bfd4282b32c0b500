//! What Neovim sends, passed on in the order in which it arrived.

use async_trait::async_trait;
use nvim_rs::{Handler, Neovim};
use rmpv::Value;
use tokio::sync::mpsc::UnboundedSender;
use tracing::warn;

use super::editor::Writer;

/// How Neovim tells that a notification of ours went wrong: with its kind and a message.
const FAILED: &str = "nvim_error_event";

/// A call as it came.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: u64,
    pub(super) method: String,
    pub(super) args: Value,
}

#[derive(Clone)]
pub(super) struct CallHandler(pub(super) UnboundedSender<Message>);

#[async_trait]
impl Handler for CallHandler {
    type Writer = Writer;

    // nvim-rs awaits this before it reads on, so the call is only handed over. The channel has
    // no bound: the alternative is to stop reading the answers that calls wait for.
    async fn handle_notify(&self, name: String, args: Vec<Value>, _nvim: Neovim<Writer>) {
        if name == FAILED {
            return warn!(?args, "Neovim did not take a message");
        }
        let Some(message) = parse(&name, args) else {
            return warn!(name, "a notification that is no call");
        };
        drop(self.0.send(message));
    }
}

fn parse(name: &str, args: Vec<Value>) -> Option<Message> {
    let [id, method, args] = <[Value; 3]>::try_from(args).ok().filter(|_| name == "call")?;
    Some(Message { id: id.as_u64()?, method: method.as_str()?.to_owned(), args })
}
