//! Submodules of a new worktree, from what the main worktree has of them: no network, and no program
//! of theirs.

use std::path::{Path, PathBuf};

use super::command::Git;
use super::command::format::{display_path, path_from, printable};
use crate::core::Rig;
use crate::host::error::HostError;
use crate::host::files::{blocking, real};
use crate::host::programs::launch::Launch;
use crate::host::programs::run::RunError;
use crate::host::repository::git_dir_of;

/// What lists them.
const LIST: &str = ".gitmodules";
/// Submodules in submodules.
const DEPTH_LIMIT: usize = 8;

/// Whether a worktree may have submodules.
#[must_use]
pub fn has_submodules(worktree: &Path) -> bool {
    std::fs::symlink_metadata(worktree.join(LIST)).is_ok_and(|found| found.is_file())
}

/// Initialises those submodules in `worktree` that the main worktree has initialised, and those in
/// them. What could not be done is told, each by its path.
pub async fn init_submodules(rig: &Rig, worktree: &Path, launch: &Launch) -> Vec<String> {
    let both = async {
        let main = Git::main(rig, launch).await?;
        Ok::<_, HostError>((main, Git::in_worktree(rig, worktree, launch).await?))
    };
    let (main, own) = match both.await {
        Ok((main, own)) => (main.repository, own),
        // Without a main worktree nothing is there to be taken.
        Err(HostError::Refused(_)) => return Vec::new(),
        Err(error) => return vec![format!("submodules: {error}")],
    };
    let mut warnings = Vec::new();
    let mut levels = vec![(own, main.clone(), 0)];
    while let Some((git, original, depth)) = levels.pop() {
        match git.submodules(&original, &main).await {
            Ok(found) => {
                for one in found {
                    match git.init(&one).await {
                        Ok(below) if depth < DEPTH_LIMIT => {
                            levels.push((below, original.join(&one.path), depth + 1));
                        }
                        Ok(_) => {}
                        Err(error) => warnings.push(told(&one, &error)),
                    }
                }
            }
            Err(error) => warnings.push(format!("submodules: {error}")),
        }
    }
    warnings
}

/// A submodule that the main worktree has.
struct Submodule {
    name: String,
    path: PathBuf,
    /// The repository that the main worktree has of it.
    original: PathBuf,
}

fn told(one: &Submodule, error: &HostError) -> String {
    let path = display_path(&one.path);
    let why = match error {
        HostError::Git { source: RunError::Failed { said, .. }, .. } => {
            printable(said.lines().last().unwrap_or_default())
        }
        other => other.to_string(),
    };
    format!("submodule `{path}` is not initialised: {why}")
}

impl Git {
    /// The submodules that `original`, the same place of the main worktree `main`, has initialised.
    async fn submodules(&self, original: &Path, main: &Path) -> Result<Vec<Submodule>, HostError> {
        if !has_submodules(&self.repository) {
            return Ok(Vec::new());
        }
        let tracked = self.index_entries().await?.submodules;
        let args = ["config", "-z", "--file", LIST, "--get-regexp", r"^submodule\..*\.path$"];
        let Some(listed) = self.answer("reading the list of submodules", &args).await? else {
            return Ok(Vec::new());
        };
        let pairs = listed.stdout.split(|byte| *byte == 0).filter_map(named);
        let pairs: Vec<_> = pairs.filter(|(_, path)| tracked.contains(path)).collect();
        let (original, main) = (original.to_owned(), main.to_owned());
        blocking(move || {
            let main = real(&main)?.unwrap_or(main);
            let mut found = Vec::new();
            for (name, path) in pairs {
                let at = original.join(&path);
                // One that leads elsewhere is none of the main worktree's.
                let repository = git_dir_of(&at).ok().flatten();
                let own = repository.filter(|git_dir| git_dir.starts_with(&main));
                found.extend(own.map(|original| Submodule { name, path, original }));
            }
            Ok(found)
        })
        .await
    }

    /// Clones a submodule from the main worktree's, and checks it out.
    async fn init(&self, one: &Submodule) -> Result<Self, HostError> {
        let path = one.path.to_string_lossy();
        let url = format!("submodule.{}.url={}", one.name, one.original.display());
        let args = [
            // For this call alone, from a repository that is the person's own.
            &["-c", "protocol.file.allow=always", "-c", "core.hooksPath=/dev/null", "-c", &url][..],
            // A path is no pattern that others match; and whatever a configuration says is done instead.
            &["--literal-pathspecs", "submodule", "--quiet", "update", "--checkout", "--", &path],
        ];
        let doing = format!("initialising submodule `{}`", display_path(&one.path));
        self.act(&doing, &args.concat()).await?;
        let at = self.repository.join(&one.path);
        let (found, gone) = (at.clone(), HostError::NoWorktree { path: at.clone() });
        let git_dir = blocking(move || git_dir_of(&found)).await?.ok_or(gone)?;
        let below = Self::on(&at, &git_dir, &self.launch);
        below.take_remote(&one.original).await?;
        Ok(below)
    }

    /// Has it fetch from where the original does, and not from that.
    async fn take_remote(&self, original: &Path) -> Result<(), HostError> {
        let doing = "reading where a submodule comes from";
        let first = Self::new(original, original, &self.launch);
        let args = ["config", "--get", "remote.origin.url"];
        let Some(url) = first.answer(doing, &args).await? else { return Ok(()) };
        let set = ["config", "remote.origin.url", &url.text()];
        self.run("noting where a submodule comes from", &set).await.map(drop)
    }
}

/// Name and path of a line `submodule.<name>.path\n<path>`.
fn named(line: &[u8]) -> Option<(String, PathBuf)> {
    let at = line.iter().position(|byte| *byte == b'\n')?;
    let key = std::str::from_utf8(&line[..at]).ok()?;
    let name = key.strip_prefix("submodule.")?.strip_suffix(".path")?;
    // It becomes a part of a setting.
    let plain = !name.is_empty() && !name.contains(['=', '\n']);
    plain.then(|| (name.to_owned(), path_from(&line[at + 1..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_gits_gives_name_and_path() {
        let read = |line: &str| named(line.as_bytes());
        let expected = Some(("a.b".to_owned(), PathBuf::from("lib/x")));
        assert_eq!(read("submodule.a.b.path\nlib/x"), expected);
        assert_eq!(read("submodule.a=b.path\nx"), None);
        assert_eq!(read("nothing"), None);
    }
}
