//! Running other programs and touching files: git, the tracker, processes, rigs and their records.
//!
//! The only layer besides `tmux` that starts a program, always through one [`Launch`] value. A
//! probe that failed is an error that names the path or the program, never "there is none".

pub mod launch;
pub mod path;
pub mod run;
pub mod tracker;

pub use launch::Launch;
pub use run::RunError;
