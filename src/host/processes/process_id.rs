//! Who is at work on something, told so that others can see whether that process still lives.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use serde::{Deserialize, Serialize};
use sysinfo::System;

use super::start_of;

/// A process by its id and its start time, in s since 1970: an id alone may be another's by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessId {
    pid: u32,
    start: u64,
}

/// This process, as it was found out last: that reads half a dozen files, one of which the
/// system takes long to make.
static THIS: Mutex<Option<Known>> = Mutex::new(None);

struct Known {
    holder: ProcessId,
    clock: SystemTime,
    at: Instant,
}

impl Known {
    fn now() -> Self {
        let pid = std::process::id();
        let start = start_of(&mut System::new(), pid).unwrap_or_default();
        let holder = ProcessId { pid, start };
        Self { holder, clock: SystemTime::now(), at: Instant::now() }
    }

    /// Whether the clock, by which start times are told, was not set since, nor the machine asleep.
    fn is_good(&self) -> bool {
        let passed = self.clock.elapsed();
        passed.is_ok_and(|passed| passed.abs_diff(self.at.elapsed()) < Duration::from_millis(100))
    }
}

impl ProcessId {
    /// This process.
    #[must_use]
    pub fn this() -> Self {
        let mut known = THIS.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some(known) if known.is_good() => known.holder,
            _ => known.insert(Known::now()).holder,
        }
    }

    /// Whether it is this process.
    #[must_use]
    pub fn is_this(&self) -> bool {
        self.pid == std::process::id()
    }

    /// Whether it lives.
    #[must_use]
    pub fn lives(&self) -> bool {
        let start = start_of(&mut System::new(), self.pid);
        // The clock may have been set meanwhile, which moves start times by as much as a second.
        start.is_some_and(|start| start.abs_diff(self.start) <= 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_lives_as_long_as_its_process() {
        let this = ProcessId::this();
        assert!(this.lives() && this.is_this());
        assert!(
            !ProcessId { start: this.start - 10, ..this }.lives(),
            "another process of that id"
        );
        let mut child = crate::host::programs::launch::local()("true".as_ref()).spawn().unwrap();
        let gone = ProcessId { pid: child.id(), ..this };
        child.wait().unwrap();
        assert!(!gone.lives());
    }
}
