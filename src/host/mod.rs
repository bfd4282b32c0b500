//! Running other programs and touching files: git, the tracker, processes, rigs and their records.
//!
//! The only layer besides `tmux` that starts a program, always through one [`Launch`] value. A
//! probe that failed is an error that names the path or the program, never "there is none".

pub mod conversations;
pub mod error;
mod files;
pub mod gastown;
pub mod git;
pub mod listings;
pub mod locks;
pub mod loopback;
pub mod machine;
pub mod open_files;
pub mod processes;
pub mod programs;
pub mod pull_requests;
pub mod records;
mod repository;
pub mod rigs;
pub mod setup;
pub mod tracker;
pub mod trust;
pub mod watch;

pub use error::{HostError, MergeError, PushError};
pub use gastown::{dolt, heartbeats, hooks, pending, provision, settings};
pub use loopback::{event_stream, http};
pub use programs::launch::Launch;
pub use programs::run::RunError;
pub use programs::{flags, launch, path, run, version};
pub use records::{queues, reviews, session_settings, sessions as session_records, setups};
pub use rigs::{folders, polecats};
