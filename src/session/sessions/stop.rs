//! Stops polecats: ends all of their processes, and touches nobody else's.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{task::JoinSet, time::Instant};
use tracing::warn;

use crate::{
    core::{
        names::PolecatName,
        session::{
            ExitHow,
            record::{Ended, Ending},
        },
    },
    host::{
        RunError, heartbeats,
        processes::{self, ProcessError, ProcessList, Tree},
        records, session_records, session_settings,
        tracker::{self, TrackerError},
    },
    session::{
        error::SessionError,
        sessions::{Sessions, list::Session, metadata},
    },
    tmux::{Guard, PaneOption, Pressed},
};

/// How long an agent may take to exit after the interrupt.
const INTERRUPT_TIMEOUT: Duration = Duration::from_millis(500);
/// How long its processes may take to exit after SIGTERM.
const TERMINATE_TIMEOUT: Duration = Duration::from_secs(2);

/// An older list of processes is refreshed before it is used.
const CENSUS_AGE: Duration = Duration::from_millis(50);

/// How long the orphans of a dead agent may take to exit after SIGTERM.
const ORPHANS_TIMEOUT: Duration = Duration::from_millis(500);

/// The result of stopping all polecats.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct StoppedAll {
    /// The polecats whose sessions are gone.
    pub stopped: Vec<String>,
    /// Problems that did not prevent a stop; told beside the answer.
    pub warnings: Vec<String>,
}

impl Sessions {
    /// Ends the session of `polecat` with every process in it; returns warnings. Without `force`,
    /// syncs the tracker and interrupts the agent first.
    ///
    /// # Errors
    /// There is no session, or part of it could not be ended.
    pub async fn stop(&self, polecat: &str, force: bool) -> Result<Vec<String>, SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        let session = match self.existing(&polecat).await {
            // Nothing of it is there.
            Err(SessionError::SessionNotFound { why, .. })
                if why.is_empty() && self.forget(&polecat).await? =>
            {
                return Ok(Vec::new());
            }
            session => session?,
        };
        self.end(session, force, Arc::default()).await
    }

    /// Ends the sessions of all polecats of the rig at once. gastown's other roles are not polecats.
    ///
    /// # Errors
    /// Some could not be stopped; each of them is named, and the others are stopped.
    pub async fn stop_all(&self, force: bool) -> Result<StoppedAll, SessionError> {
        let census = Arc::<ProcessList>::default();
        let mut stops = JoinSet::new();
        for session in self.current_sessions().await? {
            let (sessions, census) = (self.clone(), census.clone());
            stops.spawn(async move {
                let name = session.polecat.to_string();
                (name, sessions.end(session, force, census).await)
            });
        }
        let mut results = stops.join_all().await;
        results.sort_by(|(a, _), (b, _)| a.cmp(b));
        gather(results)
    }

    /// Has a session that is gone count as stopped, where only records of it are left; whether there
    /// were any.
    async fn forget(&self, polecat: &PolecatName) -> Result<bool, SessionError> {
        let lost = self.forget_lost(polecat).await?;
        Ok(self.forget_gone(polecat).await? || lost)
    }

    /// The same of one that nobody saw end, or whose agent died: it is not resumed with the others any
    /// more.
    async fn forget_lost(&self, polecat: &PolecatName) -> Result<bool, SessionError> {
        let rig = &self.context.rig;
        // What cannot be read stays what it is.
        let record = session_records::load(rig, polecat).await.ok().flatten();
        let Some(record) = record.filter(|record| !record.was_ended()) else { return Ok(false) };
        if self.server_now().await.has_lost(&record) {
            self.context.polecats().end_outlived(polecat, record.server.pane.as_deref()).await?;
        }
        let ended = Ended { how: Ending::Stopped, at: Timestamp::now() };
        let noted = session_records::change(rig, polecat, record.started, |record| {
            record.ended = Some(ended);
        });
        Ok(noted.await?)
    }

    /// Deletes the record of an agent that vanished with its session, which is all that is left;
    /// whether there was one.
    async fn forget_gone(&self, polecat: &PolecatName) -> Result<bool, SessionError> {
        let record = records::load(&self.context.rig, polecat).await?;
        let gone = record.is_some_and(|record| record.exit.how == ExitHow::Gone);
        if gone {
            records::delete(&self.context.rig, polecat).await?;
        }
        Ok(gone)
    }

    pub(in crate::session) async fn end(
        &self,
        session: Session,
        force: bool,
        census: Arc<ProcessList>,
    ) -> Result<Vec<String>, SessionError> {
        let sync = async { if force { None } else { self.sync(&session).await } };
        // The process list is made in a thread meanwhile, so it is first.
        let (tree, warning) = tokio::join!(listed(&session, &census), sync);
        match tree? {
            Some(tree) => self.end_marked(&session, tree.fresh().await?, force).await?,
            None => self.end_orphans(&session).await?,
        }
        let left = self.keep_queue(&session).await;
        self.close(&session).await?;
        heartbeats::delete(&self.context.rig, &session.polecat).await?;
        records::delete(&self.context.rig, &session.polecat).await?;
        self.note_end(&session, Ended { how: Ending::Stopped, at: Timestamp::now() }).await;
        Ok(warning.into_iter().chain(left).collect())
    }

    /// Closes `session` in tmux: all of it if it is the polecat's own, else only the agent's pane,
    /// because the rest is the user's.
    pub(in crate::session) async fn close(&self, session: &Session) -> Result<(), SessionError> {
        let (tmux, pane) = (&self.context.tmux, &session.pane);
        if !session.is_moved(&self.context.rig) && !self.is_shared(session).await? {
            tmux.kill_session(pane.session_id).await?;
        }
        // The pane may still be in a session of the same group, or one its window is linked into.
        tmux.kill_pane(pane.pane_id).await?;
        self.delete_settings(session).await;
        Ok(())
    }

    /// Removes the settings that the session was given; what cannot be removed is removed by the next
    /// start.
    async fn delete_settings(&self, session: &Session) {
        let settings = session.mark.as_ref().and_then(|mark| mark.settings.as_ref());
        let Some(name) = settings else { return };
        if let Err(error) = session_settings::delete(&self.context.rig, name).await {
            warn!(%error, polecat = %session.polecat, "settings of a session stay behind");
        }
    }

    /// Whether the user moved a pane into the session: one that is older than the agent's. Newer
    /// ones were opened in it, perhaps by a hook.
    async fn is_shared(&self, session: &Session) -> Result<bool, SessionError> {
        let name = &session.pane.session_name;
        let panes = self.context.tmux.liveness_of(name, metadata::OPTION).await?;
        Ok(panes.iter().any(|pane| pane.pane_id < session.pane.pane_id))
    }

    async fn sync(&self, session: &Session) -> Option<String> {
        let (context, polecat) = (&self.context, &session.polecat);
        let dir = context.tracker_dir(context.rig.polecat_dir(polecat));
        let error = context.shared.tracker.sync(&dir).await.err()?;
        if self.has_no_tracker(session, &error).await {
            return None;
        }
        Some(format!("could not sync the tracker for `{polecat}`: {error}"))
    }

    /// Whether it fails because there is none, and nobody would miss it.
    async fn has_no_tracker(&self, session: &Session, error: &TrackerError) -> bool {
        let context = &self.context;
        let has_issue = session.mark.as_ref().is_some_and(|mark| mark.issue.is_some());
        if has_issue || context.shared.settings.tracker_command.is_some() {
            return false;
        }
        let is_missing = matches!(error, TrackerError::Run(RunError::Missing { .. }));
        is_missing || !tracker::is_set_up(&context.rig).await
    }

    /// Ends the processes that the agent of a dead `session` left behind.
    pub(in crate::session) async fn end_orphans(
        &self,
        session: &Session,
    ) -> Result<(), SessionError> {
        let Some(pid) = session.pane.pid else { return Ok(()) };
        Ok(processes::end_orphans(pid, ORPHANS_TIMEOUT).await?)
    }

    /// Ends the agent, and marks that first, so that whoever sees it exit knows it was stopped.
    async fn end_marked(
        &self,
        session: &Session,
        tree: Option<Tree>,
        force: bool,
    ) -> Result<(), SessionError> {
        let (tmux, pane) = (&self.context.tmux, session.pane.pane_id);
        let stopping = |value: String| [PaneOption { pane, option: metadata::STOPPING, value }];
        let now = stopping(Timestamp::now().as_second().to_string());
        let any = Guard::none();
        let interrupted =
            !force && matches!(tmux.press(pane, &["C-c"], &any, &now).await, Ok(Pressed::Yes));
        if !interrupted {
            // Fails if the pane is gone, which is what we want anyway.
            drop(tmux.set_options(&now).await);
        }
        let ended = end_tree(tree, force).await;
        if ended.is_err() {
            drop(tmux.set_options(&stopping(String::new())).await);
        }
        ended
    }
}

/// The processes of a live session when its stop began.
struct Listing {
    tree: Option<Tree>,
    at: Instant,
}

/// `None` for a session whose agent has exited.
async fn listed(
    session: &Session,
    census: &Arc<ProcessList>,
) -> Result<Option<Listing>, ProcessError> {
    if !session.is_live() {
        return Ok(None);
    }
    let at = Instant::now();
    let tree = match session.pane.pid {
        Some(pid) => Some(Tree::among(census, pid).await?),
        None => None,
    };
    Ok(Some(Listing { tree, at }))
}

impl Listing {
    /// Refreshes the list if it is old: the agent may have started processes while the tracker was slow.
    async fn fresh(self) -> Result<Option<Tree>, ProcessError> {
        let Some(mut tree) = self.tree else { return Ok(None) };
        if self.at.elapsed() > CENSUS_AGE {
            tree.refresh().await?;
        }
        Ok(Some(tree))
    }
}

/// Waits for the interrupted processes to exit, then ends them; with `force`, ends them at once.
async fn end_tree(tree: Option<Tree>, force: bool) -> Result<(), SessionError> {
    let Some(tree) = tree else { return Ok(()) };
    if !force {
        tree.ended(INTERRUPT_TIMEOUT).await;
    }
    tree.end(if force { Duration::ZERO } else { TERMINATE_TIMEOUT }).await?;
    Ok(())
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
