//! A rig: a project, the folder that holds its polecats, and what follows from both.

use std::path::{Path, PathBuf};

use super::names::{PolecatName, RigName, SessionName, session_name, session_prefix};

/// A project whose polecats we run. All paths are absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rig {
    /// Its folder's name, or what the configuration calls it.
    pub name: RigName,
    /// What a person calls the project: its top folder.
    pub path: PathBuf,
    /// Holds `polecats/` and `.runtime/`.
    pub home: PathBuf,
    /// What kind of project it is.
    pub kind: RigKind,
}

/// Where a rig stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RigKind {
    /// A rig of a gastown town: the folder `<root>/<rig>`.
    Town {
        /// The town: the folder that holds `mayor/town.json`.
        root: PathBuf,
    },
    /// A git repository without a town. Its home is inside the common directory, so that
    /// nothing shows in `git status`.
    Repository {
        /// The directory all worktrees share, usually `.git`.
        common_dir: PathBuf,
    },
    /// A pinned folder that is neither.
    Folder,
}

impl Rig {
    /// The folder whose folders are the polecats.
    #[must_use]
    pub fn polecats_dir(&self) -> PathBuf {
        self.home.join("polecats")
    }

    /// The folder for what must outlive sessions and backends.
    #[must_use]
    pub fn runtime_dir(&self) -> PathBuf {
        self.home.join(".runtime")
    }

    /// The folder that is the polecat.
    #[must_use]
    pub fn polecat_dir(&self, polecat: &PolecatName) -> PathBuf {
        self.polecats_dir().join(polecat.as_str())
    }

    /// Where a polecat's worktree is made: `polecats/<name>/<rig>/`. The rig's name in the path
    /// tells an agent which project it is in.
    #[must_use]
    pub fn new_worktree(&self, polecat: &PolecatName) -> PathBuf {
        self.polecat_dir(polecat).join(self.name.as_str())
    }

    /// Where older polecats have their worktree: the polecat's folder itself.
    #[must_use]
    pub fn old_worktree(&self, polecat: &PolecatName) -> PathBuf {
        self.polecat_dir(polecat)
    }

    /// The folder that is there as long as the rig is. Nothing is created when it is gone, so
    /// that a removed rig does not come back as an empty one.
    #[must_use]
    pub fn anchor(&self) -> &Path {
        match &self.kind {
            RigKind::Repository { common_dir } => common_dir,
            RigKind::Town { .. } | RigKind::Folder => &self.home,
        }
    }

    /// The value of `GT_ROOT`: the town. gastown takes the folder above the rig for it, town or
    /// not; a repository's surroundings are none of ours, so there it is the home.
    #[must_use]
    pub fn root(&self) -> &Path {
        match &self.kind {
            RigKind::Town { root } => root,
            RigKind::Repository { .. } => &self.home,
            RigKind::Folder => self.path.parent().unwrap_or(&self.path),
        }
    }

    /// The tmux session of a polecat.
    #[must_use]
    pub fn session(&self, polecat: &PolecatName) -> SessionName {
        session_name(&self.name, polecat)
    }

    /// The polecat a session belongs to; none for other rigs' sessions and gastown's own roles.
    ///
    /// `gt-shop-x-ash` is `x-ash` of `shop` as well as `ash` of `shop-x`: the name alone does
    /// not tell, so ask where the session's folder is before acting on it.
    #[must_use]
    pub fn polecat_of(&self, session: &str) -> Option<PolecatName> {
        let polecat = session.strip_prefix(&session_prefix(&self.name))?;
        PolecatName::parse(polecat).ok()
    }

    /// The polecat as trackers and mail know it: `<rig>/polecats/<name>`.
    #[must_use]
    pub fn agent_id(&self, polecat: &PolecatName) -> String {
        format!("{}/polecats/{polecat}", self.name)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The rig `shop` of the town `/town`.
    pub(crate) fn shop() -> Rig {
        Rig {
            name: RigName::parse("shop").unwrap(),
            path: "/town/shop".into(),
            home: "/town/shop".into(),
            kind: RigKind::Town { root: "/town".into() },
        }
    }

    /// The repository `/src/shop`.
    pub(crate) fn repository() -> Rig {
        Rig {
            path: "/src/shop".into(),
            home: "/src/shop/.git/polecat".into(),
            kind: RigKind::Repository { common_dir: "/src/shop/.git".into() },
            ..shop()
        }
    }

    #[test]
    fn a_polecat_has_its_folders_where_gastown_puts_them() {
        let (rig, ash) = (shop(), PolecatName::parse("ash").unwrap());
        assert_eq!(rig.new_worktree(&ash), Path::new("/town/shop/polecats/ash/shop"));
        assert_eq!(rig.old_worktree(&ash), Path::new("/town/shop/polecats/ash"));
        assert_eq!(rig.agent_id(&ash), "shop/polecats/ash");
        let plain = repository().new_worktree(&ash);
        assert_eq!(plain, Path::new("/src/shop/.git/polecat/polecats/ash/shop"));
    }

    #[test]
    fn a_session_is_read_back_to_its_polecat_and_to_no_one_elses() {
        for (session, polecat) in [
            ("gt-shop-ash", Some("ash")),
            ("gt-shop-bullet-farmer", Some("bullet-farmer")),
            ("gt-shop-witness", None),
            ("gt-shop-crew-max", None),
            ("gt-shop-", None),
            ("gt-shopping-ash", None),
            ("GT-shop-ash", None),
            ("hq-mayor", None),
            ("", None),
        ] {
            let read = shop().polecat_of(session);
            assert_eq!(read.as_ref().map(PolecatName::as_str), polecat, "{session}");
        }
    }
}
