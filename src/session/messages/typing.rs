//! The lock on typing into a session, in this process and among all backends.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::OwnedMutexGuard;

use crate::{
    core::names::PolecatName,
    host::locks::Typing,
    session::{error::SessionError, messages::Messenger},
};

/// The locks of this process on typing, by the name of the session.
///
/// `flock` alone would hold up a thread for each message that waits.
#[derive(Default)]
pub(in crate::session) struct TypingLocks(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

/// Held by whoever types into a session.
pub(in crate::session) struct TypingGuard {
    _process: OwnedMutexGuard<()>,
    _machine: Typing,
}

impl TypingLocks {
    fn of(&self, session: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Unused ones go, so that the map does not grow with every name.
        locks.retain(|_, lock| Arc::strong_count(lock) > 1);
        locks.entry(session.to_owned()).or_default().clone()
    }
}

impl Messenger {
    /// Waits until nobody else types into the session of `polecat`, which need not exist.
    pub(in crate::session) async fn lock_typing(
        &self,
        polecat: &PolecatName,
    ) -> Result<TypingGuard, SessionError> {
        let session = self.context.rig.session(polecat);
        let process = self.context.shared.typing.of(session.as_str()).lock_owned();
        let process = match &self.ticket {
            Some(ticket) => ticket.waits_for(process).await,
            None => process.await,
        };
        let machine = Typing::lock(&self.context.rig, polecat).await?;
        Ok(TypingGuard { _process: process, _machine: machine })
    }
}
