//! Sessions: looked at, written to, stopped.

use rmpv::Value;
use serde::Serialize;
use serde_bytes::ByteBuf;

use super::{At, CallContext, Operation, Said, calls};
use crate::{
    core::{
        queue::{Queue, QueuedMessage},
        session::SessionInfo,
    },
    rpc::{
        encode::{self, Encode, Map},
        error::{Refusal, RpcError},
    },
    session::{Answered, AttachPlan, CaptureOptions, Interrupted, Reply, StoppedAll},
};

calls! {
    /// Stops a polecat's session; by force without sync and grace.
    "session.stop" => Stop { at: At, polecat: String, force: Option<bool> }
    /// Stops all sessions of the rig's polecats.
    "session.stop_all" => StopAll { at: At, force: Option<bool> }
    /// Whether a polecat has a session.
    "session.is_running" => IsRunning { at: At, polecat: String }
    "session.status" => Status { at: At, polecat: String }
    /// Each polecat that has a session.
    "session.list" => List { at: At }
    /// The last lines that a polecat printed.
    "session.capture" => Capture {
        at: At,
        polecat: String,
        lines: Option<u32>,
        ansi: Option<bool>,
    }
    /// The same of any tmux session.
    "session.capture_session" => CaptureSession {
        at: At,
        session: String,
        lines: Option<u32>,
        ansi: Option<bool>,
    }
    /// Sends a message to a polecat's agent.
    "session.inject" => Inject {
        at: At,
        polecat: String,
        text: ByteBuf,
        /// Whether a draft is taken out of the composer first.
        take: Option<bool>,
        /// Whether it waits in the queue until the agent is at its prompt.
        queue: Option<bool>,
    }
    /// What is queued for a polecat's agent.
    "session.queue" => ShowQueue { at: At, polecat: String }
    /// Drops a message of the queue, or all.
    "session.queue_drop" => DropQueued { at: At, polecat: String, id: Option<u64> }
    /// Lets what is held be sent.
    "session.queue_release" => ReleaseQueue { at: At, polecat: String }
    /// Interrupts the work of a polecat's agent.
    "session.interrupt" => Interrupt { at: At, polecat: String }
    /// Answers what a polecat's agent asks.
    "session.answer" => Answer {
        at: At,
        polecat: String,
        choice: Option<Said>,
        /// Of the question that is meant.
        id: Option<String>,
        words: Option<String>,
        /// Whether to agree to what is not all on the screen.
        cut: Option<bool>,
    }
    /// A polecat's session with what its screen asks now.
    "session.asked" => Asked { at: At, polecat: String }
    /// How to attach to a polecat's session.
    "session.attach" => Attach { at: At, polecat: String }
}

/// A session that was stopped, and the warnings of that.
pub(in crate::rpc) struct Stopped {
    pub(in crate::rpc) warnings: Vec<String>,
}

impl Encode for Stopped {
    fn encode(self) -> Result<Value, String> {
        Ok(Value::Nil)
    }
}

impl Operation for Stop {
    type Answer = Stopped;

    async fn run(self, context: &CallContext<'_>) -> Result<Stopped, Refusal> {
        let force = self.force.unwrap_or_default();
        let work =
            async { context.rig(self.at).await?.sessions().stop(&self.polecat, force).await };
        Ok(Stopped { warnings: context.changing(work).await? })
    }

    fn warnings(stopped: &Stopped) -> &[String] {
        &stopped.warnings
    }
}

impl Operation for StopAll {
    type Answer = StoppedAll;

    async fn run(self, context: &CallContext<'_>) -> Result<StoppedAll, Refusal> {
        let force = self.force.unwrap_or_default();
        let work = async { context.rig(self.at).await?.sessions().stop_all(force).await };
        Ok(context.changing(work).await?)
    }

    fn warnings(all: &StoppedAll) -> &[String] {
        &all.warnings
    }
}

impl Operation for IsRunning {
    type Answer = bool;

    async fn run(self, context: &CallContext<'_>) -> Result<bool, Refusal> {
        Ok(context.recent_rig(self.at).await?.sessions().is_running(&self.polecat).await?)
    }
}

impl Operation for Status {
    type Answer = SessionInfo;

    async fn run(self, context: &CallContext<'_>) -> Result<SessionInfo, Refusal> {
        let rig = context.recent_rig(self.at).await?;
        let mut info = rig.sessions().status(&self.polecat).await?;
        context.workspace.hold(&rig, std::slice::from_mut(&mut info)).await;
        Ok(info)
    }
}

impl Operation for List {
    type Answer = Vec<SessionInfo>;

    async fn run(self, context: &CallContext<'_>) -> Result<Vec<SessionInfo>, Refusal> {
        let rig = context.recent_rig(self.at).await?;
        let mut infos = rig.sessions().list().await?;
        context.workspace.hold(&rig, &mut infos).await;
        Ok(infos)
    }
}

impl Operation for Capture {
    type Answer = ByteBuf;

    async fn run(self, context: &CallContext<'_>) -> Result<ByteBuf, Refusal> {
        let options = CaptureOptions::new(self.lines, self.ansi);
        let rig = context.recent_rig(self.at).await?;
        Ok(ByteBuf::from(rig.observer().capture(&self.polecat, options).await?))
    }
}

impl Operation for CaptureSession {
    type Answer = ByteBuf;

    async fn run(self, context: &CallContext<'_>) -> Result<ByteBuf, Refusal> {
        let options = CaptureOptions::new(self.lines, self.ansi);
        let printed = context.workspace.capture_session(&self.session, options).await?;
        Ok(ByteBuf::from(printed))
    }
}

/// A message that was sent, or waits.
pub(in crate::rpc) struct Injected {
    /// What waits, if it is a part of that.
    pub(in crate::rpc) queued: Option<Queue>,
}

impl Encode for Injected {
    fn encode(self) -> Result<Value, String> {
        let Some(queue) = self.queued else { return Ok(Value::Nil) };
        Ok(Map::new().put("queued", queue.messages.len()).some("held", queue.held).into())
    }
}

/// A queue as Lua reads it.
#[derive(Debug, Serialize)]
pub(in crate::rpc) struct Waiting {
    /// Why nothing is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::rpc) held: Option<String>,
    pub(in crate::rpc) messages: Vec<QueuedMessage>,
}

impl From<Queue> for Waiting {
    fn from(Queue { held, messages, .. }: Queue) -> Self {
        Self { held, messages }
    }
}

impl Operation for Inject {
    type Answer = Injected;

    async fn run(self, context: &CallContext<'_>) -> Result<Injected, Refusal> {
        let messenger = context.rig(self.at).await?.messenger();
        let take = self.take.unwrap_or_default();
        if !self.queue.unwrap_or_default() {
            messenger.inject(&self.polecat, &self.text, take).await?;
            return Ok(Injected { queued: None });
        }
        if take {
            let why = "`take`: what is queued waits until the composer is empty";
            return Err(RpcError::bad_argument(why).into());
        }
        // Boxed, to keep the futures of callers small.
        let work = Box::pin(messenger.enqueue(&self.polecat, &self.text));
        Ok(Injected { queued: Some(context.changing(work).await?) })
    }
}

impl Operation for ShowQueue {
    type Answer = Waiting;

    async fn run(self, context: &CallContext<'_>) -> Result<Waiting, Refusal> {
        Ok(context.rig(self.at).await?.messenger().queue(&self.polecat).await?.into())
    }
}

impl Operation for DropQueued {
    type Answer = Vec<QueuedMessage>;

    async fn run(self, context: &CallContext<'_>) -> Result<Vec<QueuedMessage>, Refusal> {
        let messenger = context.rig(self.at).await?.messenger();
        Ok(context.changing(messenger.drop_queued(&self.polecat, self.id)).await?)
    }
}

impl Operation for ReleaseQueue {
    type Answer = Waiting;

    async fn run(self, context: &CallContext<'_>) -> Result<Waiting, Refusal> {
        let messenger = context.rig(self.at).await?.messenger();
        Ok(context.changing(messenger.release_queue(&self.polecat)).await?.into())
    }
}

impl Operation for Interrupt {
    type Answer = Interrupted;

    async fn run(self, context: &CallContext<'_>) -> Result<Interrupted, Refusal> {
        let work = async { context.rig(self.at).await?.messenger().interrupt(&self.polecat).await };
        // Boxed, to keep the futures of callers small.
        Ok(context.changing(Box::pin(work)).await?)
    }
}

impl Operation for Asked {
    type Answer = SessionInfo;

    async fn run(self, context: &CallContext<'_>) -> Result<SessionInfo, Refusal> {
        Ok(context.rig(self.at).await?.answers().asked(&self.polecat).await?)
    }
}

impl Operation for Answer {
    type Answer = Answered;

    async fn run(self, context: &CallContext<'_>) -> Result<Answered, Refusal> {
        let choice = self.choice.map(|Said(choice)| choice).unwrap_or_default();
        let cut = self.cut.unwrap_or_default();
        let reply = Reply { choice, id: self.id, words: self.words, cut };
        let work =
            async { context.rig(self.at).await?.answers().answer(&self.polecat, &reply).await };
        Ok(context.changing(Box::pin(work)).await?)
    }
}

impl Operation for Attach {
    type Answer = AttachPlan;

    async fn run(self, context: &CallContext<'_>) -> Result<AttachPlan, Refusal> {
        Ok(context.rig(self.at).await?.sessions().attach(&self.polecat).await?)
    }
}

impl Encode for AttachPlan {
    fn encode(self) -> Result<Value, String> {
        Ok(encode::attach(self).into())
    }
}
