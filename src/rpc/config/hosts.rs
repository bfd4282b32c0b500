//! `hosts`: the other machines that a configuration names.

use std::collections::BTreeMap;

use super::{
    Paths, command,
    reader::{Item, Table},
};
use crate::core::{
    host_files::VIEWS,
    hosts::{HostName, HostSettings},
};

/// A table from names to what is said of each; nothing is said of one that ssh reaches.
pub(super) fn hosts(config: &mut Table, paths: &Paths) -> BTreeMap<HostName, HostSettings> {
    let named = |item: &Item, name: &str| {
        let settings = host(&mut item.table(), paths);
        // The buffers of its files are called after it.
        if VIEWS.contains(&name) {
            return item
                .problem(&format!("`{name}` is what buffers of ours are called, not a host"));
        }
        match name.parse() {
            Ok(name) => Some((name, settings)),
            Err(error) => item.problem(&format!("{error}")),
        }
    };
    config.read("hosts", |item| Some(item.named(named))).into_iter().flatten().collect()
}

fn host(table: &mut Table, paths: &Paths) -> HostSettings {
    let mut tmux = table.table("tmux");
    let rig = |item: &Item, folder: &str| {
        item.table();
        if folder.starts_with('/') || folder.starts_with("~/") {
            return Some((folder.to_owned(), ()));
        }
        item.problem(&format!("`{folder}`: expected the full path of a folder there"))
    };
    let rigs = table.read("rigs", |item| Some(item.named(rig))).into_iter().flatten();
    HostSettings {
        rigs: rigs.map(|(folder, ())| folder).collect(),
        command: table.read("command", |item| command(item, paths)).unwrap_or_default(),
        attach: table.read("attach", |item| command(item, paths)),
        quote: table.read("quote", Item::boolean),
        backend: table.text("backend"),
        tmux_socket: tmux.text("socket"),
        tmux_command: tmux.text("command"),
    }
}
