//! The database server of a town: one for all of its trackers.

use std::path::Path;

use serde::Deserialize;

use crate::core::Town;
use crate::host::files::blocking;
use crate::host::files::dir::Dir;

/// What gastown's daemon starts its programs with.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Daemon {
    env: Env,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Env {
    #[serde(rename = "GT_DOLT_PORT")]
    port: Option<String>,
}

/// The port that the server of `town` listens on, looked for where gastown 0.6 looks: in the
/// server's own configuration, in our environment, in that of the town's daemon. None where no one
/// says: trackers then know it best.
pub async fn port(town: &Town) -> Option<u16> {
    let root = town.root.clone();
    let read = blocking(move || {
        let server = text(&root, ".dolt-data", "config.yaml");
        Ok((server, text(&root, "mayor", "daemon.json")))
    });
    let (server, daemon) = read.await.ok()?;
    let daemon = daemon.and_then(|text| serde_json::from_str::<Daemon>(&text).ok());
    let own = std::env::var("GT_DOLT_PORT").ok();
    server
        .and_then(|text| listener(&text))
        .or_else(|| number(&own?))
        .or_else(|| number(&daemon?.env.port?))
}

/// A small file of the town; what cannot be read says nothing.
fn text(root: &Path, dir: &str, file: &str) -> Option<String> {
    Dir::open(root, &root.join(dir)).ok()??.read(file).ok()?
}

/// `port` below `listener`, in the YAML that `gt dolt start` writes.
fn listener(yaml: &str) -> Option<u16> {
    let mut lines = yaml.lines().skip_while(|line| line.trim_end() != "listener:").skip(1);
    let own = lines.by_ref().take_while(|line| line.starts_with([' ', '\t']) || line.is_empty());
    own.filter_map(|line| line.trim().strip_prefix("port:")).find_map(number)
}

fn number(text: &str) -> Option<u16> {
    text.trim().parse().ok().filter(|port| *port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_that_of_the_listener() {
        for (yaml, port) in [
            ("log_level: info\nlistener:\n  host: 127.0.0.1\n  port: 3310\n", Some(3310)),
            ("listener:\n  max: 3\nmetrics:\n  port: 9\n", None),
            ("metrics:\n  port: 9\n", None),
            ("listener:\n  port: 0\n", None),
            ("listener:\n  port: x\n", None),
            ("", None),
        ] {
            assert_eq!(listener(yaml), port, "{yaml}");
        }
    }
}
