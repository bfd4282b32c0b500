//! A rig: a project, the folder that holds its polecats, and what follows from both.

pub mod address;
pub mod beginning;
pub mod branch;
pub mod layout;
pub mod merge;
pub mod name_pool;
pub mod push;
pub mod theme;
pub mod town;

use std::path::{Path, PathBuf};

use self::layout::Layout;
use self::town::{Gastown, Town};
use super::names::{PolecatName, RigName, SessionName, session_prefix};

/// A project whose polecats we run. All paths are absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rig {
    /// Its folder's name, or the one from the configuration.
    pub name: RigName,
    /// The project's top folder.
    pub path: PathBuf,
    /// Contains `.runtime/` and, except in plain repositories, `polecats/`.
    pub home: PathBuf,
    /// Where new polecats are created.
    pub layout: Layout,
    /// Where older polecats may still be.
    pub former: Vec<Layout>,
    /// The kind of project.
    pub kind: RigKind,
}

/// The kind of a rig.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RigKind {
    /// A rig of a gastown town: a folder directly below it.
    Town(Town),
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
    /// All layouts, the one for new polecats first.
    pub fn layouts(&self) -> impl Iterator<Item = &Layout> {
        std::iter::once(&self.layout).chain(&self.former)
    }

    /// Whether everything in a layout's folder is the rig's. In other folders there may be foreign
    /// things: there only what git lists as a worktree of the repository is a polecat.
    #[must_use]
    pub fn owns(&self, layout: &Layout) -> bool {
        layout.dir.starts_with(&self.home)
    }

    /// The folder for new polecats.
    #[must_use]
    pub fn polecats_dir(&self) -> PathBuf {
        self.layout.dir.clone()
    }

    /// The folder of a new polecat.
    #[must_use]
    pub fn polecat_dir(&self, polecat: &PolecatName) -> PathBuf {
        self.layout.polecat_dir(polecat)
    }

    /// The worktree of a new polecat. The rig's name in the path tells an agent its project.
    #[must_use]
    pub fn new_worktree(&self, polecat: &PolecatName) -> PathBuf {
        self.layout.worktree(polecat)
    }

    /// The layout inside a rig's home: `polecats/<name>/<rig>/`, as in gastown.
    #[must_use]
    pub fn inside(home: &Path, name: &RigName) -> Layout {
        Layout { dir: home.join("polecats"), inner: name.as_str().into() }
    }

    /// The folder for data that outlives sessions and backends.
    #[must_use]
    pub fn runtime_dir(&self) -> PathBuf {
        self.home.join(".runtime")
    }

    /// The folder to lock when work in a polecat's folder begins or ends. It exists as long as there
    /// are polecats.
    #[must_use]
    pub fn gate_dir(&self) -> PathBuf {
        match self.kind {
            RigKind::Repository { .. } => self.home.clone(),
            RigKind::Town(_) | RigKind::Folder => self.polecats_dir(),
        }
    }

    /// The folder that exists as long as the rig does. If it is gone nothing is created, so that a
    /// removed rig does not come back as an empty one.
    #[must_use]
    pub fn anchor(&self) -> &Path {
        match &self.kind {
            RigKind::Repository { common_dir } => common_dir,
            RigKind::Town(_) | RigKind::Folder => &self.home,
        }
    }

    /// The value of `GT_ROOT`: the town. gastown always uses the folder above the rig; the folder
    /// above a plain repository is none of our business, so there it is the home.
    #[must_use]
    pub fn root(&self) -> &Path {
        match &self.kind {
            RigKind::Town(town) => &town.root,
            RigKind::Repository { .. } => &self.home,
            RigKind::Folder => self.path.parent().unwrap_or(&self.path),
        }
    }

    /// The gastown version of the rig's town; `None` outside of towns.
    #[must_use]
    pub fn gastown(&self) -> Option<Gastown> {
        self.town().map(|town| town.gastown)
    }

    /// The rig's town.
    #[must_use]
    pub fn town(&self) -> Option<&Town> {
        match &self.kind {
            RigKind::Town(town) => Some(town),
            RigKind::Repository { .. } | RigKind::Folder => None,
        }
    }

    /// The prefix of the rig's session names.
    #[must_use]
    pub fn session_prefix(&self) -> String {
        self.town()
            .map_or_else(|| session_prefix(&self.name), |town| town.session_prefix(&self.name))
    }

    /// The tmux session of a polecat.
    #[must_use]
    pub fn session(&self, polecat: &PolecatName) -> SessionName {
        SessionName::of(&self.session_prefix(), polecat)
    }

    /// The polecat of a session; `None` for sessions of other rigs and gastown's own roles.
    ///
    /// `gt-shop-x-ash` can be `x-ash` of `shop` or `ash` of `shop-x`: the name alone is ambiguous,
    /// so check the session's folder before acting on it.
    #[must_use]
    pub fn polecat_of(&self, session: &str) -> Option<PolecatName> {
        let polecat = session.strip_prefix(&self.session_prefix())?;
        PolecatName::parse(polecat).ok()
    }

    /// The polecat's id in trackers and mail: `<rig>/polecats/<name>`.
    #[must_use]
    pub fn agent_id(&self, polecat: &PolecatName) -> String {
        format!("{}/polecats/{polecat}", self.name)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::core::rig::layout::Template;

    /// The rig `shop` of the town `/town`.
    pub(crate) fn shop() -> Rig {
        Rig {
            name: RigName::parse("shop").unwrap(),
            path: "/town/shop".into(),
            home: "/town/shop".into(),
            layout: Layout { dir: "/town/shop/polecats".into(), inner: "shop".into() },
            former: Vec::new(),
            kind: RigKind::Town(Town::before_0_6("/town".into())),
        }
    }

    /// The same in a town of gastown 0.6.
    pub(crate) fn later() -> Rig {
        let town = Town { gastown: Gastown::V0_6, ..Town::before_0_6("/town".into()) };
        Rig { kind: RigKind::Town(town), ..shop() }
    }

    /// The repository `/src/shop`.
    pub(crate) fn repository() -> Rig {
        Rig {
            path: "/src/shop".into(),
            home: "/src/shop/.git/polecat".into(),
            layout: Template::default().layout(Path::new("/src"), "shop"),
            former: vec![Rig::inside(Path::new("/src/shop/.git/polecat"), &shop().name)],
            kind: RigKind::Repository { common_dir: "/src/shop/.git".into() },
            ..shop()
        }
    }

    #[test]
    fn a_polecat_has_its_folders_where_gastown_puts_them_and_beside_a_plain_repository() {
        let (rig, ash) = (shop(), PolecatName::parse("ash").unwrap());
        assert_eq!(rig.new_worktree(&ash), Path::new("/town/shop/polecats/ash/shop"));
        assert_eq!(rig.polecat_dir(&ash), Path::new("/town/shop/polecats/ash"));
        assert_eq!(rig.agent_id(&ash), "shop/polecats/ash");
        assert!(rig.owns(&rig.layout));
        let plain = repository();
        assert_eq!(plain.new_worktree(&ash), Path::new("/src/shop.polecats/ash/shop"));
        let owned: Vec<_> = plain.layouts().map(|layout| plain.owns(layout)).collect();
        assert_eq!(owned, [false, true]);
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
