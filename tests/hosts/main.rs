//! Real hosts on one machine: each has processes, a network, a `/tmp`, a home and a name of its own, and
//! an `sshd`; links between them and here delay, stall and break. Needs to be root; what cannot be made
//! is skipped, with the reason.

#![allow(clippy::unwrap_used, reason = "a test fails where what it expects is not there")]
#![allow(dead_code, reason = "what is shared with tests/editor is not all used here")]

#[path = "../editor/framed.rs"]
mod framed;
#[path = "../editor/rig.rs"]
mod rig;
#[path = "../support/mod.rs"]
mod support;

mod containers;
mod cuts;
mod desk;
mod figures;
mod files;
mod floods;
mod guides;
mod hostile;
mod link;
mod logins;
mod machine;
mod open_views;
mod played;
mod round_trips;
mod same_names;
mod slurm;
mod told;
mod uncertain;
mod whole_rigs;
