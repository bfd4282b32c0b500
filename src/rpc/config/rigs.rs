//! The rigs that a configuration names, and what is said for all of them or for one: how a new
//! worktree is set up, and by what the programs in it are run.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

use super::{
    Paths, command,
    reader::{Item, Table},
};
use crate::session::{RigSettings, SetupSettings, Wanted, bad_pattern};

/// `rigs`, a table from folders to what is said of each; `watch` is the default.
pub(super) fn rigs(
    config: &mut Table,
    watch: bool,
    paths: &Paths,
) -> BTreeMap<PathBuf, RigSettings> {
    let named = |item: &Item, folder: &str| {
        let settings = rig(&mut item.table(), watch, paths);
        Some((paths.named(item, folder)?, settings))
    };
    let rigs = config.read("rigs", |item| Some(item.named(named)));
    rigs.into_iter().flatten().collect()
}

/// What is said of one rig.
pub(super) fn rig(table: &mut Table, watch: bool, paths: &Paths) -> RigSettings {
    RigSettings {
        watch: table.read("watch", Item::boolean).unwrap_or(watch),
        setup: setup(table),
        wrap: wrap(table, paths),
    }
}

/// `setup`; `None` where nothing is said.
pub(super) fn setup(table: &mut Table) -> Option<SetupSettings> {
    table.read("setup", |item| {
        let mut table = item.table();
        let wanted = Wanted {
            copy: table.read("copy", |item| item.list("patterns", pattern)).unwrap_or_default(),
            link: table.read("link", |item| item.list("paths", inside)).unwrap_or_default(),
        };
        Some(SetupSettings { wanted, run: table.text("run") })
    })
}

/// `wrap`; no words are a way of saying that there are none.
pub(super) fn wrap(table: &mut Table, paths: &Paths) -> Option<Vec<String>> {
    table.read("wrap", |item| if item.is_empty() { Some(Vec::new()) } else { command(item, paths) })
}

fn pattern(item: &Item) -> Option<String> {
    let text = item.text()?;
    match bad_pattern(&text) {
        Some(why) => item.problem(&why),
        None => Some(text),
    }
}

/// A path of a file or folder in the project.
fn inside(item: &Item) -> Option<PathBuf> {
    let text = item.text()?;
    let path: PathBuf = Path::new(&text).components().collect();
    let is_plain = |part| matches!(part, Component::Normal(name) if name != ".git" && name != "~");
    if path.components().all(is_plain) {
        return Some(path);
    }
    item.problem(&format!("`{text}`: expected the path of a file or folder in the project"))
}
