//! Which agents run, and their state: one call to tmux for any number of sessions.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::{
    core::{names::PolecatName, session::SessionInfo},
    host::{
        HostError, folders, git, polecats, processes::ProcessList, records, session_records, setups,
    },
    session::{
        error::SessionError,
        sessions::{
            Sessions,
            environment::Owners,
            list::{self, Session},
            metadata::{self, Metadata},
        },
    },
    tmux::Pane,
};

/// What has the name of a polecat's session, but is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::session) enum LeftOver {
    /// Our own session, without its agent's pane.
    Ours,
    /// A foreign session of the same name.
    Others,
}

impl Sessions {
    /// Whether the agent of `polecat` is running.
    ///
    /// # Errors
    /// It cannot be determined: a failed probe is not a "no".
    pub async fn is_running(&self, polecat: &str) -> Result<bool, SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        let name = self.context.rig.session(&polecat);
        let panes = self.context.tmux.liveness_of(name.as_str(), metadata::OPTION).await?;
        if list::runs(&self.context.rig, &polecat, &panes) {
            return Ok(true);
        }
        Ok(self.facts_anywhere(&polecat).await?.is_some_and(|session| session.is_live()))
    }

    /// Everything known about `polecat`, with or without a session.
    ///
    /// # Errors
    /// There is neither such a polecat nor such a session, or it cannot be determined.
    pub async fn status(&self, polecat: &str) -> Result<SessionInfo, SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        let folder = async {
            // Lets the request to tmux go out first.
            tokio::task::yield_now().await;
            folders::checkout(&self.context.rig, &polecat).await
        };
        let (session, folder) = tokio::join!(self.facts(&polecat), folder);
        let session = session?;
        if session.is_none() && !polecats::exists(&self.context.rig, &polecat).await? {
            return Err(self.context.not_found(&polecat));
        }
        let mut info = match &session {
            Some(session) => session.info(&self.context.rig, Timestamp::now()),
            None => self.without_session(&polecat).await?,
        };
        if let Some(session) = &session {
            self.complete_agent(session, &ProcessList::default(), &mut info).await;
        }
        if let Some(session) = session.filter(Session::has_died) {
            info.exit = Some(self.record_exit(&session).await?);
        }
        complete(&mut info, folder).await;
        Ok(info)
    }

    /// The polecats that have a session, sorted by name.
    ///
    /// # Errors
    /// tmux cannot be asked. No server means no sessions.
    pub async fn list(&self) -> Result<Vec<SessionInfo>, SessionError> {
        let now = Timestamp::now();
        let panes = self.context.tmux.facts(metadata::FACTS).await?;
        let sessions = self.of_polecats(panes).await?;
        Ok(sessions.iter().map(|session| session.info(&self.context.rig, now)).collect())
    }

    /// What is known about a polecat without a session: how its last agent exited.
    pub(in crate::session) async fn without_session(
        &self,
        polecat: &PolecatName,
    ) -> Result<SessionInfo, SessionError> {
        let record = records::load(&self.context.rig, polecat).await?;
        let stopped = list::stopped(&self.context.rig, polecat);
        let mut info = stopped.after(record.map(|record| record.exit));
        // What cannot be read is told to who asks for it.
        let last = session_records::load(&self.context.rig, polecat).await.ok().flatten();
        if let Some(record) = last {
            let mut last = self.last_session(polecat, &record).await;
            last.lost = record.ended.is_none() && self.server_now().await.has_lost(&record);
            last.complete(&mut info);
        }
        if let Some(setting_up) = setups::under_way(&self.context.rig, polecat).await {
            setting_up.tell(&mut info);
        }
        Ok(info)
    }

    /// The rig's sessions.
    pub(in crate::session) async fn current_sessions(&self) -> Result<Vec<Session>, SessionError> {
        self.of_polecats(self.panes().await?).await
    }

    /// The rig's sessions among `panes`. One without our metadata counts only if its polecat exists:
    /// a user may have a session of that name. One with metadata counts as long as its pane runs
    /// what we started.
    pub(in crate::session) async fn of_polecats(
        &self,
        panes: Vec<Pane>,
    ) -> Result<Vec<Session>, SessionError> {
        let owners = self.owners(&panes).await?;
        let mut sessions = Vec::new();
        for session in list::sessions(&self.context.rig, panes, &owners) {
            if self.counts(&session).await? {
                sessions.push(session);
            }
        }
        Ok(sessions)
    }

    async fn counts(&self, session: &Session) -> Result<bool, SessionError> {
        if session.mark.is_none() {
            return self.has_folder(&session.polecat).await;
        }
        if !session.is_respawned() {
            return Ok(true);
        }
        match self.context.tmux.runs_created(session.pane.pane_id).await {
            Err(error) if error.is_missing_target() => Ok(false),
            ours => Ok(ours?),
        }
    }

    /// Whether the polecat has a folder. A symbolic link does not count; operations on that polecat
    /// report it.
    async fn has_folder(&self, polecat: &PolecatName) -> Result<bool, SessionError> {
        match polecats::exists(&self.context.rig, polecat).await {
            Err(HostError::Link { .. }) => Ok(false),
            exists => Ok(exists?),
        }
    }

    /// The session of `polecat`, wherever its pane is.
    pub(in crate::session) async fn session(
        &self,
        polecat: &PolecatName,
    ) -> Result<Option<Session>, SessionError> {
        let name = self.context.rig.session(polecat);
        let panes = self.context.tmux.panes_of(name.as_str(), metadata::OPTIONS).await?;
        // gastown's sessions are searched for among all panes.
        match list::of(&self.context.rig, polecat, panes, &Owners::default()) {
            Some(session) if session.is_certain() => Ok(Some(session)),
            _ => self.among(polecat, self.panes().await?).await,
        }
    }

    /// The session of `polecat`, with only the options that are displayed.
    async fn facts(&self, polecat: &PolecatName) -> Result<Option<Session>, SessionError> {
        let name = self.context.rig.session(polecat);
        let panes = self.context.tmux.facts_of(name.as_str(), metadata::FACTS).await?;
        match list::of(&self.context.rig, polecat, panes, &Owners::default()) {
            Some(session) if session.is_certain() => Ok(Some(session)),
            _ => self.facts_anywhere(polecat).await,
        }
    }

    /// The same among all panes of the server: a live agent takes precedence over a dead one in the
    /// session of its name.
    pub(in crate::session) async fn facts_anywhere(
        &self,
        polecat: &PolecatName,
    ) -> Result<Option<Session>, SessionError> {
        self.among(polecat, self.context.tmux.facts(metadata::FACTS).await?).await
    }

    async fn among(
        &self,
        polecat: &PolecatName,
        panes: Vec<Pane>,
    ) -> Result<Option<Session>, SessionError> {
        let owners = self.owners(&panes).await?;
        let session = list::of(&self.context.rig, polecat, panes, &owners);
        let Some(session) = session else { return Ok(None) };
        let counts = self.counts(&session).await?;
        Ok(Some(session).filter(|_| counts))
    }

    /// The session of `polecat`, which must exist.
    pub(in crate::session) async fn existing(
        &self,
        polecat: &PolecatName,
    ) -> Result<Session, SessionError> {
        match self.session(polecat).await? {
            Some(session) => Ok(session),
            None => Err(self.no_session(polecat).await?),
        }
    }

    /// The error of an operation that needs a session, with what is there instead.
    async fn no_session(&self, polecat: &PolecatName) -> Result<SessionError, SessionError> {
        let session = self.context.rig.session(polecat).to_string();
        let why = match self.left_over(polecat).await? {
            Some(LeftOver::Ours) => {
                " (the agent's pane is gone; what is left of the session is not ours)"
            }
            Some(LeftOver::Others) | None => "",
        };
        Ok(SessionError::SessionNotFound { session, why: why.to_owned() })
    }

    /// What has the name of the polecat's session, given that its agent is not there.
    pub(in crate::session) async fn left_over(
        &self,
        polecat: &PolecatName,
    ) -> Result<Option<LeftOver>, SessionError> {
        let name = self.context.rig.session(polecat);
        let panes = self.context.tmux.facts_of(name.as_str(), metadata::FACTS).await?;
        let mark_of = |pane: &Pane| Metadata::decode(pane.options.first()?);
        let ours = panes.iter().filter_map(mark_of).any(|mark| mark.is_of(&self.context.rig.home));
        let left = if ours { LeftOver::Ours } else { LeftOver::Others };
        Ok((!panes.is_empty()).then_some(left))
    }

    pub(in crate::session) async fn panes(&self) -> Result<Vec<Pane>, SessionError> {
        Ok(self.context.tmux.panes(metadata::OPTIONS).await?)
    }
}

/// Adds what the polecat's folder and git know better than the session. The session may have another
/// working directory.
async fn complete(info: &mut SessionInfo, folder: (Option<PathBuf>, Option<String>)) {
    let (workdir, branch) = folder;
    let branch = match &info.workdir {
        // If the folder cannot be read, the branch is unknown; the rest is shown.
        Some(dir) if workdir.as_ref() != Some(dir) => git::branch(dir).await.ok().flatten(),
        _ => branch,
    };
    info.workdir = info.workdir.take().or(workdir);
    info.branch = branch.or(info.branch.take());
}
