//! What gastown has promised of polecats in whom nobody works yet: an issue, or that somebody will.

use crate::{
    core::{
        names::{IssueId, PolecatName},
        rig::Rig,
    },
    host::{
        heartbeats, pending,
        tracker::{HOOKED, Issue},
    },
    session::{error::SessionError, polecats::Polecats},
};

/// The status of an issue that somebody works on without a hook.
const IN_PROGRESS: &str = "in_progress";

/// The issues of a town in which somebody works, or is about to.
#[derive(Debug, Default)]
pub(in crate::session) struct Claims {
    issues: Vec<Issue>,
}

impl Polecats {
    /// The issues that can be begun.
    ///
    /// # Errors
    /// The tracker is not there, or did not tell.
    pub async fn ready_issues(&self) -> Result<Vec<Issue>, SessionError> {
        let dir = self.context.tracker_dir(self.context.rig.path.clone());
        let mut issues = self.context.shared.tracker.ready(&dir).await?;
        issues.retain(Issue::has_valid_id);
        Ok(issues)
    }

    /// The claims in the rig's town, without that of `issue`; none outside of towns, where nobody
    /// but us gives work to polecats.
    pub(in crate::session) async fn claims(
        &self,
        issue: Option<&IssueId>,
    ) -> Result<Claims, SessionError> {
        if self.context.rig.town().is_none() {
            return Ok(Claims::default());
        }
        let (tracker, dir) =
            (&self.context.shared.tracker, self.context.tracker_dir(self.context.rig.path.clone()));
        let (hooked, in_progress) =
            tokio::join!(tracker.list(HOOKED, &dir), tracker.list(IN_PROGRESS, &dir));
        let mut issues = hooked?;
        issues.extend(in_progress?);
        issues.retain(|other| issue.is_none_or(|issue| other.id != issue.as_str()));
        Ok(Claims { issues })
    }

    /// Why a polecat that seems free is not: gastown begins with the worktree, and its session comes
    /// seconds later.
    pub(in crate::session) async fn claimed(
        &self,
        polecat: &PolecatName,
        claims: &Claims,
    ) -> Result<Vec<String>, SessionError> {
        let mut reasons: Vec<_> = claims.on(&self.context.rig, polecat).collect();
        if let Some(marker) = pending::marker(&self.context.rig, polecat).await? {
            reasons.push(format!("gastown is creating it: `{}`", marker.display()));
        }
        if let Some(file) = heartbeats::of_gastown(&self.context.rig, polecat).await? {
            reasons.push(format!("a gastown agent was alive a moment ago: `{}`", file.display()));
        }
        Ok(reasons)
    }
}

impl Claims {
    /// The issues that are the polecat's. gastown before 0.6 calls it `<rig>/<name>` (527b7ce79,
    /// internal/polecat/manager.go:87).
    fn on(&self, rig: &Rig, polecat: &PolecatName) -> impl Iterator<Item = String> {
        let ids = [rig.agent_id(polecat), format!("{}/{polecat}", rig.name)];
        let own =
            self.issues.iter().filter(move |issue| ids.iter().any(|id| id == issue.assignee()));
        own.map(|Issue { id, status, .. }| format!("its issue `{id}` is `{status}`"))
    }
}
