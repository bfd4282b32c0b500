//! What is told of polecats that do not run, by the records of their last sessions.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use tracing::warn;

use crate::{
    core::{
        names::PolecatName,
        session::{
            SessionInfo,
            record::{Ended, Ending, SessionRecord},
        },
    },
    host::session_records,
    session::{
        context::RigContext,
        sessions::last_session::{LastSession, ServerNow},
    },
};

/// How long a session must have been away from a server that runs to count as closed there: one that
/// is being killed may still answer.
const CLOSED_DELAY: SignedDuration = SignedDuration::from_secs(2);

/// What was told last.
#[derive(Default)]
pub(super) struct LastSessions {
    /// With the records by which it was.
    known: BTreeMap<PolecatName, (SessionRecord, LastSession)>,
    /// Sessions that are away though their server runs, and since when.
    away: BTreeMap<PolecatName, Timestamp>,
}

impl LastSessions {
    /// Reads what the records of polecats without a live agent say; those of `away` have no session
    /// either.
    pub(super) async fn read(
        &mut self,
        context: &RigContext,
        records: BTreeMap<PolecatName, SessionRecord>,
        is_away: impl Fn(&PolecatName) -> bool,
        now: Timestamp,
    ) {
        let sessions = context.sessions();
        let is_open = |record: &SessionRecord| record.ended.is_none();
        let is_any_open = records.values().any(is_open);
        let server = if is_any_open { Some(sessions.server_now().await) } else { None };
        let mut known = BTreeMap::new();
        for (polecat, record) in records {
            let mut last = match self.known.remove(&polecat) {
                Some((same, last)) if same == record => last,
                _ => sessions.last_session(&polecat, &record).await,
            };
            last.lost = server.as_ref().is_some_and(|server| server.has_lost(&record));
            known.insert(polecat, (record, last));
        }
        self.known = known;
        if let Some(server) = server {
            self.note_closed(context, &server, is_away, now).await;
        }
    }

    /// Notes which sessions somebody has closed in tmux: their server runs on without them.
    async fn note_closed(
        &mut self,
        context: &RigContext,
        server: &ServerNow,
        is_away: impl Fn(&PolecatName) -> bool,
        now: Timestamp,
    ) {
        let mut away = BTreeMap::new();
        for (polecat, (record, _)) in &self.known {
            if record.ended.is_some() || !is_away(polecat) || !server.has(record) {
                continue;
            }
            let since = self.away.get(polecat).copied().unwrap_or(now);
            if now.duration_since(since) < CLOSED_DELAY {
                away.insert(polecat.clone(), since);
                continue;
            }
            let ended = Ended { how: Ending::Stopped, at: since };
            let closed = session_records::change(&context.rig, polecat, record.started, |record| {
                record.ended.get_or_insert(ended);
            });
            if let Err(error) = closed.await {
                warn!(%error, %polecat, "that a session was closed is not written down");
            }
        }
        self.away = away;
    }

    /// Whether to look again soon.
    pub(super) fn is_open(&self) -> bool {
        !self.away.is_empty()
    }

    /// Adds what is known to what is told of a polecat.
    pub(super) fn complete(&self, info: &mut SessionInfo) {
        if let Some((_, last)) = self.known.get(&info.polecat) {
            last.complete(info);
        }
    }
}
