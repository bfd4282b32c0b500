//! Whether a message was sent to an agent between two looks.

use std::sync::Arc;

use crate::core::screen::Messages;

/// The messages that were sent to an agent, by what its screen has shown; none before its composer
/// was seen.
#[derive(Clone, Debug)]
pub(super) struct Sent(Option<Arc<Messages>>);

impl Sent {
    /// After the first look.
    pub(super) fn first(shown: Option<&Arc<Messages>>) -> Self {
        Self(shown.cloned())
    }

    /// After another look, and whether a message was sent between the two. What a window of another
    /// size shows, or has not drawn yet, tells of no message (`resized`).
    pub(super) fn after(&self, shown: Option<&Arc<Messages>>, resized: bool) -> (Self, bool) {
        match (&self.0, shown) {
            (before, None) => (Self(before.clone()), false),
            (Some(before), Some(shown)) if !resized => {
                let (after, is_sent) = before.after(shown);
                (Self(Some(Arc::new(after))), is_sent)
            }
            (_, Some(shown)) => (Self(Some(shown.clone())), false),
        }
    }
}
