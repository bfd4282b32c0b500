//! Starting other programs on this machine: finding them, running them, what they take.

pub mod flags;
pub mod launch;
pub mod path;
pub mod run;
