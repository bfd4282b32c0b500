//! skeleton
pub mod core;
pub mod tmux;
pub mod host;
pub mod session;
pub mod view;
pub mod rpc;
