//! What is told of a polecat that does not run: what it ran last, and whether it can go on with that.

use tracing::debug;

use crate::{
    core::{
        agent::{Agent, command::CommandLine},
        names::PolecatName,
        session::{SessionInfo, State, UNNAMED_AGENT, attempt::Attempt, record::SessionRecord},
    },
    host::machine,
    session::{error::SessionError, sessions::Sessions},
    tmux::{Server, TmuxError},
};

/// What stands for the conversation of an agent that knows only the last one of its folder.
pub(in crate::session) const LAST: &str = "last";

/// What the record of a polecat without a live session tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::session) struct LastSession {
    /// The agent.
    pub(in crate::session) agent: Option<String>,
    /// Which of several attempts at one task it is.
    pub(in crate::session) attempt: Option<Attempt>,
    /// The conversation to go on with.
    pub(in crate::session) resumable: Option<String>,
    /// Whether it was lost with its tmux server.
    pub(in crate::session) lost: bool,
    /// Whether it may run on another machine with this home.
    pub(in crate::session) elsewhere: bool,
}

impl LastSession {
    /// Adds it to what is told of the polecat.
    pub(in crate::session) fn complete(&self, info: &mut SessionInfo) {
        if info.running {
            return;
        }
        if info.agent.is_none() {
            info.agent.clone_from(&self.agent);
        }
        if info.attempt.is_none() {
            info.attempt.clone_from(&self.attempt);
        }
        info.resumable.clone_from(&self.resumable);
        // One whose pane is there was not.
        info.lost = self.lost && info.pane_id.is_none();
        if self.elsewhere && info.pane_id.is_none() {
            info.state = State::Unknown;
        }
    }
}

impl Sessions {
    /// What the record of a polecat tells. What cannot be known is not told.
    pub(in crate::session) async fn last_session(
        &self,
        polecat: &PolecatName,
        record: &SessionRecord,
    ) -> LastSession {
        let elsewhere = may_run_elsewhere(record, machine::here().await.as_deref());
        let resumable = self.resumable(polecat, record).await.ok().flatten();
        let resumable = resumable.filter(|_| !elsewhere);
        let agent = record.agent.clone().filter(|agent| agent != UNNAMED_AGENT);
        let attempt = record.attempt.clone();
        LastSession { agent, attempt, resumable, lost: false, elsewhere }
    }

    async fn resumable(
        &self,
        polecat: &PolecatName,
        record: &SessionRecord,
    ) -> Result<Option<String>, SessionError> {
        let agent = self.context.agents().resolve(record.agent.as_deref()).await?.agent;
        if by_shell(record) {
            return Ok(None);
        }
        if goes_by_folder(&agent, record) {
            return Ok(self.own_workdir(polecat).await.ok().map(|_| LAST.to_owned()));
        }
        if agent.resume.as_ref().is_none_or(|resume| resume.by_id.is_none()) {
            return Ok(None);
        }
        let id = self.conversation_of(polecat, record, &agent).await;
        Ok(id.ok().map(|id| id.to_string()))
    }

    /// Which tmux server runs now.
    pub(in crate::session) async fn server_now(&self) -> ServerNow {
        let machine = machine::here().await;
        let socket = self.context.tmux.address().to_string();
        ServerNow { machine, socket, server: self.context.tmux.server().await }
    }
}

/// Whether the session of `record`, which nobody saw end, may run on another machine than this one, which
/// is `here`: several can share a home, and one that is not known may be any.
pub(in crate::session) fn may_run_elsewhere(record: &SessionRecord, here: Option<&str>) -> bool {
    record.ended.is_none() && !is_one(record.server.machine.as_deref(), here)
}

/// Whether these are one machine for certain.
fn is_one(there: Option<&str>, here: Option<&str>) -> bool {
    there.is_some() && there == here
}

/// The tmux server that runs now, as far as it can be asked.
pub(in crate::session) struct ServerNow {
    machine: Option<String>,
    socket: String,
    server: Result<Option<Server>, TmuxError>,
}

impl ServerNow {
    /// Whether the server of a session that nobody saw end is gone for certain.
    pub(in crate::session) fn has_lost(&self, record: &SessionRecord) -> bool {
        let its = &record.server;
        if record.ended.is_some() || !self.is_of(record) {
            return false;
        }
        match &self.server {
            Ok(None) => true,
            Ok(Some(now)) => {
                its.pid.is_some() && (its.pid, its.started) != (Some(now.pid), Some(now.started))
            }
            Err(error) => {
                debug!(%error, "whether the tmux server is gone is not known");
                false
            }
        }
    }

    /// Whether the server of such a session still runs: then somebody has closed the session.
    pub(in crate::session) fn has(&self, record: &SessionRecord) -> bool {
        let its = &record.server;
        let Ok(Some(now)) = &self.server else { return false };
        self.is_of(record) && (its.pid, its.started) == (Some(now.pid), Some(now.started))
    }

    /// Whether the session was where this server is.
    fn is_of(&self, record: &SessionRecord) -> bool {
        let its = &record.server;
        is_one(its.machine.as_deref(), self.machine.as_deref()) && its.socket == self.socket
    }
}

/// Whether an agent knows its conversations by their folder only, and ran in its own.
pub(in crate::session) fn goes_by_folder(agent: &Agent, record: &SessionRecord) -> bool {
    let by_folder =
        agent.resume.as_ref().is_some_and(|one| one.by_id.is_none() && one.last.is_some());
    by_folder && record.workdir.is_none()
}

fn by_shell(record: &SessionRecord) -> bool {
    let command = record.command.as_deref().map(CommandLine::parse);
    command.is_some_and(|command| command.is_ok_and(|command| command.program().is_none()))
}
