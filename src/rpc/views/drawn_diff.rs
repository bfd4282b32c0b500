//! A diff as it was drawn last.

use std::sync::Arc;

use crate::{
    session::{Changed, Since, Whom},
    view::Picture,
};

/// What a diff shows, for who looks up what a key was pressed on.
pub(in crate::rpc) struct DrawnDiff {
    pub(in crate::rpc) whom: Arc<Whom>,
    pub(in crate::rpc) since: Since,
    pub(in crate::rpc) changed: Changed,
    pub(in crate::rpc) picture: Picture,
}

/// The name of the buffer that shows the diff of `polecat`.
pub(in crate::rpc) fn buffer(polecat: &str) -> String {
    format!("polecat://diff/{polecat}")
}
