//! Goes on with the conversations of all polecats of a rig that ended without a person's doing.

use std::sync::Arc;

use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    core::{names::PolecatName, session::record::SessionRecord},
    host::{polecats, session_records},
    session::{
        error::SessionError,
        polecats::presence::InUse,
        sessions::last_session::ServerNow,
        start::{
            Progress, Started, Starter,
            options::{Resuming, StartOptions},
        },
    },
};

/// How many agents are started at once.
const PARALLEL_LIMIT: usize = 4;

/// What came of it.
#[derive(Debug, Default)]
pub struct ResumedAll {
    /// The polecats whose agents go on, sorted.
    pub resumed: Vec<String>,
    /// Those that could not, and why, sorted.
    pub failed: Vec<(String, SessionError)>,
    /// Problems that were in nobody's way.
    pub warnings: Vec<String>,
}

impl Starter {
    /// Starts all that were lost with their tmux server, or whose agents died, each with its last
    /// conversation; with `stopped`, also those that a person has ended, where that is possible.
    ///
    /// # Errors
    /// It is not known which polecats there are, or which of them run.
    pub async fn resume_all(
        &self,
        stopped: bool,
        in_use: InUse,
        progress: Progress<'_>,
    ) -> Result<ResumedAll, SessionError> {
        let mut all = ResumedAll::default();
        let wanted = self.ended(stopped, &mut all).await?;
        let (count, mut done) = (wanted.len(), 0);
        let (permits, mut starts) = (Arc::new(Semaphore::new(PARALLEL_LIMIT)), JoinSet::new());
        for (polecat, by_person) in wanted {
            let (starter, permits) = (self.clone(), permits.clone());
            starts.spawn(async move {
                let _permit = permits.acquire().await;
                let conversation = Some(Resuming::Last);
                let options = StartOptions { in_use, conversation, ..StartOptions::default() };
                let result = Box::pin(starter.start(polecat.as_str(), options, &|_| {})).await;
                (polecat, by_person, result)
            });
        }
        while let Some(joined) = starts.join_next().await {
            done += 1;
            progress(&format!("resuming: {done} of {count}"));
            if let Ok((polecat, by_person, started)) = joined {
                all.take(polecat.to_string(), by_person, started);
            }
        }
        all.resumed.sort();
        all.failed.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(all)
    }

    /// The polecats to be resumed, and whether a person has ended them; what is unknown is told.
    async fn ended(
        &self,
        stopped: bool,
        all: &mut ResumedAll,
    ) -> Result<Vec<(PolecatName, bool)>, SessionError> {
        let live = self.context.sessions().current_sessions().await?;
        let server = self.context.sessions().server_now().await;
        let mut wanted = Vec::new();
        for polecat in polecats::names(&self.context.rig).await? {
            if live.iter().any(|session| session.polecat == polecat && session.is_live()) {
                continue;
            }
            match session_records::load(&self.context.rig, &polecat).await {
                Ok(Some(record)) if was_cut_off(&record, &server) => wanted.push((polecat, false)),
                Ok(Some(_)) if stopped => wanted.push((polecat, true)),
                Ok(_) => {}
                Err(error) => all.failed.push((polecat.to_string(), error.into())),
            }
        }
        Ok(wanted)
    }
}

/// Whether a session ended though nobody meant it to.
fn was_cut_off(record: &SessionRecord, server: &ServerNow) -> bool {
    match record.ended {
        None => server.has_lost(record),
        Some(_) => !record.was_ended(),
    }
}

impl ResumedAll {
    fn take(&mut self, polecat: String, by_person: bool, started: Result<Started, SessionError>) {
        match started {
            Ok(started) => {
                let warnings = started.warnings.iter();
                self.warnings.extend(warnings.map(|text| format!("polecat `{polecat}`: {text}")));
                self.resumed.push(polecat);
            }
            // Somebody else was quicker.
            Err(SessionError::SessionRunning { .. } | SessionError::AgentElsewhere { .. }) => {}
            // It was not expected to.
            Err(SessionError::Resume(_)) if by_person => {}
            Err(error) => self.failed.push((polecat, error)),
        }
    }
}
