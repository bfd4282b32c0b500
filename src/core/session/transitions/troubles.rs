//! What of an agent's trouble was told in a turn.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Memory, replaced};
use crate::core::session::{Detail, DetailKind, SessionInfo, State};

/// The kinds that were told in this turn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Troubles(BTreeSet<DetailKind>);

impl Troubles {
    /// Those of the turn that `info` belongs to, by what is remembered from before that.
    pub(super) fn before(memory: &Memory, info: &SessionInfo) -> Self {
        let begins = info.state == State::Working && memory.state != State::Working;
        let other = begins || replaced(&memory.info, info) || !info.running;
        if other { Self::default() } else { memory.troubles.clone() }
    }

    /// With what `info` has of it.
    pub(super) fn with(mut self, info: &SessionInfo) -> Self {
        self.0.extend(info.detail.as_ref().map(|detail| detail.kind));
        self
    }

    /// What `info` has of it that was not told before.
    pub(super) fn new_in(&self, info: &SessionInfo) -> Option<Detail> {
        let known = info.state != State::Unknown;
        info.detail.clone().filter(|detail| known && !self.0.contains(&detail.kind))
    }
}
