//! Why a queue was not changed.

/// Why a queue was not changed.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// tmux could not hold one more.
    #[error("the queue of `{session}` has no room for {} besides the {waiting} in it", size(*bytes))]
    Full {
        /// The tmux session.
        session: String,
        /// How many messages are in it.
        waiting: usize,
        /// How long the message is.
        bytes: usize,
    },
    /// A newer version may mean something else by it.
    #[error("the queue of `{session}` is left as it is: a newer version wrote it")]
    Newer {
        /// The tmux session.
        session: String,
    },
    /// It was sent or dropped meanwhile.
    #[error("that message is no longer in the queue of `{session}`")]
    Gone {
        /// The tmux session.
        session: String,
    },
}

impl QueueError {
    /// The stable code, as the help lists it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Full { .. } => "queue_full",
            Self::Newer { .. } => "queue_newer",
            Self::Gone { .. } => "stale",
        }
    }

    /// What the user can do about it, if anything.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Full { .. } => Some("a queue holds about 30 KiB; `:PolecatQueue` drops messages"),
            Self::Newer { .. } => Some("update the plugin in this editor"),
            Self::Gone { .. } => None,
        }
    }
}

fn size(bytes: usize) -> String {
    if bytes < 1 << 10 { format!("{bytes} bytes") } else { format!("{} KiB", bytes >> 10) }
}
