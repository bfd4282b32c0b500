//! The file by which agents of a gastown town call `gt` at moments of their life.
//!
//! As gastown has it, it stands in `polecats/`, above all worktrees and in none, and no repository
//! ever sees it. No agent looks for it there by itself: only Claude Code can be told of it
//! (`--settings`), so only its file is written.

mod claude;

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use crate::core::{Agent, Gastown, Rig, agent::Hooks, trust::Content};
use crate::host::error::HostError;
use crate::host::files::{blocking, broken, look_at_link, make_inside, unwritten};
use crate::host::trust;

/// The file may name programs that run as its owner.
const MODE: u32 = 0o600;

/// The hooks file that all polecats of a town share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedHooks {
    /// Where it is, and what is in it.
    pub content: Content,
    /// Whether it is to the byte what we write, or what gastown does: it calls nothing but `gt`.
    pub known: bool,
}

/// Puts the hooks file of `agent` into `polecats/`, unless one is there: that one stays as it is,
/// whatever it holds. Only in a town with `gt`, which is the program, and only for agents that can
/// be told of the file.
///
/// # Errors
/// The agent's settings want the file outside of `polecats/` or in a polecat's own folder, or it
/// could not be written; then there is none.
pub async fn ensure(rig: &Rig, agent: &Agent, gt: Option<&Path>) -> Result<(), HostError> {
    let (Some(gastown), Some(gt), Some(hooks)) = (rig.gastown(), gt, told_of(agent)) else {
        return Ok(());
    };
    let path = place(&rig.polecats_dir(), hooks)?;
    let (home, gt) = (rig.home.clone(), gt.to_owned());
    blocking(move || write_once(&home, &path, &text(gastown, &gt))).await
}

/// The hooks file of `agent` in `polecats/`; none where there is none, or the agent cannot be told
/// of it.
///
/// # Errors
/// It cannot be read, or is no file.
pub async fn shared(
    rig: &Rig,
    agent: &Agent,
    gt: Option<&Path>,
) -> Result<Option<SharedHooks>, HostError> {
    let (Some(_), Some(hooks)) = (rig.town(), told_of(agent)) else { return Ok(None) };
    // One in another place is none of ours: where it is to be written, that is refused.
    let Ok(path) = place(&rig.polecats_dir(), hooks) else { return Ok(None) };
    let gt = gt.map(Path::to_owned);
    blocking(move || {
        let found = trust::text_of(&path)?;
        Ok(found.map(|content| SharedHooks { known: is_known(&content, gt.as_deref()), content }))
    })
    .await
}

/// The hooks of an agent that is told where they are.
fn told_of(agent: &Agent) -> Option<&Hooks> {
    agent.hooks.as_ref().filter(|_| agent.takes_settings())
}

/// What we write in a town of this gastown.
fn text(gastown: Gastown, gt: &Path) -> String {
    match gastown {
        Gastown::V0_5 => claude::v0_5(),
        // gastown names the file that runs, which is none of the links to it.
        Gastown::V0_6 => claude::v0_6(&fs::canonicalize(gt).unwrap_or(gt.to_owned())),
    }
}

/// Whether it is one of the files that are known. What it calls by a path must be the `gt` that is
/// on our own `PATH`.
fn is_known(content: &Content, gt: Option<&Path>) -> bool {
    let real = gt.and_then(|gt| fs::canonicalize(gt).ok());
    let programs = gt.into_iter().chain(real.as_deref());
    let later = programs.flat_map(|gt| [claude::v0_6(gt), claude::gastowns_v0_6(gt)]);
    std::iter::once(claude::v0_5()).chain(later).any(|text| content.is(text.as_bytes()))
}

/// The file below `polecats/`. The first folder must be a hidden one: no polecat is called so,
/// and what is in a polecat's folder may be in its repository.
fn place(polecats: &Path, hooks: &Hooks) -> Result<PathBuf, HostError> {
    let below = Path::new(&hooks.dir).join(&hooks.file);
    let plain = below.components().all(|part| matches!(part, Component::Normal(_)));
    if !plain || !hooks.dir.starts_with('.') || hooks.file.is_empty() {
        let why = "hooks must be in a hidden folder of it, such as `.claude`";
        return Err(broken(&polecats.join(below), why));
    }
    Ok(polecats.join(below))
}

fn write_once(home: &Path, path: &Path, text: &str) -> Result<(), HostError> {
    // A link that leads nowhere is somebody's wish as well.
    if look_at_link(path)?.is_some() {
        return Ok(());
    }
    let dir = path.parent().unwrap_or(path);
    make_inside(home, dir)?;
    let write = || {
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(dir)?;
        file.write_all(text.as_bytes())?;
        file.as_file().set_permissions(Permissions::from_mode(MODE))?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(path) {
            Err(taken) if taken.error.kind() == ErrorKind::AlreadyExists => Ok(()),
            written => written.map(drop).map_err(io::Error::from),
        }?;
        fs::File::open(dir)?.sync_all()
    };
    write().map_err(|source| unwritten(path, source))
}
