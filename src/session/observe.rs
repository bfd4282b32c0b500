//! Looking at polecats again and again, and telling what changed.

pub(in crate::session) mod capture;
pub(in crate::session) mod diffstats;
pub(in crate::session) mod folders;
pub(in crate::session) mod follow;
pub(in crate::session) mod monitor;
pub(in crate::session) mod monitors;
pub(in crate::session) mod poller;
pub(in crate::session) mod watch;
