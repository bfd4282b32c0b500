//! What git ignores: in the main worktree, and of what is put into a polecat's.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::command::format::{display_path, path_from};
use super::command::{Git, LISTING_LIMIT, failed};
use crate::core::Rig;
use crate::host::error::HostError;
use crate::host::files::blocking;
use crate::host::files::dir::{Bytes, Dir, TEXT_LIMIT};
use crate::host::locks::Worktrees;
use crate::host::programs::launch::Launch;
use crate::host::repository::common_dir;

/// What begins the lines of ours in git's list of what it ignores.
const HEADING: &str = "# Links that polecat.nvim made in worktrees:";

/// The worktree that a person works in; `None` where there is none, as in a bare repository.
///
/// # Errors
/// git failed.
pub async fn main_worktree(rig: &Rig, launch: &Launch) -> Result<Option<PathBuf>, HostError> {
    match Git::main(rig, launch).await {
        Ok(main) => Ok(Some(main.repository)),
        Err(HostError::Refused(_) | HostError::NoWorktree { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What git ignores in the main worktree, by paths in it; a folder that it ignores as a whole ends in
/// a slash, and nothing in it is named.
///
/// # Errors
/// git failed.
pub async fn ignored(rig: &Rig, launch: &Launch) -> Result<Vec<PathBuf>, HostError> {
    let args = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"];
    Git::main(rig, launch).await?.paths_of("looking for what is ignored", &args).await
}

/// What is told of those of `patterns` that name something which git neither tracks nor ignores in
/// the main worktree.
///
/// # Errors
/// git failed.
pub async fn unignored(
    rig: &Rig,
    patterns: &[String],
    launch: &Launch,
) -> Result<Vec<String>, HostError> {
    let main = Git::main(rig, launch).await?;
    let mut warnings = Vec::new();
    for pattern in patterns {
        let pathspec = format!(":(top,literal){}", pattern.trim_matches('/'));
        let args = ["ls-files", "-z", "--others", "--exclude-standard", "--directory", "--"];
        let args = [&args[..], &[&pathspec]].concat();
        if let Some(found) = main.paths_of("looking for what is not ignored", &args).await?.first()
        {
            let found = display_path(found);
            warnings.push(format!(
                "`{found}` is not copied: git does not ignore it, so an agent would commit it"
            ));
        }
    }
    Ok(warnings)
}

/// Those of `paths` that git ignores in `worktree`: none that it tracks.
///
/// # Errors
/// git failed.
pub async fn ignored_of(
    rig: &Rig,
    worktree: &Path,
    paths: Vec<PathBuf>,
    launch: &Launch,
) -> Result<Vec<PathBuf>, HostError> {
    Git::in_worktree(rig, worktree, launch).await?.ignored_of(&paths).await
}

/// Has git ignore those links in `worktree` whose originals it ignores: a pattern such as
/// `node_modules/` is of folders only. What it goes on to show is told.
///
/// # Errors
/// git failed, or its list could not be written.
pub async fn hide_links(
    rig: &Rig,
    worktree: &Path,
    links: Vec<PathBuf>,
    launch: &Launch,
) -> Result<Vec<String>, HostError> {
    let own = Git::in_worktree(rig, worktree, launch).await?;
    let hidden = own.ignored_of(&links).await?;
    let shown: Vec<_> = links.into_iter().filter(|link| !hidden.contains(link)).collect();
    if shown.is_empty() {
        return Ok(Vec::new());
    }
    let main = Git::main(rig, launch).await?;
    let ignored = main.ignored_of(&shown).await?;
    let (hide, left): (Vec<_>, Vec<_>) = shown.into_iter().partition(|one| ignored.contains(one));
    if let Err(error) = main.exclude(&hide).await {
        return Ok(vec![format!("links are shown by git: {error}")]);
    }
    let warning = |link: &PathBuf| {
        let link = display_path(link);
        format!("git does not ignore the link `{link}`: an agent may commit it")
    };
    Ok(left.iter().map(warning).collect())
}

impl Git {
    async fn paths_of(&self, doing: &str, args: &[&str]) -> Result<Vec<PathBuf>, HostError> {
        let listed = self.program(args).up_to(LISTING_LIMIT).run().await;
        let listed = listed.map_err(|source| failed(doing, source))?.stdout;
        let names = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        Ok(names.map(path_from).collect())
    }

    async fn ignored_of(&self, paths: &[PathBuf]) -> Result<Vec<PathBuf>, HostError> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let doing = "asking what is ignored";
        let lines = paths.iter().flat_map(|path| [path.as_os_str().as_bytes(), b"\0"].concat());
        let program = self.program(&["check-ignore", "-z", "--stdin"]).up_to(LISTING_LIMIT);
        let output = program.input(lines.collect::<Vec<_>>()).output().await;
        let output = output.map_err(|source| failed(doing, source))?;
        // 1: none of them.
        if !matches!(output.status.code(), Some(0 | 1)) {
            return Err(HostError::Refused(format!("{doing}: {}", output.said())));
        }
        let names = output.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        Ok(names.map(path_from).collect())
    }

    /// Adds `paths` to what git ignores in all worktrees of the repository.
    async fn exclude(&self, paths: &[PathBuf]) -> Result<(), HostError> {
        let Some(git_dir) = self.git_dir().filter(|_| !paths.is_empty()).map(Path::to_owned) else {
            return Ok(());
        };
        let _lock = Worktrees::lock(&self.repository).await?;
        let lines: Vec<_> = paths.iter().filter_map(|path| literally(path)).collect();
        blocking(move || add_lines(&common_dir(&git_dir)?, &lines)).await
    }
}

/// The pattern of exactly this path.
fn literally(path: &Path) -> Option<String> {
    let mut pattern = String::from("/");
    for letter in path.to_str()?.chars() {
        if letter.is_control() {
            return None;
        }
        if matches!(letter, '\\' | '*' | '?' | '[' | ' ') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    Some(pattern)
}

fn add_lines(common: &Path, lines: &[String]) -> Result<(), HostError> {
    let (dir, _) = Dir::make(common, &common.join("info"))?;
    let name = Path::new("exclude");
    let before = dir.bytes(name, TEXT_LIMIT)?;
    let mode = before.as_ref().map_or(0o644, |before| before.mode);
    let bytes = before.map(|before| before.bytes).unwrap_or_default();
    match with_lines(&String::from_utf8_lossy(&bytes), lines) {
        Some(added) => dir.put(name, &Bytes { bytes: [bytes, added.into()].concat(), mode }),
        None => Ok(()),
    }
}

/// What is written behind `text`, so that it has all of `lines`.
fn with_lines(text: &str, lines: &[String]) -> Option<String> {
    let has = |line: &str| text.lines().any(|one| one == line);
    let new: Vec<_> = lines.iter().filter(|line| !has(line)).map(String::as_str).collect();
    let heading = [HEADING].into_iter().filter(|heading| !has(heading));
    let ended = text.is_empty() || text.ends_with('\n');
    let more: Vec<_> = heading.chain(new.iter().copied()).collect();
    let more = format!("{}{}\n", if ended { "" } else { "\n" }, more.join("\n"));
    (!new.is_empty()).then_some(more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_of_exactly_one_path() {
        let pattern = |path: &str| literally(Path::new(path));
        assert_eq!(pattern("node_modules").as_deref(), Some("/node_modules"));
        assert_eq!(pattern("a b/[x]*").as_deref(), Some("/a\\ b/\\[x]\\*"));
        assert_eq!(pattern("a\nb"), None);
    }

    #[test]
    fn a_line_is_added_once_behind_what_a_person_wrote() {
        let lines = ["/a".to_owned(), "/b".to_owned()];
        let first = with_lines("mine", &lines[..1]).unwrap();
        assert_eq!(first, format!("\n{HEADING}\n/a\n"));
        let text = format!("mine{first}");
        assert_eq!(with_lines(&text, &lines[..1]), None);
        assert_eq!(with_lines(&text, &lines).unwrap(), "/b\n");
    }
}
