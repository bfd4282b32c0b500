//! What a monitor knows of each session from look to look, and the looks themselves.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{error::SessionError, manager::SessionManager, table::Session};
use crate::{
    core::{
        names::PolecatName,
        session::{Exit, SessionInfo, State},
        state::{Steady, Told},
    },
    host::polecats,
    tmux::PaneId,
};

/// Repeated looks at the polecats of one rig.
pub(super) struct Sight {
    manager: SessionManager,
    known: HashMap<PolecatName, Known>,
}

/// What is known of a session from the look before.
struct Known {
    pane: PaneId,
    /// What changes when the pane prints something or its title changes.
    print: Print,
    steady: Steady,
    /// How its agent ended, which does not change any more.
    exit: Option<Exit>,
}

type Print = (i64, u32, (u32, u32), String, bool);

impl Sight {
    pub(super) fn new(manager: SessionManager) -> Self {
        Self { manager, known: HashMap::new() }
    }

    /// All polecats of the rig as they are at `now`.
    pub(super) async fn look(&mut self, now: Timestamp) -> Result<Vec<SessionInfo>, SessionError> {
        let manager = self.manager.clone();
        let (sessions, names) = tokio::join!(manager.sessions(), polecats::names(&manager.rig));
        let sessions = sessions?;
        self.known.retain(|name, _| sessions.iter().any(|session| session.polecat == *name));
        let mut infos = Vec::new();
        for session in &sessions {
            infos.push(self.look_at(session, now).await?);
        }
        for name in names? {
            if !sessions.iter().any(|session| session.polecat == name) {
                infos.push(manager.without_session(&name).await?);
            }
        }
        infos.sort_by(|a, b| a.polecat.cmp(&b.polecat));
        for info in &mut infos {
            manager.complete_info(info).await;
        }
        Ok(infos)
    }

    async fn look_at(
        &mut self,
        session: &Session,
        now: Timestamp,
    ) -> Result<SessionInfo, SessionError> {
        let print = print(session);
        let known = self.known.remove(&session.polecat);
        let known = known.filter(|known| known.pane == session.pane.pane_id);
        let mut info = session.info(&self.manager.rig, now);
        let told = Told { state: info.state, source: info.state_source };
        let mut exit = known.as_ref().and_then(|known| known.exit.clone());
        if exit.is_none() && !session.is_live() {
            exit = Some(self.manager.record_death(session).await?);
        }
        let steady = match known {
            Some(known) => known.steady.after(told, now),
            None => Steady::new(told, info.state_since.unwrap_or(now)),
        };
        info.state = steady.told.state;
        info.state_source = steady.told.source;
        info.state_since = Some(steady.since);
        info.exit.clone_from(&exit);
        let known = Known { pane: session.pane.pane_id, print, steady, exit };
        self.known.insert(session.polecat.clone(), known);
        Ok(info)
    }
}

fn print(session: &Session) -> Print {
    let pane = &session.pane;
    (pane.activity, pane.history, pane.cursor, pane.title.clone(), session.is_live())
}
