//! Whether what was written down was done, told from what stands there.

use super::UndoEntry;
use crate::host::error::HostError;
use crate::host::git::Git;
use crate::host::git::hunk_action::{HunkAction, Target};

/// What became of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ApplyState {
    /// It is there, to be undone.
    Done,
    /// It was never done, or is undone already.
    NotDone,
    /// That cannot be told, or it cannot be undone.
    Unclear,
}

/// How what stands somewhere compares with what stood there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compared {
    AsBefore,
    AsAfter,
    /// Something else: whether the action could be undone there, and whether it could be done.
    Otherwise {
        undone: bool,
        done: bool,
    },
}

impl Compared {
    fn means(self, sure: bool) -> ApplyState {
        match self {
            Self::AsAfter | Self::Otherwise { undone: true, done: false } => ApplyState::Done,
            Self::AsBefore | Self::Otherwise { undone: false, done: true } => ApplyState::NotDone,
            // Lines that repeat themselves: it could be here or there.
            Self::Otherwise { undone: true, done: true } if sure => ApplyState::Done,
            Self::Otherwise { .. } => ApplyState::Unclear,
        }
    }
}

impl Target {
    /// Whether it was done there; `own` has what was written down.
    pub(super) async fn state(
        &self,
        own: &Git,
        done: &UndoEntry,
        patch: &[u8],
    ) -> Result<ApplyState, HostError> {
        let (_, now) = self.now().await?;
        let compared = match self.compared(own, done, &now).await? {
            Some(compared) => compared,
            // What is no patch is there or not.
            None if self.action == HunkAction::Remove => Compared::AsAfter,
            None => {
                let (doing, undoing) = self.action.ways();
                let undone = self.git.applies(&[self.how, undoing].concat(), patch).await?;
                let done = self.git.applies(&[self.how, doing].concat(), patch).await?;
                Compared::Otherwise { undone, done }
            }
        };
        Ok(compared.means(done.sure))
    }

    /// `None` where it is neither as before nor as after, or that is not known.
    async fn compared(
        &self,
        own: &Git,
        done: &UndoEntry,
        now: &str,
    ) -> Result<Option<Compared>, HostError> {
        let before = own.tree_in(&done.commit, self.trees.0).await?;
        let after = own.tree_in(&done.commit, self.trees.1).await?;
        let (Some(before), Some(after)) = (before, after) else { return Ok(None) };
        let paths = own.differing(&before, &after).await?;
        let now = self.git.entries(now, &paths).await?;
        Ok(if now == own.entries(&after, &paths).await? {
            Some(Compared::AsAfter)
        } else if now == own.entries(&before, &paths).await? {
            Some(Compared::AsBefore)
        } else {
            None
        })
    }
}

impl Git {
    async fn tree_in(&self, commit: &str, name: &str) -> Result<Option<String>, HostError> {
        let object = format!("{commit}:{name}");
        let args = ["rev-parse", "--verify", "--quiet", &object];
        Ok(self.answer("looking at what was done", &args).await?.map(|output| output.text()))
    }

    /// The paths at which two trees differ.
    async fn differing(&self, one: &str, other: &str) -> Result<Vec<Vec<u8>>, HostError> {
        let args = ["diff-tree", "-r", "-z", "--no-renames", "--name-only", one, other, "--"];
        let listed = self.run("comparing before and after", &args).await?.stdout;
        let paths = listed.split(|&byte| byte == 0).filter(|path| !path.is_empty());
        Ok(paths.map(<[u8]>::to_vec).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_there_for_certain_is_undone() {
        let otherwise = |undone, done| Compared::Otherwise { undone, done };
        for (compared, when_sure, when_not) in [
            (Compared::AsAfter, ApplyState::Done, ApplyState::Done),
            (Compared::AsBefore, ApplyState::NotDone, ApplyState::NotDone),
            (otherwise(true, false), ApplyState::Done, ApplyState::Done),
            (otherwise(false, true), ApplyState::NotDone, ApplyState::NotDone),
            (otherwise(true, true), ApplyState::Done, ApplyState::Unclear),
            (otherwise(false, false), ApplyState::Unclear, ApplyState::Unclear),
        ] {
            assert_eq!(compared.means(true), when_sure, "{compared:?}, for certain");
            assert_eq!(compared.means(false), when_not, "{compared:?}, perhaps");
        }
    }
}
