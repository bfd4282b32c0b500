//! A client for one tmux server. Knows panes, bytes and commands; no agent, no polecat.
//!
//! In reading order: `command`, `request` and `reply` (what is asked and answered), `protocol`
//! (what control mode prints), `control` and `oneshot` (the two ways a request travels), `hub`,
//! `lifeline`, `hold`, `lock` and `leftovers` (where our connection lives in the server without
//! doing harm), `signal` (how hooks speak to us), `connector` (which makes the connection),
//! `client` (which picks the way), `buffers` (how text comes out of panes), and then what callers
//! want: `panes`, `create`, `capture`, `screen`, `mirror`, `guard`, `paste`, `press`, `activity`.

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
mod guard;
mod hold;
mod hub;
mod ids;
mod leftovers;
mod lifeline;
mod lock;
mod log;
mod memfd;
mod mirror;
mod oneshot;
mod options;
mod owners;
mod panes;
mod paste;
mod press;
pub mod protocol;
mod reply;
mod request;
mod rows;
mod screen;
mod server;
mod signal;
mod terminal;
mod version;
mod wait_until_read;

pub use address::{ServerAddress, Socket, socket_folder};
pub use capture::{Capture, Captured};
pub use client::Tmux;
pub use command::{Command, literal};
pub use create::{NewPane, NewSession, Secret};
pub use environment::{Environment, TableOf};
pub use error::TmuxError;
pub use guard::Guard;
pub use hold::hold;
pub use ids::{BadId, PaneId, SessionId, WindowId};
pub use log::{Logged, Subject};
pub use mirror::{Mirror, Update};
pub use options::PaneOption;
pub use panes::{Death, Drawn, Pane, PaneLiveness};
pub use paste::without_end;
pub use press::Pressed;
pub use protocol::Notification;
pub use reply::Reply;
pub use request::Request;
pub use screen::PaneScreen;
pub use signal::HUB;
pub use terminal::Terminal;
pub use version::Capabilities;

/// Starts programs: gives the command for a program's name, with an environment of the caller's
/// choice. The one value through which this layer starts tmux.
pub type Launch = std::sync::Arc<dyn Fn(&std::ffi::OsStr) -> std::process::Command + Send + Sync>;
