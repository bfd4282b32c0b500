//! The conversations that agents keep in files of their own, below the user's home.

use std::fs::{self, File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::core::agent::{ConversationFiles, ConversationId};
use crate::host::error::HostError;
use crate::host::files::{blocking, entries, look, real, unread};

/// How much of a file is read for the folder that it names, in bytes.
const HEAD_SIZE: u64 = 1 << 20;
/// How many files and folders are looked at.
const LOOKS_LIMIT: usize = 50_000;

/// Which conversations are looked for.
#[derive(Clone, Debug)]
pub struct Search {
    /// Where the agent keeps them.
    pub files: ConversationFiles,
    /// The agent's configuration folder, if it is not the usual one below the home.
    pub config_dir: Option<PathBuf>,
    /// The agent's home, if it is not the user's.
    pub home: Option<PathBuf>,
    /// The folder in which they were held.
    pub workdir: PathBuf,
    /// After when they were begun.
    pub since: Timestamp,
    /// And before when, if that is over.
    pub until: Option<Timestamp>,
}

/// The conversations that fit, sorted by id.
///
/// # Errors
/// A folder or a file cannot be read, or there are too many: what fits is unknown.
pub async fn find(search: Search) -> Result<Vec<ConversationId>, HostError> {
    blocking(move || {
        let Some((first, below)) = search.files.paths.split_once('/') else {
            return Ok(Vec::new());
        };
        let home = || search.home.clone().or_else(|| std::env::var_os("HOME").map(PathBuf::from));
        let usual = || Some(home()?.join(first));
        let Some(root) = search.config_dir.clone().or_else(usual) else { return Ok(Vec::new()) };
        let mut walk =
            Walk { looked: 0, found: Vec::new(), of: Folders::of(&search)?, search: &search };
        let below: Vec<_> = below.split('/').collect();
        walk.enter(&root, first, &below)?;
        walk.found.sort();
        walk.found.dedup();
        Ok(walk.found)
    })
    .await
}

struct Walk<'a> {
    search: &'a Search,
    of: Folders,
    looked: usize,
    found: Vec<ConversationId>,
}

/// The working directory, as an agent may write it.
struct Folders(Vec<String>);

impl Folders {
    fn of(search: &Search) -> Result<Self, HostError> {
        let real = real(&search.workdir)?;
        let paths = [Some(search.workdir.clone()), real].into_iter().flatten();
        Ok(Self(paths.map(|path| path.to_string_lossy().into_owned()).collect()))
    }
}

impl Walk<'_> {
    /// Looks for what is left of the pattern in `dir`, which is `path` below the home.
    fn enter(&mut self, dir: &Path, path: &str, pattern: &[&str]) -> Result<(), HostError> {
        let Some((part, rest)) = pattern.split_first() else { return self.take(dir, path) };
        if !look(dir)?.is_some_and(|found| found.is_dir()) {
            return Ok(());
        }
        for entry in entries(dir)? {
            self.looked += 1;
            if self.looked > LOOKS_LIMIT {
                return Err(HostError::Refused(format!("too many files in `{}`", dir.display())));
            }
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| ConversationFiles::fits(name, part))
            else {
                continue;
            };
            let at = entry.path();
            if !part.contains("{id}") || self.is_young(&at)? {
                self.enter(&at, &format!("{path}/{name}"), rest)?;
            }
        }
        Ok(())
    }

    /// Whether what is at `path` was made in that time. Where a file system does not say, its last
    /// change counts.
    fn is_young(&self, path: &Path) -> Result<bool, HostError> {
        let Some(found) = look(path)? else { return Ok(false) };
        let made = made(&found).map_err(|source| unread(path, source))?;
        let Some(made) = Timestamp::try_from(made).ok() else { return Ok(false) };
        Ok(made >= self.search.since && self.search.until.is_none_or(|until| made <= until))
    }

    /// Takes the file `path` if it is of the folder.
    fn take(&mut self, file: &Path, path: &str) -> Result<(), HostError> {
        let files = &self.search.files;
        let Some(id) = files.id_of(path).and_then(|id| id.parse().ok()) else { return Ok(()) };
        let head = head(file).map_err(|source| unread(file, source))?;
        if self.of.0.iter().any(|folder| files.is_in(&head, folder)) {
            self.found.push(id);
        }
        Ok(())
    }
}

fn made(found: &Metadata) -> std::io::Result<std::time::SystemTime> {
    found.created().or_else(|_| found.modified())
}

fn head(file: &Path) -> std::io::Result<String> {
    if !fs::metadata(file)?.is_file() {
        return Ok(String::new());
    }
    let mut bytes = Vec::new();
    File::open(file)?.take(HEAD_SIZE).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::agent::preset;

    fn write(root: &Path, path: &str, text: &str) {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    async fn found(root: &Path, workdir: &str, since: Timestamp) -> Vec<String> {
        let files = preset("codex").unwrap().resume.unwrap().files.unwrap();
        let search = Search {
            files,
            config_dir: None,
            home: Some(root.to_owned()),
            workdir: workdir.into(),
            since,
            until: None,
        };
        find(search).await.unwrap().iter().map(ToString::to_string).collect()
    }

    #[tokio::test]
    async fn only_what_was_begun_since_in_this_very_folder_is_found() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let at =
            |id: &str| format!(".codex/sessions/2026/11/29/rollout-2026-11-29T02-10-21-{id}.jsonl");
        let held = |dir: &str| format!(r#"{{"payload":{{"cwd":"{dir}","x":1}}}}"#);
        write(root, &at("01-a"), &held("/src/shop"));
        write(root, &at("01-b"), &held("/src/shop2"));
        write(root, &at("01-c"), "");
        write(root, ".codex/sessions/2026/11/29/notes.txt", &held("/src/shop"));
        assert_eq!(found(root, "/src/shop", Timestamp::UNIX_EPOCH).await, ["01-a"]);
        assert_eq!(found(root, "/src/shop2", Timestamp::UNIX_EPOCH).await, ["01-b"]);
        assert_eq!(found(root, "/src", Timestamp::UNIX_EPOCH).await, [""; 0]);
        assert_eq!(found(root, "/src/shop", Timestamp::MAX).await, [""; 0]);
        assert_eq!(found(&root.join("none"), "/src/shop", Timestamp::UNIX_EPOCH).await, [""; 0]);
    }
}
