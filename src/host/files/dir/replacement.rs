//! A file that takes another one's place. It has no name until all of it is written, where the file
//! system allows for that: a process that is killed meanwhile leaves nothing behind.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use rustix::io::Errno;

use super::CLOSED;

/// How many names are tried.
const TRIES_LIMIT: usize = 100;
/// By whose entries a file without a name gets one.
const OWN_FILES: &str = "/proc/self/fd";

/// What is written before it takes its place; gone when dropped before.
pub(super) struct Replacement<'a> {
    folder: &'a OwnedFd,
    pub(super) file: File,
    /// Its name until then, if it has one.
    name: Option<String>,
}

impl<'a> Replacement<'a> {
    /// An empty one for a file in `folder`, readable by its owner only.
    pub(super) fn new(folder: &'a OwnedFd) -> io::Result<Self> {
        if let Some(file) = unnamed(folder) {
            return Ok(Self { folder, file, name: None });
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | CLOSED;
        let create = |name: &str| rustix::fs::openat(folder, name, flags, PRIVATE);
        let (fd, name) = under_a_new_name(create)?;
        Ok(Self { folder, file: fd.into(), name: Some(name) })
    }

    /// Puts it in the place of `target`.
    pub(super) fn take_place(mut self, target: &Path) -> io::Result<()> {
        let name = match &self.name {
            Some(name) => name,
            None => self.name.insert(named(self.folder, &self.file)?),
        };
        rustix::fs::renameat(self.folder, name, self.folder, target)?;
        self.name = None;
        Ok(rustix::fs::fsync(self.folder)?)
    }
}

impl Drop for Replacement<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            let _ = rustix::fs::unlinkat(self.folder, name, AtFlags::empty());
        }
    }
}

const PRIVATE: Mode = Mode::RUSR.union(Mode::WUSR);

#[cfg(any(target_os = "linux", target_os = "android"))]
fn unnamed(folder: &OwnedFd) -> Option<File> {
    // Without this it could never get a name.
    if !Path::new(OWN_FILES).is_dir() {
        return None;
    }
    let flags = OFlags::WRONLY | OFlags::TMPFILE | CLOSED;
    rustix::fs::openat(folder, ".", flags, PRIVATE).ok().map(File::from)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn unnamed(_: &OwnedFd) -> Option<File> {
    None
}

/// Gives `file`, which has no name, one in `folder`.
fn named(folder: &OwnedFd, file: &File) -> io::Result<String> {
    let own = format!("{OWN_FILES}/{}", file.as_raw_fd());
    let link = |name: &str| rustix::fs::linkat(CWD, &own, folder, name, AtFlags::SYMLINK_FOLLOW);
    Ok(under_a_new_name(link)?.1)
}

/// What `make` makes under a name that nobody has, and the name.
fn under_a_new_name<T>(make: impl Fn(&str) -> Result<T, Errno>) -> io::Result<(T, String)> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    for _ in 0..TRIES_LIMIT {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!(".new-{}-{number}", std::process::id());
        match make(&name) {
            Ok(it) => return Ok((it, name)),
            Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn it_is_seen_when_it_is_whole_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let fd = OwnedFd::from(File::open(folder.path()).unwrap());
        let new = || {
            let mut new = Replacement::new(&fd).unwrap();
            new.file.write_all(b"new").unwrap();
            new
        };
        let mut dropped = new();
        if cfg!(target_os = "linux") {
            assert_eq!(names(folder.path()), [""; 0]);
            dropped.name = Some(named(&fd, &dropped.file).unwrap());
        }
        assert_eq!(names(folder.path()).len(), 1);
        drop(dropped);
        assert_eq!(names(folder.path()), [""; 0]);
        for _ in 0..2 {
            new().take_place(Path::new("queue")).unwrap();
            assert_eq!(names(folder.path()), ["queue"]);
        }
        assert_eq!(std::fs::read(folder.path().join("queue")).unwrap(), b"new");
    }
}
