//! Messages that wait until their agent is at its prompt.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::{At, CallContext, Everywhere, calls};
use crate::{
    core::session::queue::{Queue, QueuedMessage},
    rpc::error::Refusal,
    session::Reach,
    view,
};

calls! {
    /// What is queued for a polecat's agent.
    #[derive(serde::Serialize)]
    "session.queue" => ShowQueue { at: At, polecat: String }
    /// Drops a message of the queue, or all.
    #[derive(serde::Serialize)]
    "session.queue_drop" => DropQueued { at: At, polecat: String, id: Option<u64> }
    /// Lets what is held be sent.
    #[derive(serde::Serialize)]
    "session.queue_release" => ReleaseQueue { at: At, polecat: String }
}

/// What waits for an agent.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(in crate::rpc) struct QueueSummary {
    /// How many messages.
    pub(in crate::rpc) messages: usize,
    /// Why none is sent.
    pub(in crate::rpc) held: Option<String>,
}

impl From<Queue> for QueueSummary {
    fn from(Queue { held, messages, .. }: Queue) -> Self {
        Self { messages: messages.len(), held }
    }
}

/// A queue as Lua reads it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(in crate::rpc) struct QueueListing {
    /// Why nothing is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::rpc) held: Option<String>,
    pub(in crate::rpc) messages: Vec<QueueMessage>,
}

/// A message that is queued.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(in crate::rpc) struct QueueMessage {
    /// No other one of its queue ever has this.
    pub(in crate::rpc) id: u64,
    /// As bytes, which reach here from a host as they are.
    pub(in crate::rpc) text: ByteBuf,
}

impl From<QueuedMessage> for QueueMessage {
    fn from(QueuedMessage { id, text, .. }: QueuedMessage) -> Self {
        Self { id, text: text.into_bytes().into() }
    }
}

impl From<Queue> for QueueListing {
    fn from(Queue { held, messages, .. }: Queue) -> Self {
        Self { held, messages: messages.into_iter().map(QueueMessage::from).collect() }
    }
}

/// A message as it can be shown: what is no text in it is a sign for that.
impl From<QueueListing> for view::Queued {
    fn from(QueueListing { held, messages }: QueueListing) -> Self {
        let text = |message: QueueMessage| String::from_utf8_lossy(&message.text).into_owned();
        let messages = messages.into_iter().map(|message| (message.id, text(message)));
        Self { held, messages: messages.collect() }
    }
}

impl Everywhere for ShowQueue {
    type Answer = QueueListing;
    const READS: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<QueueListing, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Anywhere).await?;
        Ok(whom.context.messenger().queue(&whom.polecat).await?.into())
    }
}

impl Everywhere for DropQueued {
    type Answer = Vec<QueueMessage>;
    const IN_ORDER: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<Vec<QueueMessage>, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Anywhere).await?;
        let messenger = context.messenger(&whom.context);
        let dropped = context.changing(messenger.drop_queued(&whom.polecat, self.id)).await?;
        Ok(dropped.into_iter().map(QueueMessage::from).collect())
    }
}

impl Everywhere for ReleaseQueue {
    type Answer = QueueListing;
    const IN_ORDER: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<QueueListing, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Anywhere).await?;
        let messenger = context.messenger(&whom.context);
        Ok(context.changing(messenger.release_queue(&whom.polecat)).await?.into())
    }
}
