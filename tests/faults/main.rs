//! What is broken on purpose: at each point of an operation somebody is killed, programs stand
//! still, print garbage, or find no disk. After each fault nothing is lost, nothing is left
//! behind, and the next command works. doc/faults.md has the list.

#![allow(clippy::unwrap_used, reason = "a test fails where what it expects is not there")]
#![allow(dead_code, reason = "what is shared with tests/editor is not all used here")]

#[path = "../editor/framed.rs"]
mod framed;
#[path = "../editor/rig.rs"]
mod rig;
#[path = "../support/mod.rs"]
mod support;

mod clocks;
mod crashes;
mod folders;
mod forks;
mod hosts;
mod killed;
mod removals;
mod sockets;
mod standing;
mod trackers;
mod words;
