//! The session core: starting, stopping, reading and talking to polecats.
//!
//! [`Workspace`] is one tmux server and the programs around it; [`SessionManager`] is one rig in
//! it, with gastown's operations. Nothing here is remembered that tmux, git, the tracker or a
//! file does not know: a second backend shows the same.

mod agent_env;
mod agents;
mod attach;
mod brief;
mod capture;
mod choose;
mod claims;
mod complete;
mod create;
mod death;
mod delivery;
mod diff;
mod environment;
mod error;
mod first_words;
mod folders;
mod follow;
mod glimpse;
mod health;
mod hooks;
mod inject;
mod manager;
mod mark;
mod message_error;
mod monitor;
mod monitors;
mod news;
mod open;
mod owed;
mod plan;
mod presence;
mod pulse;
mod ready;
mod remove;
mod restore;
mod resume;
mod review;
mod servers;
mod settings;
mod sight;
mod sling;
mod start;
mod status;
mod stop;
mod table;
mod tell;
mod trust;
mod watch;
mod work;
mod workspace;

pub use attach::AttachPlan;
pub use capture::CaptureOptions;
pub use complete::Completion;
pub use create::NewPolecat;
pub use diff::{Changed, Pair, Rests, Since};
pub use error::{MessageError, SessionError};
pub use follow::{Follow, Update};
pub use health::{HealthRow, Level};
pub use inject::Listener;
pub use manager::SessionManager;
pub use monitor::Snapshot;
pub use news::{News, NewsDesk};
pub use plan::StartOptions;
pub use presence::InUse;
pub use remove::{RemoveOptions, RemovedPolecat};
pub use restore::RestoredPolecat;
pub use review::Part;
pub use settings::{EditorFacts, Settings};
pub use start::Started;
pub use stop::StoppedAll;
pub use watch::{Seen, Watch};
pub use work::Files;
pub use workspace::{Place, RigFacts, Workspace};

pub use crate::core::trust::{Allowed, Answer};
pub use crate::host::git::{Backup, Removed, Restored};
pub use crate::host::launch::{Launch, local as local_launch};
