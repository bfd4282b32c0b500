//! What a polecat's worktree gets from its town besides what git checks out, as gastown has it: a
//! redirect of the issue tracker to the rig's issues, the files of `<rig>/.runtime/overlay` (such
//! as `.env`), and until 0.6 `AGENTS.md` where git has none.
//!
//! Left out: `CLAUDE.md` of 0.6, gastown's own instructions, which `gt prime` gives an agent too;
//! scripts in `.runtime/setup-hooks`, which would run unasked; and the removal of a tracker's
//! runtime files that a repository tracks, which would change the worktree.
//!
//! gastown writes into a file of git's that a linked worktree does not have what is to be ignored
//! of all this, so `git status` shows it. What is still to the byte what the town gave is no work
//! of anybody's, and neither is what `gt` notes there when an agent's hooks call it: see
//! [`not_given`].

mod redirect;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::core::{Gastown, Rig};
use crate::host::error::HostError;
use crate::host::files::dir::{Bytes, Dir};
use crate::host::files::{blocking, broken, look_at_link};
use redirect::{FILE, FOLDER};

/// A larger file is not given, in bytes.
const FILE_SIZE_LIMIT: u64 = 16 * 1024 * 1024;
/// No more files are given.
const FILES_LIMIT: usize = 256;
/// What `gt prime` and `gt handoff` note in a worktree: which session it is, and when it changed.
const NOTES: [&str; 3] =
    [".runtime/session_id", ".runtime/handoff_to_successor", ".runtime/last_handoff_ts"];
/// The instructions for agents.
const AGENTS: &str = "AGENTS.md";

/// Whose worktree is provided with something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorktreeKind {
    /// A new polecat's: what it gets takes the place of what git has checked out.
    New,
    /// One that came back: it gets what it lacks.
    Restored,
}

/// Gives `worktree` what the town of `rig` has for it; a redirect only where the tracker
/// `redirects`. What could not be given comes back, each with the file.
pub async fn provide(
    rig: &Rig,
    worktree: &Path,
    given: WorktreeKind,
    redirects: bool,
) -> Vec<String> {
    let (rig, worktree) = (rig.clone(), worktree.to_owned());
    let done = blocking(move || {
        let Some(gastown) = rig.gastown() else { return Ok(Vec::new()) };
        let to = Worktree { rig: &rig, path: &worktree, given };
        let mut failed = Vec::new();
        if redirects {
            failed.extend(to.redirect(gastown).err());
        }
        if gastown == Gastown::V0_5 {
            failed.extend(to.agents().err());
        }
        to.overlay(&mut failed);
        Ok(failed.iter().map(|error| format!("the worktree lacks a file: {error}")).collect())
    });
    done.await.unwrap_or_else(|error| vec![error.to_string()])
}

/// Those of `files`, paths in `worktree`, that are neither to the byte what the town has for it nor
/// notes of `gt`'s.
///
/// # Errors
/// Only where the looking stopped: a file that cannot be compared is one of them.
pub(in crate::host) async fn not_given(
    rig: &Rig,
    worktree: &Path,
    files: Vec<PathBuf>,
) -> Result<Vec<PathBuf>, HostError> {
    if files.is_empty() || rig.gastown().is_none() {
        return Ok(files);
    }
    let (rig, worktree) = (rig.clone(), worktree.to_owned());
    blocking(move || {
        let to = Worktree { rig: &rig, path: &worktree, given: WorktreeKind::Restored };
        Ok(files.into_iter().filter(|file| !to.is_given(file).unwrap_or_default()).collect())
    })
    .await
}

/// A worktree, and what is given to it.
struct Worktree<'a> {
    rig: &'a Rig,
    path: &'a Path,
    given: WorktreeKind,
}

impl Worktree<'_> {
    fn redirect(&self, gastown: Gastown) -> Result<(), HostError> {
        let Some(text) = redirect::text(self.rig, self.path, gastown)? else { return Ok(()) };
        let (folder, _) = Dir::make(self.path, &self.path.join(FOLDER))?;
        self.put(&folder, FILE.as_ref(), &Bytes { bytes: text.into(), mode: 0o644 })
    }

    /// Only where git has none.
    fn agents(&self) -> Result<(), HostError> {
        if look_at_link(&self.path.join(AGENTS))?.is_some() {
            return Ok(());
        }
        let Some(content) = self.agents_of_rig()? else { return Ok(()) };
        self.top()?.put(AGENTS.as_ref(), &content)
    }

    fn agents_of_rig(&self) -> Result<Option<Bytes>, HostError> {
        let home = &self.rig.home;
        let Some(dir) = Dir::open(home, &home.join("mayor/rig"))? else { return Ok(None) };
        dir.bytes(AGENTS.as_ref(), FILE_SIZE_LIMIT)
    }

    /// The files of the overlay, none of its folders.
    fn overlay(&self, failed: &mut Vec<HostError>) {
        let found = self.overlay_dir().and_then(|dir| match dir {
            Some(dir) => Ok(Some((dir.names()?, dir))),
            None => Ok(None),
        });
        match found {
            Ok(Some((names, dir))) => self.copy_all(&dir, names, failed),
            Ok(None) => {}
            Err(error) => failed.push(error),
        }
    }

    fn copy_all(&self, overlay: &Dir, mut names: Vec<OsString>, failed: &mut Vec<HostError>) {
        names.sort();
        if names.len() > FILES_LIMIT {
            failed.push(broken(
                &self.overlay_path(),
                format!("only {FILES_LIMIT} files are taken from it"),
            ));
        }
        for name in names.iter().take(FILES_LIMIT) {
            failed.extend(self.copy(overlay, name).err());
        }
    }

    fn copy(&self, overlay: &Dir, name: &OsStr) -> Result<(), HostError> {
        let from = self.overlay_path().join(name);
        if look_at_link(&from)?.is_some_and(|found| found.is_dir()) {
            return Ok(());
        }
        // With another one the worktree would be of another repository.
        if name.eq_ignore_ascii_case(".git") {
            return Err(broken(&from, "that name is git's own"));
        }
        match overlay.bytes(name.as_ref(), FILE_SIZE_LIMIT)? {
            Some(content) => self.put(&self.top()?, name.as_ref(), &content),
            None => Ok(()),
        }
    }

    fn put(&self, dir: &Dir, name: &Path, content: &Bytes) -> Result<(), HostError> {
        if self.given == WorktreeKind::Restored && dir.has(name)? {
            return Ok(());
        }
        dir.put(name, content)
    }

    fn is_given(&self, file: &Path) -> Result<bool, HostError> {
        if file == Path::new(FOLDER).join(FILE) {
            let text = self.rig.gastown().map(|of| redirect::text(self.rig, self.path, of));
            let Some(dir) = Dir::open(self.path, &self.path.join(FOLDER))? else {
                return Ok(false);
            };
            return Ok(dir.read(FILE)? == text.transpose()?.flatten());
        }
        if NOTES.iter().any(|note| file == Path::new(note)) {
            return Ok(true);
        }
        if file.components().count() != 1 {
            return Ok(false);
        }
        let Some(own) = self.top()?.bytes(file, FILE_SIZE_LIMIT)? else { return Ok(false) };
        let is_own = |given: Option<Bytes>| given.is_some_and(|given| given.bytes == own.bytes);
        let overlay =
            self.overlay_dir()?.map(|dir| dir.bytes(file, FILE_SIZE_LIMIT)).transpose()?;
        Ok(is_own(overlay.flatten()) || file == Path::new(AGENTS) && is_own(self.agents_of_rig()?))
    }

    fn top(&self) -> Result<Dir, HostError> {
        let gone = || HostError::NoWorktree { path: self.path.to_owned() };
        Dir::open(self.path, self.path)?.ok_or_else(gone)
    }

    fn overlay_path(&self) -> PathBuf {
        self.rig.runtime_dir().join("overlay")
    }

    fn overlay_dir(&self) -> Result<Option<Dir>, HostError> {
        Dir::open(&self.rig.home, &self.overlay_path())
    }
}
