//! The wire: what Neovim asks, what it is answered, and the calls into it.
//!
//! It decodes, hands on, encodes, and decides nothing. Lua sends the notification `call` with
//! an id, a method and one map of arguments, and gets exactly one `answer` for each; a request
//! would make the editor wait. The methods and events are listed in doc/protocol.md.

mod at;
mod blocking;
mod calls;
mod commands;
mod config;
mod configured;
mod decode;
mod editor;
mod effects;
mod encode;
mod error;
#[cfg(test)]
mod generated;
mod handler;
mod methods;
mod news;
mod outbox;
mod paths;
mod serve;
mod styles;
mod views;

pub use config::{config_keys, config_problems, configured_patterns};
pub use methods::{Refused, check};
pub use serve::{serve, serve_hub};

/// What Lua and this program must agree on. It grows when a method, an event or a field changes
/// in a way that the other side would not understand.
pub const PROTOCOL: u32 = 10;
