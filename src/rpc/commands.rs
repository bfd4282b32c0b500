//! The commands: what each takes (the table), and what it does.

mod answer;
mod asked;
mod connect;
mod contexts;
mod diff;
#[cfg(test)]
mod generated;
mod inject;
mod invocation;
mod keys;
mod list;
mod locations;
mod merge;
mod press;
mod pressed;
mod push;
mod questions;
mod queue;
mod quotes;
mod report;
mod run;
mod sling;
mod table;
mod waiting;
mod words;
mod worktree;

pub(super) use keys::ListKey;
pub(super) use press::{lists, press};

use super::{effects::Effect, error::Refusal};

/// What Neovim is to do now, or why nothing was done.
type Done = Result<Vec<Effect>, Refusal>;
