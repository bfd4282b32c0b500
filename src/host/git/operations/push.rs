//! Pushes a polecat's branch. Never by force, and nobody is asked for anything: what a remote wants
//! of a person is an error.

use std::collections::BTreeSet;

use crate::core::rig::push::{PushPlan, Pushed};
use crate::core::{PolecatName, Rig};
use crate::host::error::{HostError, PushError};
use crate::host::git::{Git, HEAD, failed, fork_point_in, head};
use crate::host::programs::launch::Launch;
use crate::host::programs::run::{Output, Program};
use crate::host::rigs::polecats;

/// Where no helper has what is needed, nobody is asked: a question would stand on a terminal that is
/// Neovim's, or in a window that nobody expects.
const UNASKED: &[(&str, &str)] =
    &[("GIT_ASKPASS", "false"), ("SSH_ASKPASS_REQUIRE", "never"), ("GCM_INTERACTIVE", "never")];

/// What a push of the branch of `polecat` would do. Asks no remote.
///
/// # Errors
/// It has no branch, or there is no remote to push to.
pub async fn push_plan(
    rig: &Rig,
    polecat: &PolecatName,
    launch: &Launch,
) -> Result<PushPlan, HostError> {
    let push = Push::look(rig, polecat, launch).await?;
    let remote = format!("--remotes={}", push.remote);
    let args = ["rev-list", "--count", &push.commit, "--not", &remote, "--"];
    let count = push.git.run("counting commits", &args).await?.text();
    let uncommitted = push.git.uncommitted_files().await?.len();
    Ok(PushPlan {
        commits: count.parse().unwrap_or_default(),
        uncommitted,
        remote: push.remote,
        branch: push.there,
        commit: push.commit,
    })
}

/// Pushes the branch of `polecat`; another commit than `commit` is not pushed.
///
/// # Errors
/// See [`PushError`].
pub async fn push(
    rig: &Rig,
    polecat: &PolecatName,
    commit: Option<&str>,
    launch: &Launch,
) -> Result<Pushed, HostError> {
    let push = Push::look(rig, polecat, launch).await?;
    if commit.is_some_and(|commit| commit != push.commit) {
        return Err(PushError::Moved { polecat: polecat.to_string() }.into());
    }
    let output = push.run().await?;
    let url = address(&String::from_utf8_lossy(&output.stderr));
    let Push { remote, there, commit, .. } = push;
    Ok(Pushed { remote, branch: there, commit, url, ..Pushed::default() })
}

/// The subjects of the commits of `polecat`, oldest first.
///
/// # Errors
/// It has no worktree, or git failed.
pub async fn subjects(
    rig: &Rig,
    polecat: &PolecatName,
    launch: &Launch,
) -> Result<Vec<String>, HostError> {
    let git = Git::in_worktree(rig, &polecats::workdir(rig, polecat).await?, launch).await?;
    let Some(base) = fork_point_in(&git, rig, polecat, HEAD).await? else { return Ok(Vec::new()) };
    let range = format!("{}..HEAD", base.commit);
    let args = ["log", "--reverse", "--no-merges", "--max-count=1000", "--format=%s"];
    let args = [&args[..], &["--no-show-signature", &range, "--"]].concat();
    let listed = git.run("listing commits", &args).await?.text();
    Ok(listed.lines().map(str::to_owned).collect())
}

/// What the branch that `polecat` began at is called on `remote`, if that has it.
///
/// # Errors
/// It has no worktree, or git failed.
pub async fn base_there(
    rig: &Rig,
    polecat: &PolecatName,
    remote: &str,
    launch: &Launch,
) -> Result<Option<String>, HostError> {
    let git = Git::in_worktree(rig, &polecats::workdir(rig, polecat).await?, launch).await?;
    let base = fork_point_in(&git, rig, polecat, HEAD).await?.and_then(|base| base.branch);
    let Some(base) = base else { return Ok(None) };
    let name = base.strip_prefix(&format!("{remote}/")).unwrap_or(&base);
    let there = git.commit(&format!("refs/remotes/{remote}/{name}")).await?;
    Ok(there.map(|_| name.to_owned()))
}

/// A push, as things are now.
struct Push {
    git: Git,
    branch: String,
    commit: String,
    remote: String,
    /// What the branch is called there.
    there: String,
    /// Whether the branch has an upstream already.
    tracks: bool,
}

impl Push {
    async fn look(rig: &Rig, polecat: &PolecatName, launch: &Launch) -> Result<Self, HostError> {
        let path = polecats::workdir(rig, polecat).await?;
        let git = Git::in_worktree(rig, &path, launch).await?;
        let Some(branch) = head::branch(&path).await? else {
            let why = format!("no branch is checked out in `{}`", path.display());
            return Err(HostError::Refused(why));
        };
        let Some(commit) = git.commit("HEAD").await? else {
            return Err(HostError::NoCommits { repository: path });
        };
        let own = git.config(&format!("branch.{branch}.remote")).await?;
        let remote = git.push_remote(&branch, own.as_deref()).await?;
        let merge = git.config(&format!("branch.{branch}.merge")).await?;
        let tracks = own.is_some() && merge.is_some();
        let upstream = merge.filter(|_| own.as_ref() == Some(&remote));
        let there = upstream.and_then(|name| name.strip_prefix("refs/heads/").map(str::to_owned));
        let there = there.unwrap_or_else(|| branch.clone());
        Ok(Self { git, branch, commit, remote, there, tracks })
    }

    async fn run(&self) -> Result<Output, HostError> {
        let refspec = format!("refs/heads/{}:refs/heads/{}", self.branch, self.there);
        let mut args = vec!["push", "--porcelain"];
        if !self.tracks {
            args.push("--set-upstream");
        }
        args.extend(["--", &self.remote, &refspec]);
        let program = self.git.unasked(&args).await?;
        let doing = format!("pushing to `{}`", self.remote);
        let output = program.output().await.map_err(|source| failed(&doing, source))?;
        if output.status.success() {
            return Ok(output);
        }
        let (remote, branch) = (self.remote.clone(), self.there.clone());
        Err(match rejected(&output.text()) {
            Some(why) => PushError::Rejected { remote, branch, why },
            None => PushError::Failed { remote, said: output.said() },
        }
        .into())
    }
}

impl Git {
    /// The value of a key of the configuration.
    async fn config(&self, key: &str) -> Result<Option<String>, HostError> {
        let doing = format!("looking up `{key}`");
        let found = self.answer(&doing, &["config", "--get", key]).await?;
        Ok(found.map(|output| output.text()).filter(|value| !value.is_empty()))
    }

    /// Where git itself would push the branch, else the only remote.
    async fn push_remote(&self, branch: &str, own: Option<&str>) -> Result<String, HostError> {
        let listed = self.run("listing remotes", &["remote"]).await?.text();
        let remotes: BTreeSet<_> = listed.lines().map(str::to_owned).collect();
        let said = [
            self.config(&format!("branch.{branch}.pushRemote")).await?,
            self.config("remote.pushDefault").await?,
            own.map(str::to_owned),
            Some("origin".to_owned()),
        ];
        // A branch may also follow one of this repository (`.`).
        if let Some(remote) = said.into_iter().flatten().find(|remote| remotes.contains(remote)) {
            return Ok(remote);
        }
        let mut all = remotes.into_iter();
        match (all.next(), all.next()) {
            (None, _) => Err(PushError::NoRemote.into()),
            (Some(only), None) => Ok(only),
            (Some(first), Some(second)) => {
                let remotes = [first, second].into_iter().chain(all).collect();
                Err(PushError::WhichRemote { remotes }.into())
            }
        }
    }

    /// A command that talks to a remote and asks nobody.
    async fn unasked(&self, args: &[&str]) -> Result<Program, HostError> {
        let program =
            UNASKED.iter().fold(self.acting(args), |program, (key, value)| program.env(key, value));
        let own = match std::env::var("GIT_SSH_COMMAND") {
            Ok(command) => Some(command),
            Err(_) => self.config("core.sshCommand").await?,
        };
        let variant = self.config("ssh.variant").await?;
        let is_ssh = variant.is_none_or(|variant| variant == "ssh" || variant == "auto")
            && std::env::var_os("GIT_SSH").is_none();
        let command = own.unwrap_or_else(|| "ssh".to_owned());
        let first = command.split_whitespace().next().unwrap_or_default();
        if is_ssh && std::path::Path::new(first).ends_with("ssh") {
            let command = format!("{command} -o BatchMode=yes");
            return Ok(program.env("GIT_SSH_COMMAND", command));
        }
        Ok(program)
    }
}

/// Why the remote took no ref, of `git push --porcelain`: `!\t<from>:<to>\t[rejected] (fetch first)`.
fn rejected(output: &str) -> Option<String> {
    let lines = output.lines().filter_map(|line| line.strip_prefix("!\t"));
    let whys: Vec<_> = lines.filter_map(|line| line.split('\t').nth(1)).collect();
    (!whys.is_empty()).then(|| whys.join(", "))
}

/// The first address that the remote told, as to open a pull request.
fn address(said: &str) -> Option<String> {
    let lines = said.lines().filter_map(|line| line.strip_prefix("remote:"));
    let mut words = lines.flat_map(str::split_whitespace);
    words.find(|word| word.starts_with("https://")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_remote_says_is_found_in_what_git_prints() {
        let text = "To /r\n!\trefs/heads/x:refs/heads/x\t[rejected] (fetch first)\nDone\n";
        assert_eq!(rejected(text).as_deref(), Some("[rejected] (fetch first)"));
        assert_eq!(rejected("To /r\n*\tx:x\t[new branch]\nDone\n"), None);
        let said = "remote: \nremote: Create a pull request for 'x' by visiting:\n\
            remote:      https://example.invalid/pull/new/x\nhttps://other.invalid\n";
        assert_eq!(address(said).as_deref(), Some("https://example.invalid/pull/new/x"));
        assert_eq!(address("https://other.invalid\n"), None);
    }
}
