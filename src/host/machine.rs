//! Which machine this is: several may share a home.

use sha2::{Digest, Sha256};

use crate::core::trust::hex;
use crate::host::files::{blocking, read_text};

/// Where Linux has the id of the machine.
const ID_FILE: &str = "/etc/machine-id";
/// How much of its hash is used: the id itself is nobody else's business.
const ID_LENGTH: usize = 16;

/// The processes that we see; all of the machine are in the first of these namespaces, whose inode
/// Linux fixes (`PROC_PID_INIT_INO` in its `proc_ns.h`).
const PROCESSES: &str = "/proc/self/ns/pid";
const ALL_PROCESSES: &str = "pid:[4026531836]";

/// An id of this machine; `None` where it has none. A container has one of its own, as its processes
/// are nobody else's.
pub async fn id() -> Option<String> {
    let (text, processes) = blocking(|| {
        let processes = std::fs::read_link(PROCESSES).unwrap_or_default();
        Ok((read_text(ID_FILE.as_ref())?, processes.to_string_lossy().into_owned()))
    })
    .await
    .ok()?;
    of(text?.trim(), &processes)
}

fn of(id: &str, processes: &str) -> Option<String> {
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut hash = is_id.then(|| Sha256::new_with_prefix(id))?;
    if !processes.is_empty() && processes != ALL_PROCESSES {
        hash.update(processes);
    }
    Some(hex(hash)[..ID_LENGTH].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_another_machine_and_a_machine_without_an_id_is_none() {
        let machine = of("0123456789abcdef", ALL_PROCESSES);
        assert_eq!(machine, of("0123456789abcdef", ""));
        let container = of("0123456789abcdef", "pid:[4026532500]");
        assert!(container.is_some() && container != machine);
        assert_ne!(container, of("0123456789abcdef", "pid:[4026532501]"));
        assert_eq!(of("", ALL_PROCESSES), None);
    }
}
