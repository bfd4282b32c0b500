//! What a polecat changed, in numbers.

/// The work of a polecat since where it began. Lines are counted as they stand in its worktree,
/// be they committed, uncommitted or in files that git does not track yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Diffstat {
    /// How many commits it is ahead of where it began.
    pub ahead: u32,
    /// How many lines it added.
    pub added: u64,
    /// How many it removed.
    pub removed: u64,
    /// How many files that git tracks differ from the last commit.
    pub uncommitted: u32,
    /// How many files git neither tracks nor ignores.
    pub untracked: u32,
}
