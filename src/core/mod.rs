//! The domain: rigs, polecats, sessions and agents, with their names, folders, environment and prompts,
//! and the reading of screens.
//!
//! Pure: no tokio, no I/O, no clock. Times and file contents are passed in.

pub mod address;
pub mod agent;
pub mod agent_events;
mod agents;
pub mod branch;
pub mod command;
pub mod contexts;
pub mod diff;
pub mod layout;
pub mod listing;
pub mod locations;
pub mod name_pool;
pub mod names;
pub mod notifications;
pub mod queue;
pub mod review;
pub mod rig;
pub mod screen;
pub mod session;
pub mod session_record;
pub mod settings;
pub mod startup;
pub mod state;
pub mod theme;
pub mod town;
pub mod transitions;
pub mod trust;
pub mod unknown_fields;
pub mod work;

pub use address::Address;
pub use agent::{Agent, Ready};
pub use branch::Base;
pub use command::{BadCommand, CommandLine};
pub use layout::{BadTemplate, Layout, Template};
pub use names::{BadName, IssueId, PolecatName, RigName, SessionName};
pub use rig::{Rig, RigKind};
pub use session::{Exit, ExitHow, SessionInfo, State, StateSource, Waiting};
pub use session_record::SessionRecord;
pub use town::{Gastown, Town};
pub use work::Diffstat;
