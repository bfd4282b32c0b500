//! The files and programs of a gastown town, which gastown reads and writes too.

pub mod dolt;
pub mod heartbeats;
pub mod hooks;
pub(super) mod name_pool;
pub mod pending;
pub mod provision;
pub mod settings;
pub(super) mod towns;
