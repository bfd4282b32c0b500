//! Where a new polecat begins, if not where they usually do.

use serde::{Deserialize, Serialize};

/// Where a new polecat begins. What is absent is as usual.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginning {
    /// The branch, tag or commit that its own branch begins at.
    pub base: Option<String>,
    /// The branch that it works on, instead of one of its own: `x`, or `origin/x`.
    pub branch: Option<String>,
}

impl Beginning {
    /// Whether it is as usual.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        self.base.is_none() && self.branch.is_none()
    }
}
