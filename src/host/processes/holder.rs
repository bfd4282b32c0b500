//! Who is at work on something, told so that others can see whether that process still lives.

use serde::{Deserialize, Serialize};
use sysinfo::System;

use super::start_of;

/// A process by its id and its start time, in s since 1970: an id alone may be another's by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pid: u32,
    start: u64,
}

impl Holder {
    /// This process.
    #[must_use]
    pub fn this() -> Self {
        let pid = std::process::id();
        Self { pid, start: start_of(&mut System::new(), pid).unwrap_or_default() }
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
        let this = Holder::this();
        assert!(this.lives() && this.is_this());
        assert!(!Holder { start: this.start - 10, ..this }.lives(), "another process of that id");
        let mut child = crate::host::launch::local()("true".as_ref()).spawn().unwrap();
        let gone = Holder { pid: child.id(), ..this };
        child.wait().unwrap();
        assert!(!gone.lives());
    }
}
