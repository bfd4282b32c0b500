//! git's index: what it has besides files, and a copy of it to work with.

pub(super) mod entries;
pub(super) mod temporary;
