//! What a polecat changed.

use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::{
    core::{as_bytes, diff::Changes, names::PolecatName, review::Comment},
    host::{git, polecats, reviews},
    session::{error::SessionError, review::Reviews},
};

/// What a polecat changed, and where.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changed {
    /// Its worktree.
    #[serde(with = "as_bytes::path")]
    pub workdir: PathBuf,
    /// The changes.
    pub changes: Changes,
    /// What was said about them and not sent.
    pub comments: Vec<Comment>,
}

/// Since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Since {
    /// Since its branch began.
    Start,
    /// Since its changes were reviewed last.
    Review,
}

/// A file of a polecat's worktree as it was before, and where it is now.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// Whose it is.
    pub polecat: PolecatName,
    /// Its path from the top of the worktree.
    #[serde(with = "serde_bytes")]
    pub path: Vec<u8>,
    /// The file itself.
    #[serde(with = "as_bytes::path")]
    pub file: PathBuf,
    /// Whether it is there.
    pub there: bool,
    /// As it was.
    pub before: git::FileBefore,
}

/// A version of a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// What is in it; `None` where git does not have it, or it is too long.
    pub text: Option<ByteBuf>,
}

impl Reviews {
    /// What `polecat` changed.
    ///
    /// # Errors
    /// When there is no such polecat, it has no worktree, was never reviewed, or git fails.
    pub async fn changes(&self, polecat: &str, since: Since) -> Result<Changed, SessionError> {
        let (polecat, workdir) = self.worktree(polecat).await?;
        let changes = self.look_at_changes(&polecat, &workdir, since).await?;
        let comments = reviews::load(&self.context.rig, &polecat).await?;
        Ok(Changed { workdir, changes, comments })
    }

    /// What makes the work of `polecat` of that of `against`, another one of the rig: to be looked at,
    /// without comments.
    ///
    /// # Errors
    /// When one of them is not there or has no worktree, or git fails.
    pub async fn compared(&self, polecat: &str, against: &str) -> Result<Changed, SessionError> {
        let ((_, workdir), (_, other)) =
            (self.worktree(polecat).await?, self.worktree(against).await?);
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        let changes = git::differences(rig, (&other, &workdir), launch).await?;
        Ok(Changed { workdir, changes, comments: Vec::new() })
    }

    pub(in crate::session) async fn look_at_changes(
        &self,
        polecat: &PolecatName,
        workdir: &Path,
        since: Since,
    ) -> Result<Changes, SessionError> {
        let launch = &self.context.shared.launch;
        if since == Since::Review {
            return Ok(git::since_review(&self.context.rig, workdir, launch).await?);
        }
        Ok(git::changes_since_start(&self.context.rig, polecat, workdir, launch).await?)
    }

    /// A polecat and its worktree, both of which must be there.
    pub(in crate::session) async fn worktree(
        &self,
        polecat: &str,
    ) -> Result<(PolecatName, PathBuf), SessionError> {
        let polecat = self.context.known(polecat).await?;
        let workdir = polecats::workdir(&self.context.rig, &polecat).await?;
        git::require_worktree(&self.context.rig, &workdir).await?;
        Ok((polecat, workdir))
    }

    /// The file at `path`, from the top of the worktree of `polecat`, as it was before.
    ///
    /// # Errors
    /// As [`Reviews::changes`]; or the path leads out of the worktree.
    pub async fn pair(
        &self,
        polecat: &str,
        path: &[u8],
        since: Since,
    ) -> Result<Pair, SessionError> {
        let (polecat, workdir) = self.worktree(polecat).await?;
        let launch = &self.context.shared.launch;
        let base = match since {
            Since::Review => git::reviewed(&self.context.rig, &workdir, launch).await?,
            Since::Start => git::fork_point(&self.context.rig, &polecat, &workdir, launch)
                .await?
                .map(|base| base.commit),
        };
        self.pair_with(polecat, &workdir, path, base).await
    }

    /// The same as it is in the work of `against`, another polecat of the rig.
    ///
    /// # Errors
    /// As [`Reviews::compared`]; or the path leads out of the worktree.
    pub async fn pair_against(
        &self,
        polecat: &str,
        path: &[u8],
        against: &str,
    ) -> Result<Pair, SessionError> {
        let ((polecat, workdir), (_, other)) =
            (self.worktree(polecat).await?, self.worktree(against).await?);
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        let tree = git::work_tree(rig, &other, launch).await?;
        self.pair_with(polecat, &workdir, path, Some(tree)).await
    }

    /// The file at `path`, as it is in the commit or tree `base`.
    async fn pair_with(
        &self,
        polecat: PolecatName,
        workdir: &Path,
        path: &[u8],
        base: Option<String>,
    ) -> Result<Pair, SessionError> {
        let launch = &self.context.shared.launch;
        let below = Path::new(OsStr::from_bytes(path));
        if !below.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(outside(below));
        }
        let before = match base {
            Some(base) => git::before(&self.context.rig, workdir, &base, path, launch).await?,
            None => git::FileBefore::default(),
        };
        let file = workdir.join(below);
        // Where that cannot be told, who opens it will hear why.
        let there = tokio::fs::try_exists(&file).await.unwrap_or(true);
        Ok(Pair { polecat, path: path.to_vec(), file, there, before })
    }

    /// The version of a file that git calls `hash`, as a diff tells it.
    ///
    /// # Errors
    /// As [`Reviews::changes`].
    pub async fn version(&self, polecat: &str, hash: &str) -> Result<Version, SessionError> {
        let (_, workdir) = self.worktree(polecat).await?;
        let launch = &self.context.shared.launch;
        let text = git::version_of(&self.context.rig, &workdir, hash, launch).await?;
        Ok(Version { text: text.map(ByteBuf::from) })
    }

    /// The same of a file by its full path, which tells the polecat.
    ///
    /// # Errors
    /// As [`Reviews::pair`]; or the file is in no polecat's worktree.
    pub async fn pair_of(&self, file: &Path) -> Result<Pair, SessionError> {
        for polecat in polecats::names(&self.context.rig).await? {
            let workdir = polecats::workdir(&self.context.rig, &polecat).await?;
            if let Ok(below) = file.strip_prefix(&workdir) {
                return self
                    .pair(polecat.as_str(), below.as_os_str().as_bytes(), Since::Start)
                    .await;
            }
        }
        Err(outside(file))
    }
}

fn outside(path: &Path) -> SessionError {
    let message = format!("`{}` is in no worktree of a polecat", path.display());
    SessionError::BadArgument(message)
}
