//! A client for one tmux server. Knows panes, bytes and commands; no agent, no polecat.
//!
//! In reading order: `command` and `request` (what is asked), `protocol` (what comes back),
//! `control` and `spawned` (the two ways a request travels), `hub`, `lifeline`, `hold`, `lock`
//! and `leftovers` (where our connection lives in the server, and how it does no harm there),
//! `connector` (which makes it), `client` (which picks the way), `buffers` (through which text
//! comes and goes), and then what callers want: `panes`, `create`, `capture`, `screen`, `mirror`,
//! `paste`, `press`, `activity`.

mod activity;
mod address;
mod buffers;
mod capture;
mod client;
mod command;
mod connector;
mod control;
mod create;
mod environment;
mod error;
mod hold;
mod hub;
mod ids;
mod leftovers;
mod lifeline;
mod lock;
mod log;
mod mirror;
mod oneshot;
mod owners;
mod panes;
mod paste;
mod press;
pub mod protocol;
mod request;
mod rows;
mod scratch;
mod screen;
mod server;
mod version;
mod wait_until_read;

pub use address::{ServerAddress, Socket, socket_folder};
pub use capture::{Capture, Captured};
pub use client::Tmux;
pub use command::{Command, Reply, literal};
pub use create::{NewPane, NewSession};
pub use environment::{Environment, TableOf};
pub use error::TmuxError;
pub use hold::hold;
pub use hub::HUB;
pub use ids::{BadId, PaneId, SessionId, WindowId};
pub use log::{Logged, Subject};
pub use mirror::{Mirror, Update};
pub use panes::{Death, Drawn, Pane, PaneLiveness};
pub use paste::{PaneOption, Terminal, without_end};
pub use press::{Guard, Pressed};
pub use protocol::Notification;
pub use request::Request;
pub use screen::PaneScreen;
pub use version::Capabilities;

/// Starts programs: gives the command for a program's name, with an environment of the caller's
/// choice. The one value through which this layer starts tmux.
pub type Launch = std::sync::Arc<dyn Fn(&std::ffi::OsStr) -> std::process::Command + Send + Sync>;
