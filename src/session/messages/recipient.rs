//! The recipient of messages.

use crate::{
    core::{agent::Agent, screen::Patterns},
    session::{messages::Messenger, sessions::list::Session},
};

/// An agent that we wait for and send messages to.
pub(in crate::session) struct Recipient {
    pub(in crate::session) agent: Agent,
    /// The arguments of its command.
    pub(in crate::session) args: Vec<String>,
    pub(in crate::session) patterns: Patterns,
}

impl Recipient {
    pub(in crate::session) fn new(agent: Agent, args: Vec<String>) -> Self {
        let patterns = agent.patterns();
        Self { agent, args, patterns }
    }
}

impl Messenger {
    /// The recipient in a session. An agent that is no longer configured is treated as generic.
    pub(in crate::session) async fn recipient(&self, session: &Session) -> Recipient {
        let known = self.context.sessions().agent_of(session).await;
        let agent = known.unwrap_or_else(|| Agent::generic("agent", "", &[]));
        Recipient::new(agent, session.args())
    }
}
