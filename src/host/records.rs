//! What must outlive a session, the backend and Neovim: small files in `.runtime/polecat/`.
//!
//! How a polecat's last agent ended is in `exits/<name>.json`, where its branch began in
//! `worktrees/<name>.json`, what is being removed in `removing/<name>.json`,
//! what is being brought back in `restoring/<name>.json`, what is being merged in
//! `merging/<name>.json`, what was queued for it when its session ended
//! in `queues/<name>.json`, that its worktree is being set up in `setups/<name>.json`, what a person calls it in `labels/<name>.json`, what it ran last in
//! `sessions/<name>.json`. Keys that a later version adds are passed over.
//!
//! A repository that was cloned may have brought them along. So what they say is accepted in the
//! form only that we write ([`accept`]), and they name nothing outside of the polecats' folder.

mod accept;
mod journals;
pub mod labels;
pub(super) mod opened;
pub mod queues;
pub mod reviews;
pub mod session_settings;
pub mod sessions;
pub mod setups;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::error::HostError;
use super::files::{blocking, broken};
use crate::core::rig::branch::is_branch;
use crate::core::session::queue::Queue;
use crate::core::{Base, Exit, ExitHow, PolecatName, Rig, SessionRecord};
use crate::host::files::dir::Dir;

use accept::{hash, own, require};
pub(super) use journals::{
    Making, Merging, Removing, Restoring, all_unfinished, load_making, unfinished,
};
use labels::StoredLabel;
use setups::StoredSetup;

/// What is kept of a polecat in a file of its own.
pub(super) trait Record: Serialize + DeserializeOwned + Send + 'static {
    /// The folder of its kind.
    const KIND: &'static str;

    /// Refuses what we would not have written of this polecat into the file at `path`.
    fn accept(&mut self, rig: &Rig, polecat: &PolecatName, path: &Path) -> Result<(), HostError>;
}

impl Record for StoredExit {
    const KIND: &'static str = "exits";

    fn accept(&mut self, _: &Rig, _: &PolecatName, _: &Path) -> Result<(), HostError> {
        // Nothing is done by what it says.
        Ok(())
    }
}

impl Record for StoredBase {
    const KIND: &'static str = "worktrees";

    fn accept(&mut self, _: &Rig, polecat: &PolecatName, path: &Path) -> Result<(), HostError> {
        self.check(polecat).map_err(|why| broken(path, why))
    }
}

impl StoredBase {
    fn check(&self, polecat: &PolecatName) -> Result<(), String> {
        hash("commit", &self.commit)?;
        if let Some(branch) = &self.branch {
            require(is_branch(branch), "branch", branch)?;
        }
        if let Some(branch) = &self.making_on {
            require(is_branch(branch), "making_on", branch)?;
        }
        self.making.as_ref().map_or(Ok(()), |making| own("making", making, polecat))
    }
}

/// How a session ended, with what was known of it then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExitRecord {
    /// The tmux session's name.
    pub session: String,
    /// The agent's name.
    pub agent: Option<String>,
    /// The issue it was started on.
    pub issue: Option<String>,
    /// Where it ran.
    pub workdir: Option<PathBuf>,
    /// The ending.
    pub exit: Exit,
}

/// The record as the file has it.
#[derive(Serialize, Deserialize)]
struct StoredExit {
    session: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issue: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workdir: Option<PathBuf>,
    /// Neither this nor `signal` nor `gone`: tmux lost the status.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signal: Option<i32>,
    /// Its session went with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    gone: bool,
    at: String,
    lived_ms: u64,
    command: String,
    #[serde(default)]
    tail: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredBase {
    commit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    /// The polecat's branch, while its creation is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    making: Option<String>,
    /// The same, where it is made on a branch that is none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    making_on: Option<String>,
    /// The worktree, just as long; inside of the rig's home where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<PathBuf>,
}

/// Keeps a record, in place of the polecat's last one.
///
/// # Errors
/// The rig is gone, or the file could not be written; then the old record stands.
pub async fn save(rig: &Rig, polecat: &PolecatName, record: &ExitRecord) -> Result<(), HostError> {
    put(rig, polecat, &StoredExit::from(record)).await.map(drop)
}

/// The polecat's last record; `None` when there is none.
///
/// # Errors
/// The file could not be read, or is broken.
pub async fn load(rig: &Rig, polecat: &PolecatName) -> Result<Option<ExitRecord>, HostError> {
    let (rig, polecat) = (rig.clone(), polecat.clone());
    blocking(move || load_now(&rig, &polecat)).await
}

/// [`load`] on a thread that may wait.
pub(super) fn load_now(rig: &Rig, polecat: &PolecatName) -> Result<Option<ExitRecord>, HostError> {
    let path = path::<StoredExit>(rig, polecat);
    get_now::<StoredExit>(rig, polecat)?.map(|stored| stored.record(&path)).transpose()
}

/// What would stand in the file at `path` if its record of `kind`, the name of its folder, were
/// written again; `None` when there is no such kind. Fuzzing goes through it.
#[must_use]
pub fn again(kind: &str, path: &Path, text: &str) -> Option<Result<String, HostError>> {
    fn same<T: DeserializeOwned + Serialize>(path: &Path, text: &str) -> Result<String, HostError> {
        written(&parse::<T>(path, text)?)
    }
    Some(match kind {
        StoredExit::KIND => parse::<StoredExit>(path, text)
            .and_then(|stored| written(&StoredExit::from(&stored.record(path)?))),
        StoredBase::KIND => same::<StoredBase>(path, text),
        Queue::KIND => same::<Queue>(path, text),
        StoredLabel::KIND => same::<StoredLabel>(path, text),
        StoredSetup::KIND => same::<StoredSetup>(path, text),
        SessionRecord::KIND => same::<SessionRecord>(path, text),
        Removing::KIND => same::<Removing>(path, text),
        Restoring::KIND => same::<Restoring>(path, text),
        Merging::KIND => same::<Merging>(path, text),
        _ => return None,
    })
}

/// Removes the polecat's record; having none is as good.
///
/// # Errors
/// The file is there and could not be removed.
pub async fn delete(rig: &Rig, polecat: &PolecatName) -> Result<(), HostError> {
    clear::<StoredExit>(rig, polecat).await
}

/// Where the polecat's branch began; `None` when we did not make it.
///
/// # Errors
/// The file could not be read, or is broken.
pub async fn load_base(rig: &Rig, polecat: &PolecatName) -> Result<Option<Base>, HostError> {
    let stored = get::<StoredBase>(rig, polecat).await?;
    Ok(stored.map(|stored| Base { commit: stored.commit, branch: stored.branch }))
}

/// The branch that a polecat is made on.
pub(super) enum MakingOn<'a> {
    /// One of its own, which goes if it is not made.
    Own(&'a str),
    /// Another one, which stays.
    Other(&'a str),
}

/// Keeps where a branch began, and which branch and worktree are being made; gives the folders this
/// made.
pub(super) async fn save_base(
    rig: &Rig,
    polecat: &PolecatName,
    base: &Base,
    making: Option<(MakingOn<'_>, &Path)>,
) -> Result<Vec<PathBuf>, HostError> {
    let (making, at) = making.map(|(branch, at)| (branch, at.to_owned())).unzip();
    let (making, making_on) = match making {
        Some(MakingOn::Own(branch)) => (Some(branch.to_owned()), None),
        Some(MakingOn::Other(branch)) => (None, Some(branch.to_owned())),
        None => (None, None),
    };
    let Base { commit, branch } = base.clone();
    let stored = StoredBase { commit, branch, making, making_on, at };
    put(rig, polecat, &stored).await
}

pub(super) async fn delete_base(rig: &Rig, polecat: &PolecatName) -> Result<(), HostError> {
    clear::<StoredBase>(rig, polecat).await
}

fn folder(rig: &Rig, kind: &str) -> PathBuf {
    rig.runtime_dir().join("polecat").join(kind)
}

fn file(polecat: &PolecatName) -> String {
    format!("{polecat}.json")
}

/// The file of a polecat's record of a kind, as errors name it.
pub(super) fn path<T: Record>(rig: &Rig, polecat: &PolecatName) -> PathBuf {
    folder(rig, T::KIND).join(file(polecat))
}

/// The polecat's record of a kind; `None` when there is none.
pub(super) async fn get<T: Record>(
    rig: &Rig,
    polecat: &PolecatName,
) -> Result<Option<T>, HostError> {
    let (rig, polecat) = (rig.clone(), polecat.clone());
    blocking(move || get_now(&rig, &polecat)).await
}

fn get_now<T: Record>(rig: &Rig, polecat: &PolecatName) -> Result<Option<T>, HostError> {
    get_in(open::<T>(rig)?.as_ref(), rig, polecat)
}

/// The folder of the records of a kind, if there is one.
fn open<T: Record>(rig: &Rig) -> Result<Option<Dir>, HostError> {
    Dir::open(rig.anchor(), &folder(rig, T::KIND))
}

/// The record of `polecat` in their folder.
fn get_in<T: Record>(
    dir: Option<&Dir>,
    rig: &Rig,
    polecat: &PolecatName,
) -> Result<Option<T>, HostError> {
    let Some(text) = dir.map(|dir| dir.read(&file(polecat))).transpose()?.flatten() else {
        return Ok(None);
    };
    let path = path::<T>(rig, polecat);
    let mut record: T = parse(&path, &text)?;
    record.accept(rig, polecat, &path)?;
    Ok(Some(record))
}

/// Keeps a record, in place of the polecat's last one of its kind; gives the folders this made.
pub(super) async fn put<T: Record>(
    rig: &Rig,
    polecat: &PolecatName,
    record: &T,
) -> Result<Vec<PathBuf>, HostError> {
    let (rig, file, text) = (rig.clone(), file(polecat), written(record)?);
    blocking(move || {
        let (dir, made) = Dir::make(rig.anchor(), &folder(&rig, T::KIND))?;
        dir.replace(&file, &text)?;
        Ok(made)
    })
    .await
}

/// Removes the polecat's record of a kind; having none is as good.
pub(super) async fn clear<T: Record>(rig: &Rig, polecat: &PolecatName) -> Result<(), HostError> {
    let (rig, file) = (rig.clone(), file(polecat));
    blocking(move || match Dir::open(rig.anchor(), &folder(&rig, T::KIND))? {
        Some(dir) => dir.remove(&file),
        None => Ok(()),
    })
    .await
}

fn written(stored: &impl Serialize) -> Result<String, HostError> {
    let text = serde_json::to_string_pretty(stored);
    text.map(|text| text + "\n").map_err(|err| HostError::Internal(err.to_string()))
}

fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, HostError> {
    serde_json::from_str(text).map_err(|err| broken(path, err.to_string()))
}

impl From<&ExitRecord> for StoredExit {
    fn from(record: &ExitRecord) -> Self {
        let (status, signal) = match record.exit.how {
            ExitHow::Status(status) => (Some(status), None),
            ExitHow::Signal(signal) => (None, Some(signal)),
            ExitHow::Unknown | ExitHow::Gone | ExitHow::Job => (None, None),
        };
        let record = record.clone();
        Self {
            session: record.session,
            agent: record.agent,
            issue: record.issue,
            workdir: record.workdir,
            status,
            signal,
            gone: record.exit.how == ExitHow::Gone,
            at: record.exit.at.to_string(),
            lived_ms: record.exit.lived_ms,
            command: record.exit.command,
            tail: record.exit.tail,
        }
    }
}

impl StoredExit {
    /// The record, of which the file at `path` is.
    fn record(self, path: &Path) -> Result<ExitRecord, HostError> {
        let at = self.at.parse::<Timestamp>();
        let at = at.map_err(|err| broken(path, format!("`at` is not a time: {err}")))?;
        let how = match (self.status, self.signal) {
            (Some(status), _) => ExitHow::Status(status),
            (None, Some(signal)) => ExitHow::Signal(signal),
            (None, None) if self.gone => ExitHow::Gone,
            (None, None) => ExitHow::Unknown,
        };
        let (lived_ms, command) = (self.lived_ms, self.command);
        let lines = self.tail.iter().flat_map(|line| line.split('\n'));
        let tail = lines.map(str::to_owned).collect();
        Ok(ExitRecord {
            session: self.session,
            agent: self.agent,
            issue: self.issue,
            workdir: self.workdir,
            exit: Exit { how, at, lived_ms, command, tail },
        })
    }
}
