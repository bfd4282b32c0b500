//! A client for one tmux server. Knows panes, bytes and commands; no agent, no polecat.
//!
//! In reading order: `protocol` (what is asked and answered), `connection` (the two ways a request
//! travels, and how ours lives in the server without doing harm), `client` (which picks the way),
//! and then what callers want: `sessions` and `panes`.

mod address;
mod client;
mod connection;
mod error;
mod ids;
mod panes;
pub mod protocol;
mod sessions;
mod version;

pub use address::{ServerAddress, Socket, socket_folder};
pub use client::Tmux;
pub use connection::hold::hold;
pub use connection::own_pane::PaneAround;
pub use connection::signal::HUB;
pub use error::TmuxError;
pub use ids::{BadId, PaneId, SessionId, WindowId};
pub use panes::capture::{Capture, Captured};
pub use panes::guard::Guard;
pub use panes::mirror::{Mirror, Update};
pub use panes::options::PaneOption;
pub use panes::paste::without_end;
pub use panes::press::Pressed;
pub use panes::screen::PaneScreen;
pub use panes::terminal::Terminal;
pub use panes::width::{PaneWindow, Viewer};
pub use panes::{Death, Drawn, Pane, PaneLiveness};
pub use protocol::Notification;
pub use protocol::command::{Command, encoded_length, literal};
pub use protocol::reply::Reply;
pub use protocol::request::Request;
pub use sessions::create::{NewPane, NewSession, SESSION_SIZE, Secret};
pub use sessions::environment::{Environment, TableOf};
pub use sessions::log::{Logged, Subject};
pub use sessions::server::Server;
pub use version::Capabilities;

/// Starts programs: gives the command for a program's name, with an environment of the caller's
/// choice. The one value through which this layer starts tmux.
pub type Launch = std::sync::Arc<dyn Fn(&std::ffi::OsStr) -> std::process::Command + Send + Sync>;
