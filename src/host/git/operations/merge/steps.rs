//! What git is told to do for each way of merging, and what came of it.

use std::path::PathBuf;

use super::{Merge, restore};
use crate::core::rig::merge::{MergeHow, MergeOrder};
use crate::host::error::{HostError, MergeError};
use crate::host::git::command::format::path_from;
use crate::host::git::operations::failed_for;
use crate::host::git::{Git, failed, squashed};
use crate::host::programs::run::Output;
use crate::host::records::Merging;

/// Whatever the person's configuration says: nothing is stashed, no editor is opened, and files that
/// git ignores are not overwritten.
const SAFELY: &[&str] = &["--no-edit", "--no-autostash", "--no-overwrite-ignore"];

/// What came of it.
#[derive(Default)]
pub(super) struct MergeOutcome {
    /// The files that were left in conflict.
    pub(super) conflicts: Vec<PathBuf>,
    /// What was printed.
    pub(super) output: String,
}

impl Merge {
    /// Does it, or takes it back.
    pub(super) async fn step(
        &self,
        order: &MergeOrder,
        record: &Merging,
    ) -> Result<MergeOutcome, HostError> {
        match order.how {
            MergeHow::Merge => self.merge(order, record).await,
            MergeHow::Squash => self.squash(order, record).await,
            MergeHow::Rebase => self.rebase(order, record).await,
        }
    }

    async fn merge(&self, order: &MergeOrder, record: &Merging) -> Result<MergeOutcome, HostError> {
        let message = order.message.clone().unwrap_or_else(|| self.message());
        let args = ["merge", "--commit", "--no-squash", "-m", &message];
        let args = [&args[..], SAFELY, &[&record.commit]].concat();
        let git = &self.main.git;
        let printed = git.try_to("merging", &args, None).await?;
        let head = git.commit("HEAD").await?.unwrap_or_default();
        if head != record.before && git.is_in(&record.commit, &head).await? {
            return Ok(MergeOutcome { conflicts: Vec::new(), output: said(&printed) });
        }
        self.left_or_taken_back(order, record, &printed).await
    }

    /// Two steps: git does not commit what it has squashed.
    async fn squash(
        &self,
        order: &MergeOrder,
        record: &Merging,
    ) -> Result<MergeOutcome, HostError> {
        let git = &self.main.git;
        // `--ff`: some configurations of it forbid to squash.
        let args = [&["merge", "--squash", "--ff"], SAFELY, &[&record.commit]].concat();
        let printed = git.try_to("squashing", &args, None).await?;
        if !printed.status.success() {
            return self.left_or_taken_back(order, record, &printed).await;
        }
        let message = match &order.message {
            Some(message) => message.clone(),
            None => self.told().await?.0.join("\n\n"),
        };
        let args = ["commit", "--cleanup=whitespace", "--file=-"];
        let printed = git.try_to("committing", &args, Some(message)).await?;
        let head = git.commit("HEAD").await?.unwrap_or_default();
        if head == record.before {
            return self.left_or_taken_back(order, record, &printed).await;
        }
        squashed::record(git, &self.polecat, &head).await?;
        Ok(MergeOutcome { conflicts: Vec::new(), output: said(&printed) })
    }

    /// The polecat's branch goes on top of the other one, which then only moves forward.
    async fn rebase(
        &self,
        order: &MergeOrder,
        record: &Merging,
    ) -> Result<MergeOutcome, HostError> {
        let own = &self.own.git;
        let args = ["rebase", "--no-autostash", &record.before];
        let printed = own.try_to("rebasing", &args, None).await?;
        if !printed.status.success() {
            let conflicts = own.unmerged().await?;
            if order.conflicts && !conflicts.is_empty() {
                return Ok(MergeOutcome { conflicts, output: said(&printed) });
            }
            let why = self.why(conflicts, &printed);
            return Err(failed_for(why, &own.repository, self.give_up_rebase(record).await));
        }
        let forward = self.forward(record).await;
        match forward {
            Ok(forward) => {
                let output = [said(&printed), said(&forward)].join("\n").trim().to_owned();
                Ok(MergeOutcome { conflicts: Vec::new(), output })
            }
            Err(why) => {
                let args = ["reset", "--keep", &record.commit];
                let back = own.act("taking the rebase back", &args).await.map(drop);
                Err(failed_for(why, &own.repository, back))
            }
        }
    }

    async fn forward(&self, record: &Merging) -> Result<Output, HostError> {
        let (own, git) = (&self.own.git, &self.main.git);
        let tip = own.commit("HEAD").await?.unwrap_or_default();
        let added = git.changed_paths(&record.before, &tip, Some("A")).await?;
        self.main.require_room(added).await?;
        let args = [&["merge", "--ff-only", "--commit", "--no-squash"], SAFELY, &[&tip]].concat();
        let printed = git.try_to("merging", &args, None).await?;
        if git.commit("HEAD").await?.as_deref() == Some(&*tip) {
            return Ok(printed);
        }
        let why = self.why(Vec::new(), &printed);
        Err(failed_for(why, &git.repository, self.take_back(record).await))
    }

    async fn give_up_rebase(&self, record: &Merging) -> Result<(), HostError> {
        let own = &self.own.git;
        if self.own.require_rest().await.is_err() {
            own.act("giving up the rebase", &["rebase", "--abort"]).await?;
        }
        if own.commit("HEAD").await?.as_ref() == Some(&record.commit) {
            return Ok(());
        }
        Err(HostError::Internal("the rebase could not be given up".to_owned()))
    }

    /// What did not go through is taken back, unless a person wants its conflicts.
    async fn left_or_taken_back(
        &self,
        order: &MergeOrder,
        record: &Merging,
        printed: &Output,
    ) -> Result<MergeOutcome, HostError> {
        let conflicts = self.main.git.unmerged().await?;
        if order.conflicts && !conflicts.is_empty() {
            return Ok(MergeOutcome { conflicts, output: said(printed) });
        }
        let why = self.why(conflicts, printed);
        Err(failed_for(why, &self.main.worktree(), self.take_back(record).await))
    }

    async fn take_back(&self, record: &Merging) -> Result<(), HostError> {
        restore::restore(&self.main, &self.polecat, &record.before).await.map(drop)
    }

    fn why(&self, conflicts: Vec<PathBuf>, printed: &Output) -> HostError {
        if conflicts.is_empty() {
            return MergeError::Refused { said: said(printed) }.into();
        }
        self.in_conflict(conflicts)
    }

    /// As git words it.
    fn message(&self) -> String {
        let what = match &self.own.branch {
            Some(branch) => format!("Merge branch '{branch}'"),
            None => format!("Merge commit '{}'", self.own.head),
        };
        match self.into.as_str() {
            "main" | "master" => what,
            into => format!("{what} into {into}"),
        }
    }
}

impl Git {
    /// Runs a command that changes something, whatever comes of it.
    async fn try_to(
        &self,
        doing: &str,
        args: &[&str],
        input: Option<String>,
    ) -> Result<Output, HostError> {
        let program = self.acting(args).env("GIT_EDITOR", "true").env("GIT_MERGE_AUTOEDIT", "no");
        let program = match input {
            Some(input) => program.input(input),
            None => program,
        };
        program.output().await.map_err(|source| failed(doing, source))
    }

    /// The files in conflict.
    async fn unmerged(&self) -> Result<Vec<PathBuf>, HostError> {
        let args = ["diff", "--name-only", "--diff-filter=U", "-z", "--no-ext-diff"];
        let listed = self.run("looking for conflicts", &args).await?.stdout;
        let names = listed.split(|&byte| byte == 0).filter(|name| !name.is_empty());
        Ok(names.map(path_from).collect())
    }
}

/// Both of its outputs: hooks print to either.
fn said(output: &Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    [output.text().trim().to_owned(), error].join("\n").trim().to_owned()
}
