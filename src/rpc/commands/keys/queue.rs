//! The keys of a queue.

use super::{Key, Meaning, QueueKey, act};

pub(super) const QUEUED: &[Key] = &[
    queue("x", "Drop the message", "drop_queued", "dropping", QueueKey::Drop),
    queue("X", "Drop all of them", "drop_all_queued", "dropping", QueueKey::DropAll),
    queue("s", "Send the held messages", "release_queue", "releasing", QueueKey::Release),
];

/// A key of a queue.
const fn queue(
    lhs: &'static str,
    about: &'static str,
    name: &'static str,
    doing: &'static str,
    key: QueueKey,
) -> Key {
    act(lhs, about, name, doing, Meaning::Queue(key))
}
