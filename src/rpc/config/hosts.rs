//! `hosts`: the other machines that a configuration names.

use std::collections::BTreeMap;

use super::{
    Paths, command,
    reader::{Item, Table},
};
use crate::core::hosts::{HostName, HostSettings, engines};

/// A table from names to what is said of each; nothing is said of one that ssh reaches.
pub(super) fn hosts(config: &mut Table, paths: &Paths) -> BTreeMap<HostName, HostSettings> {
    let named = |item: &Item, name: &str| {
        let settings = host(&mut item.table(), paths);
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
        command: table.read("command", |item| reaching(item, paths)).unwrap_or_default(),
        attach: table.read("attach", |item| command(item, paths)),
        quote: table.read("quote", Item::boolean),
        backend: table.text("backend"),
        tmux_socket: tmux.text("socket"),
        tmux_command: tmux.text("command"),
        no_login: table.read("login", Item::boolean).is_some_and(|login| !login),
        env: table
            .read("env", |item| item.list("names of variables", variable))
            .unwrap_or_default(),
        agent: table.text("agent"),
        tracker: table.table("tracker").text("command"),
    }
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

    use rmpv::Value;
    use serde_json::json;

    use super::*;
    use crate::rpc::config::reader::Report;

    fn read(hosts: &serde_json::Value) -> (BTreeMap<HostName, HostSettings>, Vec<String>) {
        let written = rmpv::ext::to_value(json!({ "hosts": hosts })).unwrap_or(Value::Nil);
        let report = Report::default();
        let paths = Paths { cwd: None, home: Some(Path::new("/home/me").to_owned()) };
        let read = hosts_of(&Item::root(&written, &report), &paths);
        (read, report.problems())
    }

    fn hosts_of(root: &Item, paths: &Paths) -> BTreeMap<HostName, HostSettings> {
        super::hosts(&mut root.table(), paths)
    }

    #[test]
    fn what_a_host_is_told_is_read() {
        let build1 = json!({ "login": false, "env": ["A_KEY"], "agent": "codex",
            "tracker": { "command": "bd" } });
        let (hosts, problems) = read(&json!({ "build1": build1, "gpu": {} }));
        assert_eq!(problems, [""; 0]);
        let [build1, gpu] = ["build1", "gpu"].map(|name| &hosts[&name.parse().unwrap()]);
        assert_eq!((build1.no_login, gpu.no_login), (true, false));
        assert_eq!(
            (&build1.env[..], build1.agent.as_deref()),
            (&["A_KEY".to_owned()][..], Some("codex"))
        );
        assert_eq!(build1.tracker.as_deref(), Some("bd"));
    }

    #[test]
    fn a_command_that_cannot_carry_messages_is_refused() {
        let (_, problems) = read(&json!({
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
