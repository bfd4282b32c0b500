//! The second half of a start: an agent that is there is waited for and told its first words.

use super::{
    error::SessionError,
    glimpse,
    manager::SessionManager,
    mark::{self, Mark},
    owed::{self, OWED, Owed},
    plan::Plan,
    ready::Readiness,
    start::Progress,
    table::Session,
};
use crate::core::{agent::Agent, screen::Patterns};

/// Who is waited for and talked to.
pub(super) struct Addressee {
    pub(super) agent: Agent,
    /// The arguments of its command.
    pub(super) args: Vec<String>,
    pub(super) patterns: Patterns,
}

impl Addressee {
    pub(super) fn new(agent: Agent, args: Vec<String>) -> Self {
        let patterns = glimpse::patterns(&agent);
        Self { agent, args, patterns }
    }
}

impl From<&Plan> for Addressee {
    fn from(plan: &Plan) -> Self {
        Self::new(plan.agent.clone(), plan.argv.get(1..).unwrap_or_default().to_vec())
    }
}

impl SessionManager {
    /// Tells an agent that was waited for what `owed` has for it, and writes down that its start
    /// is over. What an agent could not be told yet stays on its session, for whoever sees that
    /// it can be. Gives warnings.
    pub(super) async fn brief(
        &self,
        session: &Session,
        to: &Addressee,
        mut owed: Owed,
        readiness: Readiness,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, SessionError> {
        let mut warnings = Vec::new();
        let in_the_way = match readiness {
            Readiness::Ended => return Ok(warnings),
            // To a question, or to nobody, nothing is typed: that would answer it.
            Readiness::NotInTime(_) | Readiness::Asking(_) => readiness.warning(&to.agent.name),
            Readiness::Ready => self.tell(session, to, &mut owed, &mut warnings, progress).await?,
        };
        if let Some(warning) = in_the_way {
            let later = "; it will be told its first words once it is ready";
            warnings.push(format!("{warning}{}", if owed.is_open() { later } else { "" }));
        }
        self.mark_started(session, &owed).await?;
        Ok(warnings)
    }

    /// Writes on the session that its start is over, but for the words that are still open.
    async fn mark_started(&self, session: &Session, owed: &Owed) -> Result<(), SessionError> {
        let mark = Mark {
            starting: false,
            pane: Some(session.pane.pane_id.to_string()),
            pid: session.pane.pid,
            ..session.mark.clone().unwrap_or_default()
        };
        let left = Owed { by: None, ..owed.clone() };
        let left = if owed.is_open() { left.encode() } else { String::new() };
        let mut notes = vec![owed::note(session, OWED, left)];
        notes.extend(mark.encode().ok().map(|value| owed::note(session, mark::OPTION, value)));
        Ok(self.tmux.note(&notes).await?)
    }
}
