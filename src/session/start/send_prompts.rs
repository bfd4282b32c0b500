//! The second half of a start: an agent that is there is waited for and told its first words.

use crate::session::{
    error::SessionError,
    messages::recipient::Recipient,
    sessions::{
        list::Session,
        metadata::{self, Metadata},
        pending::{OWED, PendingPrompts},
    },
    start::{Progress, Starter, wait_ready::Readiness},
};

impl Starter {
    /// Tells an agent that was waited for what `owed` has for it, and writes down that its start
    /// is over. What an agent could not be told yet stays on its session, for whoever sees that
    /// it can be. Gives warnings.
    pub(in crate::session) async fn brief(
        &self,
        session: &Session,
        to: &Recipient,
        mut owed: PendingPrompts,
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
    async fn mark_started(
        &self,
        session: &Session,
        owed: &PendingPrompts,
    ) -> Result<(), SessionError> {
        let mark = Metadata {
            starting: false,
            pane: Some(session.pane.pane_id.to_string()),
            pid: session.pane.pid,
            ..session.mark.clone().unwrap_or_default()
        };
        let left = PendingPrompts { by: None, ..owed.clone() };
        let left = if owed.is_open() { left.encode() } else { String::new() };
        let mut options = vec![session.option(OWED, left)];
        options.extend(mark.encode().ok().map(|value| session.option(metadata::OPTION, value)));
        Ok(self.context.tmux.set_options(&options).await?)
    }
}
