//! All panes of the server in one round trip; in the folder, what is done with one of them.

pub(super) mod buffers;
pub(super) mod capture;
pub(super) mod guard;
pub(super) mod mirror;
pub(super) mod options;
pub(super) mod paste;
pub(super) mod press;
pub(super) mod screen;
pub(super) mod terminal;
pub(super) mod wait_until_read;
pub(super) mod width;

use super::client::Tmux;
use super::error::{TmuxError, shown};
use super::ids::{PaneId, SessionId, WindowId};
use crate::tmux::connection::signal::HUB;
use crate::tmux::protocol::command::Command;
use crate::tmux::protocol::request::Request;
use crate::tmux::protocol::table::{Columns, Row};
use crate::tmux::sessions::create::RUNS_OURS;

/// A pane, with the session it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pane {
    /// The session's name.
    pub session_name: String,
    /// The session.
    pub session_id: SessionId,
    /// The pane.
    pub pane_id: PaneId,
    /// The process that was started in it.
    pub pid: Option<u32>,
    /// How that process ended, if it has and the pane remains.
    pub dead: Option<Death>,
    /// When the session was created, in s since 1970.
    pub created: i64,
    /// How many windows the session has.
    pub windows: u32,
    /// How many clients are attached to the session.
    pub attached: u32,
    /// When the window last printed something, in s since 1970.
    pub activity: i64,
    /// The folder the session was created in.
    pub session_path: String,
    /// Changes when its program draws; [`Tmux::facts`] leaves it out.
    pub drawn: Drawn,
    /// The user options asked for, in that order; empty if not set.
    pub options: Vec<String>,
}

/// Shows that a program has drawn something, without a look at its screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// The title that its program gave it.
    pub title: String,
    /// How many rows that have scrolled off the top tmux still has. Not a count of printed lines:
    /// at its limit tmux drops a tenth at once.
    pub history: u32,
    /// Column and row of the cursor, from 0.
    pub cursor: (u32, u32),
}

/// The least to know of a pane: whose it is, and whether its program runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaneLiveness {
    /// The pane.
    pub pane_id: PaneId,
    /// Whether its program has ended.
    pub is_dead: bool,
    /// The process that was started in it.
    pub pid: Option<u32>,
    /// The user option asked for; empty if not set.
    pub option: String,
}

/// How a pane's program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Death {
    /// Its exit status. With neither this nor the signal, tmux does not know yet: see
    /// [`Tmux::reap`].
    pub status: Option<i32>,
    /// The signal that ended it (tmux 3.3).
    pub signal: Option<i32>,
    /// When, in s since 1970 (tmux 3.3).
    pub at: Option<i64>,
}

/// What every [`Pane`] has; how a program ended only if it has.
const FACTS: [&str; 8] = [
    "#{session_id}",
    "#{pane_id}",
    "#{pane_pid}",
    "#{?pane_dead,1 #{pane_dead_status} #{pane_dead_signal} #{pane_dead_time},0}",
    "#{session_created}",
    "#{session_windows}",
    "#{session_attached}",
    "#{window_activity}",
];
/// The same with what [`Drawn`] has.
const ALL: [&str; 11] = {
    let [a, b, c, d, e, f, g, h] = FACTS;
    [a, b, c, d, e, f, g, h, "#{history_size}", "#{cursor_x}", "#{cursor_y}"]
};
const TEXTS: [&str; 2] = ["session_name", "session_path"];
const TITLE: &str = "pane_title";

impl Tmux {
    /// All panes of the server except the hub's, in one round trip. `options` are user options to
    /// read as well, such as `@polecat`.
    ///
    /// # Errors
    /// Only if it is not known what there is; without a server there are no panes.
    pub async fn panes(&self, options: &[&str]) -> Result<Vec<Pane>, TmuxError> {
        self.list(&["-a"], true, options).await
    }

    /// The same without what is drawn in them, which costs tmux much less.
    ///
    /// # Errors
    /// As [`Tmux::panes`].
    pub async fn facts(&self, options: &[&str]) -> Result<Vec<Pane>, TmuxError> {
        self.list(&["-a"], false, options).await
    }

    /// The panes of one session, named exactly; none if there is no such session. The cost does not
    /// depend on the number of other sessions.
    ///
    /// # Errors
    /// As [`Tmux::panes`].
    pub async fn panes_of(&self, session: &str, options: &[&str]) -> Result<Vec<Pane>, TmuxError> {
        let Some(target) = target(session) else { return Ok(Vec::new()) };
        self.list(&["-s", "-t", &target], true, options).await
    }

    /// The same without what is drawn in them.
    ///
    /// # Errors
    /// As [`Tmux::panes`].
    pub async fn facts_of(&self, session: &str, options: &[&str]) -> Result<Vec<Pane>, TmuxError> {
        let Some(target) = target(session) else { return Ok(Vec::new()) };
        self.list(&["-s", "-t", &target], false, options).await
    }

    /// The least to know of each pane of one session, named exactly, with one user option.
    ///
    /// # Errors
    /// As [`Tmux::panes`].
    pub async fn liveness_of(
        &self,
        session: &str,
        option: &str,
    ) -> Result<Vec<PaneLiveness>, TmuxError> {
        let Some(target) = target(session) else { return Ok(Vec::new()) };
        let texts = user_options(&[option])?;
        let wanted = Columns { numbers: &["#{pane_id}", "#{pane_dead}", "#{pane_pid}"], texts };
        self.read(&["-s", "-t", &target], &wanted, liveness).await
    }

    async fn list(
        &self,
        which: &[&str],
        drawn: bool,
        options: &[&str],
    ) -> Result<Vec<Pane>, TmuxError> {
        let numbers: &[&str] = if drawn { &ALL } else { &FACTS };
        let title = drawn.then_some(TITLE);
        let texts = TEXTS.into_iter().chain(title).chain(user_options(options)?).collect();
        let mut panes =
            self.read(which, &Columns { numbers, texts }, |row| pane(row, drawn)).await?;
        panes.retain(|pane| pane.session_name != HUB);
        Ok(panes)
    }

    async fn read<T>(
        &self,
        which: &[&str],
        wanted: &Columns<'_>,
        read: impl Fn(Row<'_>) -> Option<T>,
    ) -> Result<Vec<T>, TmuxError> {
        let end = self.unique();
        let format = wanted.format(&end);
        let list = Command::new("list-panes").args(which).args(["-F", &format]);
        match self.run(Request::new(vec![list]).repeatable()).await {
            Ok(replies) => wanted.parse(&replies[0], &end, read),
            // What does not exist, or no longer, has no panes.
            Err(error) if error.is_missing_target() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The name of the program that runs in the foreground of a pane.
    ///
    /// # Errors
    /// No such pane, or tmux could not be asked.
    pub async fn command_of(&self, pane: PaneId) -> Result<String, TmuxError> {
        let format = "#{pane_current_command}";
        let ask = Command::new("display-message").args(["-p", "-t", &pane.to_string(), format]);
        Ok(self.run_one(ask).await?.text())
    }

    /// The command that a pane was started with, as tmux writes it: a shell command line is in
    /// quotes.
    ///
    /// # Errors
    /// No such pane, or tmux could not be asked.
    pub async fn start_command_of(&self, pane: PaneId) -> Result<String, TmuxError> {
        let format = "#{pane_start_command}";
        let ask = Command::new("display-message").args(["-p", "-t", &pane.to_string(), format]);
        Ok(self.run_one(ask).await?.text())
    }

    /// Whether a pane still runs what [`Tmux::create_session`] started in it: anybody can run
    /// another program there. False for panes that others created. For one pane at a time, since
    /// commands cost tmux the most.
    ///
    /// # Errors
    /// No such pane, or tmux could not be asked.
    pub async fn runs_created(&self, pane: PaneId) -> Result<bool, TmuxError> {
        let ask = Command::new("display-message").args(["-p", "-t", &pane.to_string(), RUNS_OURS]);
        Ok(is_true(&self.run_one(ask).await?.text()))
    }

    /// The window that a pane is in.
    ///
    /// # Errors
    /// No such pane, or tmux could not be asked.
    pub async fn window_of(&self, pane: PaneId) -> Result<WindowId, TmuxError> {
        let target = pane.to_string();
        let ask = Command::new("display-message").args(["-p", "-t", &target, "#{window_id}"]);
        let reply = self.run_one(ask).await?.text();
        reply.parse().map_err(|_| TmuxError::Unexpected {
            command: "display-message".to_owned(),
            reply: shown(reply.as_bytes()),
        })
    }

    /// Closes a pane, in every session that shows it. One that is already gone is no error.
    ///
    /// # Errors
    /// tmux could not be asked.
    pub async fn kill_pane(&self, id: PaneId) -> Result<(), TmuxError> {
        let kill = Command::new("kill-pane").args(["-t", &id.to_string()]);
        match self.run(Request::new(vec![kill])).await {
            Err(error) if error.is_missing_target() => Ok(()),
            result => result.map(drop),
        }
    }
}

/// The session as a target; `None` for what cannot be a session's name and would be another target.
fn target(session: &str) -> Option<String> {
    let plain = !session.is_empty() && !session.contains(['.', ':']);
    plain.then(|| format!("={session}:"))
}

/// The options, if they can stand in a format.
fn user_options<'a>(options: &[&'a str]) -> Result<Vec<&'a str>, TmuxError> {
    for option in options {
        let name = option.strip_prefix('@').unwrap_or_default();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if name.is_empty() || !name.bytes().all(plain) {
            let argument = shown(option.as_bytes());
            return Err(TmuxError::BadArgument { argument, why: "it is not a user option" });
        }
    }
    Ok(options.to_vec())
}

fn pane(row: Row<'_>, with_drawn: bool) -> Option<Pane> {
    let Row { mut numbers, mut texts } = row;
    let (session_id, pane_id) = (numbers.id()?, numbers.id()?);
    let pid = numbers.optional().filter(|&pid| pid != 0);
    let dead = death(numbers.word()?)?;
    let (created, windows) = (numbers.id()?, numbers.id()?);
    let (attached, activity) = (numbers.id()?, numbers.id()?);
    let (session_name, session_path) = (texts.next()?, texts.next()?);
    let mut drawn = Drawn::default();
    if with_drawn {
        let (history, cursor) = (numbers.id()?, (numbers.id()?, numbers.id()?));
        drawn = Drawn { title: texts.next()?, history, cursor };
    }
    let options = texts.collect();
    Some(Pane {
        session_name,
        session_id,
        pane_id,
        pid,
        dead,
        created,
        windows,
        attached,
        activity,
        session_path,
        drawn,
        options,
    })
}

/// Whether a program has ended, and how.
#[expect(clippy::option_option, reason = "not readable, not: not ended")]
fn death(words: &str) -> Option<Option<Death>> {
    let mut words = words.split(' ');
    match words.next()? {
        "0" => Some(None),
        "1" => {
            let mut number = || words.next().and_then(|word| word.parse().ok());
            let (status, signal) = (number(), number());
            let at = words.next().and_then(|word| word.parse().ok());
            Some(Some(Death { status, signal, at }))
        }
        _ => None,
    }
}

fn liveness(mut row: Row<'_>) -> Option<PaneLiveness> {
    let pane_id = row.numbers.id()?;
    let (is_dead, pid) = (is_true(row.numbers.word()?), row.numbers.optional());
    Some(PaneLiveness { pane_id, is_dead, pid, option: row.texts.next()? })
}

/// tmux writes `0` or nothing, or `1`.
fn is_true(word: &str) -> bool {
    !matches!(word, "" | "0")
}
