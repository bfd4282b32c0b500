//! Repeated looks at all sessions of a rig, which remember what was seen before.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::{
    error::SessionError,
    folders::Folders,
    glimpse,
    manager::SessionManager,
    table::{self, Session},
};
use crate::core::{
    names::PolecatName,
    screen::{Patterns, Seen},
    session::SessionInfo,
    state::Told,
};
use known::{Known, View};

mod known;

/// Repeated looks at the polecats of one rig.
pub(super) struct Sight {
    manager: SessionManager,
    known: HashMap<PolecatName, Known>,
    folders: Folders,
}

impl Sight {
    pub(super) fn new(manager: SessionManager) -> Self {
        Self { manager, known: HashMap::new(), folders: Folders::default() }
    }

    /// Makes the next look read the folders too.
    pub(super) fn expect_change(&mut self) {
        self.folders.expect_change();
    }

    /// All polecats of the rig as they are at `now`, in the order of their names.
    pub(super) async fn look(&mut self, now: Timestamp) -> Result<Vec<SessionInfo>, SessionError> {
        let sessions = self.manager.sessions().await?;
        let names: Vec<_> = sessions.iter().map(|session| session.polecat.clone()).collect();
        self.folders.read(&self.manager, &names, now).await?;
        self.known.retain(|name, _| sessions.iter().any(|session| session.polecat == *name));
        let mut infos = Vec::new();
        for session in &sessions {
            infos.push(self.look_at(session, now).await?);
        }
        let manager = &self.manager;
        for name in self.folders.names() {
            if !sessions.iter().any(|session| session.polecat == *name) {
                infos.push(table::stopped(&manager.rig, name));
            }
        }
        infos.sort_by(|a, b| a.polecat.cmp(&b.polecat));
        for info in &mut infos {
            self.folders.complete(info);
        }
        Ok(infos)
    }

    async fn look_at(
        &mut self,
        session: &Session,
        now: Timestamp,
    ) -> Result<SessionInfo, SessionError> {
        let known = self.known.remove(&session.polecat);
        let mut known = match known.filter(|known| known.is_of(session)) {
            Some(known) => self.again(known, session, now).await?,
            None => self.first(session, now).await?,
        };
        if known.exit.is_none() && session.has_died() {
            known.exit = Some(self.manager.record_death(session).await?);
        }
        let mut info = session.info(&self.manager.rig, now);
        known.complete(&mut info);
        self.known.insert(session.polecat.clone(), known);
        Ok(info)
    }

    async fn first(&self, session: &Session, now: Timestamp) -> Result<Known, SessionError> {
        let patterns = self.manager.patterns_of(session).await;
        let args = session.args();
        let view = self.view(session, &patterns, &args, now).await?;
        let since = session.info(&self.manager.rig, now).state_since.unwrap_or(now);
        Ok(Known::first(session, patterns, args, view, (now, since)))
    }

    /// The next look. A screen that did not change says what it said before.
    async fn again(
        &self,
        known: Known,
        session: &Session,
        now: Timestamp,
    ) -> Result<Known, SessionError> {
        let view = match known.unchanged(session, now) {
            Some(view) => view,
            None => self.view(session, &known.patterns, &known.args, now).await?,
        };
        Ok(known.after(session, view, now))
    }

    async fn view(
        &self,
        session: &Session,
        patterns: &Patterns,
        args: &[String],
        now: Timestamp,
    ) -> Result<View, SessionError> {
        if !session.is_live() {
            return Ok(View::unread(session, now));
        }
        let policy = self.manager.tools.settings.dialogs;
        let reading = self.manager.glimpse(session, patterns).await?.reading;
        let told = Told { state: reading.seen.state(), source: reading.source };
        let starting = session.is_starting(now);
        Ok(match &reading.seen {
            Seen::Unknown | Seen::Starting => View::unread(session, now),
            // The start answers it.
            Seen::Waiting(asked) if starting && patterns.answer(asked, args, policy).is_some() => {
                View::unread(session, now)
            }
            Seen::Waiting(asked) => {
                View::asking(told, glimpse::waiting(asked), patterns.may_pass(asked))
            }
            // Until its start is over, an agent at its prompt is about to be talked to.
            Seen::Idle if starting => View::unread(session, now),
            Seen::Idle | Seen::Working => View::of(told),
        })
    }

    /// How soon the next look is due at the latest, when some agent may change soon.
    pub(super) fn due(&self, now: Timestamp) -> Option<SignedDuration> {
        self.known.values().filter_map(|known| known.due(now)).min()
    }
}
