//! How much the system lets a user watch.

use std::{fmt, fs};

use notify::{Error, ErrorKind};
use rustix::io::Errno;

const WATCHES: &str = "max_user_watches";
const INSTANCES: &str = "max_user_instances";

/// What the system has run out of. Some changes are then noticed later, or not told at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// Watchers; each process that watches something has at least one.
    Instances,
    /// Watched folders.
    Watches,
}

impl Shortage {
    /// The shortage that `error` reports, if it reports one.
    pub(super) fn of(error: &Error) -> Option<Self> {
        match &error.kind {
            ErrorKind::MaxFilesWatch => Some(Self::Watches),
            ErrorKind::Io(error) => match Errno::from_io_error(error)? {
                Errno::MFILE | Errno::NFILE => Some(Self::Instances),
                Errno::NOSPC => Some(Self::Watches),
                _ => None,
            },
            _ => None,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(self) -> String {
        let (name, enough) = match self {
            Self::Instances => (INSTANCES, 1024),
            Self::Watches => (WATCHES, 524_288),
        };
        let now = limit(name).map_or_else(String::new, |now| format!(", which is {now}"));
        let most = limit(name).unwrap_or_default().saturating_mul(4).max(enough);
        format!("raise `fs.inotify.{name}`{now}: `sudo sysctl fs.inotify.{name}={most}`")
    }
}

/// For a person.
impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::Instances => "watchers of files (inotify instances)",
            Self::Watches => "watches of folders (inotify watches)",
        };
        write!(
            f,
            "the system has run out of {what}: changes by agents are noticed late, and buffers are \
             not reloaded at once"
        )
    }
}

/// How many folders we may watch: a quarter of what the system has; others need some too.
pub(super) fn folders_limit() -> usize {
    limit(WATCHES).map_or(usize::MAX, |most| most / 4)
}

fn limit(name: &str) -> Option<usize> {
    fs::read_to_string(format!("/proc/sys/fs/inotify/{name}")).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_has_no_more_of_is_told_with_the_setting_to_raise() {
        let full = Error::io(Errno::MFILE.into());
        assert_eq!(Shortage::of(&full), Some(Shortage::Instances));
        assert_eq!(Shortage::of(&Error::new(ErrorKind::MaxFilesWatch)), Some(Shortage::Watches));
        assert_eq!(Shortage::of(&Error::io(Errno::ACCESS.into())), None);
        assert!(Shortage::Watches.hint().contains("sysctl fs.inotify.max_user_watches="));
    }
}
