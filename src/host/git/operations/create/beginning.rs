//! Where a person wants a worktree to begin.

use crate::core::rig::beginning::StartPoint;
use crate::core::rig::branch::is_branch;
use crate::core::{Base, Rig};
use crate::host::error::HostError;
use crate::host::git::Git;
use crate::host::programs::launch::Launch;

/// A branch that a worktree is made on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::host::git) struct OnBranch {
    pub(in crate::host::git) name: String,
    /// The commit that it is at.
    pub(in crate::host::git) tip: String,
    /// The remote branch that it is to be made from.
    pub(in crate::host::git) from: Option<String>,
}

/// The commit at which a polecat begins that has a branch of its own.
///
/// # Errors
/// There is no such place, or no commit; or git failed.
pub async fn look_up_base(
    rig: &Rig,
    wanted: &StartPoint,
    launch: &Launch,
) -> Result<Base, HostError> {
    Git::of(rig, launch).await?.base(rig, wanted).await
}

impl Git {
    async fn base(&self, rig: &Rig, wanted: &StartPoint) -> Result<Base, HostError> {
        match (&wanted.at, &wanted.base) {
            (Some(base), _) => Ok(base.clone()),
            (None, Some(base)) => self.named(base).await,
            (None, None) => self.start_point(rig).await,
        }
    }

    /// Where the work begins, and on which branch, if that is none of its own.
    pub(in crate::host::git) async fn beginning(
        &self,
        rig: &Rig,
        wanted: &StartPoint,
    ) -> Result<(Base, Option<OnBranch>), HostError> {
        let base = self.base(rig, wanted).await?;
        let Some(branch) = &wanted.branch else { return Ok((base, None)) };
        let on = self.on_branch(branch).await?;
        // All that the branch has which the base has not is the polecat's work.
        let args = ["merge-base", &on.tip, &base.commit];
        let left = self.answer("looking for where the branch was left", &args).await?;
        let commit = left.map_or_else(|| on.tip.clone(), |output| output.text());
        Ok((Base { commit, ..base }, Some(on)))
    }

    /// A branch, local or remote, a tag or a commit.
    async fn named(&self, name: &str) -> Result<Base, HostError> {
        let unknown =
            || HostError::Refused(format!("there is no branch, tag or commit `{}`", shown(name)));
        // Never an option, or something that has git search.
        if name.starts_with('-') || name.contains([':', '\0', '\n']) {
            return Err(unknown());
        }
        let branch = if is_branch(name) { self.tip(name).await? } else { None };
        if let Some(commit) = branch {
            return Ok(Base { commit, branch: Some(name.to_owned()) });
        }
        let commit = self.commit(name).await?.ok_or_else(unknown)?;
        Ok(Base { commit, branch: None })
    }

    async fn on_branch(&self, name: &str) -> Result<OnBranch, HostError> {
        let unknown = || HostError::Refused(format!("there is no branch `{}`", shown(name)));
        if !is_branch(name) {
            return Err(unknown());
        }
        if let Some(tip) = self.commit(&format!("refs/heads/{name}")).await? {
            return Ok(OnBranch { name: name.to_owned(), tip, from: None });
        }
        let listed = self.run("listing remotes", &["remote"]).await?.text();
        let mut found = Vec::new();
        for remote in listed.lines() {
            let local = name.strip_prefix(&format!("{remote}/")).unwrap_or(name);
            let from = format!("{remote}/{local}");
            if let Some(tip) = self.commit(&format!("refs/remotes/{from}")).await? {
                found.push(OnBranch { name: local.to_owned(), tip, from: Some(from) });
            }
        }
        // `origin/x` is of that remote, whatever others have.
        found.sort_by_key(|on| on.from.as_deref() != Some(name));
        let several = found.len() > 1 && found[0].from.as_deref() != Some(name);
        let on = found.into_iter().next().ok_or_else(unknown)?;
        if several {
            let why =
                format!("several remotes have a branch `{name}`: name one, `{{remote}}/{name}`");
            return Err(HostError::Refused(why));
        }
        match self.commit(&format!("refs/heads/{}", on.name)).await? {
            None => Ok(on),
            Some(tip) if tip == on.tip => Ok(OnBranch { from: None, ..on }),
            Some(_) => {
                let (local, name) = (&on.name, shown(name));
                let why = format!("branch `{local}` exists and is not at `{name}`: use `{local}`");
                Err(HostError::Refused(why))
            }
        }
    }
}

fn shown(name: &str) -> String {
    crate::core::names::shown(name)
}
