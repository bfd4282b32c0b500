//! The tmux layer on real tmux: what it asks arrives, what it is told is true, and what would
//! crash or leak a server cannot be reached.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

#[path = "tmux/activity.rs"]
mod activity;
#[path = "tmux/buffers.rs"]
mod buffers;
#[path = "tmux/capture.rs"]
mod capture;
#[path = "tmux/create.rs"]
mod create;
#[path = "tmux/environment.rs"]
mod environment;
#[path = "tmux/hub.rs"]
mod hub;
#[path = "tmux/locks.rs"]
mod locks;
#[path = "tmux/log.rs"]
mod log;
#[path = "tmux/panes.rs"]
mod panes;
#[path = "tmux/paste.rs"]
mod paste;
#[path = "tmux/transports.rs"]
mod transports;
#[path = "tmux/versions.rs"]
mod versions;
