//! The tmux layer on real tmux: what it asks arrives, what it is told is true, and what would
//! crash or leak a server cannot be reached.

mod support;

#[path = "tmux/activity.rs"]
mod activity;
#[path = "tmux/panes.rs"]
mod panes;
#[path = "tmux/text.rs"]
mod text;
#[path = "tmux/transports.rs"]
mod transports;
