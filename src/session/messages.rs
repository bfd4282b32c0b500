//! What is said to an agent: one road, which ends in the one place that submits.

pub(in crate::session) mod delivery;
pub(in crate::session) mod error;
pub(in crate::session) mod inject;
