//! Asks tmux for environment tables.

use std::collections::HashMap;

use super::environment::{Environment, TableOf};
use crate::tmux::client::Tmux;
use crate::tmux::error::TmuxError;
use crate::tmux::ids::SessionId;
use crate::tmux::protocol::command::Command;
use crate::tmux::protocol::reply::Reply;
use crate::tmux::protocol::request::Request;

/// How many tables are asked for at once: tmux serves nobody else while it prints them.
const BATCH_LIMIT: usize = 100;

impl Tmux {
    /// The tables of `sessions`, by session; one that is gone has none. Each has only the variables
    /// whose names begin with `prefix`, which must be the same in all calls: the rest of what a
    /// person gave to their session is none of our business. A table that was asked for before
    /// costs nothing, unless it was just being written then.
    ///
    /// # Errors
    /// When tmux cannot be asked: then nothing is known of any.
    pub async fn environments(
        &self,
        sessions: &[TableOf],
        prefix: &str,
    ) -> Result<HashMap<SessionId, Environment>, TmuxError> {
        let mut found: HashMap<_, _> = self.tables().known(sessions);
        let new: Vec<_> =
            sessions.iter().filter(|one| !found.contains_key(&one.session)).copied().collect();
        for some in new.chunks(BATCH_LIMIT) {
            let read = self.read_tables(some, prefix).await?;
            self.tables().keep(&read);
            found.extend(read.into_iter().map(|(of, table)| (of.session, table)));
        }
        Ok(found)
    }

    async fn read_tables(
        &self,
        mut left: &[TableOf],
        prefix: &str,
    ) -> Result<Vec<(TableOf, Environment)>, TmuxError> {
        let mut found = Vec::new();
        while !left.is_empty() {
            let commands = left.iter().map(|of| show(of.session)).collect();
            let (replies, gone) = match self.run(Request::new(commands)).await {
                Ok(replies) => (replies, 0),
                Err(error) if error.is_no_server() => return Ok(found),
                // One has gone meanwhile; the commands after it were not run.
                Err(error) if error.is_missing_target() => (done(error), 1),
                Err(error) => return Err(error),
            };
            let tables = replies.iter().map(|reply| Environment::parse(&reply.text()).only(prefix));
            found.extend(left.iter().copied().zip(tables));
            left = left.get(replies.len() + gone..).unwrap_or_default();
        }
        Ok(found)
    }
}

fn show(session: SessionId) -> Command {
    Command::new("show-environment").args(["-s", "-t", &session.to_string()])
}

/// What was answered before a command was refused.
fn done(error: TmuxError) -> Vec<Reply> {
    match error {
        TmuxError::Refused { done, .. } => done,
        _ => Vec::new(),
    }
}
