//! Taking a sling back, in the order in which nothing is pulled away from under what still runs.

use crate::{
    core::names::IssueId,
    host::{git, records, tracker::Issue},
    session::{
        error::SessionError,
        polecats::{
            Polecats,
            session_guard::Begun,
            sling::{Placed, Taken},
        },
    },
};

impl Polecats {
    /// Takes back what was done for `taken`, and gives the error to answer with.
    pub(super) async fn rollback(&self, taken: Vec<Taken>, cause: SessionError) -> SessionError {
        let mut left = Vec::new();
        // The last one first: what was hooked before is given back when nobody works on it.
        for one in taken.iter().rev() {
            left.extend(self.try_rollback(one).await);
        }
        if left.is_empty() {
            return cause;
        }
        SessionError::NotUndone { cause: Box::new(cause), left }
    }

    /// What could not be taken back.
    async fn try_rollback(&self, taken: &Taken) -> Vec<String> {
        let worktree = taken.place.worktree();
        // Without knowing that nobody works in there, nothing else is touched.
        if let Err(why) = self.end_begun(&taken.begun()).await {
            let issue = taken.issue.as_ref().map(|(issue, _)| format!(" with issue `{issue}`"));
            return vec![format!(
                "polecat `{}` in `{}`{}: {why}",
                taken.polecat,
                worktree.path.display(),
                issue.unwrap_or_default()
            )];
        }
        let mut left = Vec::new();
        if taken.hooks
            && let Some((issue, before)) = &taken.issue
            && let Err(why) = self.restore_issue(taken, (issue, before)).await
        {
            left.push(format!("issue `{issue}`: {why}"));
        }
        if let Err(why) = self.rollback_worktree(taken).await {
            left.push(format!("branch `{}`: {why}", worktree.branch));
        }
        left
    }

    /// Gives the issue the status and the assignee it had, unless somebody else has it by now.
    async fn restore_issue(
        &self,
        taken: &Taken,
        (issue, before): (&IssueId, &Issue),
    ) -> Result<(), String> {
        let (tracker, dir) = (&self.context.shared.tracker, self.dir_of(taken));
        let ours = self.context.rig.agent_id(&taken.polecat);
        // A call that failed may have had its effect all the same.
        let now = tracker.show(issue, &dir).await.map_err(|error| error.to_string())?;
        if (now.status.as_str(), now.assignee()) == (before.status.as_str(), before.assignee()) {
            return Ok(());
        }
        if now.assignee() != ours || now.status == "closed" {
            return Err(format!("it is now `{}`, of `{}`", now.status, now.assignee()));
        }
        let change = tracker.change(issue, &before.status, before.assignee(), &dir).await;
        change.map_err(|error| error.to_string())
    }

    async fn rollback_worktree(&self, taken: &Taken) -> Result<(), SessionError> {
        let (rig, polecat, launch) =
            (&self.context.rig, &taken.polecat, &self.context.shared.launch);
        match &taken.place {
            Placed::New(worktree) => git::rollback_create(rig, polecat, worktree, launch).await?,
            Placed::Reused(reused) => git::rollback_reuse(rig, polecat, reused, launch).await?,
        }
        // Last: whoever watches writes down how an agent ended a moment after it did.
        match &taken.exit {
            Some(exit) => Ok(records::save(rig, polecat, exit).await?),
            None => Ok(records::delete(rig, polecat).await?),
        }
    }
}

impl Taken {
    pub(super) fn begun(&self) -> Begun {
        let (polecat, began) = (self.polecat.clone(), self.began);
        let workdir = self.place.worktree().path.clone();
        let issue = self.issue.as_ref().map(|(issue, _)| issue.to_string());
        Begun { polecat, workdir, issue, began }
    }
}
