//! Whether what was written down was done, told from what stands there.

use super::super::beside::Beside;
use super::super::hunks::APPLY;
use super::super::words::path_of;
use super::super::{Git, beside::input, failed};
use super::Done;
use crate::host::error::HostError;
use crate::host::git::hunks::Deed;
use crate::host::run::RunError;

/// To the index only.
const INDEX: &[&str] = &["--cached"];
/// To the files only.
const FILES: &[&str] = &[];

/// Where a deed is done: in an index or in the files of a worktree.
pub(in crate::host::git) struct Place {
    git: Git,
    /// What `git apply` is told: [`INDEX`] or [`FILES`].
    how: &'static [&'static str],
    deed: Deed,
    /// What its trees before and after are called.
    trees: (&'static str, &'static str),
}

/// What became of a deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
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
    /// Something else: whether the deed could be undone there, and whether it could be done.
    Otherwise {
        undone: bool,
        done: bool,
    },
}

impl Compared {
    fn means(self, sure: bool) -> Stands {
        match self {
            Self::AsAfter | Self::Otherwise { undone: true, done: false } => Stands::Done,
            Self::AsBefore | Self::Otherwise { undone: false, done: true } => Stands::NotDone,
            // Lines that repeat themselves: it could be here or there.
            Self::Otherwise { undone: true, done: true } if sure => Stands::Done,
            Self::Otherwise { .. } => Stands::Unclear,
        }
    }
}

impl Deed {
    /// Where it is done: `own` is the polecat's worktree, `main` the main one.
    pub(in crate::host::git) fn places(self, own: &Git, main: Option<&Git>) -> Vec<Place> {
        let place = |git: &Git, how, trees| Place { git: git.clone(), how, deed: self, trees };
        let files = place(own, FILES, ("before", "after"));
        match self {
            Self::Take => vec![place(main.unwrap_or(own), INDEX, ("before", "after"))],
            Self::Reject | Self::Remove => vec![files],
            Self::RejectStaged => vec![place(own, INDEX, ("staged", "staged-after")), files],
        }
    }

    /// What `git apply` is told besides, to do it and to undo it.
    fn ways(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Take => (&[], &["--reverse"]),
            _ => (&["--reverse"], &[]),
        }
    }
}

impl Place {
    /// Does what `patch` says.
    pub(in crate::host::git) async fn carry_out(
        &self,
        doing: &str,
        patch: &[u8],
    ) -> Result<(), HostError> {
        self.git.apply(doing, &[self.how, self.deed.ways().0].concat(), patch).await
    }

    /// That it could be done.
    pub(in crate::host::git) async fn require(
        &self,
        doing: &str,
        patch: &[u8],
    ) -> Result<(), HostError> {
        let args = [self.how, self.deed.ways().0, &["--check"]].concat();
        self.git.apply(doing, &args, patch).await
    }

    /// The opposite of [`Place::carry_out`].
    pub(in crate::host::git) async fn undo(
        &self,
        doing: &str,
        patch: &[u8],
    ) -> Result<(), HostError> {
        self.git.apply(doing, &[self.how, self.deed.ways().1].concat(), patch).await
    }

    /// What stands there, and what will after it was done: their trees, with their names. The
    /// latter is left out where it cannot be told beforehand.
    pub(in crate::host::git) async fn foresee(
        &self,
        doing: &str,
        patch: &[u8],
        file: &[u8],
    ) -> Result<Vec<(&'static str, String)>, HostError> {
        let (beside, before) = self.now().await?;
        let mut trees = vec![(self.trees.0, before)];
        let made = if self.deed == Deed::Remove {
            let args = ["update-index", "-z", "--force-remove", "--stdin"];
            beside.feed(doing, &args, vec![path_of(file)]).await
        } else {
            let args = [INDEX, self.deed.ways().0].concat();
            beside.git.apply(doing, &args, patch).await
        };
        if made.is_ok() {
            trees.push((self.trees.1, beside.git.write_tree().await?));
        }
        Ok(trees)
    }

    /// The tree of what stands there, and a copy of the index that has just that.
    async fn now(&self) -> Result<(Beside, String), HostError> {
        let beside = Beside::of(&self.git).await?;
        let tree = match self.how {
            FILES => beside.whole_tree().await?,
            _ => beside.staged_tree().await?,
        };
        Ok((beside, tree))
    }

    /// Whether it was done there; `own` has what was written down.
    pub(super) async fn stands(
        &self,
        own: &Git,
        done: &Done,
        patch: &[u8],
    ) -> Result<Stands, HostError> {
        let (_, now) = self.now().await?;
        let compared = match self.compared(own, done, &now).await? {
            Some(compared) => compared,
            // What is no patch is there or not.
            None if self.deed == Deed::Remove => Compared::AsAfter,
            None => {
                let (doing, undoing) = self.deed.ways();
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
        done: &Done,
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

    /// What a tree has at these paths, as git lists it.
    pub(in crate::host::git) async fn entries(
        &self,
        tree: &str,
        paths: &[Vec<u8>],
    ) -> Result<Vec<u8>, HostError> {
        let args = ["--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", tree, "--"];
        let listed = self.program(&args).args(paths.iter().map(|path| path_of(path))).run().await;
        let listed = listed.map_err(|source| failed("looking at what stands there", source))?;
        Ok(if paths.is_empty() { Vec::new() } else { listed.stdout })
    }

    /// Whether a patch would apply.
    async fn applies(&self, args: &[&str], patch: &[u8]) -> Result<bool, HostError> {
        let doing = "looking whether a hunk is there";
        let run = self.program(APPLY).args(args).args(["--check", "-"]);
        match run.input(input(patch.to_vec()).await?).run().await {
            Ok(_) => Ok(true),
            // What it says to a patch that does not fit.
            Err(RunError::Failed { status, .. }) if status.code() == Some(1) => Ok(false),
            Err(source) => Err(failed(doing, source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_there_for_certain_is_undone() {
        let otherwise = |undone, done| Compared::Otherwise { undone, done };
        for (compared, when_sure, when_not) in [
            (Compared::AsAfter, Stands::Done, Stands::Done),
            (Compared::AsBefore, Stands::NotDone, Stands::NotDone),
            (otherwise(true, false), Stands::Done, Stands::Done),
            (otherwise(false, true), Stands::NotDone, Stands::NotDone),
            (otherwise(true, true), Stands::Done, Stands::Unclear),
            (otherwise(false, false), Stands::Unclear, Stands::Unclear),
        ] {
            assert_eq!(compared.means(true), when_sure, "{compared:?}, for certain");
            assert_eq!(compared.means(false), when_not, "{compared:?}, perhaps");
        }
    }
}
