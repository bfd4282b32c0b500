//! Polecats: made, removed, brought back.

use std::path::PathBuf;

use rmpv::Value;

use super::{At, Bring, CallContext, Everywhere, InUse, calls};
use crate::{
    core::session::setting_up::ForWhom,
    rpc::{
        encode::{Encode, Map, encoded_by_serde, texts},
        error::Refusal,
    },
    session::{
        NewPolecat, OtherAttempt, Reach, RemoveOptions, RemovedPolecat, RestoredPolecat, StartPoint,
    },
};

calls! {
    /// Creates a polecat; without a name it gets the next free one of the rig's pool.
    #[derive(serde::Serialize)]
    "polecat.new" => New {
        at: At,
        polecat: Option<String>,
        issue: Option<String>,
        /// The branch, tag or commit that its branch begins at.
        base: Option<String>,
        /// The branch that it works on, instead of one of its own.
        branch: Option<String>,
        /// What is done with what is not committed in the main worktree.
        changes: Option<Bring>,
        /// Whether the set-up may copy what costs much room.
        large: Option<bool>,
    }
    /// Removes a polecat, unless work would be lost; by force that is kept in a backup first.
    #[derive(serde::Serialize)]
    "polecat.remove" => Remove {
        at: At,
        polecat: String,
        force: Option<bool>,
        /// The files of buffers with changes that are not saved.
        unsaved: Option<Vec<PathBuf>>,
        /// The editor's current folders.
        dirs: Option<Vec<PathBuf>>,
        in_use: Option<InUse>,
    }
    /// Brings a removed polecat back from its last backup.
    #[derive(serde::Serialize)]
    "polecat.restore" => Restore { at: At, polecat: String, in_use: Option<InUse> }
    /// The other attempts at a polecat's task.
    #[derive(serde::Serialize)]
    "polecat.attempts" => Attempts { at: At, polecat: String }
    /// Calls a polecat so, beside its name; without a text no more.
    #[derive(serde::Serialize)]
    "polecat.label" => Label { at: At, polecat: String, text: Option<String> }
}

encoded_by_serde! { Vec<OtherAttempt> }

impl Everywhere for New {
    type Answer = NewPolecat;

    async fn here(self, context: &CallContext<'_>) -> Result<NewPolecat, Refusal> {
        let (rig, polecat, shown) = match self.polecat {
            Some(polecat) => {
                let whom = context.whom(self.at, &polecat, Reach::Here).await?;
                (whom.context, Some(whom.polecat), whom.shown)
            }
            None => (context.rig(self.at).await?, None, "new".to_owned()),
        };
        let (progress, large) = (context.progress(shown), self.large.unwrap_or_default());
        let polecats = rig.polecats();
        // Boxed, to keep the futures of callers small.
        let begin = StartPoint {
            base: self.base,
            branch: self.branch,
            changes: self.changes.map(|changes| changes.0),
            ..StartPoint::default()
        };
        let (issue, how) = (self.issue.as_deref(), (large, ForWhom::default(), &progress as _));
        let work = Box::pin(polecats.create(polecat.as_deref(), issue, &begin, how));
        Ok(context.changing(work).await?)
    }

    fn warnings(new: &NewPolecat) -> &[String] {
        &new.warnings
    }
}

impl Everywhere for Remove {
    type Answer = RemovedPolecat;

    async fn here(self, context: &CallContext<'_>) -> Result<RemovedPolecat, Refusal> {
        let options = RemoveOptions {
            force: self.force.unwrap_or_default(),
            unsaved: self.unsaved.unwrap_or_default(),
            dirs: self.dirs.unwrap_or_default(),
            in_use: InUse::of(self.in_use),
        };
        let whom = context.whom(self.at, &self.polecat, Reach::Here).await?;
        let polecats = whom.context.polecats();
        let work = Box::pin(polecats.remove(&whom.polecat, options));
        context.own(&whom, &self.polecat, work).await
    }
}

impl Everywhere for Restore {
    type Answer = RestoredPolecat;

    async fn here(self, context: &CallContext<'_>) -> Result<RestoredPolecat, Refusal> {
        let in_use = InUse::of(self.in_use);
        let whom = context.whom(self.at, &self.polecat, Reach::Here).await?;
        let polecats = whom.context.polecats();
        Ok(context.changing(polecats.restore(&whom.polecat, in_use)).await?)
    }
}

impl Everywhere for Attempts {
    type Answer = Vec<OtherAttempt>;

    const READS: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<Vec<OtherAttempt>, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Anywhere).await?;
        let polecats = whom.context.polecats();
        Ok(Box::pin(polecats.other_attempts(&whom.polecat)).await?)
    }
}

impl Everywhere for Label {
    type Answer = Option<String>;

    async fn here(self, context: &CallContext<'_>) -> Result<Option<String>, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Anywhere).await?;
        let (polecats, label) = (whom.context.polecats(), self.text.unwrap_or_default());
        Ok(context.changing(polecats.label(&whom.polecat, &label)).await?)
    }
}

impl Encode for NewPolecat {
    fn encode(self) -> Result<Value, String> {
        let map = Map::new()
            .put("polecat", self.polecat.as_str())
            .put("workdir", self.workdir.display().to_string())
            .put("branch", self.branch);
        Ok(map.into())
    }
}

/// What went, what stays, and where its work is.
impl Encode for RemovedPolecat {
    fn encode(self) -> Result<Value, String> {
        let removed = self.removed;
        let kept = removed
            .kept
            .into_iter()
            .map(|(branch, why)| Map::new().put("branch", branch).put("why", why).into());
        let (backup, commit) =
            removed.backup.map(|backup| (backup.reference, backup.commit)).unzip();
        let map = Map::new()
            .put("polecat", self.polecat.as_str())
            .put("dir", self.dir.display().to_string())
            .put("branches", texts(&removed.branches))
            .put("kept", Value::Array(kept.collect()))
            .some("backup", backup)
            .some("commit", commit)
            .put("stashes", texts(&removed.stashes))
            .put("comments", removed.comments)
            .put("queued", removed.queued);
        Ok(map.into())
    }
}

impl Encode for RestoredPolecat {
    fn encode(self) -> Result<Value, String> {
        let restored = self.restored;
        let map = Map::new()
            .put("polecat", self.polecat.as_str())
            .put("workdir", restored.path.display().to_string())
            .some("branch", restored.branch)
            .some("formerly", restored.formerly)
            .put("backup", restored.backup.reference);
        Ok(map.into())
    }
}
