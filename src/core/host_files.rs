//! Files of hosts, by the names of the buffers that show them: `polecat://build1/srv/shop/Makefile`.

use std::{
    ffi::OsString,
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{hosts::HostName, trust::hex};

/// What stands in front.
const SCHEME: &[u8] = b"polecat://";

/// What the names of our own buffers begin with behind the scheme, all of them: no host is called so.
pub const BUFFERS: &[&str] = &[
    "answer",
    "base",
    "capture",
    "comment",
    "compose",
    "diff",
    "log",
    "preview",
    "pull-request",
    "question",
    "queue",
    "setup",
    "sidebar",
    "sling",
    "squash",
    "status",
];

/// The name of our buffer of this `kind`, one of [`BUFFERS`], which is about this; empty for all.
#[must_use]
pub fn own_buffer(kind: &str, about: &str) -> String {
    debug_assert!(BUFFERS.contains(&kind), "a host may be called `{kind}`");
    let slash = if about.is_empty() { "" } else { "/" };
    format!("polecat://{kind}{slash}{about}")
}

/// A file of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFile {
    /// The host.
    pub host: HostName,
    /// Its full path there, which goes straight down.
    pub path: PathBuf,
}

/// The largest file that is opened, in bytes.
pub const SIZE_LIMIT: usize = 10 * 1024 * 1024;

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileContent {
    /// All of it; nothing where there is no file.
    #[serde(with = "serde_bytes")]
    pub text: Vec<u8>,
    /// What identifies that; none where there is no file.
    pub digest: Option<String>,
    /// Whether it can be written from elsewhere.
    pub writable: bool,
}

/// What identifies a text.
#[must_use]
pub fn digest(text: &[u8]) -> String {
    hex(Sha256::new_with_prefix(text))
}

impl HostFile {
    /// The file at `path` of `host`; `None` where that is no path that a buffer can be named after.
    #[must_use]
    pub fn new(host: &HostName, path: &Path) -> Option<Self> {
        let plain = |part| matches!(part, Component::RootDir | Component::Normal(_));
        let is_shown = !path.as_os_str().as_bytes().iter().any(u8::is_ascii_control);
        let fits = path.is_absolute() && path.file_name().is_some() && is_shown;
        (fits && path.components().all(plain))
            .then(|| Self { host: host.clone(), path: path.to_owned() })
    }

    /// What Neovim edits for the file at `path` of `host`, or of this machine; `None` where nothing can
    /// be called so.
    #[must_use]
    pub fn editable(host: Option<&HostName>, path: PathBuf) -> Option<PathBuf> {
        match host {
            Some(host) => Some(Self::new(host, &path)?.name()),
            None => Some(path),
        }
    }

    /// The file whose buffer has this name.
    #[must_use]
    pub fn named(name: &[u8]) -> Option<Self> {
        let rest = name.strip_prefix(SCHEME)?;
        let slash = rest.iter().position(|byte| *byte == b'/')?;
        let (host, path) = rest.split_at(slash);
        let host = std::str::from_utf8(host).ok().filter(|host| !BUFFERS.contains(host))?;
        Self::new(&host.parse().ok()?, Path::new(&OsString::from_vec(path.to_vec())))
    }

    /// The name of the buffer that shows it, which no file of this machine has.
    #[must_use]
    pub fn name(&self) -> PathBuf {
        let path = self.path.as_os_str().as_bytes();
        OsString::from_vec([SCHEME, self.host.as_str().as_bytes(), path].concat()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_host_and_the_path_there() {
        for name in ["polecat://build1/srv/shop/a b", "polecat://gpu-2.lab/a", "polecat://b/ä"] {
            let file = HostFile::named(name.as_bytes()).unwrap();
            assert_eq!(file.name(), Path::new(name));
        }
        let name = b"polecat://build1/srv/\xff";
        let file = HostFile::named(name).unwrap();
        assert_eq!((file.host.as_str(), file.path.as_os_str().as_bytes()), ("build1", &name[16..]));
        assert_eq!(file.name().as_os_str().as_bytes(), name);
    }

    #[test]
    fn what_is_ours_leads_up_or_breaks_the_line_is_none() {
        for name in [
            "polecat://status",
            "polecat://status/ash",
            "polecat://diff/a",
            "polecat://squash/ash",
            "polecat://build1",
            "polecat://build1/",
            "polecat://build1:shop/ash",
            "polecat://build1/srv/../etc/passwd",
            "polecat://build1/srv/a\nb",
            "polecat://-oProxyCommand=x/a",
            "polecat:///a",
            "/srv/shop/a",
        ] {
            assert_eq!(HostFile::named(name.as_bytes()), None, "{name:?}");
        }
        let build1 = "build1".parse().unwrap();
        for path in ["a", "", "/", "/a/..", "/a\x1b[2J"] {
            assert_eq!(HostFile::new(&build1, Path::new(path)), None, "{path:?}");
        }
    }
}
