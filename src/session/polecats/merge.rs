//! Merging what a polecat has committed into what the main worktree has checked out.

use crate::{
    core::{
        names::{IssueId, PolecatName},
        rig::merge::{MergeHow, MergeOrder, MergePlan, Merged},
        session::State,
    },
    host::{HostError, git, locks::Work},
    session::{
        error::SessionError,
        polecats::{Polecats, presence::InUse},
    },
};

impl Polecats {
    /// What a merge of the polecat `name` would do. Touches nothing.
    ///
    /// # Errors
    /// There is nothing to merge, or no branch to merge into; git failed.
    pub async fn merge_plan(&self, name: &str) -> Result<MergePlan, SessionError> {
        let polecat = self.whole(name).await?;
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        let plan = git::merge_plan(rig, &polecat, launch).await?;
        let info = self.context.sessions().status(name).await?;
        let working = matches!(info.state, State::Working | State::Starting);
        let title = self.title_of(info.issue.as_deref()).await;
        Ok(MergePlan { running: info.running, working, title, ..plan })
    }

    /// The title of an issue, where the tracker tells it.
    pub(super) async fn title_of(&self, issue: Option<&str>) -> Option<String> {
        let issue = IssueId::parse(issue?).ok()?;
        let dir = self.context.tracker_dir(self.context.rig.path.clone());
        let found = self.context.shared.tracker.show(&issue, &dir).await.ok()?;
        Some(found.title).filter(|title| !title.is_empty())
    }

    /// Merges what the polecat `name` has committed. Once begun it goes on to its end, also when the
    /// caller stops waiting.
    ///
    /// # Errors
    /// What a person would lose, or what is in the way, is named, also conflicts; a rebase is refused
    /// while somebody works in the polecat's worktree. Then all is as it was.
    pub async fn merge(
        &self,
        name: &str,
        order: MergeOrder,
        in_use: InUse,
    ) -> Result<Merged, SessionError> {
        let polecat = self.whole(name).await?;
        let polecats = self.clone();
        let work = async move { polecats.merge_now(polecat, order, in_use).await };
        let stopped = |error: tokio::task::JoinError| HostError::Internal(error.to_string());
        tokio::spawn(work).await.map_err(stopped)?
    }

    async fn merge_now(
        &self,
        polecat: PolecatName,
        order: MergeOrder,
        in_use: InUse,
    ) -> Result<Merged, SessionError> {
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        let _turn = if order.how == MergeHow::Rebase {
            // Nobody starts its agent meanwhile.
            let turn = Work::lock(rig, &polecat).await?;
            self.require_nobody(&polecat, in_use).await?;
            Some(turn)
        } else {
            None
        };
        let merged = git::merge(rig, &polecat, order, launch).await?;
        if !merged.output.is_empty() {
            tracing::info!(%polecat, output = merged.output, "merged");
        }
        // Buffers show files of the main worktree.
        self.context.tell_files(polecat, merged.worktree.clone(), Vec::new(), true);
        Ok(merged)
    }

    /// A polecat that is there, with nothing of it half done.
    pub(in crate::session) async fn whole(&self, name: &str) -> Result<PolecatName, SessionError> {
        let polecat = PolecatName::parse(name)?;
        git::recover(&self.context.rig, &polecat, &self.context.shared.launch).await?;
        self.context.known(name).await
    }
}
