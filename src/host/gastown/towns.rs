//! Which gastown runs a town, and what that calls the sessions of a rig.
//!
//! A town says so by what only gastown 0.6 and later (a8bd79bf8) puts there; the first `gt` of such
//! a version that is run in a town of an earlier one puts it there too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::settings;
use crate::core::SessionName;
use crate::core::rig::town::{self, DEFAULT_PREFIX, Gastown, Town};
use crate::host::error::HostError;
use crate::host::files::{broken, look, read_text};

/// Names gastown's socket, in place of the one that follows from the town's folder.
const SOCKET_VARIABLE: &str = "GT_TMUX_SOCKET";
/// What that says where it names none.
const NO_SOCKET: [&str; 3] = ["", "default", "auto"];

/// What only gastown 0.6 and later makes in a town: its copy of `mayor/rigs.json`, the databases of
/// its tracker, what its agents last said of themselves, and messages for them.
const OF_TOWNS: [&str; 4] =
    ["rigs.json", ".dolt-data", ".runtime/heartbeats", ".runtime/nudge_queue"];
/// The same in a rig: locks.
const OF_RIGS: &str = ".runtime/locks";

/// `rigs.json`, of which we need the prefixes.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with `rigs`")]
struct Rigs {
    rigs: Option<BTreeMap<String, Option<Entry>>>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object that describes a rig")]
struct Entry {
    beads: Option<Beads>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with `prefix`")]
struct Beads {
    prefix: Option<String>,
}

/// The town at `root` as its rig `rig` sees it. `wanted` is what the configuration says of its
/// gastown, `sockets` tmux's folder of sockets.
///
/// # Errors
/// A file that decides cannot be read, or says nothing that could be.
pub(in crate::host) fn town(
    root: &Path,
    rig: &str,
    wanted: Option<Gastown>,
    sockets: Option<&Path>,
) -> Result<Town, HostError> {
    let named = std::env::var(SOCKET_VARIABLE).ok();
    let named = named.filter(|name| !NO_SOCKET.contains(&&**name));
    let is_named = named.is_some();
    let socket = named.unwrap_or_else(|| town::socket_name(root));
    let since_0_6 = match wanted {
        Some(gastown) => gastown == Gastown::V0_6,
        None => is_named || has_signs(root, rig, sockets.map(|folder| folder.join(&socket)))?,
    };
    if !since_0_6 {
        return Ok(Town::before_0_6(root.to_owned()));
    }
    let prefix = prefix(root, rig)?;
    Ok(Town { root: root.to_owned(), gastown: Gastown::V0_6, prefix, socket: Some(socket) })
}

fn has_signs(root: &Path, rig: &str, socket: Option<PathBuf>) -> Result<bool, HostError> {
    let of_town = OF_TOWNS.iter().map(|sign| root.join(sign));
    let signs = of_town.chain([root.join(rig).join(OF_RIGS)]).chain(socket);
    for sign in signs {
        if look(&sign)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The prefix of the rig's sessions: that of its issues, as the town has it.
fn prefix(root: &Path, rig: &str) -> Result<String, HostError> {
    for file in ["mayor/rigs.json", "rigs.json"] {
        let path = root.join(file);
        let Some(text) = read_text(&path)? else { continue };
        let file = settings::parse::<Rigs>(path, &text)?;
        let entry = file.content.rigs.and_then(|mut rigs| rigs.remove(rig)).flatten();
        let prefix =
            entry.and_then(|entry| entry.beads?.prefix).filter(|prefix| !prefix.is_empty());
        let Some(prefix) = prefix else { break };
        return match SessionName::parse(&prefix) {
            Ok(_) => Ok(prefix),
            Err(bad) => Err(broken(&file.path, format!("`rigs.{rig}.beads.prefix`: {bad}"))),
        };
    }
    Ok(DEFAULT_PREFIX.to_owned())
}
