//! Answers to what agents ask: a person's choice is given, exactly to the question it was meant for.
//!
//! Each answer is counted on the pane, in one step with the key that gives it. The counter is part of
//! a question's id: of several who answer one question, one is heard.

pub(in crate::session) mod error;
mod give;
mod look;
mod press;
mod ticks;
mod words;

use serde::{Deserialize, Serialize};

use crate::{
    core::{names::PolecatName, session::SessionInfo},
    session::{
        context::RigContext, error::SessionError, messages::recipient::Recipient,
        sessions::list::Session,
    },
};

/// Answers what agents ask.
#[derive(Clone)]
pub struct Answers {
    context: RigContext,
}

/// What a person answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The choice: its number, label, a beginning of that, `yes` or `no`; several with commas
    /// between them, where several can be chosen. Nothing where only words are asked for.
    pub choice: String,
    /// The id of the question that is meant; `None` for the one that is asked when this begins.
    pub id: Option<String>,
    /// The words of a choice that takes some.
    pub words: Option<String>,
    /// Whether to agree though the beginning of what is asked is not on the screen.
    pub cut: bool,
}

/// An answer that was given.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answered {
    /// The session as it is then, with the next question if there is one.
    #[serde(flatten)]
    pub info: SessionInfo,
    /// What was answered, in the agent's words: the label of the choice, or the words.
    pub answered: String,
}

/// One answer to one agent.
struct Giving<'a> {
    context: &'a RigContext,
    session: &'a Session,
    to: &'a Recipient,
}

impl RigContext {
    /// The service that answers what the rig's agents ask.
    #[must_use]
    pub fn answers(&self) -> Answers {
        Answers { context: self.clone() }
    }
}

impl Answers {
    /// The session of `polecat` as its screen is now.
    ///
    /// # Errors
    /// There is no live session, or tmux does not answer.
    pub async fn asked(&self, polecat: &str) -> Result<SessionInfo, SessionError> {
        let sessions = self.context.sessions();
        let session = sessions.existing(&PolecatName::parse(polecat)?).await?;
        if !session.is_live() {
            return Err(session.ended());
        }
        Ok(sessions.seen(&session).await)
    }

    /// Answers what the agent of `polecat` asks.
    ///
    /// # Errors
    /// There is no live session, it asks nothing or something else, the choice is not one of its
    /// choices, no way to give it is known, or tmux refuses: nothing was answered. After a timeout
    /// it may have been.
    pub async fn answer(&self, polecat: &str, reply: &Reply) -> Result<Answered, SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        let sessions = self.context.sessions();
        let session = sessions.existing(&polecat).await?;
        if !session.is_live() {
            return Err(session.ended());
        }
        let messenger = self.context.messenger();
        let to = messenger.recipient(&session).await;
        let giving = Giving { context: &self.context, session: &session, to: &to };
        // Before the lock: of several who answer at once, all mean what is asked now.
        let meant = match &reply.id {
            Some(id) => id.clone(),
            None => giving.meant().await.map_err(|error| session.explain(error))?,
        };
        let _typing = messenger.lock_typing(&polecat).await?;
        // Boxed, to keep the futures of callers small.
        let given = Box::pin(giving.give(&meant, reply)).await;
        let answered = given.map_err(|error| session.explain(error))?;
        let info = match sessions.session(&polecat).await? {
            Some(session) => sessions.seen(&session).await,
            None => sessions.without_session(&polecat).await?,
        };
        Ok(Answered { info, answered })
    }
}
