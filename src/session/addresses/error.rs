//! Why it is not known who is meant.

/// A name that means nobody, or may mean several.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No known rig goes by this name.
    #[error("no rig `{rig}` is in use or configured")]
    NoSuchRig {
        /// What was said.
        rig: String,
        /// What names those that are.
        known: Vec<String>,
    },
    /// Several rigs go by this name.
    #[error("`{rig}` may be {}", listed(meant))]
    SeveralRigs {
        /// What was said.
        rig: String,
        /// What names the polecat in each.
        meant: Vec<String>,
    },
    /// The rig does not have the polecat, and several others do.
    #[error("`{polecat}` may be {}", listed(meant))]
    SeveralPolecats {
        /// The polecat.
        polecat: String,
        /// What names each.
        meant: Vec<String>,
    },
    /// Only other rigs have the polecat, and what is to be done is not done there unasked.
    #[error("polecat not found: `{polecat}` in rig `{rig}`")]
    Elsewhere {
        /// The polecat.
        polecat: String,
        /// The rig around.
        rig: String,
        /// What names it in the others.
        others: Vec<String>,
    },
    /// The rig is known, but cannot be read.
    #[error("rig `{rig}`: {why}")]
    Unreadable {
        /// What names it.
        rig: String,
        /// Why not.
        why: String,
    },
}

impl AddressError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuchRig { .. } | Self::Unreadable { .. } => "rig_not_found",
            Self::SeveralRigs { .. } | Self::SeveralPolecats { .. } => "ambiguous_name",
            Self::Elsewhere { .. } => "polecat_not_found",
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoSuchRig { known, .. } if known.is_empty() => {
                Some("`rigs` in the configuration adds rigs".to_owned())
            }
            Self::NoSuchRig { known, .. } => {
                Some(format!("known: {}; `rigs` in the configuration adds rigs", listed(known)))
            }
            Self::SeveralRigs { .. } | Self::SeveralPolecats { .. } => {
                Some("say which one".to_owned())
            }
            Self::Elsewhere { others, .. } => Some(format!("did you mean {}?", listed(others))),
            Self::Unreadable { .. } => None,
        }
    }
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
