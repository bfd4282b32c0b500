//! `hosts`: the other machines that a configuration names, and what each of them goes by.

use std::collections::BTreeMap;

use rmpv::Value;

use super::{
    Paths, agents, command,
    reader::{Item, Table},
    rigs,
};
use crate::core::{
    host_files::BUFFERS,
    hosts::{HostName, HostSettings, engines},
};

/// What is said for this machine and counts for all others too, where nothing else is said of one.
const SHARED: [&str; 7] =
    ["agent", "agents", "capture", "dialogs", "gastown", "tracker", "worktrees"];
/// What can be said of one, and means the same there as here.
const OWN: [&str; 7] = ["agent", "agents", "rigs", "setup", "tmux", "tracker", "wrap"];

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
        if BUFFERS.contains(&name) {
            return item.problem(&format!("`{name}` is reserved for polecat's buffers"));
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
    // What is said of one means the same there, where its paths begin.
    let there = Paths { cwd: None, home: None };
    let rig = |item: &Item, folder: &str| {
        rigs::rig(&mut item.table(), watch, &there);
        if folder.starts_with('/') || folder.starts_with("~/") {
            return Some((folder.to_owned(), ()));
        }
        item.problem(&format!("`{folder}`: expected the full path of a folder there"))
    };
    table.read("rigs", |item| Some(item.named(rig)));
    // These are read there; here they are only looked at.
    table.text("agent");
    agents(table);
    rigs::setup(table);
    rigs::wrap(table, &there);
    table.table("tracker").text("command");
    HostSettings {
        command: table.read("command", |item| reaching(item, paths)).unwrap_or_default(),
        attach: table.read("attach", |item| command(item, paths)),
        quote: table.read("quote", Item::boolean),
        backend: table.text("backend"),
        watch: table.read("watch", Item::boolean).unwrap_or(watch),
        tmux_socket: tmux.text("socket"),
        tmux_command: tmux.text("command"),
        no_login: table.read("login", Item::boolean).is_some_and(|login| !login),
        env: table
            .read("env", |item| item.list("names of variables", variable))
            .unwrap_or_default(),
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

/// A command that carries what our programs say to each other as it is.
fn reaching(item: &Item, paths: &Paths) -> Option<Vec<String>> {
    let words = command(item, paths)?;
    match engines::fault(&words) {
        Some(fault) => item.problem(&fault),
        None => Some(words),
    }
}

fn variable(item: &Item) -> Option<String> {
    let name = item.text()?;
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.chars().all(fits) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(name);
    }
    item.problem("expected the name of a variable")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::{Value as Json, json};

    use super::*;
    use crate::rpc::config::reader::Report;

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

    fn read_hosts(of: &serde_json::Value) -> (BTreeMap<HostName, HostSettings>, Vec<String>) {
        let written = rmpv::ext::to_value(json!({ "hosts": of })).unwrap_or(Value::Nil);
        let report = Report::default();
        let paths = Paths { cwd: None, home: Some(Path::new("/home/me").to_owned()) };
        let read = hosts(&mut Item::root(&written, &report).table(), false, &paths);
        (read, report.problems())
    }

    #[test]
    fn what_a_host_is_told_is_read() {
        let rig = json!({ "setup": { "run": "make deps" }, "wrap": ["mise", "exec", "--"] });
        let build1 = json!({ "login": false, "env": ["A_KEY"], "rigs": { "~/shop": rig } });
        let (hosts, problems) = read_hosts(&json!({ "build1": build1, "gpu": {} }));
        assert_eq!(problems, [""; 0]);
        let [build1, gpu] = ["build1", "gpu"].map(|name| &hosts[&name.parse().unwrap()]);
        assert_eq!((build1.no_login, gpu.no_login), (true, false));
        assert_eq!(build1.env, ["A_KEY"]);
    }

    #[test]
    fn a_command_that_cannot_carry_messages_is_refused() {
        let (_, problems) = read_hosts(&json!({
            "gpu": { "command": ["podman", "exec", "-it", "gpu"], "env": ["A=b"] },
            "pod": { "command": ["kubectl", "exec", "-i", "deploy/agents", "--"] },
        }));
        let begin = [
            "`hosts.gpu.command`: `-t` makes it a terminal",
            "`hosts.gpu.env[1]`: expected the name of a variable",
            "`hosts.pod.command`: `deploy/agents` is another pod each time",
        ];
        assert_eq!(problems.len(), begin.len(), "{problems:?}");
        for (problem, begin) in problems.iter().zip(begin) {
            assert!(problem.starts_with(begin), "{problem}");
        }
    }
}
