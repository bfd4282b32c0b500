//! Folders of ours and the small files in them, reached part by part from a folder that is
//! trusted. No link on the way is followed: whoever can write one there, a repository that was
//! cloned or an agent, could otherwise have us read, write or remove anything anywhere.

mod copies;
mod replacement;

use std::ffi::OsString;
use std::fs::{File, Metadata, Permissions};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use crate::host::error::{HostError, broken, unread, unwritten};

pub(in crate::host) use copies::{Copied, Kind};
use replacement::Replacement;

/// Larger than any file that we read as a whole.
pub(in crate::host) const TEXT_LIMIT: u64 = 4 * 1024 * 1024;
/// Nothing that has come into a file's place may hold us up, or become our terminal.
const READ: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(CLOSED);
const CLOSED: OFlags = OFlags::CLOEXEC;

/// All of a file, and who may do what with it.
#[derive(PartialEq, Eq)]
pub(in crate::host) struct Bytes {
    pub(in crate::host) bytes: Vec<u8>,
    pub(in crate::host) mode: u32,
}

/// A folder that was reached without following a link.
pub(in crate::host) struct Dir {
    fd: OwnedFd,
    path: PathBuf,
}

impl Dir {
    /// The folder `path`, which is `anchor` or below it; `None` when certainly none is there.
    ///
    /// # Errors
    /// There is a link on the way, `path` is elsewhere, or it cannot be opened.
    pub(in crate::host) fn open(anchor: &Path, path: &Path) -> Result<Option<Self>, HostError> {
        let Some(mut at) = Self::anchor(anchor)? else { return Ok(None) };
        for part in parts(anchor, path)? {
            match at.enter(&part)? {
                Some(below) => at = below,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    /// The same, made as far as it is missing; and what is new, outermost first.
    ///
    /// # Errors
    /// As [`Dir::open`], or `anchor` is gone, or a folder could not be made.
    pub(in crate::host) fn make(
        anchor: &Path,
        path: &Path,
    ) -> Result<(Self, Vec<PathBuf>), HostError> {
        let gone = || HostError::RigGone { path: anchor.to_owned() };
        let mut at = Self::anchor(anchor)?.ok_or_else(gone)?;
        let mut made = Vec::new();
        for part in parts(anchor, path)? {
            let below = at.path.join(&part);
            match rustix::fs::mkdirat(&at.fd, &part, Mode::from_raw_mode(0o777)) {
                Ok(()) => made.push(below.clone()),
                Err(Errno::EXIST) => {}
                Err(error) => return Err(unwritten(&below, error.into())),
            }
            let none = || io::Error::new(io::ErrorKind::NotADirectory, "it is not a folder");
            at = at.enter(&part)?.ok_or_else(|| unwritten(&below, none()))?;
        }
        Ok((at, made))
    }

    /// The text of the file `name`; `None` when there is none.
    ///
    /// # Errors
    /// It is no regular file, too large, no UTF-8, or cannot be read.
    pub(in crate::host) fn read(&self, name: &str) -> Result<Option<String>, HostError> {
        let path = self.path.join(name);
        let Some(file) = regular(&self.fd, name, &path, AtFlags::SYMLINK_NOFOLLOW)? else {
            return Ok(None);
        };
        text(file, &path).map(Some)
    }

    /// The file `name`, of no more than `most` bytes; `None` when there is none.
    ///
    /// # Errors
    /// It is no regular file, too large, or cannot be read.
    pub(in crate::host) fn bytes(
        &self,
        name: &Path,
        most: u64,
    ) -> Result<Option<Bytes>, HostError> {
        let path = self.path.join(name);
        let Some(file) = regular(&self.fd, name, &path, AtFlags::SYMLINK_NOFOLLOW)? else {
            return Ok(None);
        };
        let found = file.metadata().map_err(|source| unread(&path, source))?;
        let (bytes, mode) = (bytes(file, &path, most)?, found.permissions().mode());
        Ok(Some(Bytes { bytes, mode }))
    }

    /// Replaces the file `name` as a whole, readable by its owner only: a reader, or a crash at
    /// any moment, finds the old text or the new one.
    ///
    /// # Errors
    /// It could not be written; then the old one stands.
    pub(in crate::host) fn replace(&self, name: &str, text: &str) -> Result<(), HostError> {
        self.put(name.as_ref(), &Bytes { bytes: text.into(), mode: 0o600 })
    }

    /// [`Dir::replace`] with what [`Dir::bytes`] has read.
    ///
    /// # Errors
    /// It could not be written; then the old one stands.
    pub(in crate::host) fn put(&self, name: &Path, content: &Bytes) -> Result<(), HostError> {
        let path = self.path.join(name);
        let write = || {
            let mut new = Replacement::new(&self.fd)?;
            new.file.write_all(&content.bytes)?;
            new.file.set_permissions(Permissions::from_mode(content.mode & 0o777))?;
            new.file.sync_all()?;
            new.take_place(name)
        };
        write().map_err(|source| unwritten(&path, source))
    }

    /// Lets nobody but its owner into it.
    ///
    /// # Errors
    /// It is somebody else's.
    pub(in crate::host) fn keep_private(&self) -> Result<(), HostError> {
        let done = rustix::fs::fchmod(&self.fd, Mode::from_raw_mode(0o700));
        done.map_err(|error| unwritten(&self.path, error.into()))
    }

    /// Whether anything of this name is in it, be it a link.
    ///
    /// # Errors
    /// It cannot be told.
    pub(in crate::host) fn has(&self, name: &Path) -> Result<bool, HostError> {
        let found = stat(&self.fd, name, &self.path.join(name), AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(found.is_some())
    }

    /// The file `name`, made empty where there is none: to be locked, and never replaced.
    ///
    /// # Errors
    /// It is no regular file, or cannot be made or opened.
    pub(in crate::host) fn lasting(&self, name: &str) -> Result<File, HostError> {
        let path = self.path.join(name);
        let flags = READ | OFlags::CREATE | OFlags::NOFOLLOW;
        let fd = rustix::fs::openat(&self.fd, name, flags, Mode::from_raw_mode(0o600));
        let file = match fd {
            Ok(fd) => File::from(fd),
            Err(Errno::LOOP) => return Err(HostError::Link { path }),
            Err(error) => return Err(unwritten(&path, error.into())),
        };
        let found = file.metadata().map_err(|source| unread(&path, source))?;
        if found.is_file() { Ok(file) } else { Err(broken(&path, "it is not a file")) }
    }

    /// Removes the file `name`, be it a link; having none is as good.
    ///
    /// # Errors
    /// It is there and could not be removed.
    pub(in crate::host) fn remove(&self, name: impl AsRef<Path>) -> Result<(), HostError> {
        match rustix::fs::unlinkat(&self.fd, name.as_ref(), AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(unwritten(&self.path.join(name), error.into())),
        }
    }

    /// What stands in it.
    ///
    /// # Errors
    /// It cannot be read.
    pub(in crate::host) fn names(&self) -> Result<Vec<OsString>, HostError> {
        let failed = |error: Errno| unread(&self.path, error.into());
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | CLOSED;
        let own = rustix::fs::openat(&self.fd, ".", flags, Mode::empty()).map_err(failed)?;
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::new(own).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name().to_bytes().to_vec();
            if name != b"." && name != b".." {
                names.push(OsString::from_vec(name));
            }
        }
        Ok(names)
    }

    /// The trusted folder itself, whose path may well have links.
    fn anchor(path: &Path) -> Result<Option<Self>, HostError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | CLOSED;
        match rustix::fs::openat(CWD, path, flags, Mode::empty()) {
            Ok(fd) => Ok(Some(Self { fd, path: path.to_owned() })),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
            Err(error) => Err(unread(path, error.into())),
        }
    }

    fn enter(&self, part: &Path) -> Result<Option<Self>, HostError> {
        let path = self.path.join(part);
        let Some(found) = stat(&self.fd, part, &path, AtFlags::SYMLINK_NOFOLLOW)? else {
            return Ok(None);
        };
        match FileType::from_raw_mode(found.st_mode) {
            FileType::Symlink => return Err(HostError::Link { path }),
            FileType::Directory => {}
            _ => return Ok(None),
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | CLOSED;
        match rustix::fs::openat(&self.fd, part, flags, Mode::empty()) {
            Ok(fd) => Ok(Some(Self { fd, path })),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(unread(&path, error.into())),
        }
    }
}

/// The regular file at `path`, links followed; `None` when certainly none is there.
///
/// # Errors
/// It is something else, which is not opened, or cannot be read.
pub(in crate::host) fn open_file(path: &Path) -> Result<Option<File>, HostError> {
    regular(CWD, path, path, AtFlags::empty())
}

/// All of a text that is not too large; `path` is what errors name.
pub(in crate::host) fn text(file: File, path: &Path) -> Result<String, HostError> {
    let bytes = bytes(file, path, TEXT_LIMIT)?;
    String::from_utf8(bytes).map_err(|_| broken(path, "it is not UTF-8"))
}

/// All of a file that has no more than `most` bytes.
pub(in crate::host) fn bytes(file: File, path: &Path, most: u64) -> Result<Vec<u8>, HostError> {
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|source| unread(path, source))?;
    if bytes.len() as u64 > most {
        return Err(broken(path, "it is too large"));
    }
    Ok(bytes)
}

fn regular(
    at: impl AsFd,
    name: impl AsRef<Path>,
    path: &Path,
    links: AtFlags,
) -> Result<Option<File>, HostError> {
    let is_file = |file: &Metadata| file.is_file();
    let none = || broken(path, "it is not a file");
    // Opening is an act on some devices, and on a socket an error that tells nothing.
    match stat(&at, name.as_ref(), path, links)? {
        None => return Ok(None),
        Some(found) if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile => {
            return Err(none());
        }
        Some(_) => {}
    }
    let only = if links.is_empty() { OFlags::empty() } else { OFlags::NOFOLLOW };
    match rustix::fs::openat(at, name.as_ref(), READ | only, Mode::empty()) {
        Ok(fd) => {
            let file = File::from(fd);
            let found = file.metadata().map_err(|source| unread(path, source))?;
            if is_file(&found) { Ok(Some(file)) } else { Err(none()) }
        }
        Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
        Err(error) => Err(unread(path, error.into())),
    }
}

fn stat(
    at: impl AsFd,
    name: &Path,
    path: &Path,
    links: AtFlags,
) -> Result<Option<Stat>, HostError> {
    match rustix::fs::statat(at, name, links) {
        Ok(found) => Ok(Some(found)),
        Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
        Err(error) => Err(unread(path, error.into())),
    }
}

/// The parts of `path` behind `anchor`.
fn parts(anchor: &Path, path: &Path) -> Result<Vec<PathBuf>, HostError> {
    let outside = || HostError::Outside { path: path.to_owned(), target: anchor.to_owned() };
    let below = path.strip_prefix(anchor).map_err(|_| outside())?;
    let plain = |part| match part {
        Component::Normal(part) => Ok(PathBuf::from(part)),
        _ => Err(outside()),
    };
    below.components().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_on_the_way_is_named_and_not_followed() {
        let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir_all(elsewhere.path().join("exits")).unwrap();
        let precious = elsewhere.path().join("exits/ash.json");
        fs::write(&precious, "precious").unwrap();
        symlink(elsewhere.path(), dir.path().join("polecat")).unwrap();
        let exits = dir.path().join("polecat/exits");
        for refused in [
            Dir::open(dir.path(), &exits).map(drop).unwrap_err(),
            Dir::make(dir.path(), &exits).map(drop).unwrap_err(),
        ] {
            assert!(matches!(refused, HostError::Link { path } if path.ends_with("polecat")));
        }
        let real = Dir::open(elsewhere.path(), &elsewhere.path().join("exits")).unwrap().unwrap();
        symlink(&precious, elsewhere.path().join("exits/birch.json")).unwrap();
        let refused = real.read("birch.json").unwrap_err().to_string();
        assert!(refused.contains("exits/birch.json` is broken: it is not a file"), "{refused}");
        real.replace("birch.json", "new").unwrap();
        assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
        assert_eq!(real.read("birch.json").unwrap().as_deref(), Some("new"));
        real.remove("birch.json").unwrap();
        real.remove("birch.json").unwrap();
        assert_eq!(real.names().unwrap(), ["ash.json"]);
        let above = dir.path().join("../x");
        assert!(matches!(Dir::open(dir.path(), &above), Err(HostError::Outside { .. })));
    }

    #[test]
    fn what_is_no_file_is_not_opened_and_what_is_too_large_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let own = Dir::open(dir.path(), dir.path()).unwrap().unwrap();
        let pipe = dir.path().join("pipe");
        rustix::fs::mkfifoat(CWD, &pipe, Mode::from_raw_mode(0o600)).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket")).unwrap();
        fs::create_dir(dir.path().join("folder")).unwrap();
        File::create(dir.path().join("huge")).unwrap().set_len(1 << 40).unwrap();
        for (name, why) in [
            ("pipe", "not a file"),
            ("socket", "not a file"),
            ("folder", "not a file"),
            ("huge", "too large"),
        ] {
            let path = dir.path().join(name);
            let followed = open_file(&path).and_then(|file| text(file.unwrap(), &path));
            for refused in [own.read(name).map(drop), followed.map(drop)] {
                let refused = refused.unwrap_err().to_string();
                assert!(refused.contains(name) && refused.contains(why), "{refused}");
            }
        }
        assert_eq!(own.read("none").unwrap(), None);
    }
}
