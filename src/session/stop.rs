//! Stopping polecats: nothing of theirs stays, nothing of others is touched.

use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;

use super::{error::SessionError, manager::SessionManager, mark, table::Session};
use crate::{
    core::names::PolecatName,
    host::{polecats, processes, records},
};

/// How long an agent has to end by itself after the interrupt.
const AFTER_INTERRUPT: Duration = Duration::from_millis(500);
/// How long its processes have to end after they are asked to terminate.
const AFTER_TERMINATE: Duration = Duration::from_secs(2);

/// How long what a dead agent left behind has to end when it is asked to.
const AFTER_DEATH: Duration = Duration::from_millis(500);

/// What became of stopping everyone.
#[derive(Clone, Debug, Default)]
pub struct StoppedAll {
    /// The polecats whose sessions are gone.
    pub stopped: Vec<String>,
    /// What went wrong without being in the way.
    pub warnings: Vec<String>,
}

impl SessionManager {
    /// Ends the session of `polecat` with every process in it, and answers with warnings.
    /// Not forced, the tracker is synced and the agent interrupted first.
    ///
    /// # Errors
    /// When there is no session, or something of it could not be ended.
    pub async fn stop(&self, polecat: &str, force: bool) -> Result<Vec<String>, SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        let session = self.existing(&polecat).await?;
        self.end(session, force).await
    }

    /// Ends the sessions of all polecats of the rig, at once. gastown's other roles are no
    /// polecats.
    ///
    /// # Errors
    /// When some could not be stopped; each is named, the others are stopped.
    pub async fn stop_all(&self, force: bool) -> Result<StoppedAll, SessionError> {
        let mut stops = JoinSet::new();
        for session in self.sessions().await? {
            let manager = self.clone();
            stops.spawn(async move {
                let name = session.polecat.to_string();
                (name, manager.end(session, force).await)
            });
        }
        let mut results = stops.join_all().await;
        results.sort_by(|(a, _), (b, _)| a.cmp(b));
        gather(results)
    }

    pub(super) async fn end(
        &self,
        session: Session,
        force: bool,
    ) -> Result<Vec<String>, SessionError> {
        self.require_ours(&session).await?;
        let mut warnings = Vec::new();
        if !force {
            warnings.extend(self.sync(&session.polecat).await);
        }
        if session.is_live() {
            self.end_marked(&session, force).await?;
        } else {
            self.end_orphans(&session).await?;
        }
        self.tools.tmux.kill_session(session.pane.session_id).await?;
        records::forget(&self.rig, &session.polecat).await?;
        Ok(warnings)
    }

    /// Nothing is killed on a guess: the session bears our mark, or its polecat exists.
    async fn require_ours(&self, session: &Session) -> Result<(), SessionError> {
        if session.mark.is_some() || polecats::exists(&self.rig, &session.polecat).await? {
            return Ok(());
        }
        Err(SessionError::NotOurs {
            session: session.pane.session_name.clone(),
            rig: self.rig.name.to_string(),
        })
    }

    async fn sync(&self, polecat: &PolecatName) -> Option<String> {
        let dir = self.tracker_dir(self.rig.polecat_dir(polecat));
        let error = self.tools.tracker.sync(&dir).await.err()?;
        Some(format!("could not sync the tracker for `{polecat}`: {error}"))
    }

    /// Ends what the agent of a dead `session` left behind in it.
    pub(super) async fn end_orphans(&self, session: &Session) -> Result<(), SessionError> {
        let Some(pid) = session.pane.pid else { return Ok(()) };
        Ok(processes::end_orphans(pid, AFTER_DEATH).await?)
    }

    /// Ends the agent so that who sees it end, a start perhaps, knows that it was stopped.
    async fn end_marked(&self, session: &Session, force: bool) -> Result<(), SessionError> {
        let (tmux, id) = (&self.tools.tmux, session.pane.session_id);
        // A session that went meanwhile refuses; that is what was wanted.
        let now = Timestamp::now().as_second().to_string();
        drop(tmux.set_session_option(id, mark::STOPPING, &now).await);
        let ended = self.end_agent(session, force).await;
        if ended.is_err() {
            drop(tmux.set_session_option(id, mark::STOPPING, "").await);
        }
        ended
    }

    async fn end_agent(&self, session: &Session, force: bool) -> Result<(), SessionError> {
        let Some(pid) = session.pane.pid else { return Ok(()) };
        let tree = processes::Tree::of(pid).await?;
        if !force {
            // A pane that died meanwhile refuses keys; that is what was wanted.
            drop(self.tools.tmux.press(session.pane.pane_id, &["C-c"]).await);
            tree.ended(AFTER_INTERRUPT).await;
        }
        tree.end(if force { Duration::ZERO } else { AFTER_TERMINATE }).await?;
        Ok(())
    }
}

fn gather(
    results: Vec<(String, Result<Vec<String>, SessionError>)>,
) -> Result<StoppedAll, SessionError> {
    let mut all = StoppedAll::default();
    let mut failed = Vec::new();
    for (name, result) in results {
        match result {
            Ok(warnings) => {
                all.stopped.push(name);
                all.warnings.extend(warnings);
            }
            Err(error) => failed.push((name, error)),
        }
    }
    if failed.is_empty() { Ok(all) } else { Err(SessionError::Several(failed)) }
}
