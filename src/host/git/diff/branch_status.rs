//! How a polecat's branch stands to the one that it is meant for.

use crate::core::PolecatName;
use crate::core::session::branch_status::BranchStatus;
use crate::host::error::HostError;
use crate::host::files::blocking;
use crate::host::git::Git;
use crate::host::git::squashed::{Standing, standing};
use crate::host::repository::common_dir;
use crate::host::repository::head::branch_of;

/// What was found, and for which commits: the same until one of them moves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KnownStatus {
    head: String,
    /// The tips of the branches that it is meant for.
    goals: Vec<String>,
    pub(super) status: Option<BranchStatus>,
}

impl Git {
    /// How `head`, which is so many commits `ahead` of where it began at `branch`, stands now.
    /// `known` is what was found before.
    pub(super) async fn branch_status(
        &self,
        polecat: &PolecatName,
        (head, ahead): (&str, u32),
        branch: Option<&str>,
        known: KnownStatus,
    ) -> Result<KnownStatus, HostError> {
        let goals = self.goals(branch).await?;
        if known.head == head && known.goals == goals {
            return Ok(known);
        }
        let head = head.to_owned();
        let (Some(of), Some(goal)) = (branch, goals.first()) else {
            return Ok(KnownStatus { head, goals, status: None });
        };
        let behind = self.behind(&head, goal).await?;
        let stands = self.stands(polecat, (&head, ahead), &goals).await?;
        let (merged, conflicts) = (stands == Standing::Merged, stands == Standing::Conflicts);
        let status = BranchStatus { of: of.to_owned(), behind, merged, conflicts };
        Ok(KnownStatus { head, goals, status: Some(status) })
    }

    async fn stands(
        &self,
        polecat: &PolecatName,
        (head, ahead): (&str, u32),
        goals: &[String],
    ) -> Result<Standing, HostError> {
        if ahead == 0 {
            return Ok(Standing::Clean);
        }
        for goal in goals {
            if self.is_in(head, goal).await? {
                return Ok(Standing::Merged);
            }
        }
        standing(self, polecat, head, goals).await
    }

    async fn behind(&self, head: &str, goal: &str) -> Result<u32, HostError> {
        if head == goal {
            return Ok(0);
        }
        let args = ["rev-list", "--count", &format!("{head}..{goal}"), "--"];
        let count = self.run("counting commits", &args).await?.text();
        Ok(count.parse().unwrap_or_default())
    }

    /// The tips of `branch` and of what the main worktree has checked out, the first first.
    async fn goals(&self, branch: Option<&str>) -> Result<Vec<String>, HostError> {
        let none = || HostError::NoWorktree { path: self.repository.clone() };
        let git_dir = self.git_dir().ok_or_else(none)?.to_owned();
        let around = blocking(move || branch_of(&common_dir(&git_dir)?)).await?;
        let mut goals = Vec::new();
        for name in branch.map(str::to_owned).into_iter().chain(around) {
            let tip = self.tip_now(&name).await?;
            goals.extend(tip.filter(|tip| !goals.contains(tip)));
        }
        Ok(goals)
    }
}
