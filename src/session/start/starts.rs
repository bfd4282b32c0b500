//! The starts that this process sees to.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Starts in progress in this process: session name -> count.
#[derive(Clone, Default)]
pub(in crate::session) struct Starts(Arc<Mutex<HashMap<String, usize>>>);

/// Keeps a session among the starts in progress until dropped.
pub(in crate::session) struct StartGuard {
    starts: Starts,
    session: String,
}

impl Starts {
    /// Adds a start of `session`.
    pub(in crate::session) fn begin(&self, session: &str) -> StartGuard {
        *self.counts().entry(session.to_owned()).or_default() += 1;
        StartGuard { starts: self.clone(), session: session.to_owned() }
    }

    /// Adds a start of `session` unless there is one already.
    pub(in crate::session) fn begin_alone(&self, session: &str) -> Option<StartGuard> {
        let mut counts = self.counts();
        if counts.contains_key(session) {
            return None;
        }
        counts.insert(session.to_owned(), 1);
        Some(StartGuard { starts: self.clone(), session: session.to_owned() })
    }

    /// Whether this process is starting `session`.
    pub(in crate::session) fn has(&self, session: &str) -> bool {
        self.counts().contains_key(session)
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for StartGuard {
    fn drop(&mut self) {
        let mut counts = self.starts.counts();
        if let Some(count) = counts.get_mut(&self.session) {
            *count -= 1;
        }
        counts.retain(|_, count| *count > 0);
    }
}
