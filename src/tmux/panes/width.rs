//! How wide a window is that nobody is attached to, and how wide those are that show it elsewhere.
//!
//! tmux keeps the size that such a window was given last. `resize-window` alone would also make that
//! size the window's own, for whoever attaches: their terminal would show it in a corner. So the
//! option that it sets is unset in the same step; then a person who attaches takes over at once, and
//! one who is attached already never sees another size.
//!
//! Whoever shows a pane says how wide in an option of the pane, one for each: of several that write
//! at once none loses its word, and the words of a process that has ended are taken back by others.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::tmux::client::Tmux;
use crate::tmux::connection::owners::{Owner, beside_us, owner, us};
use crate::tmux::error::TmuxError;
use crate::tmux::ids::{PaneId, WindowId};
use crate::tmux::protocol::command::Command;
use crate::tmux::protocol::reply::Reply;
use crate::tmux::protocol::request::Request;

/// What the option of one who shows a pane begins with.
const OPTION: &str = "@polecat_width-";

/// One who shows a pane.
#[derive(Debug)]
pub struct Viewer {
    option: String,
}

impl Viewer {
    /// Another one, of this process.
    #[must_use]
    pub fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self { option: format!("{OPTION}{}-{count}", us()) }
    }
}

impl Default for Viewer {
    fn default() -> Self {
        Self::new()
    }
}

/// The window of a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaneWindow {
    /// The window.
    pub id: WindowId,
    /// Its columns and lines.
    pub size: (u32, u32),
    /// Whether its size is nobody's: no person is attached to a session that has it, it has no
    /// setting of its own for its size, and no other pane.
    pub is_free: bool,
    /// The widest of all that show the pane elsewhere.
    pub widest: Option<u32>,
    /// The rows above the screen, and how many of them are kept.
    pub history: (u32, u32),
}

impl PaneWindow {
    /// Whether no row is lost when all of them are wrapped anew at this width: tmux keeps no more
    /// rows than before.
    #[must_use]
    pub fn keeps_history(&self, width: u32) -> bool {
        let (rows, limit) = self.history;
        let each = self.size.0.div_ceil(width.max(1));
        each <= 1 || rows.saturating_add(self.size.1).saturating_mul(each) <= limit
    }
}

impl Tmux {
    /// Says that `viewer` shows the pane this wide, or no more.
    ///
    /// # Errors
    /// No such pane, or tmux could not be asked.
    pub async fn tell_width(
        &self,
        pane: PaneId,
        viewer: &Viewer,
        width: Option<u32>,
    ) -> Result<(), TmuxError> {
        let (target, option) = (pane.to_string(), &*viewer.option);
        let set = Command::new("set-option").args(["-p", "-t", &target]);
        let set = match width {
            Some(width) => set.args([option, &width.to_string()]),
            None => set.args(["-u", option]),
        };
        self.run_one(set).await.map(drop)
    }

    /// The window of a pane. What processes said that have ended is taken back.
    ///
    /// # Errors
    /// No such pane, or tmux could not be asked.
    pub async fn window_around(&self, pane: PaneId) -> Result<PaneWindow, TmuxError> {
        let target = pane.to_string();
        let facts = "#{window_id} #{window_width} #{window_height} #{window_panes} \
                     #{history_size} #{history_limit}";
        let look = vec![
            Command::new("show-options").args(["-p", "-t", &target]),
            Command::new("show-options").args(["-wqv", "-t", &target, "window-size"]),
            Command::new("list-clients").args(["-F", "#{client_control_mode} #{session_id}"]),
            Command::new("list-windows").args(["-a", "-F", "#{window_id} #{session_id}"]),
            Command::new("display-message").args(["-p", "-t", &target, facts]),
        ];
        let replies = self.run(Request::new(look).repeatable()).await?;
        let texts: Vec<_> = replies.iter().map(Reply::text).collect();
        let (widest, gone) = widest(&texts[0]);
        let unset =
            |option: &str| Command::new("set-option").args(["-p", "-u", "-t", &target, option]);
        if !gone.is_empty() {
            self.run(Request::new(gone.iter().map(|option| unset(option)).collect())).await?;
        }
        let unexpected = || TmuxError::Unexpected {
            command: "display-message".to_owned(),
            reply: texts[4].clone(),
        };
        let facts = Facts::read(&texts[4]).ok_or_else(unexpected)?;
        let is_alone = facts.panes == 1 && texts[1].trim().is_empty();
        let is_free = is_alone && !is_attached(facts.window, &texts[3], &texts[2]);
        let Facts { window: id, size, history, .. } = facts;
        Ok(PaneWindow { id, size, is_free, widest, history })
    }

    /// Gives a window that nobody is attached to these columns and lines, for as long as nobody is.
    ///
    /// # Errors
    /// No such window, or tmux could not be asked.
    pub async fn resize(
        &self,
        window: WindowId,
        (width, height): (u32, u32),
    ) -> Result<(), TmuxError> {
        let (target, width, height) = (window.to_string(), width.to_string(), height.to_string());
        let steps = [
            Command::new("resize-window").args(["-t", &target, "-x", &width, "-y", &height]),
            Command::new("set-option").args(["-w", "-u", "-t", &target, "window-size"]),
        ];
        let alone = "#{==:#{window_panes},1}";
        self.run_one(Command::choose(&target, alone, &steps, &[])?).await.map(drop)
    }
}

struct Facts {
    window: WindowId,
    size: (u32, u32),
    panes: u32,
    history: (u32, u32),
}

impl Facts {
    fn read(text: &str) -> Option<Self> {
        let mut words = text.trim().split(' ');
        let window = words.next()?.parse().ok()?;
        let mut number = || words.next()?.parse().ok();
        let (size, panes) = ((number()?, number()?), number()?);
        Some(Self { window, size, panes, history: (number()?, number()?) })
    }
}

/// The widest among options of a pane, and the options of processes that have ended.
fn widest(options: &str) -> (Option<u32>, Vec<&str>) {
    let beside = beside_us().unwrap_or_default();
    let widths = options.lines().filter_map(|line| line.split_once(' '));
    let widths =
        widths.filter_map(|(option, width)| Some((option, option.strip_prefix(OPTION)?, width)));
    let is_gone = |name: &str| !beside.is_empty() && owner(name, &beside) == Owner::Gone;
    let (gone, there): (Vec<_>, Vec<_>) = widths.partition(|(_, name, _)| is_gone(name));
    let widest = there.iter().filter_map(|(.., width)| width.parse().ok()).max();
    (widest, gone.into_iter().map(|(option, ..)| option).collect())
}

/// Whether a person is attached to a session that has `window`: their own, one of its group, or one
/// to which it was linked. Control clients have no terminal that it could fit.
fn is_attached(window: WindowId, windows: &str, clients: &str) -> bool {
    let id = window.to_string();
    let holders: Vec<_> = windows
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(window, _)| *window == id)
        .map(|(_, session)| session)
        .collect();
    let mut persons = clients.lines().filter_map(|line| line.strip_prefix("0 "));
    persons.any(|session| holders.contains(&session))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_attached_to_any_session_that_has_the_window() {
        let windows = "@1 $1\n@1 $2\n@2 $2\n@12 $3";
        let attached =
            |window: &str, clients| is_attached(window.parse().unwrap(), windows, clients);
        assert!(attached("@1", "1 $9\n0 $2"));
        assert!(!attached("@1", "1 $1\n0 $3\n0 $9"));
        assert!(!attached("@2", "0 $1"));
        assert!(!attached("@1", ""));
    }

    #[test]
    fn the_widest_counts_whose_process_is_not_known_to_have_ended() {
        let (first, other) = (Viewer::new().option, Viewer::new().option);
        assert_ne!(first, other);
        let gone = format!("{OPTION}{}4194304-1-0", beside_us().unwrap());
        let elsewhere = format!("{OPTION}polecat-1-2-3-4");
        let options = format!(
            "@polecat \"x y\"\n{first} 90\n{other} 120\n{gone} 240\n{elsewhere} 100\nremain-on-exit on"
        );
        assert_eq!(widest(&options), (Some(120), vec![&*gone]));
        assert_eq!(widest("remain-on-exit on\n"), (None, Vec::new()));
    }
}
