//! A file through which bytes go to tmux or come from it, and that nobody has to remove.

use std::fs::File;
use std::io::{self, Read, Seek, Write};

/// A private file that goes with its last user, even if that is killed.
#[derive(Debug)]
pub(crate) struct MemFile {
    file: File,
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
        let path = format!("/proc/{}/fd/{}", std::process::id(), fd.as_raw_fd()).into_bytes();
        Ok(Self { file: File::from(fd), path })
    }

    /// An empty file in a folder that only its owner can enter.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("polecat-").tempdir()?;
        let path = folder.path().join("file");
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        Ok(Self { file, path: super::command::literal(&path), _folder: folder })
    }

    /// A file that holds `bytes`.
    pub(crate) fn holding(bytes: &[u8]) -> io::Result<Self> {
        let mut file = Self::new()?;
        file.file.write_all(bytes)?;
        Ok(file)
    }

    /// Its path, as an argument in which tmux expands formats.
    pub(crate) fn path(&self) -> &[u8] {
        &self.path
    }

    /// Everything in it.
    pub(crate) fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.rewind()?;
        self.file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn what_another_writes_to_its_path_is_read_back() {
        let mut file = MemFile::holding(b"longer than before").unwrap();
        let path = std::str::from_utf8(file.path()).unwrap().to_owned();
        assert_eq!(std::fs::read(&path).unwrap(), b"longer than before");
        std::fs::write(&path, b"after").unwrap();
        assert_eq!(file.read().unwrap(), b"after");
    }
}
