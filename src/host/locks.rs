//! The locks between processes, but for the one on a tmux server (`tmux/connection/lock.rs`): what each
//! protects, which file it is on, and how long to wait for it.
//!
//! They are on folders and files that exist anyway, so that nothing is left behind however the holder
//! ends, and each on a different one, so that unrelated operations do not wait for each other. (In the
//! old layout, where a polecat's folder is its worktree, [`Typing`] and [`Hunks`] are on the same
//! folder; nobody takes both.) [`GastownPool`] and [`GastownPolecat`] are gastown's own, on files that
//! it never deletes.
//!
//! Whoever takes several takes them in the order of this file, or only tries. gastown takes none of
//! ours, and its own two in the same order, so there is no deadlock.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::OFlags;

use super::error::HostError;
use super::files::{blocking, is_file, make_inside, unread};
use super::repository;
use crate::core::{Gastown, PolecatName, Rig};
use crate::flock::{self, Holders};
use crate::host::files::{dir::Dir, state};
use crate::host::rigs::polecats;

/// The timeout of a lock that is only tried.
const TRY_TIMEOUT: Duration = Duration::ZERO;

/// Held while choosing or creating a polecat for an issue: one holder per rig.
///
/// On `.runtime/`. Not on `polecats/`, which starts lock, because this one is held during a checkout.
#[derive(Debug)]
pub struct Choosing(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Choosing {
    /// A checkout of a large repository takes minutes.
    const TIMEOUT: Duration = Duration::from_secs(300);

    /// Waits for it.
    ///
    /// # Errors
    /// The rig is gone, its `.runtime/` cannot be made, or the wait timed out.
    pub async fn lock(rig: &Rig) -> Result<Self, HostError> {
        let (of, dir) = (rig.clone(), rig.runtime_dir());
        // There is one folder to lock, also for those who are about to make the first polecat.
        blocking(move || make_inside(of.anchor(), &of.runtime_dir()).map(drop)).await?;
        take(&dir, Holders::One, Self::TIMEOUT).await.map(Self)
    }
}

/// Held while giving work to a polecat (exclusive), or starting it as it is (shared).
///
/// On git's folder for its worktree.
#[derive(Debug)]
pub struct Work(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Work {
    /// Until then its session shows that it has work.
    const TIMEOUT: Duration = Duration::from_secs(10);
    /// For a start. After that a concurrent sling has created its session, and tmux refuses ours.
    const START_TIMEOUT: Duration = Duration::from_secs(2);

    /// Waits for the exclusive lock.
    ///
    /// # Errors
    /// It has no worktree, or the wait timed out.
    pub async fn lock(rig: &Rig, polecat: &PolecatName) -> Result<Self, HostError> {
        take(&git_dir(rig, polecat).await?, Holders::One, Self::TIMEOUT).await.map(Self)
    }

    /// Takes it if nobody holds it.
    ///
    /// # Errors
    /// It has no worktree, or somebody holds it.
    pub async fn try_lock(rig: &Rig, polecat: &PolecatName) -> Result<Self, HostError> {
        take(&git_dir(rig, polecat).await?, Holders::One, TRY_TIMEOUT).await.map(Self)
    }

    /// Waits for the shared lock.
    ///
    /// # Errors
    /// As [`Work::lock`].
    pub async fn share(rig: &Rig, polecat: &PolecatName) -> Result<Self, HostError> {
        take(&git_dir(rig, polecat).await?, Holders::Many, Self::START_TIMEOUT).await.map(Self)
    }
}

/// Held while sending the comments on a polecat's changes, so that two editors do not send the same.
///
/// On a file or folder of git's for its worktree that git never replaces.
#[derive(Debug)]
pub struct Sending(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Sending {
    /// Another editor's message is typed and accepted.
    const TIMEOUT: Duration = Duration::from_secs(60);

    /// Waits for it.
    ///
    /// # Errors
    /// `worktree` is none, or the wait timed out.
    pub async fn lock(rig: &Rig, worktree: &Path) -> Result<Self, HostError> {
        let git_dir = repository::git_dir(rig, worktree).await?;
        let target = blocking(move || {
            let common = git_dir.join("commondir");
            Ok(if is_file(&common)? { common } else { git_dir.join("objects") })
        });
        take(&target.await?, Holders::One, Self::TIMEOUT).await.map(Self)
    }
}

/// Held while typing to a polecat's agent, or removing the polecat.
///
/// On the polecat's folder.
#[derive(Debug)]
pub struct Typing(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Typing {
    /// A long message to a slow agent.
    const TIMEOUT: Duration = Duration::from_secs(30);

    /// Waits for it. A polecat without a folder needs no lock.
    ///
    /// # Errors
    /// The folder cannot be opened, or the wait timed out.
    pub async fn lock(rig: &Rig, polecat: &PolecatName) -> Result<Self, HostError> {
        // If there is no such polecat any more, nobody else types to its session either.
        let dir = polecats::dir(rig, polecat).await.unwrap_or_else(|_| rig.polecat_dir(polecat));
        take(&dir, Holders::One, Self::TIMEOUT).await.map(Self)
    }
}

/// Held while staging, rejecting or undoing changes of a worktree: protects the list of what can be
/// undone.
///
/// On the worktree.
#[derive(Debug)]
pub struct Hunks(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Hunks {
    /// As long as git may take.
    const TIMEOUT: Duration = Duration::from_secs(300);

    /// Waits for it.
    ///
    /// # Errors
    /// The folder cannot be opened, or the wait timed out.
    pub async fn lock(worktree: &Path) -> Result<Self, HostError> {
        take(worktree, Holders::One, Self::TIMEOUT).await.map(Self)
    }
}

/// gastown's lock for naming a polecat and creating its folder: one holder per rig. gastown removes
/// every polecat's folder without a worktree under it (a8bd79bf8, internal/polecat/manager.go:1872), so
/// we hold it until the worktree is complete.
///
/// On the file that gastown locks since 0.6 (manager.go:229); outside of its towns it is no lock.
#[derive(Debug)]
pub struct GastownPool(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl GastownPool {
    /// A checkout of a large repository takes minutes.
    const TIMEOUT: Duration = Duration::from_secs(300);

    /// Waits for it.
    ///
    /// # Errors
    /// The file cannot be made or opened, or the wait timed out.
    pub async fn lock(rig: &Rig) -> Result<Self, HostError> {
        take_gastowns(rig, "polecat-pool.lock", Self::TIMEOUT).await.map(Self)
    }
}

/// gastown's lock for creating, reusing, removing or restoring a polecat. We also hold it while creating
/// its session, which gastown does not.
///
/// On the file that gastown locks since 0.6 (a8bd79bf8, internal/polecat/manager.go:212); outside of
/// its towns it is no lock.
#[derive(Debug)]
pub struct GastownPolecat(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl GastownPolecat {
    /// gastown holds it while it fetches, checks out, and writes to its tracker.
    const TIMEOUT: Duration = Duration::from_secs(60);

    /// Waits for it.
    ///
    /// # Errors
    /// The file cannot be made or opened, or the wait timed out.
    pub async fn lock(rig: &Rig, polecat: &PolecatName) -> Result<Self, HostError> {
        take_gastowns(rig, &Self::file(polecat), Self::TIMEOUT).await.map(Self)
    }

    /// Takes it if nobody holds it.
    ///
    /// # Errors
    /// The file cannot be made or opened, or somebody holds it.
    pub async fn try_lock(rig: &Rig, polecat: &PolecatName) -> Result<Self, HostError> {
        take_gastowns(rig, &Self::file(polecat), TRY_TIMEOUT).await.map(Self)
    }

    fn file(polecat: &PolecatName) -> String {
        format!("polecat-{polecat}.lock")
    }
}

/// Held while adding or removing worktrees of a repository, or changing the index of its main one: two
/// concurrent `git worktree add` read each other's half-written files and fail.
///
/// On the repository's folder.
#[derive(Debug)]
pub struct Worktrees(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Worktrees {
    /// As long as git may take.
    const TIMEOUT: Duration = Duration::from_secs(300);

    /// Waits for it.
    ///
    /// # Errors
    /// The folder cannot be opened, or the wait timed out.
    pub async fn lock(repository: &Path) -> Result<Self, HostError> {
        take(repository, Holders::One, Self::TIMEOUT).await.map(Self)
    }
}

/// Between removing polecats and creating sessions: held shared while creating a session; a removal
/// that has set a folder aside takes it exclusively before its last check.
///
/// On a folder of the rig that remains when its last polecat goes.
#[derive(Debug)]
pub struct Gate(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Gate {
    /// The creation of a session, or one look at tmux.
    const TIMEOUT: Duration = Duration::from_secs(30);

    /// Waits until nobody is creating a session.
    ///
    /// # Errors
    /// The folder cannot be opened, or the wait timed out.
    pub async fn lock(rig: &Rig) -> Result<Self, HostError> {
        take(&rig.gate_dir(), Holders::One, Self::TIMEOUT).await.map(Self)
    }

    /// Waits until no removal is in its last check.
    ///
    /// # Errors
    /// As [`Gate::lock`].
    pub async fn share(rig: &Rig) -> Result<Self, HostError> {
        take(&rig.gate_dir(), Holders::Many, Self::TIMEOUT).await.map(Self)
    }
}

/// Held while changing the stored comments: one holder per rig.
///
/// On their folder, which must exist.
#[derive(Debug)]
pub struct Comments(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Comments {
    /// A small file is written.
    const TIMEOUT: Duration = Duration::from_secs(10);

    /// Waits for it.
    ///
    /// # Errors
    /// The folder cannot be opened, or the wait timed out.
    pub(super) async fn lock(folder: &Path) -> Result<Self, HostError> {
        take(folder, Holders::One, Self::TIMEOUT).await.map(Self)
    }
}

/// Held while changing the records of what polecats ran: one holder per rig.
///
/// On their folder, which must exist.
#[derive(Debug)]
pub struct Records(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Records {
    /// A small file is written.
    const TIMEOUT: Duration = Duration::from_secs(10);

    /// Waits for it.
    ///
    /// # Errors
    /// The folder cannot be opened, or the wait timed out.
    pub(super) async fn lock(folder: &Path) -> Result<Self, HostError> {
        take(folder, Holders::One, Self::TIMEOUT).await.map(Self)
    }
}

/// Held while changing the stored trust: one holder on this machine.
///
/// On the folder of that file, which must exist.
#[derive(Debug)]
pub struct Grants(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Grants {
    /// A small file is written.
    const TIMEOUT: Duration = Duration::from_secs(10);

    /// Waits for it.
    ///
    /// # Errors
    /// The folder cannot be opened, or the wait timed out.
    pub(super) async fn lock(folder: &Path) -> Result<Self, HostError> {
        take(folder, Holders::One, Self::TIMEOUT).await.map(Self)
    }
}

/// Held by the backend that runs the user's `notify_command` for a rig, as long as it may: two editors
/// must not ring twice.
///
/// On `.runtime/polecat/`, or for a host a folder of ours.
#[derive(Debug)]
pub struct Notifying(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Notifying {
    /// Takes it, for the rig with this home, if nobody holds it.
    ///
    /// # Errors
    /// The folder cannot be made or opened, or somebody holds it.
    pub async fn try_lock(home: &Path) -> Result<Self, HostError> {
        let (home, dir) = (home.to_owned(), home.join(".runtime/polecat"));
        let target = dir.clone();
        blocking(move || make_inside(&home, &dir).map(drop)).await?;
        take(&target, Holders::One, TRY_TIMEOUT).await.map(Self)
    }

    /// The same for a host, for which `folder` stands.
    ///
    /// # Errors
    /// As of [`Self::try_lock`].
    pub async fn try_lock_of_host(folder: &Path) -> Result<Self, HostError> {
        let target = folder.to_owned();
        blocking(move || state::make(&target)).await?;
        take(folder, Holders::One, TRY_TIMEOUT).await.map(Self)
    }
}

async fn git_dir(rig: &Rig, polecat: &PolecatName) -> Result<PathBuf, HostError> {
    repository::git_dir(rig, &polecats::workdir(rig, polecat).await?).await
}

/// Takes the lock on `target` within `timeout`; `None` if it does not exist.
async fn take(
    target: &Path,
    holders: Holders,
    timeout: Duration,
) -> Result<Option<File>, HostError> {
    let path = target.to_owned();
    let Some(file) = blocking(move || open(&path)).await? else { return Ok(None) };
    locked(timeout, file, holders, target).await.map(Some)
}

/// Takes the lock on a file of gastown's, creating it if necessary; `None` outside of towns of gastown
/// 0.6. There not even its folder is created, because it would make the town look like one.
async fn take_gastowns(
    rig: &Rig,
    name: &str,
    timeout: Duration,
) -> Result<Option<File>, HostError> {
    if rig.gastown() != Some(Gastown::V0_6) {
        return Ok(None);
    }
    let (anchor, dir) = (rig.anchor().to_owned(), rig.runtime_dir().join("locks"));
    let (path, name) = (dir.join(name), name.to_owned());
    let file = blocking(move || Dir::make(&anchor, &dir)?.0.lasting(&name)).await?;
    locked(timeout, file, Holders::One, &path).await.map(Some)
}

async fn locked(
    timeout: Duration,
    file: File,
    holders: Holders,
    path: &Path,
) -> Result<File, HostError> {
    if flock::take(&file, holders, timeout).await {
        return Ok(file);
    }
    Err(HostError::Busy { path: path.to_owned(), waited: timeout })
}

/// Opens what is to be locked, without blocking: it could be a FIFO.
fn open(path: &Path) -> Result<Option<File>, HostError> {
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some).map_err(|source| unread(path, source)),
    }
}
