//! Running other programs and touching files: git, the tracker, processes, rigs and their records.
//!
//! The only layer besides `tmux` that starts a program, always through one [`Launch`] value. A
//! probe that failed is an error that names the path or the program, never "there is none".

mod dir;
pub mod dolt;
pub mod error;
pub mod event_stream;
mod files;
pub mod flags;
pub mod folders;
pub mod git;
pub mod heartbeats;
pub mod hooks;
pub mod http;
pub mod launch;
mod layouts;
pub mod locks;
pub mod loopback;
mod name_pool;
pub mod path;
pub mod pending;
pub mod polecats;
pub mod processes;
pub mod provision;
pub mod records;
mod repository;
pub mod reviews;
pub mod rigs;
pub mod run;
pub mod settings;
mod towns;
pub mod tracker;
pub mod trust;
pub mod version;
pub mod watch;

pub use error::HostError;
pub use launch::Launch;
pub use run::RunError;
