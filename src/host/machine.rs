//! Which machine this is: several may share a home.

use rustix::system::uname;
use sha2::{Digest, Sha256};

use crate::core::trust::hex;
use crate::host::files::{blocking, read_text};

/// Where Linux has the id of the machine.
const ID_FILE: &str = "/etc/machine-id";
/// Where it tells each boot apart.
const BOOT_FILE: &str = "/proc/sys/kernel/random/boot_id";
/// How much of a hash is used: what is hashed is nobody else's business.
const ID_LENGTH: usize = 16;

/// The processes that we see; all of the machine are in the first of these namespaces, whose inode
/// Linux fixes (`PROC_PID_INIT_INO` in its `proc_ns.h`).
const PROCESSES: &str = "/proc/self/ns/pid";
const ALL_PROCESSES: &str = "pid:[4026531836]";

/// An id of this machine; `None` where it has none. A container has one of its own, as its processes
/// are nobody else's.
pub async fn id() -> Option<String> {
    let text = blocking(|| read_text(ID_FILE.as_ref())).await.ok()?;
    of(text?.trim(), &processes())
}

/// What tells this machine from all others as long as it runs: its id, or where it has none its name and
/// its boot, and a container its processes. `None` where not even that is known: then it may be any.
pub async fn here() -> Option<String> {
    let text = blocking(|| read_text(ID_FILE.as_ref())).await.ok()?.unwrap_or_default();
    let boot = blocking(|| read_text(BOOT_FILE.as_ref())).await.ok()?.unwrap_or_default();
    let name = uname().nodename().to_string_lossy().into_owned();
    of(text.trim(), &processes()).or_else(|| without_id(&name, boot.trim(), &processes()))
}

fn processes() -> String {
    let processes = std::fs::read_link(PROCESSES).unwrap_or_default();
    processes.to_string_lossy().into_owned()
}

fn of(id: &str, processes: &str) -> Option<String> {
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut hash = is_id.then(|| Sha256::new_with_prefix(id))?;
    if !processes.is_empty() && processes != ALL_PROCESSES {
        hash.update(processes);
    }
    Some(hex(hash)[..ID_LENGTH].to_owned())
}

fn without_id(name: &str, boot: &str, processes: &str) -> Option<String> {
    if !cfg!(target_os = "linux") {
        // Without containers a name is enough; what stands behind it is the network's.
        let name = name.split('.').next().filter(|name| !name.is_empty())?;
        return Some(hex(Sha256::new_with_prefix(name))[..ID_LENGTH].to_owned());
    }
    let is_known = !boot.is_empty() && !processes.is_empty();
    let whole = [boot, processes, name].join("\n");
    is_known.then(|| hex(Sha256::new_with_prefix(whole))[..ID_LENGTH].to_owned())
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

    #[cfg(target_os = "linux")]
    #[test]
    fn machines_without_an_id_are_told_apart_as_long_as_they_run_or_not_known() {
        let one = without_id("a", "b1", "pid:[4026532500]");
        assert!(one.is_some() && one == without_id("a", "b1", "pid:[4026532500]"));
        for (name, boot, processes) in [
            ("b", "b1", "pid:[4026532500]"),
            ("a", "b2", "pid:[4026532500]"),
            ("a", "b1", "pid:[4026532501]"),
        ] {
            assert_ne!(one, without_id(name, boot, processes));
        }
        assert_eq!(without_id("a", "", "pid:[4026532500]"), None);
        assert_eq!(without_id("a", "b1", ""), None);
    }
}
