//! Pushing a polecat's branch, and the pull request of it.

use serde::{Deserialize, Serialize};

/// What a push of a polecat's branch would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushPlan {
    /// Where it would go: `origin`.
    pub remote: String,
    /// What it is called there.
    pub branch: String,
    /// The commit that would be pushed.
    pub commit: String,
    /// How many commits no branch of the remote has, as far as is known.
    pub commits: usize,
    /// Files that are not committed and would stay behind.
    pub uncommitted: usize,
}

/// A branch that was pushed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushed {
    /// Where it is.
    pub remote: String,
    /// What it is called there.
    pub branch: String,
    /// The commit that it is at.
    pub commit: String,
    /// An address that the remote told.
    pub url: Option<String>,
    /// Its pull request, where `gh` knows one.
    pub pull_request: Option<String>,
    /// What a pull request could say, where `gh` can open one.
    pub draft: Option<PullRequestDraft>,
}

/// What a pull request could say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequestDraft {
    /// The subjects of its commits, oldest first.
    pub subjects: Vec<String>,
    /// The title of the issue that it was done for.
    pub title: Option<String>,
}

/// A pull request that was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    /// Its address.
    pub url: String,
}
