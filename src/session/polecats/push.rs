//! Pushing a polecat's branch, and its pull request.

use crate::{
    core::rig::push::{PullRequest, PullRequestDraft, PushPlan, Pushed},
    host::{git, polecats, pull_requests},
    session::{error::SessionError, polecats::Polecats},
};

impl Polecats {
    /// What a push of the branch of the polecat `name` would do. Asks no remote.
    ///
    /// # Errors
    /// It has no branch, or there is nowhere to push to.
    pub async fn push_plan(&self, name: &str) -> Result<PushPlan, SessionError> {
        let polecat = self.whole(name).await?;
        Ok(git::push_plan(&self.context.rig, &polecat, &self.context.shared.launch).await?)
    }

    /// Pushes the branch of the polecat `name`, never by force; another commit than `commit` is not
    /// pushed.
    ///
    /// # Errors
    /// The remote cannot be reached, wants something of a person, or does not take it.
    pub async fn push(&self, name: &str, commit: Option<&str>) -> Result<Pushed, SessionError> {
        let polecat = self.whole(name).await?;
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        let mut pushed = git::push(rig, &polecat, commit, launch).await?;
        let worktree = polecats::workdir(rig, &polecat).await?;
        match pull_requests::known(&worktree, &pushed.branch, launch).await {
            pull_requests::Known::Open(url) => pushed.pull_request = Some(url),
            pull_requests::Known::None => pushed.draft = Some(self.draft(name).await?),
            pull_requests::Known::Unknown => {}
        }
        Ok(pushed)
    }

    /// What a pull request could say.
    async fn draft(&self, name: &str) -> Result<PullRequestDraft, SessionError> {
        let polecat = self.whole(name).await?;
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        let subjects = git::subjects(rig, &polecat, launch).await?;
        let info = self.context.sessions().status(name).await?;
        let title = self.title_of(info.issue.as_deref()).await;
        Ok(PullRequestDraft { subjects, title })
    }

    /// Opens a pull request for the branch of the polecat `name`, which is pushed: the first line of
    /// `text` is its title.
    ///
    /// # Errors
    /// `gh` is not there, or refused.
    pub async fn pull_request(&self, name: &str, text: &str) -> Result<PullRequest, SessionError> {
        let polecat = self.whole(name).await?;
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        let plan = git::push_plan(rig, &polecat, launch).await?;
        let base = git::base_there(rig, &polecat, &plan.remote, launch).await?;
        let worktree = polecats::workdir(rig, &polecat).await?;
        let (title, body) = text.trim().split_once('\n').unwrap_or((text.trim(), ""));
        let (of, said) = ((&*plan.branch, base.as_deref()), (title.trim(), body.trim()));
        Ok(PullRequest { url: pull_requests::open(&worktree, of, said, launch).await? })
    }
}
