//! The domain: rigs, polecats, sessions and agents, with their names, folders, environment and prompts,
//! and the reading of screens.
//!
//! Pure: no tokio, no I/O, no clock. Times and file contents are passed in.

pub mod agent;
mod agents;
pub mod as_bytes;
pub mod batch_job;
pub mod build;
pub mod contexts;
pub mod diff;
pub mod host_files;
pub mod hosts;
pub mod listing;
pub mod locations;
pub mod names;
pub mod review;
pub mod rig;
pub mod screen;
pub mod session;
pub mod settings;
pub mod trust;
pub mod unknown_fields;

pub use agent::command::{BadCommand, CommandLine};
pub use agent::{Agent, Ready};
pub use names::{BadName, IssueId, PolecatName, RigName, SessionName};
pub use rig::address::Address;
pub use rig::beginning::{BringMode, StartPoint};
pub use rig::branch::Base;
pub use rig::layout::{BadTemplate, Layout, Template};
pub use rig::merge::{MergeHow, MergeOrder, MergePlan, Merged};
pub use rig::town::{Gastown, Town};
pub use rig::{Rig, RigKind};
pub use session::branch_status::BranchStatus;
pub use session::diffstat::Diffstat;
pub use session::record::SessionRecord;
pub use session::{Exit, ExitHow, SessionInfo, State, StateSource, Waiting};
