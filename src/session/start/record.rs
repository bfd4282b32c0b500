//! What a start writes down, for the next one.

use std::path::Path;

use tracing::debug;

use crate::{
    core::session::record::{RecordedServer, SessionRecord},
    host::{machine, session_records},
    session::{
        sessions::list::Session,
        start::{Starter, plan::Plan, resolve_agent::AgentChoice},
    },
};

impl Starter {
    /// Writes down what runs in `session` since a moment ago; a warning if that is not possible.
    pub(in crate::session) async fn record(
        &self,
        plan: &Plan,
        session: &Session,
    ) -> Option<String> {
        let started = session.started_at()?;
        let mut record = SessionRecord::started(started);
        record.agent = Some(plan.agent.name.clone());
        record.account.clone_from(&plan.account);
        record.config_dir.clone_from(&plan.config_dir);
        record.command.clone_from(&plan.given.command);
        record.workdir = plan.given.workdir.then(|| plan.workdir.clone());
        record.conversation = plan.begins.id().cloned();
        record.attempt.clone_from(&plan.attempt);
        let pane = Some(session.pane.pane_id.to_string());
        record.server = RecordedServer { pane, ..self.server().await };
        let kept = session_records::keep(&self.context.rig, &plan.polecat, &record).await;
        match kept {
            Ok(()) => {
                self.allow_again(plan).await;
                None
            }
            Err(error) => Some(format!("its conversation cannot be resumed later: {error}")),
        }
    }

    /// The server in which sessions are created now.
    async fn server(&self) -> RecordedServer {
        let machine = machine::here().await;
        let socket = self.context.tmux.address().to_string();
        let found = self.context.tmux.server().await;
        let found = found.inspect_err(|error| debug!(%error, "which server it is")).ok().flatten();
        let (pid, started) = found.map(|server| (server.pid, server.started)).unzip();
        RecordedServer { machine, socket, pid, started, pane: None }
    }

    /// What a person has said of this start in their own words is allowed at the next one, where the
    /// record says it.
    async fn allow_again(&self, plan: &Plan) {
        let Some(choice) = &plan.given.said else { return };
        let file = session_records::file(&self.context.rig, &plan.polecat);
        for again in said_by(choice, plan, &file) {
            self.allow(&again, &plan.workdir).await;
        }
    }
}

/// The choice as the next start makes it by the record in `file`, where that says something that must
/// be allowed: for a new conversation, and for this one, which belongs to its folder.
fn said_by(choice: &AgentChoice, plan: &Plan, file: &Path) -> Vec<AgentChoice> {
    let mut again = choice.clone();
    let own_folder = plan.account.is_none() && plan.config_dir.is_some();
    if again.origin.own_command {
        again.origin.own_command = false;
        again.origin.agent.push(file.to_owned());
    }
    if own_folder {
        again.origin.config_dir = Some(file.to_owned());
    }
    let mut all = Vec::new();
    if choice.origin.own_command || own_folder {
        all.push(again.clone());
    }
    if plan.given.workdir {
        again.origin.workdir = Some((plan.workdir.clone(), file.to_owned()));
        all.push(again);
    }
    all
}
