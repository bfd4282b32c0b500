//! What a polecat changed, and what a person says of it.

pub(in crate::session) mod changes;
pub(in crate::session) mod comments;
