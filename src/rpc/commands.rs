//! The commands: what each takes (the table), and what it does.

mod answer;
mod compare;
mod connect;
mod diff;
#[cfg(test)]
mod generated;
mod inject;
mod invocation;
pub(super) mod keys;
mod list;
mod locations;
mod press;
mod pressed;
mod questions;
mod queue;
mod report;
mod run;
mod setup;
mod sling;
mod table;
mod words;
mod worktree;

pub(super) use keys::ListKey;
pub(super) use press::{lists, press};

use super::{effects::Effect, error::Refusal};

/// What Neovim is to do now, or why nothing was done.
type Done = Result<Vec<Effect>, Refusal>;
