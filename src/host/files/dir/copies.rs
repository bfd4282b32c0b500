//! Copies between two folders: a file arrives as a whole or not at all, and never in the place of
//! anything that is there.

use std::ffi::OsString;
use std::fs::{File, Permissions};
use std::io::{self, ErrorKind, Read as _};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags, Timespec, Timestamps, UTIME_OMIT};
use rustix::io::Errno;

use super::{CLOSED, Dir, regular, stat};
use crate::host::error::{HostError, broken, unread, unwritten};

/// What a file is called until all of it is there. One name: what a killed backend left is found
/// again.
const PART: &str = ".polecat-setup-part";

/// What stands in a folder under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host) enum Kind {
    File {
        /// In bytes.
        size: u64,
    },
    Link,
    Folder {
        /// Who may do what with it.
        mode: Mode,
    },
    /// A pipe, a socket, a device.
    Other,
}

/// What became of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host) enum Copied {
    /// It shares its content with the original, which costs nothing.
    Cloned,
    /// All bytes were written.
    Written,
    /// Something was there already.
    There,
}

impl Dir {
    /// What stands in it under `name`, be it a link; `None` when certainly nothing does.
    ///
    /// # Errors
    /// It cannot be told.
    pub(in crate::host) fn kind(&self, name: &Path) -> Result<Option<Kind>, HostError> {
        let found = stat(&self.fd, name, &self.path.join(name), AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(found.map(|found| match FileType::from_raw_mode(found.st_mode) {
            FileType::RegularFile => {
                Kind::File { size: u64::try_from(found.st_size).unwrap_or_default() }
            }
            FileType::Symlink => Kind::Link,
            FileType::Directory => {
                Kind::Folder { mode: Mode::from_raw_mode(found.st_mode & 0o777) }
            }
            _ => Kind::Other,
        }))
    }

    /// The folder `name` in it, which is no link; `None` when certainly none is there.
    ///
    /// # Errors
    /// It is a link, or cannot be opened.
    pub(in crate::host) fn folder(&self, name: &Path) -> Result<Option<Self>, HostError> {
        self.enter(name)
    }

    /// The same, made with `mode` where nothing is there.
    ///
    /// # Errors
    /// Something else is there, or it cannot be made.
    pub(in crate::host) fn folder_made(&self, name: &Path, mode: Mode) -> Result<Self, HostError> {
        let path = self.path.join(name);
        // We have yet to write into it.
        match rustix::fs::mkdirat(&self.fd, name, mode | Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(unwritten(&path, error.into())),
        }
        let other = || unwritten(&path, ErrorKind::NotADirectory.into());
        self.enter(name)?.ok_or_else(other)
    }

    /// Where the link `name` leads, as it is written there.
    ///
    /// # Errors
    /// It is no link.
    pub(in crate::host) fn link_target(&self, name: &Path) -> Result<PathBuf, HostError> {
        let read = rustix::fs::readlinkat(&self.fd, name, Vec::new());
        let target = read.map_err(|error| unread(&self.path.join(name), error.into()))?;
        Ok(OsString::from_vec(target.into_bytes()).into())
    }

    /// Makes the link `name`; `false` when something is there already.
    ///
    /// # Errors
    /// It cannot be made.
    pub(in crate::host) fn make_link(&self, name: &Path, to: &Path) -> Result<bool, HostError> {
        match rustix::fs::symlinkat(to, &self.fd, name) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(error) => Err(unwritten(&self.path.join(name), error.into())),
        }
    }

    /// Copies the file `name` into `to`, as a whole, with its mode and its times.
    ///
    /// # Errors
    /// It is no file, or cannot be read or written.
    pub(in crate::host) fn copy(&self, name: &Path, to: &Self) -> Result<Copied, HostError> {
        let (from, path) = (self.path.join(name), to.path.join(name));
        to.remove_part()?;
        if to.has(name)? {
            return Ok(Copied::There);
        }
        let gone = || broken(&from, "it is gone");
        let file = regular(&self.fd, name, &from, AtFlags::SYMLINK_NOFOLLOW)?.ok_or_else(gone)?;
        let done = to.take(&file).and_then(|copied| {
            Ok(if to.put_new(PART.as_ref(), name)? { copied } else { Copied::There })
        });
        match done {
            Ok(copied) if copied != Copied::There => Ok(copied),
            other => {
                to.remove_part()?;
                other.map_err(|source| unwritten(&path, source))
            }
        }
    }

    /// Removes what a copy that was cut off has left here.
    ///
    /// # Errors
    /// It is there and could not be removed.
    pub(in crate::host) fn remove_part(&self) -> Result<(), HostError> {
        self.remove(PART)
    }

    /// All of `file` under the name of a part.
    fn take(&self, file: &File) -> io::Result<Copied> {
        let found = file.metadata()?;
        let (new, copied) = self.filled(file, found.len())?;
        new.set_permissions(Permissions::from_mode(found.mode() & 0o777))?;
        // Tools that build compare times.
        let modified = Timespec { tv_sec: found.mtime(), tv_nsec: found.mtime_nsec() as _ };
        let kept = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
        let times = Timestamps { last_access: kept, last_modification: modified };
        rustix::fs::futimens(&new, &times)?;
        Ok(copied)
    }

    #[cfg(not(target_vendor = "apple"))]
    fn filled(&self, file: &File, length: u64) -> io::Result<(File, Copied)> {
        let mut new = self.part()?;
        if clones(&new, file) {
            return Ok((new, Copied::Cloned));
        }
        io::copy(&mut file.take(length), &mut new)?;
        Ok((new, Copied::Written))
    }

    #[cfg(target_vendor = "apple")]
    fn filled(&self, file: &File, length: u64) -> io::Result<(File, Copied)> {
        use rustix::fs::CloneFlags;
        if rustix::fs::fclonefileat(file, &self.fd, PART, CloneFlags::empty()).is_ok() {
            // As `file` is open for reading, its mode may not let the copy be written.
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | CLOSED;
            let new = rustix::fs::openat(&self.fd, PART, flags, Mode::empty())?;
            return Ok((File::from(new), Copied::Cloned));
        }
        let mut new = self.part()?;
        io::copy(&mut file.take(length), &mut new)?;
        Ok((new, Copied::Written))
    }

    fn part(&self) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | CLOSED;
        let new = rustix::fs::openat(&self.fd, PART, flags, Mode::from_raw_mode(0o600))?;
        Ok(File::from(new))
    }

    /// Gives what is called `old` the name `new`; `false` when that is taken.
    fn put_new(&self, old: &Path, new: &Path) -> io::Result<bool> {
        let plain = RenameFlags::NOREPLACE;
        match rustix::fs::renameat_with(&self.fd, old, &self.fd, new, plain) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            // A file system that cannot tell in one step; nobody works here yet.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                let is_free = rustix::fs::statat(&self.fd, new, AtFlags::SYMLINK_NOFOLLOW).is_err();
                if is_free {
                    rustix::fs::renameat(&self.fd, old, &self.fd, new)?;
                }
                Ok(is_free)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the file `name` could share its content with a copy in `folder`, which leaves
    /// nothing behind.
    pub(in crate::host) fn can_clone(&self, name: &Path, folder: &Path) -> bool {
        let path = self.path.join(name);
        let file = regular(&self.fd, name, &path, AtFlags::SYMLINK_NOFOLLOW).ok().flatten();
        file.is_some_and(|file| can_clone(&file, folder))
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn clones(new: &File, file: &File) -> bool {
    rustix::fs::ioctl_ficlone(new, file).is_ok()
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn clones(_: &File, _: &File) -> bool {
    false
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn can_clone(file: &File, folder: &Path) -> bool {
    // It has no name, and so goes when it is closed.
    let flags = OFlags::WRONLY | OFlags::TMPFILE | CLOSED;
    let unnamed = rustix::fs::openat(rustix::fs::CWD, folder, flags, Mode::from_raw_mode(0o600));
    unnamed.is_ok_and(|unnamed| clones(&File::from(unnamed), file))
}

#[cfg(target_vendor = "apple")]
fn can_clone(file: &File, folder: &Path) -> bool {
    use rustix::fs::{CWD, CloneFlags};
    let name = folder.join(format!("{PART}-{}", std::process::id()));
    let cloned = rustix::fs::fclonefileat(file, CWD, &name, CloneFlags::empty()).is_ok();
    cloned && std::fs::remove_file(&name).is_ok()
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn can_clone(_: &File, _: &Path) -> bool {
    false
}
