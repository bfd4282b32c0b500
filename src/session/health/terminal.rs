//! The tmux that Neovim itself runs in: what an editor wants of it.

use std::time::Duration;

use super::{HealthRow, Level, Workspace};
use crate::host::run::Program;

const SECTION: &str = "terminal";
/// In less than this, nobody notices that an Escape is kept back, in ms.
const NOTICEABLE_DELAY_MS: u64 = 100;

impl Workspace {
    /// Nothing where Neovim is in no tmux.
    pub(super) async fn terminal_health(&self) -> Vec<HealthRow> {
        let settings = &self.shared.settings;
        let Some((socket, session)) = settings.editor.tmux.as_deref().and_then(place) else {
            return Vec::new();
        };
        let asked = Program::new(&self.shared.launch, self.tmux_command())
            .args(["-S", socket, "show-options", "-gv", "focus-events", ";"])
            .args(["show-options", "-sv", "escape-time", ";", "list-clients", "-t"])
            .args([&session, "-F", "#{client_termname} #{client_termfeatures}"])
            .within(Duration::from_secs(1));
        match asked.run().await {
            Ok(told) => findings(&told.text()),
            Err(error) => vec![HealthRow::new(SECTION, Level::Info, error.to_string())],
        }
    }
}

/// Socket and session of `$TMUX`: `/tmp/tmux-1000/default,4711,0`.
fn place(tmux: &str) -> Option<(&str, String)> {
    let mut parts = tmux.rsplitn(3, ',');
    let session = format!("${}", parts.next()?);
    Some((parts.nth(1)?, session))
}

/// What is to be said of the answer: two options, and a line for each client.
fn findings(told: &str) -> Vec<HealthRow> {
    let mut lines = told.lines();
    let focus = lines.next().map(|focus| focus_events(focus == "on"));
    let escape = lines.next().and_then(|time| time.parse().ok()).map(escape_time);
    let rows = focus.into_iter().chain(escape);
    rows.chain(lines.next().map(colours)).collect()
}

fn focus_events(on: bool) -> HealthRow {
    if on {
        return HealthRow::new(SECTION, Level::Ok, "tmux reports the focus".to_owned());
    }
    let text = "`focus-events` of tmux is off: Neovim does not know when you look away, so you \
                are not notified of the agent on screen, and files are reloaded late";
    let hint = "put `set -g focus-events on` into your tmux.conf".to_owned();
    HealthRow::new(SECTION, Level::Warn, text.to_owned()).hint(Some(hint))
}

fn escape_time(ms: u64) -> HealthRow {
    if ms < NOTICEABLE_DELAY_MS {
        return HealthRow::new(SECTION, Level::Ok, format!("tmux passes on `<Esc>` in {ms} ms"));
    }
    let text =
        format!("`escape-time` of tmux is {ms}: each `<Esc>` reaches Neovim that many ms late");
    let hint = "put `set -s escape-time 10` into your tmux.conf".to_owned();
    HealthRow::new(SECTION, Level::Warn, text).hint(Some(hint))
}

fn colours(client: &str) -> HealthRow {
    let (name, features) = client.split_once(' ').unwrap_or((client, ""));
    if features.split(',').any(|feature| feature == "RGB") {
        return HealthRow::new(SECTION, Level::Ok, "tmux passes on all colours".to_owned());
    }
    let text = format!(
        "tmux rounds colours to the 256 of `{name}`; if your terminal has them all, put \
         `set -as terminal-features ',{name}:RGB'` into your tmux.conf"
    );
    HealthRow::new(SECTION, Level::Info, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tmux_as_it_comes_is_told_apart_from_one_that_suits_an_editor() {
        let levels = |told| findings(told).iter().map(|row| row.level).collect::<Vec<_>>();
        let fresh = "off\n500\nxterm-256color bpaste,ccolour,clipboard,cstyle,focus,title";
        assert_eq!(levels(fresh), [Level::Warn, Level::Warn, Level::Info]);
        let suited = "on\n10\nxterm-kitty bpaste,RGB,title\nxterm 256";
        assert_eq!(levels(suited), [Level::Ok; 3]);
        assert_eq!(levels("on\n0"), [Level::Ok; 2], "nobody is attached");
    }

    #[test]
    fn a_socket_may_have_a_comma() {
        assert_eq!(place("/tmp/a,b,12,3"), Some(("/tmp/a,b", "$3".to_owned())));
        assert_eq!(place("nonsense"), None);
    }
}
