//! Whose a thing in the server is: the names of ours say which process made them.

use std::fs;
use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicU64, Ordering};

use super::oneshot::unguessable;

/// Who made a thing in the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tmux) enum Owner {
    /// None of ours, or of a process that we cannot see.
    Unknown,
    /// It may be about to end, though.
    Living,
    Gone,
}

/// The beginning of our names: `polecat-PIDS-PID-START`. PIDS is the namespace of process numbers
/// in which PID is ours; START is when we were started, since the number may be another's later.
pub(in crate::tmux) fn us() -> String {
    let process = std::process::id();
    let started = start(process).ok().flatten().unwrap_or_default();
    // Without `/proc` nobody can tell.
    format!("{}{process}-{started}", beside_us().unwrap_or_else(|| "polecat-0-".to_owned()))
}

/// The beginning of the names of all processes that we can see.
pub(in crate::tmux) fn beside_us() -> Option<String> {
    let link = fs::read_link("/proc/self/ns/pid").ok()?;
    let pids = link.to_str()?.strip_prefix("pid:[")?.strip_suffix(']')?;
    Some(format!("polecat-{pids}-"))
}

/// Whose name `text` begins with; `beside` is [`beside_us`].
pub(in crate::tmux) fn owner(text: &str, beside: &str) -> Owner {
    let mut numbers = text.strip_prefix(beside).unwrap_or_default().splitn(3, '-');
    let pid = numbers.next().and_then(|pid| pid.parse().ok());
    let digits =
        |text: &str| text.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok();
    let began: Option<u64> = numbers.next().and_then(digits);
    let (Some(pid), Some(began)) = (pid, began) else { return Owner::Unknown };
    match start(pid) {
        Err(_) => Owner::Unknown,
        Ok(now) if now == Some(began) => Owner::Living,
        Ok(_) => Owner::Gone,
    }
}

/// When a process began, as the kernel counts; `None` if it has ended.
fn start(process: u32) -> io::Result<Option<u64>> {
    match stat(process) {
        // It has ended, but nobody has collected it yet.
        Ok((state, _)) if ["Z", "X"].contains(&&*state) => Ok(None),
        Ok((_, started)) => Ok(Some(started)),
        // Without `/proc` nothing is known.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::metadata("/proc/self/stat").map(|_| None)
        }
        Err(error) => Err(error),
    }
}

/// The state of a process that may have ended, and when it began.
pub(in crate::tmux) fn stat(process: u32) -> io::Result<(String, u64)> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // `12 (tmux: client) S 1 ...`: the name may hold anything, so count from its end.
    let fields: Vec<_> = stat.rsplit_once(") ").unwrap_or_default().1.split(' ').collect();
    let started = fields.get(19).and_then(|field| field.parse().ok());
    started.map(|at| (fields[0].to_owned(), at)).ok_or_else(|| ErrorKind::InvalidData.into())
}

/// Names for the buffers of one client, which say whose they are.
pub(in crate::tmux) struct BufferNames {
    prefix: String,
    count: AtomicU64,
}

impl BufferNames {
    pub(in crate::tmux) fn new() -> Self {
        let word = unguessable();
        let word = word.rsplit('-').next().unwrap_or_default();
        Self { prefix: format!("{}-{word}", us()), count: AtomicU64::new(0) }
    }

    /// The next one.
    pub(in crate::tmux) fn name(&self) -> String {
        format!("{}-{}", self.prefix, self.count.fetch_add(1, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_whether_its_process_is_gone() {
        let beside = beside_us().unwrap();
        assert_eq!(owner(&us(), &beside), Owner::Living);
        let began = start(std::process::id()).unwrap().unwrap();
        assert_eq!(owner(&format!("{}-word-7", us()), &beside), Owner::Living);
        assert_eq!(owner(&format!("{}\\042 x", us()), &beside), Owner::Living);
        let later = us().replace(&format!("-{began}"), &format!("-{}", began + 1));
        assert_eq!(owner(&later, &beside), Owner::Gone, "another process had our number");
        let elsewhere = us().replacen(&beside, "polecat-1-", 1);
        for other in [&*elsewhere, "polecat-1", "polecat-0-0-0", &beside, "buffer0", ""] {
            assert_eq!(owner(other, &beside), Owner::Unknown, "{other}");
        }
    }
}
