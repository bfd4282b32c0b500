//! A diff as it was drawn last.

use crate::{
    core::hosts::HostName,
    rpc::calls::At,
    session::{Changed, Since},
    view::Picture,
};

/// The polecat whose changes are looked at.
#[derive(Clone, Debug)]
pub(in crate::rpc) struct Reviewed {
    /// The host that it is on; this machine where there is none.
    pub(in crate::rpc) host: Option<HostName>,
    /// Its rig, where it is on this machine.
    pub(in crate::rpc) at: At,
    /// Its name there, or the whole name of one on a host.
    pub(in crate::rpc) polecat: String,
    /// What it is called here.
    pub(in crate::rpc) shown: String,
}

/// What a diff shows, for who looks up what a key was pressed on.
pub(in crate::rpc) struct DrawnDiff {
    pub(in crate::rpc) of: Reviewed,
    pub(in crate::rpc) since: Since,
    pub(in crate::rpc) changed: Changed,
    pub(in crate::rpc) picture: Picture,
}

/// The name of the buffer that shows the diff of `polecat`.
pub(in crate::rpc) fn buffer(polecat: &str) -> String {
    format!("polecat://diff/{polecat}")
}
