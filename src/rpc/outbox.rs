//! Messages to Neovim, from whoever has one, sent one after the other.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use rmpv::Value;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt as _},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};
use tracing::debug;

use crate::stdio::Output;

/// In msgpack-RPC: a message that is not answered.
const NOTIFICATION: u8 = 2;

/// The only way to Neovim. It has no bound: waiting for room would hold up what Neovim waits for.
#[derive(Clone)]
pub(super) struct Outbox(UnboundedSender<Vec<u8>>);

impl Outbox {
    /// Sends through `output`, in order.
    pub(super) fn new(output: Output) -> Self {
        let (sender, messages) = unbounded_channel();
        tokio::spawn(send(output, messages));
        Self(sender)
    }

    /// Has Neovim run its API function `method`, without an answer: that would wake us for each
    /// message.
    pub(super) fn notify(&self, method: &str, args: Vec<Value>) {
        let message = vec![NOTIFICATION.into(), method.into(), Value::Array(args)];
        let mut bytes = Vec::new();
        // Writing to memory does not fail.
        if rmpv::encode::write_value(&mut bytes, &Value::Array(message)).is_ok() {
            // It fails when Neovim is gone.
            drop(self.0.send(bytes));
        }
    }

    /// For code that writes bytes: what is written up to a flush is one message.
    pub(super) fn writer(&self) -> MessageWriter {
        MessageWriter { message: Vec::new(), outbox: self.clone() }
    }
}

async fn send(mut output: Output, mut messages: UnboundedReceiver<Vec<u8>>) {
    while let Some(message) = messages.recv().await {
        let sent = async { output.write_all(&message).await.and(output.flush().await) };
        if let Err(error) = sent.await {
            return debug!(%error, "Neovim takes no more messages");
        }
    }
}

/// See [`Outbox::writer`].
pub(super) struct MessageWriter {
    message: Vec<u8>,
    outbox: Outbox,
}

impl AsyncWrite for MessageWriter {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.message.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let message = std::mem::take(&mut self.message);
        let sent = self.outbox.0.send(message);
        Poll::Ready(sent.map_err(|_| io::ErrorKind::BrokenPipe.into()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}
