//! The last part of a start: sends the first prompts to an agent, and records that the start is over.

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
    /// Sends the prompts in `owed`, and records that the start is over. Prompts that could not be
    /// sent yet stay recorded on the session, for the backend that sees the agent ready. Gives
    /// warnings.
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
            // Nothing is typed to a question: that would answer it.
            Readiness::NotInTime(_) | Readiness::Asking(_) => readiness.warning(&to.agent.name),
            Readiness::Ready => self.tell(session, to, &mut owed, &mut warnings, progress).await?,
        };
        if let Some(warning) = in_the_way {
            let later = "; its first prompts will be sent once it is ready";
            warnings.push(format!("{warning}{}", if owed.is_open() { later } else { "" }));
        }
        self.mark_started(session, &owed).await?;
        Ok(warnings)
    }

    /// Records on the session that its start is over, and which prompts are still unsent.
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
