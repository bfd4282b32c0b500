//! Sessions: looked at, written to, stopped.

use std::path::PathBuf;

use rmpv::Value;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::{AnswerText, At, CallContext, Everywhere, Operation, QueueSummary, RigName, calls};
use crate::{
    core::{hosts::HostName, session::SessionInfo},
    fleet::{FarRig, HostStatus},
    rpc::{
        encode::{self, Encode, Map},
        error::{Refusal, RpcError},
    },
    session::{
        Answered, AttachPlan, CaptureOptions, Interrupted, Reach, Reply, RigStatus, StoppedAll,
        Whom,
    },
};

calls! {
    /// Stops a polecat's session; by force without sync and grace.
    #[derive(serde::Serialize)]
    "session.stop" => Stop { at: At, polecat: String, force: Option<bool> }
    /// Stops all sessions of a rig's polecats: of the one around, where none is named.
    #[derive(serde::Serialize)]
    "session.stop_all" => StopAll { at: At, rig: Option<RigName>, force: Option<bool> }
    /// Whether a polecat has a session.
    #[derive(serde::Serialize)]
    "session.is_running" => IsRunning { at: At, polecat: String }
    #[derive(serde::Serialize)]
    "session.status" => Status { at: At, polecat: String }
    /// Each polecat that has a session; of all known rigs, or only the one around.
    "session.list" => List { at: At, all: Option<bool> }
    /// The last lines that a polecat printed.
    #[derive(serde::Serialize)]
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
    #[derive(serde::Serialize)]
    "session.inject" => Inject {
        at: At,
        polecat: String,
        text: ByteBuf,
        /// Whether a draft is taken out of the composer first.
        take: Option<bool>,
        /// Whether it waits in the queue until the agent is at its prompt.
        queue: Option<bool>,
    }
    /// Interrupts the work of a polecat's agent.
    #[derive(serde::Serialize)]
    "session.interrupt" => Interrupt { at: At, polecat: String }
    /// Answers what a polecat's agent asks.
    #[derive(serde::Serialize)]
    "session.answer" => Answer {
        at: At,
        polecat: String,
        choice: Option<AnswerText>,
        /// Of the question that is meant.
        id: Option<String>,
        words: Option<String>,
        /// Whether to agree to what is not all on the screen.
        cut: Option<bool>,
    }
    /// A polecat's session with what its screen asks now.
    #[derive(serde::Serialize)]
    "session.asked" => Asked { at: At, polecat: String }
    /// How to attach to a polecat's session.
    "session.attach" => Attach { at: At, polecat: String }
}

/// A session that was stopped, and the warnings of that.
#[derive(Deserialize, Serialize)]
pub(in crate::rpc) struct Stopped {
    pub(in crate::rpc) warnings: Vec<String>,
}

impl Encode for Stopped {
    fn encode(self) -> Result<Value, String> {
        Ok(Value::Nil)
    }
}

impl Everywhere for Stop {
    type Answer = Stopped;

    async fn here(self, context: &CallContext<'_>) -> Result<Stopped, Refusal> {
        let force = self.force.unwrap_or_default();
        let whom = context.whom(self.at, &self.polecat, Reach::Here).await?;
        // Its session comes after that.
        if whom.context.setups().cancel(&whom.polecat) {
            return Ok(Stopped { warnings: Vec::new() });
        }
        let sessions = whom.context.sessions();
        let work = Box::pin(sessions.stop(&whom.polecat, force));
        Ok(Stopped { warnings: context.own(&whom, &self.polecat, work).await? })
    }

    fn warnings(stopped: &Stopped) -> &[String] {
        &stopped.warnings
    }
}

impl Everywhere for StopAll {
    type Answer = StoppedAll;

    async fn here(self, context: &CallContext<'_>) -> Result<StoppedAll, Refusal> {
        let force = self.force.unwrap_or_default();
        let rig = context.named_rig(self.at, self.rig.as_ref()).await?;
        Ok(context.changing(rig.sessions().stop_all(force)).await?)
    }

    fn warnings(all: &StoppedAll) -> &[String] {
        &all.warnings
    }
}

impl Everywhere for IsRunning {
    type Answer = bool;
    const READS: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<bool, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Reads).await?;
        Ok(whom.context.sessions().is_running(&whom.polecat).await?)
    }
}

impl Everywhere for Status {
    type Answer = SessionInfo;
    const READS: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<SessionInfo, Refusal> {
        let Whom { context: rig, polecat, .. } =
            context.whom(self.at, &self.polecat, Reach::Reads).await?;
        let mut info = rig.sessions().status(&polecat).await?;
        context.workspace.hold(&rig, std::slice::from_mut(&mut info)).await;
        Ok(info)
    }

    fn arrived(answer: &mut Self::Answer, ahead: i64) {
        answer.shift_times(-ahead);
    }
}

impl Encode for StoppedAll {
    fn encode(self) -> Result<Value, String> {
        Ok(Map::new().put("stopped", encode::texts(&self.stopped)).into())
    }
}

/// Polecats that have a session.
pub(in crate::rpc) struct ListedPolecats(pub(in crate::rpc) Vec<ListedPolecat>);

/// One of them, and what names it.
pub(in crate::rpc) struct ListedPolecat {
    pub(in crate::rpc) info: SessionInfo,
    /// `ash`, or `bank/ash` where it is not of the rig around.
    pub(in crate::rpc) shown: String,
    /// From anywhere.
    pub(in crate::rpc) address: String,
    /// The folder of its rig.
    pub(in crate::rpc) rig: PathBuf,
    /// The host that it is on; this machine where there is none.
    pub(in crate::rpc) host: Option<HostName>,
}

impl Encode for ListedPolecats {
    fn encode(self) -> Result<Value, String> {
        let of = |one: ListedPolecat| {
            let fields = encode::addressed(&one.info, &one.address, &one.rig);
            fields.some("host", one.host.as_ref().map(HostName::as_str)).into()
        };
        Ok(Value::Array(self.0.into_iter().map(of).collect()))
    }
}

impl Operation for List {
    type Answer = ListedPolecats;

    async fn run(self, context: &CallContext<'_>) -> Result<ListedPolecats, Refusal> {
        if self.all.unwrap_or_default() {
            let rigs = context.workspace.all_rigs(&self.at.into()).await;
            let hosts = context.fleet.hosts();
            let there = hosts.iter().flat_map(of_host);
            return Ok(ListedPolecats(rigs.iter().flat_map(of_rig).chain(there).collect()));
        }
        let rig = context.recent_rig(self.at).await?;
        let mut infos = rig.sessions().list().await?;
        context.workspace.hold(&rig, &mut infos).await;
        let listed = infos.into_iter().map(|info| ListedPolecat {
            shown: info.polecat.to_string(),
            address: context.workspace.address(&rig, info.polecat.as_str()),
            rig: rig.rig_path().to_owned(),
            host: None,
            info,
        });
        Ok(ListedPolecats(listed.collect()))
    }
}

fn of_rig(rig: &RigStatus) -> impl Iterator<Item = ListedPolecat> {
    let with_session = rig.sessions().iter().filter(|info| info.pane_id.is_some());
    with_session.map(|info| ListedPolecat {
        shown: rig.shown(info.polecat.as_str()),
        address: format!("{}/{}", rig.address, info.polecat),
        rig: rig.path.clone(),
        host: None,
        info: info.clone(),
    })
}

/// Those of a host, as they were seen last: nobody waits for one to be connected.
pub(super) fn of_host(host: &HostStatus) -> impl Iterator<Item = ListedPolecat> {
    let of_rig = |rig: &FarRig| {
        let with_session = rig.polecats.iter().filter(|info| info.pane_id.is_some());
        let rig_path = PathBuf::from(&rig.path);
        let listed = |info: &SessionInfo| {
            let address = host.address_of(rig, info);
            ListedPolecat {
                info: host.seen(rig, info),
                shown: address.clone(),
                address,
                rig: rig_path.clone(),
                host: Some(host.name.clone()),
            }
        };
        with_session.map(listed).collect::<Vec<_>>()
    };
    host.rigs.iter().flat_map(of_rig).collect::<Vec<_>>().into_iter()
}

impl Everywhere for Capture {
    type Answer = ByteBuf;
    const READS: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<ByteBuf, Refusal> {
        let options = CaptureOptions::new(self.lines, self.ansi);
        let whom = context.whom(self.at, &self.polecat, Reach::Reads).await?;
        Ok(ByteBuf::from(whom.context.observer().capture(&whom.polecat, options).await?))
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
#[derive(Deserialize, Serialize)]
pub(in crate::rpc) struct Injected {
    /// What waits, if it is a part of that.
    pub(in crate::rpc) queued: Option<QueueSummary>,
}

impl Encode for Injected {
    fn encode(self) -> Result<Value, String> {
        let Some(queue) = self.queued else { return Ok(Value::Nil) };
        Ok(Map::new().put("queued", queue.messages).some("held", queue.held).into())
    }
}

impl Everywhere for Inject {
    type Answer = Injected;
    const IN_ORDER: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<Injected, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Anywhere).await?;
        let messenger = context.messenger(&whom.context);
        let take = self.take.unwrap_or_default();
        if !self.queue.unwrap_or_default() {
            messenger.inject(&whom.polecat, &self.text, take).await?;
            return Ok(Injected { queued: None });
        }
        if take {
            let why = "`take`: the queue waits until the composer is empty";
            return Err(RpcError::bad_argument(why).into());
        }
        // Boxed, to keep the futures of callers small.
        let work = Box::pin(messenger.enqueue(&whom.polecat, &self.text));
        Ok(Injected { queued: Some(context.changing(work).await?.into()) })
    }
}

impl Everywhere for Interrupt {
    type Answer = Interrupted;
    const IN_ORDER: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<Interrupted, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Anywhere).await?;
        let messenger = context.messenger(&whom.context);
        // Boxed, to keep the futures of callers small.
        Ok(context.changing(Box::pin(messenger.interrupt(&whom.polecat))).await?)
    }
}

impl Everywhere for Asked {
    type Answer = SessionInfo;
    const READS: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<SessionInfo, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Anywhere).await?;
        Ok(whom.context.answers().asked(&whom.polecat).await?)
    }

    fn arrived(answer: &mut Self::Answer, ahead: i64) {
        answer.shift_times(-ahead);
    }
}

impl Everywhere for Answer {
    type Answer = Answered;

    async fn here(self, context: &CallContext<'_>) -> Result<Answered, Refusal> {
        let choice = self.choice.map(|AnswerText(choice)| choice).unwrap_or_default();
        let cut = self.cut.unwrap_or_default();
        let reply = Reply { choice, id: self.id, words: self.words, cut };
        let whom = context.whom(self.at, &self.polecat, Reach::Anywhere).await?;
        let answers = whom.context.answers();
        Ok(context.changing(Box::pin(answers.answer(&whom.polecat, &reply))).await?)
    }

    fn arrived(answer: &mut Self::Answer, ahead: i64) {
        answer.info.shift_times(-ahead);
    }
}

impl Operation for Attach {
    type Answer = AttachPlan;

    async fn run(self, context: &CallContext<'_>) -> Result<AttachPlan, Refusal> {
        if let Some(far) = context.far(&self.polecat).await? {
            return far.attach().await;
        }
        let whom = context.whom(self.at, &self.polecat, Reach::Anywhere).await?;
        Ok(whom.context.sessions().attach(&whom.polecat).await?)
    }
}

impl Encode for AttachPlan {
    fn encode(self) -> Result<Value, String> {
        Ok(encode::attach(self).into())
    }
}
