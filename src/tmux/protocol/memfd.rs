//! A file through which bytes go to tmux or come from it, and that nobody has to remove.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::sync::Arc;

/// A private file that goes with its last user, even if that is killed.
#[derive(Debug)]
pub(crate) struct MemFile {
    file: Arc<File>,
    path: Vec<u8>,
    #[cfg(not(target_os = "linux"))]
    _folder: tempfile::TempDir,
}

impl MemFile {
    /// An empty file in memory, which tmux reaches through `/proc`.
    #[cfg(target_os = "linux")]
    pub(crate) fn new() -> io::Result<Self> {
        use std::os::fd::AsRawFd;

        let fd = rustix::fs::memfd_create("polecat", rustix::fs::MemfdFlags::CLOEXEC)?;
        let fd = numbers::out_of_reach(fd);
        let path = format!("/proc/{}/fd/{}", std::process::id(), fd.as_raw_fd()).into_bytes();
        let file = Arc::new(File::from(fd));
        numbers::keep(&file);
        Ok(Self { file, path })
    }

    /// An empty file in a folder that only its owner can enter.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("polecat-").tempdir()?;
        let path = folder.path().join("file");
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        let path = super::command::literal(&path);
        Ok(Self { file: Arc::new(file), path, _folder: folder })
    }

    /// A file that holds `bytes`.
    pub(crate) fn holding(bytes: &[u8]) -> io::Result<Self> {
        let file = Self::new()?;
        (&*file.file).write_all(bytes)?;
        Ok(file)
    }

    /// Its path, as an argument in which tmux expands formats.
    pub(crate) fn path(&self) -> &[u8] {
        &self.path
    }

    /// Everything in it.
    pub(crate) fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut file = &*self.file;
        file.rewind()?;
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// What is in it goes at once, though its descriptor may stay open for a while.
impl Drop for MemFile {
    fn drop(&mut self) {
        // A failure only costs memory.
        let _ = self.file.set_len(0);
    }
}

/// tmux may run a command when nobody waits for it any more. A path in `/proc` would name whatever
/// file has the number of the descriptor by then: a capture would overwrite it, and a message would
/// be what is in it. So the numbers are such that no other file gets, and are not used again soon.
#[cfg(target_os = "linux")]
mod numbers {
    use std::collections::VecDeque;
    use std::fs::File;
    use std::os::fd::OwnedFd;
    use std::sync::{Arc, Mutex, PoisonError};

    /// Any other file gets the lowest free number, far below.
    const FIRST: i32 = 512;
    /// How many files stay open.
    const KEPT_LIMIT: usize = 128;

    static KEPT: Mutex<VecDeque<Arc<File>>> = Mutex::new(VecDeque::new());

    /// The same file with a number that no other gets; as it was if the system allows fewer.
    pub(super) fn out_of_reach(fd: OwnedFd) -> OwnedFd {
        rustix::io::fcntl_dupfd_cloexec(&fd, FIRST).unwrap_or(fd)
    }

    /// Keeps it open, and so its number in use, until many others have come.
    pub(super) fn keep(file: &Arc<File>) {
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT_LIMIT {
            kept.pop_front();
        }
        kept.push_back(Arc::clone(file));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn what_another_writes_to_its_path_is_read_back() {
        let file = MemFile::holding(b"longer than before").unwrap();
        let path = std::str::from_utf8(file.path()).unwrap().to_owned();
        assert_eq!(std::fs::read(&path).unwrap(), b"longer than before");
        std::fs::write(&path, b"after").unwrap();
        assert_eq!(file.read().unwrap(), b"after");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_tmux_writes_too_late_reaches_no_other_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = |file: &MemFile| String::from_utf8(file.path().to_vec()).unwrap();
        let gone = path(&MemFile::new().unwrap());
        let others: Vec<_> = (0..32)
            .map(|number| {
                let path = folder.path().join(number.to_string());
                std::fs::write(&path, "a person's work").unwrap();
                (File::options().write(true).open(&path).unwrap(), path)
            })
            .collect();
        let next = MemFile::holding(b"the next").unwrap();
        // Whether it fails does not matter.
        let _ = std::fs::write(gone, "a screen");
        for (_open, path) in &others {
            assert_eq!(std::fs::read_to_string(path).unwrap(), "a person's work");
        }
        assert_eq!(next.read().unwrap(), b"the next");
    }
}
