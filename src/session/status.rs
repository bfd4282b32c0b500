//! Who runs, and how: one look at tmux, whatever the number of sessions.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{
    error::SessionError,
    manager::SessionManager,
    mark::{self, Mark},
    table::{self, Session},
};
use crate::{
    core::{names::PolecatName, session::SessionInfo},
    host::{folders, git, polecats, records},
    tmux::Pane,
};

impl SessionManager {
    /// Whether the agent of `polecat` runs.
    ///
    /// # Errors
    /// When that cannot be told: a probe that failed is not a "no".
    pub async fn is_running(&self, polecat: &str) -> Result<bool, SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        let name = self.rig.session(&polecat);
        let panes = self.tools.tmux.signs_of(name.as_str(), mark::OPTION).await?;
        Ok(table::runs(&self.rig, panes))
    }

    /// All that is known of `polecat`, with or without a session.
    ///
    /// # Errors
    /// When there is neither such a polecat nor such a session, or it cannot be told.
    pub async fn status(&self, polecat: &str) -> Result<SessionInfo, SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        let folder = async {
            // The question to tmux goes out first.
            tokio::task::yield_now().await;
            folders::checkout(&self.rig, &polecat).await
        };
        let (session, folder) = tokio::join!(self.facts(&polecat), folder);
        let session = session?;
        if session.is_none() && !polecats::exists(&self.rig, &polecat).await? {
            return Err(self.not_found(&polecat));
        }
        let mut info = match &session {
            Some(session) => session.info(&self.rig, Timestamp::now()),
            None => self.without_session(&polecat).await?,
        };
        if let Some(session) = session.filter(Session::has_died) {
            info.exit = Some(self.record_death(&session).await?);
        }
        complete(&mut info, folder).await;
        Ok(info)
    }

    /// The polecats that have a session, in the order of their names.
    ///
    /// # Errors
    /// When tmux cannot be asked. No server is no session.
    pub async fn list(&self) -> Result<Vec<SessionInfo>, SessionError> {
        let now = Timestamp::now();
        let panes = self.tools.tmux.facts(mark::FACTS).await?;
        let sessions = table::sessions(&self.rig, panes);
        Ok(sessions.iter().map(|session| session.info(&self.rig, now)).collect())
    }

    /// What is known of a polecat without a session: how its last agent ended.
    pub(super) async fn without_session(
        &self,
        polecat: &PolecatName,
    ) -> Result<SessionInfo, SessionError> {
        let mut info = table::stopped(&self.rig, polecat);
        info.exit = records::load(&self.rig, polecat).await?.map(|record| record.exit);
        Ok(info)
    }

    /// The rig's sessions.
    pub(super) async fn sessions(&self) -> Result<Vec<Session>, SessionError> {
        Ok(table::sessions(&self.rig, self.panes().await?))
    }

    /// The session of `polecat`.
    pub(super) async fn session(
        &self,
        polecat: &PolecatName,
    ) -> Result<Option<Session>, SessionError> {
        let name = self.rig.session(polecat);
        let panes = self.tools.tmux.panes_of(name.as_str(), mark::OPTIONS).await?;
        Ok(table::sessions(&self.rig, panes).pop())
    }

    /// The same, with no more than there is to tell of it.
    async fn facts(&self, polecat: &PolecatName) -> Result<Option<Session>, SessionError> {
        let name = self.rig.session(polecat);
        let panes = self.tools.tmux.facts_of(name.as_str(), mark::FACTS).await?;
        Ok(table::sessions(&self.rig, panes).pop())
    }

    /// The session of `polecat`, which must exist.
    pub(super) async fn existing(&self, polecat: &PolecatName) -> Result<Session, SessionError> {
        match self.session(polecat).await? {
            Some(session) => Ok(session),
            None => Err(self.no_session(polecat).await?),
        }
    }

    /// The refusal of what needs a session, with what is in its place.
    async fn no_session(&self, polecat: &PolecatName) -> Result<SessionError, SessionError> {
        let session = self.rig.session(polecat).to_string();
        let panes = self.tools.tmux.panes_of(&session, mark::OPTIONS).await?;
        let mark = panes.first().and_then(|pane| Mark::decode(pane.options.first()?));
        let why = match mark {
            Some(mark) if mark.is_of(&self.rig.home) => {
                " (its agent is gone with its pane; what is left of it is not ours)"
            }
            _ => "",
        };
        Ok(SessionError::SessionNotFound { session, why: why.to_owned() })
    }

    pub(super) async fn panes(&self) -> Result<Vec<Pane>, SessionError> {
        Ok(self.tools.tmux.panes(mark::OPTIONS).await?)
    }
}

/// Puts in what the polecat's folder and git know better than the session, or alone. The session
/// may work elsewhere.
async fn complete(info: &mut SessionInfo, folder: (Option<PathBuf>, Option<String>)) {
    let (workdir, branch) = folder;
    let branch = match &info.workdir {
        // A folder that cannot be read has no known branch; the rest is shown all the same.
        Some(dir) if workdir.as_ref() != Some(dir) => git::branch(dir).await.ok().flatten(),
        _ => branch,
    };
    info.workdir = info.workdir.take().or(workdir);
    info.branch = branch.or(info.branch.take());
}
