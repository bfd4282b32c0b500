//! What a process was started with, and where: only Linux tells.

use std::fs::File;
use std::io::Read;

use super::occupants::SERVER;

/// So much is read of it, in bytes.
const SIZE_LIMIT: u64 = 1 << 20;

/// The variable `name` as the process `pid` was started with it; `None` if it was not, or that cannot be
/// told: only Linux does.
#[must_use]
pub fn variable_of(pid: u32, name: &str) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(format!("/proc/{pid}/environ"))
        .ok()?
        .take(SIZE_LIMIT)
        .read_to_end(&mut bytes)
        .ok()?;
    let prefix = format!("{name}=");
    let found = bytes.split(|&byte| byte == 0).find_map(|one| one.strip_prefix(prefix.as_bytes()));
    found.map(|value| String::from_utf8_lossy(value).into_owned())
}

/// Whether no tmux server is among `above`, the ancestors of a process; `None` if that cannot be told.
#[must_use]
pub fn is_outside_tmux(above: &[u32]) -> Option<bool> {
    let name = |pid: &u32| std::fs::read_to_string(format!("/proc/{pid}/comm")).ok();
    let names: Vec<_> = above.iter().map(name).collect::<Option<_>>()?;
    Some(names.iter().all(|name| name.trim_end() != SERVER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_variable_is_that_of_the_start() {
        let mut sleep = crate::host::programs::launch::local()("sleep".as_ref());
        let mut child = sleep.arg("600").env("POLECAT_X", "a=b").spawn().unwrap();
        // Before it is started, it has ours.
        while std::fs::read_to_string(format!("/proc/{}/comm", child.id())).unwrap() != "sleep\n" {
            std::thread::yield_now();
        }
        assert_eq!(variable_of(child.id(), "POLECAT_X").as_deref(), Some("a=b"));
        assert_eq!(variable_of(child.id(), "POLECAT"), None);
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
