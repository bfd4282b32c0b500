//! The backend of polecat.nvim, from the inside out. Each layer may use the ones named behind
//! it, and no other; `tests/architecture.rs` holds that.
//!
//! | layer | knows | may use |
//! |---|---|---|
//! | [`core`] | what rigs, polecats, sessions and agents are; pure | - |
//! | [`tmux`] | one tmux server: its panes, bytes and commands; no agent, no polecat | - |
//! | [`host`] | other programs and files: git, the tracker, processes, records | `core` |
//! | [`session`] | starting, stopping, watching, reading and talking to polecats | `core`, `tmux`, `host` |
//! | [`fleet`] | hosts: the same rigs on other machines | `session`, `core` |
//! | [`view`] | state in, frame out; pure | `core` |
//! | [`rpc`] | methods, typed arguments, answers, calls into Neovim | `fleet`, `session`, `view`, `core` |
//! | [`tour`] | the tour: a project with scripted agents in a Neovim of its own | `host` |
//!
//! Nothing is global: two backends can live in one process. tmux is the truth about sessions,
//! the file system about polecats, git about their work, the tracker about issues.

pub mod core;
mod debounce;
pub mod fleet;
mod flock;
pub mod host;
pub mod rpc;
pub mod session;
mod stdio;
pub mod tmux;
pub mod tour;
pub mod view;
