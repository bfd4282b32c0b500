//! skeleton
pub mod core;
pub mod host;
pub mod rpc;
pub mod session;
pub mod tmux;
pub mod view;
