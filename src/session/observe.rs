//! Looking at polecats again and again, and telling what changed. Who looks, and when:
//!
//! | who | looks at | when |
//! |---|---|---|
//! | [`poller`]: one task for each rig in use (`pollers`) | tmux's panes, and the screens that may have changed; now and then the rig's folders | every 500 ms; every 200 ms while an agent works or starts; at once when tmux tells of a session that came or went, or something was changed through us |
//! | [`diffstats`]: one task beside it | git, in the worktrees | when files change there (`host::watch`), or the agent comes to rest |
//! | [`follow`]: in the task of each live capture that a window shows | the capture's pane | when tmux tells of output; while there is much, with each frame of the editor |
//! | [`fit`]: one task beside that | how wide the capture's window is | when it is shown, another width, or its agent comes to rest |
//!
//! The poller publishes a snapshot whenever something in it has changed. All else is derived from
//! that: the events for Neovim (`Workspace`), the status window ([`status_watch`]), the diff that is
//! drawn anew when its agent rests ([`idle_watch`]), and when to count a diffstat. Only the poller
//! knows the states over time, so everybody shows the same.
//!
//! The other two are no part of the poller for the sake of their promises: files must be heard of
//! while tmux does not answer, and a capture must not miss a row between two looks at the rig.

use std::sync::Arc;

use tokio::sync::watch;

use crate::session::{context::RigContext, events::Snapshot};

pub(in crate::session) mod all_rigs;
pub(in crate::session) mod capture;
pub(in crate::session) mod diffstats;
pub(in crate::session) mod fit;
pub(in crate::session) mod follow;
pub(in crate::session) mod idle_watch;
pub(in crate::session) mod poller;
pub(in crate::session) mod pollers;
pub(in crate::session) mod rest;
pub(in crate::session) mod status_watch;

/// What the poller of a rig saw last; none before its first look.
pub(in crate::session) type Snapshots = watch::Receiver<Option<Arc<Snapshot>>>;

/// Shows live what agents do.
#[derive(Clone)]
pub struct Observer {
    pub(in crate::session) context: RigContext,
}

impl RigContext {
    /// Shows live what agents do.
    #[must_use]
    pub fn observer(&self) -> Observer {
        Observer { context: self.clone() }
    }
}
