//! A diff as it was drawn last.

use crate::{
    session::{Changed, RigContext, Since},
    view::Picture,
};

/// What a diff shows, for who looks up what a key was pressed on.
pub(in crate::rpc) struct DrawnDiff {
    pub(in crate::rpc) context: RigContext,
    pub(in crate::rpc) polecat: String,
    pub(in crate::rpc) since: Since,
    pub(in crate::rpc) changed: Changed,
    pub(in crate::rpc) picture: Picture,
}

/// The name of the buffer that shows the diff of `polecat`.
pub(in crate::rpc) fn buffer(polecat: &str) -> String {
    format!("polecat://diff/{polecat}")
}
