//! `hosts`: the other machines that a configuration names, and what each of them goes by.

use std::collections::BTreeMap;

use rmpv::Value;

use super::{
    Paths, agents, command,
    reader::{Item, Table},
};
use crate::core::{
    host_files::VIEWS,
    hosts::{HostName, HostSettings},
};

/// What is said for this machine and counts for all others too, where nothing else is said of one.
const SHARED: [&str; 7] =
    ["agent", "agents", "capture", "dialogs", "gastown", "tracker", "worktrees"];
/// What can be said of one, and means the same there as here.
const OWN: [&str; 5] = ["agent", "agents", "rigs", "tmux", "tracker"];

/// A table from names to what is said of each; nothing is said of one that ssh reaches. `watch` counts
/// for all of which nothing else is said.
pub(super) fn hosts(
    config: &mut Table,
    watch: bool,
    paths: &Paths,
) -> BTreeMap<HostName, HostSettings> {
    let named = |item: &Item, name: &str| {
        let settings = host(&mut item.table(), watch, paths);
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

fn host(table: &mut Table, watch: bool, paths: &Paths) -> HostSettings {
    let mut tmux = table.table("tmux");
    let rig = |item: &Item, folder: &str| {
        item.table();
        if folder.starts_with('/') || folder.starts_with("~/") {
            return Some((folder.to_owned(), ()));
        }
        item.problem(&format!("`{folder}`: expected the full path of a folder there"))
    };
    table.read("rigs", |item| Some(item.named(rig)));
    // These are read there; here they are only looked at.
    table.text("agent");
    agents(table);
    table.table("tracker").text("command");
    HostSettings {
        command: table.read("command", |item| command(item, paths)).unwrap_or_default(),
        attach: table.read("attach", |item| command(item, paths)),
        quote: table.read("quote", Item::boolean),
        backend: table.text("backend"),
        watch: table.read("watch", Item::boolean).unwrap_or(watch),
        tmux_socket: tmux.text("socket"),
        tmux_command: tmux.text("command"),
        config: Vec::new(),
    }
}

/// What the host `name` goes by, of the configuration `all`: in msgpack, to be read there.
pub(super) fn config_of(all: &Value, name: &str) -> Vec<u8> {
    let own = get(all, "hosts").and_then(|hosts| get(hosts, name));
    let shared = SHARED.iter().filter_map(|key| Some((*key, get(all, key)?.clone())));
    let mut config: BTreeMap<_, _> = shared.collect();
    for key in OWN {
        let Some(value) = own.and_then(|own| get(own, key)) else { continue };
        let value = match config.remove(key) {
            Some(all) if key == "agents" => merged(all, value),
            _ => value.clone(),
        };
        config.insert(key, value);
    }
    let pairs = config.into_iter().map(|(key, value)| (key.into(), value));
    let mut bytes = Vec::new();
    // A vector takes everything.
    drop(rmpv::encode::write_value(&mut bytes, &Value::Map(pairs.collect())));
    bytes
}

fn get<'a>(table: &'a Value, key: &str) -> Option<&'a Value> {
    let pairs = table.as_map()?;
    pairs.iter().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
}

/// Both tables in one; `over` counts where both have a key.
fn merged(under: Value, over: &Value) -> Value {
    let (Value::Map(mut pairs), Some(over)) = (under, over.as_map()) else { return over.clone() };
    pairs.retain(|(key, _)| !over.iter().any(|(name, _)| name == key));
    pairs.extend(over.iter().cloned());
    Value::Map(pairs)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn config_of_json(all: &Json, name: &str) -> Json {
        let bytes = rmp_serde::to_vec(all).unwrap();
        let all = rmpv::decode::read_value(&mut &bytes[..]).unwrap();
        rmp_serde::from_slice(&config_of(&all, name)).unwrap()
    }

    #[test]
    fn a_host_goes_by_what_is_said_of_it_and_by_what_is_said_of_all_agents() {
        let all = json!({
            "agent": "claude",
            "agents": { "a": { "command": "a" }, "b": { "command": "b" } },
            "notify_command": "boom",
            "tmux": { "socket": "here" },
            "hosts": {
                "build1": {
                    "command": "ssh",
                    "agents": { "b": { "command": "b2" } },
                    "rigs": { "/srv/shop": {} },
                },
            },
        });
        let expected = json!({
            "agent": "claude",
            "agents": { "a": { "command": "a" }, "b": { "command": "b2" } },
            "rigs": { "/srv/shop": {} },
        });
        assert_eq!(config_of_json(&all, "build1"), expected);
        let nothing_said = json!({ "agent": "claude", "agents": all["agents"] });
        assert_eq!(config_of_json(&all, "gpu"), nothing_said);
    }
}
