//! What can be done with a hunk, and where: in an index or in the files of a worktree.

use super::temp_index::{TempIndex, input};
use super::words::path_of;
use super::{Git, failed};
use crate::host::error::HostError;
use crate::host::run::RunError;

/// What a patch is applied with: nothing of the user's configuration may change what it says.
const APPLY: &[&str] = &["apply", "--whitespace=nowarn", "--no-ignore-whitespace"];

/// To the index only.
const INDEX: &[&str] = &["--cached"];
/// To the files only.
const FILES: &[&str] = &[];

/// What was done, as the undo has it in its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HunkAction {
    /// Put into the main worktree's index.
    Take,
    /// Undone in the polecat's files.
    Reject,
    /// Undone in its index too.
    RejectStaged,
    /// A file that git did not know, removed.
    Remove,
}

impl HunkAction {
    pub(super) const ALL: [Self; 4] = [Self::Take, Self::Reject, Self::RejectStaged, Self::Remove];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::Reject => "reject",
            Self::RejectStaged => "reject-staged",
            Self::Remove => "remove",
        }
    }
}

/// Where an action is done: in an index or in the files of a worktree.
pub(super) struct Target {
    pub(super) git: Git,
    /// What `git apply` is told: [`INDEX`] or [`FILES`].
    pub(super) how: &'static [&'static str],
    pub(super) action: HunkAction,
    /// What its trees before and after are called.
    pub(super) trees: (&'static str, &'static str),
}

impl HunkAction {
    /// Where it is done: `own` is the polecat's worktree, `main` the main one.
    pub(super) fn targets(self, own: &Git, main: Option<&Git>) -> Vec<Target> {
        let target = |git: &Git, how, trees| Target { git: git.clone(), how, action: self, trees };
        let files = target(own, FILES, ("before", "after"));
        match self {
            Self::Take => vec![target(main.unwrap_or(own), INDEX, ("before", "after"))],
            Self::Reject | Self::Remove => vec![files],
            Self::RejectStaged => vec![target(own, INDEX, ("staged", "staged-after")), files],
        }
    }

    /// What `git apply` is told besides, to do it and to undo it.
    pub(super) fn ways(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Take => (&[], &["--reverse"]),
            _ => (&["--reverse"], &[]),
        }
    }
}

impl Target {
    /// Does what `patch` says.
    pub(super) async fn carry_out(&self, doing: &str, patch: &[u8]) -> Result<(), HostError> {
        self.git.apply(doing, &[self.how, self.action.ways().0].concat(), patch).await
    }

    /// That it could be done.
    pub(super) async fn require(&self, doing: &str, patch: &[u8]) -> Result<(), HostError> {
        let args = [self.how, self.action.ways().0, &["--check"]].concat();
        self.git.apply(doing, &args, patch).await
    }

    /// The opposite of [`Target::carry_out`].
    pub(super) async fn undo(&self, doing: &str, patch: &[u8]) -> Result<(), HostError> {
        self.git.apply(doing, &[self.how, self.action.ways().1].concat(), patch).await
    }

    /// What stands there, and what will after it was done: their trees, with their names. The
    /// latter is left out where it cannot be told beforehand.
    pub(super) async fn foresee(
        &self,
        doing: &str,
        patch: &[u8],
        file: &[u8],
    ) -> Result<Vec<(&'static str, String)>, HostError> {
        let (temp, before) = self.now().await?;
        let mut trees = vec![(self.trees.0, before)];
        let made = if self.action == HunkAction::Remove {
            let args = ["update-index", "-z", "--force-remove", "--stdin"];
            temp.feed(doing, &args, vec![path_of(file)]).await
        } else {
            let args = [INDEX, self.action.ways().0].concat();
            temp.git.apply(doing, &args, patch).await
        };
        if made.is_ok() {
            trees.push((self.trees.1, temp.git.write_tree().await?));
        }
        Ok(trees)
    }

    /// The tree of what stands there, and a copy of the index that has just that.
    pub(super) async fn now(&self) -> Result<(TempIndex, String), HostError> {
        let temp = TempIndex::of(&self.git).await?;
        let tree = match self.how {
            FILES => temp.whole_tree().await?,
            _ => temp.staged_tree().await?,
        };
        Ok((temp, tree))
    }
}

impl Git {
    /// Applies `patch`, all of it or nothing.
    pub(super) async fn apply(
        &self,
        doing: &str,
        args: &[&str],
        patch: &[u8],
    ) -> Result<(), HostError> {
        let input = input(patch.to_vec()).await?;
        let run = self.program(APPLY).args(args).arg("-").input(input).run().await;
        run.map(drop).map_err(|source| failed(doing, source))
    }

    /// What a tree has at these paths, as git lists it.
    pub(super) async fn entries(
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
    pub(super) async fn applies(&self, args: &[&str], patch: &[u8]) -> Result<bool, HostError> {
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
