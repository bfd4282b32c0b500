//! The transcript of a pane on real tmux: each line once and in order, and a gap where tmux dropped
//! some. The agent numbers its lines.

#![allow(clippy::unwrap_used, reason = "a test fails where what it expects is not there")]

mod support;

#[path = "mirror/exactness.rs"]
mod exactness;
#[path = "mirror/pane.rs"]
mod pane;
#[path = "mirror/situations.rs"]
mod situations;
