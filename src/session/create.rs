//! A new polecat: its worktree and its branch.

use std::{path::PathBuf, time::SystemTime};

use super::{error::SessionError, manager::SessionManager};
use crate::{
    core::names::{IssueId, PolecatName},
    host::{git, records},
};

/// A polecat that was just made.
#[derive(Clone, Debug)]
pub struct NewPolecat {
    /// Its name.
    pub polecat: PolecatName,
    /// Its worktree.
    pub workdir: PathBuf,
    /// The branch it works on.
    pub branch: String,
}

impl SessionManager {
    /// Makes the polecat `name`, to work on `issue` where one is given.
    ///
    /// # Errors
    /// When a name is bad, the issue is not to be worked on, the polecat exists, or git refuses.
    /// Then nothing was made.
    pub async fn create(
        &self,
        name: &str,
        issue: Option<&str>,
    ) -> Result<NewPolecat, SessionError> {
        let polecat = PolecatName::parse(name)?;
        let issue = issue.map(IssueId::parse).transpose()?;
        if let Some(issue) = &issue {
            // A branch is named after it for good, so it is asked about first.
            let dir = self.tracker_dir(self.rig.path.clone());
            self.tools.tracker.show(issue, &dir).await?;
        }
        let made =
            git::create_worktree(&self.rig, &polecat, issue.as_ref(), now_ms(), &self.tools.launch)
                .await?;
        // How the agent of a removed polecat of this name ended is not how this one's did.
        records::forget(&self.rig, &polecat).await?;
        Ok(NewPolecat { polecat, workdir: made.path, branch: made.branch })
    }
}

/// The milliseconds that make a branch name unique.
pub(super) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
