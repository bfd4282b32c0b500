//! Files that were changed on a host, as it says so.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _, path::Path};

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::FarRig;
use crate::{core::names::PolecatName, fleet::HostStatus, session::Files};

/// How many of them are taken at once: more are as good as all.
const FILES_LIMIT: usize = 200;
/// The longest path, in bytes: no system has a longer one.
const PATH_LIMIT: usize = 4096;

/// Files that were changed in a polecat's worktree there.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::fleet) struct FarFiles {
    /// The folder of its rig's project, as [`FarRig`] has it.
    rig: String,
    polecat: PolecatName,
    /// With links resolved.
    worktree: ByteBuf,
    /// From the worktree on.
    paths: Vec<ByteBuf>,
    /// Whether there may be more.
    whole: bool,
}

fn bytes(path: &Path) -> ByteBuf {
    ByteBuf::from(path.as_os_str().as_bytes())
}

impl From<Files> for FarFiles {
    fn from(files: Files) -> Self {
        let Files { polecat, project, worktree, paths, whole, .. } = files;
        let rig = project.display().to_string();
        let paths = paths.iter().map(|path| bytes(path)).collect();
        Self { rig, polecat, worktree: bytes(&worktree), paths, whole }
    }
}

impl FarFiles {
    /// What that is here; `None` when it is about no polecat that `host` has told of, or no worktree.
    pub(in crate::fleet) fn here(self, host: &HostStatus) -> Option<Files> {
        let path = |path: &ByteBuf| OsStr::from_bytes(path).into();
        let Self { rig, polecat, worktree, mut paths, whole } = self;
        if worktree.len() > PATH_LIMIT {
            return None;
        }
        let told = paths.len();
        paths.retain(|path| path.len() <= PATH_LIMIT);
        paths.truncate(FILES_LIMIT);
        let is_told = |told: &&FarRig| {
            told.path == rig && told.polecats.iter().any(|info| info.polecat == polecat)
        };
        let rig = host.rigs.iter().find(is_told)?;
        Some(Files {
            polecat,
            host: Some(host.name.clone()),
            rig: format!("{}:{}", host.name, rig.address),
            home: host.home_of(rig).into(),
            project: rig.path.clone().into(),
            worktree: path(&worktree),
            paths: paths.iter().map(path).collect(),
            whole: whole || paths.len() < told,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        core::session::SessionInfo,
        fleet::{HostFacts, Reached},
    };

    #[test]
    fn only_of_polecats_that_were_told_and_no_more_than_are_named() {
        let ash = PolecatName::parse("ash").unwrap();
        let polecats = vec![SessionInfo::stopped(ash, String::new(), "shop".to_owned())];
        let (address, path) = ("shop".to_owned(), "/srv/shop".to_owned());
        let rig = FarRig { address, path, socket: None, problem: None, polecats, unread: false };
        let (rigs, facts) = (Arc::new(vec![rig]), HostFacts::default());
        let name = "build1".parse().unwrap();
        let host = HostStatus { name, reached: Reached::Up, rigs, seen: None, facts };
        let files = |polecat: &str, count: usize| FarFiles {
            rig: "/srv/shop".to_owned(),
            polecat: PolecatName::parse(polecat).unwrap(),
            worktree: bytes(Path::new("/srv/shop-ash")),
            paths: vec![bytes(Path::new("a")); count],
            whole: false,
        };
        assert_eq!(files("birch", 1).here(&host), None);
        let here = files("ash", 1).here(&host).unwrap();
        assert_eq!((&*here.rig, here.paths.len(), here.whole), ("build1:shop", 1, false));
        let here = files("ash", FILES_LIMIT + 1).here(&host).unwrap();
        assert_eq!((here.paths.len(), here.whole), (FILES_LIMIT, true));
        let path = |length: usize| bytes(Path::new(&"x".repeat(length)));
        let paths = vec![path(PATH_LIMIT), path(PATH_LIMIT + 1)];
        let here = FarFiles { paths, ..files("ash", 0) }.here(&host).unwrap();
        assert_eq!((here.paths.len(), here.whole), (1, true));
        let worktree = path(PATH_LIMIT + 1);
        assert_eq!(FarFiles { worktree, ..files("ash", 1) }.here(&host), None);
    }
}
