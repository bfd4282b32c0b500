//! The session core: starting, stopping, reading and talking to polecats.
//!
//! [`Workspace`] is one tmux server and the programs around it; [`RigContext`] is one rig in
//! it, with gastown's operations. Nothing here is remembered that tmux, git, the tracker or a
//! file does not know: a second backend shows the same.

mod addresses;
mod agents;
mod answers;
mod complete;
mod context;
mod error;
mod events;
mod files;
mod health;
mod hook;
mod listing;
mod messages;
mod observe;
mod polecats;
mod review;
mod rigs;
mod servers;
mod sessions;
mod settings;
mod setup;
mod start;
mod workspace;

pub use addresses::{Reach, Whom};
pub use answers::{Answered, Answers, Reply};
pub use complete::Completion;
pub use context::RigContext;
pub use error::{
    AddressError, AnswerError, ErrorDetail, InterruptError, MessageError, QueueError, ResumeError,
    SessionError, SetupError,
};
pub use events::notifier::{NewsOf, Notifier};
pub use events::{Event, EventQueue, Files, HostRigs, JobEnding, Snapshot};
pub use files::locations::{FoundLocation, Viewpoint, found_locations, named_paths};
pub use health::{FoundAgent, HealthRow, Level, agents_found};
pub use hook::report_hook;
pub use messages::Messenger;
pub use messages::interrupt::Interrupted;
pub use messages::tickets::{Ticket, Tickets};
pub use observe::Observer;
pub use observe::all_rigs::RigStatus;
pub use observe::capture::CaptureOptions;
pub use observe::fit::WindowFit;
pub use observe::follow::{Follow, Update};
pub use observe::idle_watch::IdleWatch;
pub use observe::rest::WorkDetector;
pub use observe::status_watch::{Status, StatusWatch};
pub use polecats::Polecats;
pub use polecats::attempts::OtherAttempt;
pub use polecats::create::NewPolecat;
pub use polecats::fork::Conversing;
pub use polecats::presence::InUse;
pub use polecats::remove::{RemoveOptions, RemovedPolecat};
pub use polecats::restore::RestoredPolecat;
pub use polecats::worktree::PolecatWorktree;
pub use review::Reviews;
pub use review::changes::{Changed, Pair, Since, Version};
pub use review::comments::{Part, Parts, Paths};
pub use rigs::{KnownRig, known::RigWatch};
pub use sessions::Sessions;
pub use sessions::attach::AttachPlan;
pub use sessions::stop::StoppedAll;
pub use settings::{
    EditorFacts, RigSettings, Settings, SetupSettings, Sidebar, Wanted, bad_pattern,
};
pub use setup::{Printed, SetUp, Setups};
pub use start::options::{Resuming, StartOptions};
pub use start::resume_all::ResumedAll;
pub use start::{Started, Starter};
pub use workspace::{EditorPlace, RigFacts, Workspace};

pub use crate::core::rig::beginning::{BringMode, StartPoint};
pub use crate::core::rig::merge::{MergeHow, MergeOrder, MergePlan, Merged};
pub use crate::core::rig::push::{PullRequest, PullRequestDraft, PushPlan, Pushed};
pub use crate::core::trust::{Allowed, Answer};
pub use crate::host::MergeError;
pub use crate::host::git::{Backup, Removed, Restored, Uncommitted};
pub use crate::host::launch::{Launch, local as local_launch};
pub use crate::host::machine::id as machine_id;
pub use crate::host::tracker::Issue;
pub use crate::host::trust::Agreements;
