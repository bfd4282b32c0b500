//! gastown's heartbeats: one file for a session, by which it takes its agent for alive or dead.
//!
//! Since 0.6 an agent whose heartbeat is three minutes old is dead to gastown, whatever its process
//! does (a8bd79bf8, internal/polecat/manager.go:1820): it kills the session and resets the worktree
//! for other work. Each `gt` that is called where `GT_SESSION` is set makes the heartbeat anew
//! (internal/cmd/root.go:194), and that is what hooks do; an agent that thinks, or waits for a
//! person, calls none. So the agents that we start have no such variable (core/agent/startup.rs), and
//! their heartbeat is written once, dated so far ahead that it holds as long as they live, whether
//! an editor is there or not.
//!
//! Without a heartbeat gastown asks for the process, which would do here; but its witness then
//! restarts who has a name that it does not expect, or work that is closed, and presses Enter,
//! Down, Enter into who was silent for a minute, be that a question to a person
//! (internal/witness/handlers.go:1257, 1707). With it, all of that is left to the person.
//!
//! It stands until the session is stopped or buried, or tmux's server is seen to be gone. An agent that died is no less to be left
//! alone: what it has not committed is nowhere else.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::core::{Gastown, PolecatName, Rig, Town};
use crate::host::error::HostError;
use crate::host::files::dir::Dir;
use crate::host::files::{blocking, broken, look_at_link};

/// In the town's folder.
const FOLDER: &str = ".runtime/heartbeats";
/// What the context begins with of those that we wrote.
const OURS: &str = "polecat.nvim";
/// How old one is that proves nothing any more (internal/polecat/heartbeat.go:13).
const STALE_AGE: SignedDuration = SignedDuration::from_mins(3);
/// Between a heartbeat of ours and the session that it is of there is less time.
const START_DELAY: Duration = Duration::from_secs(60);
/// By how much ours are dated ahead: a hundred years.
const DATE_OFFSET: SignedDuration = SignedDuration::from_hours(100 * 365 * 24);

#[derive(Debug, Serialize, Deserialize)]
struct Heartbeat {
    /// RFC 3339.
    timestamp: String,
    /// With one, gastown's witness believes it too.
    #[serde(default)]
    state: String,
    #[serde(default)]
    context: String,
}

impl Heartbeat {
    fn is_ours(&self) -> bool {
        self.context.starts_with(OURS)
    }
}

/// Has gastown take the agent of `polecat` for alive from now on, in a town that has heartbeats; in
/// place of what is left of an earlier session, which would have it killed at once.
///
/// # Errors
/// The file could not be written, or a link is on the way.
pub async fn keep(rig: &Rig, polecat: &PolecatName) -> Result<(), HostError> {
    let Some(file) = File::of(rig, polecat) else { return Ok(()) };
    let context = format!("{OURS}: until its session is stopped");
    let timestamp = (Timestamp::now() + DATE_OFFSET).to_string();
    let heartbeat = Heartbeat { timestamp, state: "working".to_owned(), context };
    let text = serde_json::to_string(&heartbeat);
    let text = text.map_err(|err| HostError::Internal(err.to_string()))?;
    blocking(move || Dir::make(&file.town, &file.dir)?.0.replace(&file.name, &text)).await
}

/// Removes the heartbeat of `polecat` where it is one of ours.
///
/// # Errors
/// It could not be read or removed.
pub async fn delete(rig: &Rig, polecat: &PolecatName) -> Result<(), HostError> {
    forget_older(rig, polecat, Duration::ZERO).await
}

/// The same of a polecat without a session, whose agent ended with tmux's server; not while a start
/// may be about to create one.
///
/// # Errors
/// As [`forget`].
pub async fn forget_left(rig: &Rig, polecat: &PolecatName) -> Result<(), HostError> {
    forget_older(rig, polecat, START_DELAY).await
}

async fn forget_older(rig: &Rig, polecat: &PolecatName, age: Duration) -> Result<(), HostError> {
    let Some(file) = File::of(rig, polecat) else { return Ok(()) };
    blocking(move || {
        let Some(dir) = Dir::open(&file.town, &file.dir)? else { return Ok(()) };
        if !is_older(&file.dir.join(&file.name), age)? {
            return Ok(());
        }
        let text = dir.read(&file.name)?.unwrap_or_default();
        // One that cannot be read is not ours.
        match serde_json::from_str::<Heartbeat>(&text) {
            Ok(heartbeat) if heartbeat.is_ours() => dir.remove(&file.name),
            _ => Ok(()),
        }
    })
    .await
}

/// The heartbeat by which an agent of gastown's works as `polecat`; none where there is none, an old
/// one, or ours, which says nothing without its session.
///
/// # Errors
/// That cannot be told.
pub async fn of_gastown(rig: &Rig, polecat: &PolecatName) -> Result<Option<PathBuf>, HostError> {
    let Some(file) = File::of(rig, polecat) else { return Ok(None) };
    blocking(move || {
        let dir = Dir::open(&file.town, &file.dir)?;
        let text = dir.map(|dir| dir.read(&file.name)).transpose()?.flatten();
        let (Some(text), path) = (text, file.dir.join(&file.name)) else { return Ok(None) };
        let unknown = |why: String| broken(&path, why);
        let heartbeat: Heartbeat =
            serde_json::from_str(&text).map_err(|err| unknown(err.to_string()))?;
        let at = heartbeat.timestamp.parse::<Timestamp>();
        let at = at.map_err(|err| unknown(format!("`timestamp` is not a time: {err}")))?;
        let age = Timestamp::now().duration_since(at);
        Ok(Some(path).filter(|_| !heartbeat.is_ours() && age < STALE_AGE))
    })
    .await
}

/// Whether what is at `path` was written that long ago.
fn is_older(path: &Path, age: Duration) -> Result<bool, HostError> {
    let written = look_at_link(path)?.and_then(|found| found.modified().ok());
    Ok(written.is_some_and(|at| at.elapsed().is_ok_and(|since| since >= age)))
}

/// Where a heartbeat is.
struct File {
    town: PathBuf,
    dir: PathBuf,
    name: String,
}

impl File {
    /// None where gastown has no heartbeats.
    fn of(rig: &Rig, polecat: &PolecatName) -> Option<Self> {
        let Town { root, .. } = rig.town().filter(|town| town.gastown == Gastown::V0_6)?;
        let name = format!("{}.json", rig.session(polecat));
        Some(Self { town: root.clone(), dir: root.join(FOLDER), name })
    }
}
