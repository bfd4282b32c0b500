//! A diff as it was drawn last.

use crate::{
    core::{host_files::own_buffer, hosts::HostName, rig::address::compared},
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
    /// The other one of its rig whose work it is compared with, by its name there.
    pub(in crate::rpc) against: Option<String>,
    /// What it is called here; of two that are compared, `ash..birch`.
    pub(in crate::rpc) shown: String,
}

impl Reviewed {
    /// What is looked at, for a title: `birch`, or `ash → birch`.
    pub(in crate::rpc) fn title(&self) -> String {
        let two = compared(&self.shown).filter(|_| self.against.is_some());
        two.map_or_else(|| self.shown.clone(), |(one, other)| format!("{one} → {other}"))
    }
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
    own_buffer("diff", polecat)
}
