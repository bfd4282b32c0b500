//! All locks among processes, each by its name: what it protects, where it is, and how long it is
//! waited for.
//!
//! They are on folders and files that are there anyway, so that nothing is left behind, however the
//! one that holds them ends; and each on another one, so that nobody waits for who does something
//! else. (In the old layout, where a polecat's folder is its worktree, [`Typing`] and [`Hunks`] are
//! on the same one. Nobody takes both.) [`GastownPool`] and [`GastownPolecat`] are gastown's, on
//! files of its own that it never deletes.
//!
//! Who takes several takes them in this order, which is that of this file, or only tries. gastown
//! takes none of ours, and its own two in this order too: so nobody waits in a circle.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::OFlags;

use super::dir::Dir;
use super::error::HostError;
use super::files::{blocking, is_file, make_inside, unread};
use super::polecats;
use super::repository;
use crate::core::{Gastown, PolecatName, Rig};
use crate::flock::{self, Holders};

/// What a lock has that only tries.
const NOW: Duration = Duration::ZERO;

/// Of those who choose a polecat for an issue, or make one for it: one in a rig.
///
/// On `.runtime/`; not on `polecats/`, where sessions pass, for this one takes as long as a checkout.
#[derive(Debug)]
pub struct Choosing(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Choosing {
    /// A checkout of a large repository takes minutes.
    const TIMEOUT: Duration = Duration::from_secs(300);

    /// Waits for it.
    ///
    /// # Errors
    /// The rig is gone, its `.runtime/` cannot be made, or somebody has it for longer.
    pub async fn lock(rig: &Rig) -> Result<Self, HostError> {
        let (of, dir) = (rig.clone(), rig.runtime_dir());
        // There is one folder to lock, also for those who are about to make the first polecat.
        blocking(move || make_inside(of.anchor(), &of.runtime_dir()).map(drop)).await?;
        take(&dir, Holders::One, Self::TIMEOUT).await.map(Self)
    }
}

/// Of those who give work to a polecat, of whom there is one; or start it as it is, which several
/// may try.
///
/// On the folder that git has for its worktree.
#[derive(Debug)]
pub struct Work(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Work {
    /// How long another one may see to it before its session shows that it has work.
    const TIMEOUT: Duration = Duration::from_secs(10);
    /// For a start: when there is a session after that, tmux refuses it.
    const START_TIMEOUT: Duration = Duration::from_secs(2);

    /// Waits for who gives it work or starts it.
    ///
    /// # Errors
    /// It has no worktree, or somebody has it for longer.
    pub async fn lock(rig: &Rig, polecat: &PolecatName) -> Result<Self, HostError> {
        take(&git_dir(rig, polecat).await?, Holders::One, Self::TIMEOUT).await.map(Self)
    }

    /// Takes it where nobody has it.
    ///
    /// # Errors
    /// It has no worktree, or somebody has it.
    pub async fn try_lock(rig: &Rig, polecat: &PolecatName) -> Result<Self, HostError> {
        take(&git_dir(rig, polecat).await?, Holders::One, NOW).await.map(Self)
    }

    /// Waits for who gives it work, together with others who start it.
    ///
    /// # Errors
    /// As [`Work::lock`].
    pub async fn share(rig: &Rig, polecat: &PolecatName) -> Result<Self, HostError> {
        take(&git_dir(rig, polecat).await?, Holders::Many, Self::START_TIMEOUT).await.map(Self)
    }
}

/// Of those who send the comments on a polecat's changes: one, so that two editors do not send the
/// same.
///
/// On a file or folder of git's for its worktree that git never puts another one in place of.
#[derive(Debug)]
pub struct Sending(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Sending {
    /// The message of another one is typed and taken.
    const TIMEOUT: Duration = Duration::from_secs(60);

    /// Waits for it.
    ///
    /// # Errors
    /// `worktree` is none, or somebody has it for longer.
    pub async fn lock(rig: &Rig, worktree: &Path) -> Result<Self, HostError> {
        let git_dir = repository::git_dir(rig, worktree).await?;
        let target = blocking(move || {
            let common = git_dir.join("commondir");
            Ok(if is_file(&common)? { common } else { git_dir.join("objects") })
        });
        take(&target.await?, Holders::One, Self::TIMEOUT).await.map(Self)
    }
}

/// Of those who type to a polecat's agent, or take the polecat away from under it: one.
///
/// On the polecat's folder.
#[derive(Debug)]
pub struct Typing(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Typing {
    /// A long message into an agent that is slow.
    const TIMEOUT: Duration = Duration::from_secs(30);

    /// Waits for it. A polecat without a folder is nobody's.
    ///
    /// # Errors
    /// The folder cannot be opened, or somebody has it for longer.
    pub async fn lock(rig: &Rig, polecat: &PolecatName) -> Result<Self, HostError> {
        // Of what is no polecat any more nobody else types to a session either.
        let dir = polecats::dir(rig, polecat).await.unwrap_or_else(|_| rig.polecat_dir(polecat));
        take(&dir, Holders::One, Self::TIMEOUT).await.map(Self)
    }
}

/// Of those who take, reject or undo changes of a worktree: one, who alone reads and writes the list
/// of what can be undone.
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
    /// The folder cannot be opened, or somebody has it for longer.
    pub async fn lock(worktree: &Path) -> Result<Self, HostError> {
        take(worktree, Holders::One, Self::TIMEOUT).await.map(Self)
    }
}

/// Of those who give a name to a polecat and make its folder, gastown's own among them: one in a
/// rig. Its holder removes each polecat's folder that has no worktree (a8bd79bf8,
/// internal/polecat/manager.go:1872), so who makes one has it until that is whole.
///
/// On the file that gastown locks since 0.6 (manager.go:229); outside of its towns on nothing.
#[derive(Debug)]
pub struct GastownPool(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl GastownPool {
    /// A checkout of a large repository takes minutes.
    const TIMEOUT: Duration = Duration::from_secs(300);

    /// Waits for it.
    ///
    /// # Errors
    /// The file cannot be made or opened, or somebody has it for longer.
    pub async fn lock(rig: &Rig) -> Result<Self, HostError> {
        take_gastowns(rig, "polecat-pool.lock", Self::TIMEOUT).await.map(Self)
    }
}

/// Of those who make, reuse, remove or bring back a polecat, gastown's own among them, and of those
/// who create its session, whom gastown does not stop by it: one.
///
/// On the file that gastown locks since 0.6 (a8bd79bf8, internal/polecat/manager.go:212); outside of
/// its towns on nothing.
#[derive(Debug)]
pub struct GastownPolecat(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl GastownPolecat {
    /// gastown has it while it fetches, checks out, and writes to its tracker.
    const TIMEOUT: Duration = Duration::from_secs(60);

    /// Waits for it.
    ///
    /// # Errors
    /// The file cannot be made or opened, or somebody has it for longer.
    pub async fn lock(rig: &Rig, polecat: &PolecatName) -> Result<Self, HostError> {
        take_gastowns(rig, &Self::file(polecat), Self::TIMEOUT).await.map(Self)
    }

    /// Takes it where nobody has it.
    ///
    /// # Errors
    /// The file cannot be made or opened, or somebody has it.
    pub async fn try_lock(rig: &Rig, polecat: &PolecatName) -> Result<Self, HostError> {
        take_gastowns(rig, &Self::file(polecat), NOW).await.map(Self)
    }

    fn file(polecat: &PolecatName) -> String {
        format!("polecat-{polecat}.lock")
    }
}

/// Of those who make or remove worktrees of a repository, or change the index of its main one: one.
/// Two `git worktree add` at once read each other's half-written files and fail.
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
    /// The folder cannot be opened, or somebody has it for longer.
    pub async fn lock(repository: &Path) -> Result<Self, HostError> {
        take(repository, Holders::One, Self::TIMEOUT).await.map(Self)
    }
}

/// Between the folders of a rig's polecats and their sessions: who creates a session passes, several
/// at a time; who has moved a folder aside waits for all of them before the last look.
///
/// On a folder of the rig that stays when its last polecat goes.
#[derive(Debug)]
pub struct Gate(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Gate {
    /// One creation of a session, or one look at tmux.
    const TIMEOUT: Duration = Duration::from_secs(30);

    /// Waits until nobody creates a session.
    ///
    /// # Errors
    /// The folder cannot be opened, or somebody has it for longer.
    pub async fn lock(rig: &Rig) -> Result<Self, HostError> {
        take(&rig.gate_dir(), Holders::One, Self::TIMEOUT).await.map(Self)
    }

    /// Waits until nobody takes the last look at a polecat.
    ///
    /// # Errors
    /// As [`Gate::lock`].
    pub async fn share(rig: &Rig) -> Result<Self, HostError> {
        take(&rig.gate_dir(), Holders::Many, Self::TIMEOUT).await.map(Self)
    }
}

/// Of those who change what is written down of the comments on changes: one in a rig.
///
/// On their folder, which must be there.
#[derive(Debug)]
pub struct Comments(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Comments {
    /// A small file is written.
    const TIMEOUT: Duration = Duration::from_secs(10);

    /// Waits for it.
    ///
    /// # Errors
    /// The folder cannot be opened, or somebody has it for longer.
    pub(super) async fn lock(folder: &Path) -> Result<Self, HostError> {
        take(folder, Holders::One, Self::TIMEOUT).await.map(Self)
    }
}

/// Of those who change what is remembered to be trusted: one on this machine.
///
/// On the folder of that file, which must be there.
#[derive(Debug)]
pub struct Grants(#[expect(dead_code, reason = "it unlocks when dropped")] Option<File>);

impl Grants {
    /// A small file is written.
    const TIMEOUT: Duration = Duration::from_secs(10);

    /// Waits for it.
    ///
    /// # Errors
    /// The folder cannot be opened, or somebody has it for longer.
    pub(super) async fn lock(folder: &Path) -> Result<Self, HostError> {
        take(folder, Holders::One, Self::TIMEOUT).await.map(Self)
    }
}

async fn git_dir(rig: &Rig, polecat: &PolecatName) -> Result<PathBuf, HostError> {
    repository::git_dir(rig, &polecats::workdir(rig, polecat).await?).await
}

/// Takes the lock on `target` within `timeout`; none where there is no such thing.
async fn take(
    target: &Path,
    holders: Holders,
    timeout: Duration,
) -> Result<Option<File>, HostError> {
    let path = target.to_owned();
    let Some(file) = blocking(move || open(&path)).await? else { return Ok(None) };
    within(timeout, file, holders, target).await.map(Some)
}

/// Takes the lock on a file of gastown's, which is made where it is missing; none where no gastown
/// takes it. There not even its folder is made: that is how a town of gastown 0.6 looks.
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
    within(timeout, file, Holders::One, &path).await.map(Some)
}

async fn within(
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

/// Opens what is to be locked. Without waiting: a FIFO in its place would hold up whoever asks.
fn open(path: &Path) -> Result<Option<File>, HostError> {
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some).map_err(|source| unread(path, source)),
    }
}
