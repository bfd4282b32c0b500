//! Stopping polecats: nothing of theirs stays, nothing of others is touched.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{task::JoinSet, time::Instant};

use crate::{
    core::{names::PolecatName, session::ExitHow},
    host::{
        heartbeats,
        processes::{self, ProcessError, ProcessList, Tree},
        records,
    },
    session::{
        context::RigContext,
        error::SessionError,
        sessions::{list::Session, metadata},
    },
    tmux::{Guard, PaneOption, Pressed},
};

/// How long an agent has to end by itself after the interrupt.
const AFTER_INTERRUPT: Duration = Duration::from_millis(500);
/// How long its processes have to end after they are asked to terminate.
const AFTER_TERMINATE: Duration = Duration::from_secs(2);

/// A list of processes that is older is made anew before it counts.
const STALE: Duration = Duration::from_millis(50);

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

impl RigContext {
    /// Ends the session of `polecat` with every process in it, and answers with warnings.
    /// Not forced, the tracker is synced and the agent interrupted first.
    ///
    /// # Errors
    /// When there is no session, or something of it could not be ended.
    pub async fn stop(&self, polecat: &str, force: bool) -> Result<Vec<String>, SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        let session = match self.existing(&polecat).await {
            Err(SessionError::SessionNotFound { .. }) if self.forget_gone(&polecat).await? => {
                return Ok(Vec::new());
            }
            session => session?,
        };
        self.end(session, force, Arc::default()).await
    }

    /// Ends the sessions of all polecats of the rig, at once. gastown's other roles are no
    /// polecats.
    ///
    /// # Errors
    /// When some could not be stopped; each is named, the others are stopped.
    pub async fn stop_all(&self, force: bool) -> Result<StoppedAll, SessionError> {
        let census = Arc::<ProcessList>::default();
        let mut stops = JoinSet::new();
        for session in self.current_sessions().await? {
            let (context, census) = (self.clone(), census.clone());
            stops.spawn(async move {
                let name = session.polecat.to_string();
                (name, context.end(session, force, census).await)
            });
        }
        let mut results = stops.join_all().await;
        results.sort_by(|(a, _), (b, _)| a.cmp(b));
        gather(results)
    }

    /// Forgets that the agent went with its session, which is all that is left of that; whether it
    /// did.
    async fn forget_gone(&self, polecat: &PolecatName) -> Result<bool, SessionError> {
        let record = records::load(&self.rig, polecat).await?;
        let gone = record.is_some_and(|record| record.exit.how == ExitHow::Gone);
        if gone {
            records::delete(&self.rig, polecat).await?;
        }
        Ok(gone)
    }

    pub(in crate::session) async fn end(
        &self,
        session: Session,
        force: bool,
        census: Arc<ProcessList>,
    ) -> Result<Vec<String>, SessionError> {
        let sync = async { if force { None } else { self.sync(&session.polecat).await } };
        // The list first: it is made by a thread, while a program is only there when it runs.
        let (tree, warning) = tokio::join!(listed(&session, &census), sync);
        match tree? {
            Some(tree) => self.end_marked(&session, tree.fresh().await?, force).await?,
            None => self.end_orphans(&session).await?,
        }
        self.close(&session).await?;
        heartbeats::delete(&self.rig, &session.polecat).await?;
        records::delete(&self.rig, &session.polecat).await?;
        Ok(warning.into_iter().collect())
    }

    /// Closes what tmux has of `session`: all of it where it is the polecat's own, else no more than
    /// the agent's pane, for what is beside it then is a person's.
    pub(in crate::session) async fn close(&self, session: &Session) -> Result<(), SessionError> {
        let (tmux, pane) = (&self.tmux, &session.pane);
        if !session.is_moved(&self.rig) && !self.is_shared(session).await? {
            tmux.kill_session(pane.session_id).await?;
        }
        // A session of the same group, or one that its window was linked into, shows it still.
        Ok(tmux.kill_pane(pane.pane_id).await?)
    }

    /// Whether a person moved a pane of theirs into the session: one that was there before the
    /// agent's. Those that came later were opened in it, by a hook perhaps.
    async fn is_shared(&self, session: &Session) -> Result<bool, SessionError> {
        let name = &session.pane.session_name;
        let panes = self.tmux.liveness_of(name, metadata::OPTION).await?;
        Ok(panes.iter().any(|pane| pane.pane_id < session.pane.pane_id))
    }

    async fn sync(&self, polecat: &PolecatName) -> Option<String> {
        let dir = self.tracker_dir(self.rig.polecat_dir(polecat));
        let error = self.tools.tracker.sync(&dir).await.err()?;
        Some(format!("could not sync the tracker for `{polecat}`: {error}"))
    }

    /// Ends what the agent of a dead `session` left behind in it.
    pub(in crate::session) async fn end_orphans(
        &self,
        session: &Session,
    ) -> Result<(), SessionError> {
        let Some(pid) = session.pane.pid else { return Ok(()) };
        Ok(processes::end_orphans(pid, AFTER_DEATH).await?)
    }

    /// Ends the agent so that who sees it end, a start perhaps, knows that it was stopped.
    async fn end_marked(
        &self,
        session: &Session,
        tree: Option<Tree>,
        force: bool,
    ) -> Result<(), SessionError> {
        let (tmux, pane) = (&self.tmux, session.pane.pane_id);
        let stopping = |value: String| [PaneOption { pane, option: metadata::STOPPING, value }];
        let now = stopping(Timestamp::now().as_second().to_string());
        let any = Guard::none();
        let interrupted =
            !force && matches!(tmux.press(pane, &["C-c"], &any, &now).await, Ok(Pressed::Yes));
        if !interrupted {
            // A pane that went meanwhile refuses; that is what was wanted.
            drop(tmux.set_options(&now).await);
        }
        let ended = end_tree(tree, force).await;
        if ended.is_err() {
            drop(tmux.set_options(&stopping(String::new())).await);
        }
        ended
    }
}

/// The processes of a living session, as they were when its stop began.
struct Listing {
    tree: Option<Tree>,
    at: Instant,
}

/// `None` of a session whose agent has ended.
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
    /// With what a slow tracker gave the agent time to start.
    async fn fresh(self) -> Result<Option<Tree>, ProcessError> {
        let Some(mut tree) = self.tree else { return Ok(None) };
        if self.at.elapsed() > STALE {
            tree.refresh().await?;
        }
        Ok(Some(tree))
    }
}

/// Ends what was interrupted, unless it is by `force`.
async fn end_tree(tree: Option<Tree>, force: bool) -> Result<(), SessionError> {
    let Some(tree) = tree else { return Ok(()) };
    if !force {
        tree.ended(AFTER_INTERRUPT).await;
    }
    tree.end(if force { Duration::ZERO } else { AFTER_TERMINATE }).await?;
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
