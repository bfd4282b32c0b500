//! Why a branch was not pushed.

/// Why a branch was not pushed. What the remote has is as it was.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// There is nowhere to push to.
    #[error("the repository has no remote to push to")]
    NoRemote,
    /// Of several remotes none is the one.
    #[error("several remotes, none chosen: {}", remotes.join(", "))]
    WhichRemote {
        /// Their names.
        remotes: Vec<String>,
    },
    /// There are commits that the person was not asked about.
    #[error("`{polecat}` has made other commits meanwhile")]
    Moved {
        /// The polecat.
        polecat: String,
    },
    /// The remote, or a hook, does not take it.
    #[error("`{remote}` rejected `{branch}`: {why}")]
    Rejected {
        /// The remote.
        remote: String,
        /// The branch there.
        branch: String,
        /// In git's words.
        why: String,
    },
    /// It did not get there.
    #[error("not pushed to `{remote}`: {said}")]
    Failed {
        /// The remote.
        remote: String,
        /// The end of what git said.
        said: String,
    },
    /// `gh` did not open the pull request.
    #[error("the pull request was not opened: {said}")]
    PullRequest {
        /// What `gh` said.
        said: String,
    },
}

impl PushError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Moved { .. } => "stale",
            Self::Rejected { .. } => "push_rejected",
            _ => "git_failed",
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoRemote => "`git remote add origin {url}` adds one",
            Self::WhichRemote { .. } => "`git config remote.pushDefault {name}` chooses one",
            Self::Moved { .. } => "try again",
            Self::Rejected { why, .. } if is_behind(why) => {
                "the remote branch has other commits, and nothing is forced: integrate them first"
            }
            Self::Failed { said, .. } if wants_a_person(said) => {
                "run `git push` once in a terminal to log in"
            }
            Self::PullRequest { .. } => "`gh auth status` says whether it is logged in",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

fn is_behind(why: &str) -> bool {
    why.contains("non-fast-forward") || why.contains("fetch first")
}

/// git's and ssh's words where somebody would have been asked.
fn wants_a_person(said: &str) -> bool {
    let signs = [
        "could not read Username",
        "could not read Password",
        "terminal prompts disabled",
        "Permission denied",
        "Host key verification failed",
        "unable to read askpass",
    ];
    signs.iter().any(|sign| said.contains(sign))
}
