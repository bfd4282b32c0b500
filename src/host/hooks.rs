//! The files by which agents of a gastown town call `gt` at moments of their life.
//!
//! As gastown has it they stand in `polecats/`, above all worktrees and in none: agents look for
//! them from the folder they work in upwards, and no repository ever sees them.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use serde_json::json;

use super::error::HostError;
use super::files::{blocking, broken, look_at_link, make_inside, unwritten};
use super::trust;
use crate::core::{Agent, Rig, RigKind, agent::Hooks, trust::Content};

/// Where `gt` is when a login shell did not set the path.
const PATH: &str = r#"export PATH="$HOME/go/bin:$HOME/bin:$PATH""#;

/// What is run when, in Claude Code's words for it.
const CLAUDE: &[(&str, &str)] = &[
    ("SessionStart", "gt prime && gt mail check --inject && gt nudge deacon session-started"),
    ("PreCompact", "gt prime"),
    ("UserPromptSubmit", "gt mail check --inject"),
    ("Stop", "gt costs record"),
];

/// A plugin of opencode that does once, when its session is there, what Claude Code does at
/// `SessionStart`. One command that fails does not keep the next from being run.
const OPENCODE: &str = r#"// Written by polecat.nvim: tells Gas Town (gt) that this agent's session has begun.
const COMMANDS = ["gt prime", "gt mail check --inject", "gt nudge deacon session-started"];

export const GasTown = async ({ $, directory }) => {
  let begun = false;
  return {
    event: async ({ event }) => {
      if (begun || event?.type !== "session.created") return;
      begun = true;
      for (const command of COMMANDS) {
        try {
          await $`/bin/sh -lc ${command}`.cwd(directory);
        } catch (error) {
          console.error(`gastown: ${command}: ${error?.message ?? error}`);
        }
      }
    },
  };
};
"#;

/// Puts the hooks file of `agent` into `polecats/`, unless one is there: that one stays as it is,
/// whatever it holds. Only in a town with `gt`, and only for agents whose hooks are known.
///
/// # Errors
/// The agent's settings want the file outside of `polecats/` or in a polecat's own folder, or it
/// could not be written; then there is none.
pub async fn ensure(rig: &Rig, agent: &Agent, gt_on_path: bool) -> Result<(), HostError> {
    let (RigKind::Town(_), true, Some(hooks)) = (&rig.kind, gt_on_path, &agent.hooks) else {
        return Ok(());
    };
    let Some((text, mode)) = content(&hooks.provider) else { return Ok(()) };
    let polecats = rig.polecats_dir();
    let path = place(&polecats, hooks)?;
    let home = rig.home.clone();
    blocking(move || write_once(&home, &path, &text, mode)).await
}

/// The hooks file of `agent` in `polecats/` that somebody else wrote; none where there is no file,
/// or the one that [`ensure`] writes.
///
/// # Errors
/// It cannot be read, or is no file.
pub async fn of_others(rig: &Rig, agent: &Agent) -> Result<Option<Content>, HostError> {
    let Some(hooks) = &agent.hooks else { return Ok(None) };
    // One in another place is none of ours: where it is to be written, that is refused.
    let Ok(path) = place(&rig.polecats_dir(), hooks) else { return Ok(None) };
    let ours = content(&hooks.provider).map(|(text, _)| text);
    blocking(move || trust::text_of(&path, ours.as_deref())).await
}

/// The text of the file, and who may read it.
fn content(provider: &str) -> Option<(String, u32)> {
    match provider {
        "claude" => Some((claude(), 0o600)),
        "opencode" => Some((OPENCODE.to_owned(), 0o644)),
        _ => None,
    }
}

fn claude() -> String {
    let hook = |command: &str| {
        let command = format!("{PATH} && {command}");
        json!([{ "matcher": "", "hooks": [{ "type": "command", "command": command }] }])
    };
    let hooks: serde_json::Map<_, _> =
        CLAUDE.iter().map(|(event, command)| ((*event).to_owned(), hook(command))).collect();
    let settings =
        json!({ "enabledPlugins": { "beads@beads-marketplace": false }, "hooks": hooks });
    format!("{settings:#}\n")
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

fn write_once(home: &Path, path: &Path, text: &str, mode: u32) -> Result<(), HostError> {
    // A link that leads nowhere is somebody's wish as well.
    if look_at_link(path)?.is_some() {
        return Ok(());
    }
    let dir = path.parent().unwrap_or(path);
    make_inside(home, dir)?;
    let write = || {
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(dir)?;
        file.write_all(text.as_bytes())?;
        file.as_file().set_permissions(Permissions::from_mode(mode))?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(path) {
            Err(taken) if taken.error.kind() == ErrorKind::AlreadyExists => Ok(()),
            written => written.map(drop).map_err(io::Error::from),
        }?;
        fs::File::open(dir)?.sync_all()
    };
    write().map_err(|source| unwritten(path, source))
}
