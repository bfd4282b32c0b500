//! Who a host is: a name may lead to another machine tomorrow, and two names to one.

use rustix::{process::getuid, system::uname};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    core::{names::visible, trust::hex},
    session::machine_id,
};

/// Where Linux tells of each boot apart.
const BOOT_FILE: &str = "/proc/sys/kernel/random/boot_id";
/// How much of a hash is used: what is hashed is nobody else's business.
const ID_LENGTH: usize = 16;

/// A host as it tells itself from others. What is hashed can only be compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Of the id of the machine, where it has one.
    machine: Option<String>,
    /// Of the id of this boot, where there is one.
    boot: Option<String>,
    /// Of the name that the machine or the container has: a container may have no other.
    container: String,
    /// Who serves there.
    uid: u32,
    user: String,
}

impl Identity {
    /// This machine's, and ours.
    pub async fn here() -> Self {
        let boot = tokio::fs::read_to_string(BOOT_FILE).await.ok();
        let name = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default();
        Self {
            machine: machine_id().await,
            boot: boot.map(|boot| hashed(boot.trim().as_bytes())),
            container: hashed(uname().nodename().to_bytes()),
            uid: getuid().as_raw(),
            user: name,
        }
    }

    /// What is another than at `before`, in words, and whether so is all that runs there and is kept:
    /// what was restarted tells itself what ended.
    pub(super) fn change_since(&self, before: &Self) -> Option<(&'static str, bool)> {
        let differs = |now: &Option<String>, before: &Option<String>| now != before;
        if differs(&self.machine, &before.machine) {
            Some(("another machine than before", true))
        } else if self.container != before.container {
            Some(("another container or machine than before", true))
        } else if self.uid != before.uid {
            Some(("another user than before", true))
        } else if differs(&self.boot, &before.boot) {
            Some(("restarted since", false))
        } else {
            None
        }
    }

    /// What is the same for as long as it is the same machine, container and user.
    #[must_use]
    pub fn machine(&self) -> String {
        let machine = self.machine.as_deref().unwrap_or_default();
        format!("{machine}/{}/{}", self.container, self.uid)
    }

    /// Whether it is `other` under another name.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.change_since(other).is_none()
    }

    /// Who serves there.
    #[must_use]
    pub fn user(&self) -> String {
        if self.user.is_empty() { format!("user {}", self.uid) } else { visible(&self.user) }
    }
}

fn hashed(id: &[u8]) -> String {
    hex(Sha256::new_with_prefix(id))[..ID_LENGTH].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_the_same_as_long_as_nothing_changes() {
        let here = Identity::here().await;
        assert_eq!(here.change_since(&Identity::here().await), None);
        let other = |how: fn(&mut Identity)| {
            let mut other = here.clone();
            how(&mut other);
            other.change_since(&here).map(|(what, _)| what)
        };
        assert_eq!(other(|one| one.machine = None), Some("another machine than before"));
        assert_eq!(other(|one| one.uid += 1), Some("another user than before"));
        assert_eq!(other(|one| one.boot = None), Some("restarted since"));
        let container = other(|one| one.container.clear());
        assert_eq!(container, Some("another container or machine than before"));
    }
}
