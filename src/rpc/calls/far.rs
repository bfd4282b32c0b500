//! Calls about a polecat of a host: carried out there, and answered as if it were here.

mod error;

use std::path::{Path, PathBuf};

use serde::{Serialize, de::DeserializeOwned};
use serde_bytes::ByteBuf;

use self::error::{not_there, several, unanswered};
use super::{
    At, CallContext, Capture, Everywhere, FollowOutput, Inject, Method, QueueListing, ShowQueue,
    ShowSetup, Status, Worktree,
    everywhere::AboutPolecat,
    sessions::{ListedPolecat, of_host},
};
use crate::{
    core::{
        host_files::HostFile,
        hosts::{HostName, SocketName},
        names::{SessionName, shown},
        session::SessionInfo,
    },
    fleet::{FarCall, FarFeed, FarRig, Fleet, Unanswered},
    rpc::{
        error::{Refusal, RpcError},
        views::rows::Row,
    },
    session::{AttachPlan, Printed},
};

/// A polecat of a host.
pub(in crate::rpc) struct Far<'a> {
    fleet: &'a Fleet,
    host: HostName,
    /// The folder of its rig there.
    rig: String,
    polecat: String,
    /// The name of its town's own tmux socket, if its session is on that.
    socket: Option<String>,
    /// What is known of it.
    info: Option<SessionInfo>,
}

/// The host that `said` names, and what stands behind it: `build1` of `build1:shop/ash`. Only a host
/// of the configuration is one: a rig's name may have a colon in it too.
fn split<'a>(fleet: &Fleet, said: &'a str) -> Option<(HostName, &'a str)> {
    let (host, rest) = said.split_once(':')?;
    let host: HostName = host.parse().ok()?;
    fleet.settings(&host)?;
    Some((host, rest))
}

impl CallContext<'_> {
    /// Whether `said` is of a host.
    pub(in crate::rpc) fn is_far(&self, said: &str) -> bool {
        self.host(said).is_some()
    }

    /// The host that `said` names, if it names one.
    pub(in crate::rpc) fn host(&self, said: &str) -> Option<HostName> {
        Far::host(self.fleet, said)
    }

    /// Has `host` carry out a call that is about nobody.
    pub(super) async fn on_host<A: DeserializeOwned>(
        &self,
        host: &HostName,
        (call, reads): (&FarCall, bool),
    ) -> Result<A, RpcError> {
        let done = Box::pin(self.fleet.call(host, call, &|_: &str| {})).await;
        done.map(|(answer, _)| answer).map_err(|why| unanswered(host, reads, why))
    }

    /// The error that an answer of `host` is none.
    pub(super) fn nonsense(host: &HostName, why: String) -> RpcError {
        unanswered(host, true, Unanswered::Nonsense { why })
    }

    /// The polecat of a host that `said` names; `None` where it names no host.
    pub(in crate::rpc) async fn far(&self, said: &str) -> Result<Option<Far<'_>>, RpcError> {
        // Boxed, to keep the futures of callers small.
        Box::pin(Far::find(self.fleet, said)).await
    }
}

impl<'a> Far<'a> {
    /// The host that `said` names, if it names one.
    pub(in crate::rpc) fn host(fleet: &Fleet, said: &str) -> Option<HostName> {
        split(fleet, said).map(|(host, _)| host)
    }

    /// The polecat of a host that `said` names; `None` where it names no host. Waits until the host is
    /// connected.
    pub(in crate::rpc) async fn find(
        fleet: &'a Fleet,
        said: &str,
    ) -> Result<Option<Self>, RpcError> {
        let Some((host, rest)) = split(fleet, said) else { return Ok(None) };
        let status = fleet.connected(&host).await;
        let status = status.map_err(|why| unanswered(&host, true, why))?;
        let (rig, polecat) = match rest.rsplit_once('/') {
            Some((rig, polecat)) => (Some(rig), polecat),
            None => (None, rest),
        };
        let has = |rig: &&FarRig| rig.polecats.iter().any(|info| info.polecat.as_str() == polecat);
        let meant: Vec<_> = match rig {
            Some(rig) => status.rigs.iter().filter(|one| one.address == rig).collect(),
            None => status.rigs.iter().filter(has).collect(),
        };
        match meant[..] {
            [one] => Ok(Some(Self {
                fleet,
                host,
                rig: one.path.clone(),
                polecat: polecat.to_owned(),
                socket: one.socket.clone(),
                info: one.polecats.iter().find(|info| info.polecat.as_str() == polecat).cloned(),
            })),
            [] => Err(not_there(&host, rig, polecat)),
            _ => Err(several(&host, &meant, polecat)),
        }
    }
}

impl Far<'_> {
    /// What a row about it stands for.
    pub(in crate::rpc) fn row(&self) -> Row {
        let (host, polecat) = (Some(self.host.clone()), self.polecat.clone());
        Row { host, rig: self.rig.clone().into(), polecat }
    }

    /// It, as it was seen last.
    pub(in crate::rpc) fn info(&self) -> Option<&SessionInfo> {
        self.info.as_ref()
    }

    /// It as it can be known now, of which `info` was seen last.
    pub(in crate::rpc) fn seen(&self, info: SessionInfo) -> SessionInfo {
        let hosts = self.fleet.hosts();
        let host = hosts.iter().find(|host| host.name == self.host);
        let rig = host.and_then(|host| host.rigs.iter().find(|rig| rig.path == self.rig));
        match host.zip(rig) {
            Some((host, rig)) => host.seen(rig, &info),
            None => info,
        }
    }

    /// The polecats of its rig that are seen to have a session.
    pub(in crate::rpc) fn beside(&self) -> Vec<ListedPolecat> {
        let hosts = self.fleet.hosts().into_iter().filter(|host| host.name == self.host);
        let listed = hosts.flat_map(|host| of_host(&host).collect::<Vec<_>>());
        listed.filter(|one| one.rig.as_path() == Path::new(&self.rig)).collect()
    }

    pub(in crate::rpc) async fn status(&self) -> Result<SessionInfo, Refusal> {
        let (at, polecat) = (At::default(), String::new());
        self.carry_out(Status { at, polecat }, &|_: &str| {}).await
    }

    pub(in crate::rpc) async fn queue(&self) -> Result<QueueListing, Refusal> {
        let (at, polecat) = (At::default(), String::new());
        self.carry_out(ShowQueue { at, polecat }, &|_: &str| {}).await
    }

    /// What its last set-up prints.
    pub(in crate::rpc) async fn setup(&self) -> Result<Printed, Refusal> {
        let (at, polecat) = (At::default(), String::new());
        self.carry_out(ShowSetup { at, polecat }, &|_: &str| {}).await
    }

    /// Sends a message to the one of a host that `said` names.
    pub(in crate::rpc) async fn send_to(
        fleet: &Fleet,
        said: &str,
        text: Vec<u8>,
    ) -> Result<(), Refusal> {
        let Some(far) = Far::find(fleet, said).await? else {
            return Err(RpcError::unreachable("there is no such host").into());
        };
        let (at, polecat, text) = (At::default(), String::new(), text.into());
        let message = Inject { at, polecat, text, take: None, queue: None };
        far.carry_out(message, &|_: &str| {}).await.map(drop)
    }

    /// The end of what it prints, with colours.
    pub(in crate::rpc) async fn tail(&self, lines: u32) -> Result<ByteBuf, Refusal> {
        let (at, polecat, lines, ansi) = (At::default(), String::new(), Some(lines), Some(true));
        self.carry_out(Capture { at, polecat, lines, ansi }, &|_: &str| {}).await
    }

    /// Has sent what it prints, from its last lines on.
    pub(in crate::rpc) async fn follow(&self, lines: u32) -> Result<FarFeed, Unanswered> {
        let mut follow = FollowOutput { at: At::default(), polecat: String::new(), lines };
        let call = self.call(&mut follow, true).map_err(|why| Unanswered::Nonsense { why })?;
        self.fleet.feed(&self.host, &call).await
    }

    /// Why what was asked of it is not known.
    pub(in crate::rpc) fn unanswered(&self, why: Unanswered) -> RpcError {
        unanswered(&self.host, true, why)
    }

    /// `call` about it, as its host is to carry it out.
    fn call<C: Method + AboutPolecat + Serialize>(
        &self,
        call: &mut C,
        reads: bool,
    ) -> Result<FarCall, String> {
        let rig = PathBuf::from(&self.rig);
        call.set(At { file: None, cwd: rig.clone(), rig: Some(rig) }, &self.polecat);
        FarCall::new(C::NAME, call, reads)
    }

    /// Has it carried out there; `progress` hears the steps.
    pub(super) async fn carry_out<C: Everywhere>(
        &self,
        mut call: C,
        progress: &(impl Fn(&str) + Sync),
    ) -> Result<C::Answer, Refusal> {
        let call = self.call(&mut call, C::READS).map_err(RpcError::bad_argument)?;
        let done = self.fleet.call(&self.host, &call, progress).await;
        let (mut answer, ahead) = done.map_err(|why| unanswered(&self.host, C::READS, why))?;
        C::arrived(&mut answer, ahead);
        Ok(answer)
    }

    /// How to attach to its session from here: by the configuration's own words, and a session's name
    /// that is one.
    pub(super) async fn attach(&self) -> Result<AttachPlan, Refusal> {
        let info = self.info.as_ref().filter(|info| info.pane_id.is_some());
        let Some(info) = info else {
            return Err(not_there(&self.host, None, &self.polecat).into());
        };
        let session = info.found_in.as_ref().unwrap_or(&info.session_id);
        let session = SessionName::parse(session).map_err(|bad| {
            RpcError::bad_argument(format!("the session of `{}` there: {bad}", self.polecat))
        })?;
        let town = self.town_socket()?;
        let attaching = self.fleet.attaching(&self.host, session.as_str(), town.as_ref());
        Ok(self.terminal(attaching.await)?)
    }

    /// The socket that its host tells, which is to be a plain name.
    fn town_socket(&self) -> Result<Option<SocketName>, RpcError> {
        let Some(told) = self.socket.as_deref() else { return Ok(None) };
        let socket = SocketName::parse(told).ok_or_else(|| {
            let why = format!("the socket of tmux there, `{}`, is no plain name", shown(told));
            RpcError {
                hint: Some(format!("`hosts.{}.tmux.socket` names it", self.host)),
                ..RpcError::bad_argument(why)
            }
        });
        socket.map(Some)
    }

    /// What runs the person's shell in its worktree: as [`Self::attach`], with a path that is one.
    pub(in crate::rpc) async fn shell(&self) -> Result<AttachPlan, Refusal> {
        let (at, polecat) = (At::default(), String::new());
        let found = self.carry_out(Worktree { at, polecat }, &|_: &str| {}).await?;
        let dir = HostFile::new(&self.host, &found.path).map(|dir| dir.path);
        let Some(dir) = dir.as_ref().and_then(|dir| dir.to_str()) else {
            let why = format!("the host named no usable worktree of `{}`", self.polecat);
            return Err(RpcError::bad_argument(why).into());
        };
        Ok(self.terminal(self.fleet.shell(&self.host, dir).await)?)
    }

    fn terminal(&self, argv: Option<Vec<String>>) -> Result<AttachPlan, RpcError> {
        let Some(argv) = argv else {
            let key = format!("hosts.{}.attach", self.host);
            let why = format!("set `{key}` to open a terminal on `{}`", self.host);
            return Err(RpcError::bad_argument(why));
        };
        let argv = argv.into_iter().map(Into::into).collect();
        Ok(AttachPlan { argv, switch: None })
    }
}
