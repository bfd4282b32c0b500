//! All panes of the server in one look, and what else is done to sessions as a whole.

use super::client::Tmux;
use super::command::{Command, Reply};
use super::error::{TmuxError, shown};
use super::hub::HUB;
use super::ids::{PaneId, SessionId, WindowId};
use super::request::Request;

/// A pane, with the window and the session it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pane {
    /// The session's name.
    pub session_name: String,
    /// The session.
    pub session_id: SessionId,
    /// The window.
    pub window_id: WindowId,
    /// The pane.
    pub pane_id: PaneId,
    /// The process that was started in it.
    pub pid: Option<u32>,
    /// How that process ended, when it has and the pane remains.
    pub dead: Option<Death>,
    /// When the session was created, in s since 1970.
    pub created: i64,
    /// How many windows the session has.
    pub windows: u32,
    /// How many clients are attached to the session.
    pub attached: u32,
    /// When the window last printed something, in s since 1970.
    pub activity: i64,
    /// The title its program gave it.
    pub title: String,
    /// The folder the session was created in.
    pub session_path: String,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Rows scrolled off the top that are still there. Not a count of lines printed: at its limit
    /// tmux drops a tenth at once.
    pub history: u32,
    /// Whether its program draws on the alternate screen.
    pub alternate: bool,
    /// Whether a person is in copy-mode (or another mode) there.
    pub in_mode: bool,
    /// Column and row of the cursor, from 0.
    pub cursor: (u32, u32),
    /// The user options asked for, in that order; an option that is not set is empty.
    pub options: Vec<String>,
}

/// How a pane's program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Death {
    /// Its exit status. Neither this nor the signal: tmux has not heard yet, see [`Tmux::reap`].
    pub status: Option<i32>,
    /// The signal that ended it (tmux 3.3).
    pub signal: Option<i32>,
    /// When, in s since 1970 (tmux 3.3).
    pub at: Option<i64>,
}

/// In the order in which [`Fields`] reads them. Text comes last.
const NUMBERS: [&str; 19] = [
    "session_id",
    "window_id",
    "pane_id",
    "pane_pid",
    "pane_dead",
    "pane_dead_status",
    "pane_dead_signal",
    "pane_dead_time",
    "session_created",
    "session_windows",
    "session_attached",
    "window_activity",
    "pane_width",
    "pane_height",
    "history_size",
    "alternate_on",
    "pane_in_mode",
    "cursor_x",
    "cursor_y",
];
/// They may hold anything, line breaks too.
const TEXTS: [&str; 3] = ["session_name", "session_path", "pane_title"];

impl Tmux {
    /// All panes of the server, the hub's left out, in one round trip. `options` are user options
    /// to read along, such as `@polecat`.
    ///
    /// # Errors
    /// Only when it is not known what there is; without a server there are no panes.
    pub async fn panes(&self, options: &[&str]) -> Result<Vec<Pane>, TmuxError> {
        self.list(&["-a"], options).await
    }

    /// The panes of one session, named exactly; none when there is no such session. Costs the
    /// same whatever the number of other sessions.
    ///
    /// # Errors
    /// As [`Tmux::panes`].
    pub async fn panes_of(&self, session: &str, options: &[&str]) -> Result<Vec<Pane>, TmuxError> {
        // No session is called so, and as a target it would mean something else.
        if session.is_empty() || session.contains(['.', ':']) {
            return Ok(Vec::new());
        }
        let target = format!("={session}:");
        match self.list(&["-s", "-t", &target], options).await {
            Err(error) if error.is_missing_target() => Ok(Vec::new()),
            result => result,
        }
    }

    async fn list(&self, which: &[&str], options: &[&str]) -> Result<Vec<Pane>, TmuxError> {
        let end = self.unique();
        let format = format(options, &end)?;
        let list = Command::new("list-panes").args(which).args(["-F", &format]);
        match self.run(Request::new(vec![list]).repeatable()).await {
            Ok(replies) => parse(&replies[0], options.len(), end.as_bytes()),
            Err(TmuxError::NoServer { .. }) => Ok(Vec::new()),
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

    /// Ends a session. One that is gone already is a success.
    ///
    /// # Errors
    /// tmux could not be asked.
    pub async fn kill_session(&self, id: SessionId) -> Result<(), TmuxError> {
        let kill = Command::new("kill-session").args(["-t", &id.to_string()]);
        match self.run(Request::new(vec![kill]).announced()).await {
            Err(error) if error.is_missing_target() => Ok(()),
            Err(TmuxError::NoServer { .. }) => Ok(()),
            result => result.map(drop),
        }
    }

    /// Makes tmux look for ended children. Some builds miss the end of one: its pane is dead but
    /// has neither status nor signal, until another child ends, such as this one.
    ///
    /// # Errors
    /// tmux could not be asked.
    pub async fn reap(&self) -> Result<(), TmuxError> {
        // What it printed, or a failure, would put some pane into view mode.
        self.run_one(Command::new("run-shell").arg("true")).await.map(drop)
    }
}

/// Each text ends with `end`, which must be unguessable. A length in front of it would not do: tmux
/// 3.4 and 3.5 print some bytes as `\ooo`. (And taking control characters out by `s/...` costs tmux
/// as much as all else.)
fn format(options: &[&str], end: &str) -> Result<String, TmuxError> {
    for option in options {
        let name = option.strip_prefix('@').unwrap_or_default();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if name.is_empty() || !name.bytes().all(plain) {
            let argument = shown(option.as_bytes());
            return Err(TmuxError::BadArgument { argument, why: "it is not a user option" });
        }
    }
    let numbers = NUMBERS.iter().map(|name| format!("#{{{name}}}\t"));
    let texts = TEXTS.iter().chain(options).map(|name| format!("#{{{name}}}{end}"));
    Ok(numbers.chain(texts).collect())
}

fn parse(reply: &Reply, options: usize, end: &[u8]) -> Result<Vec<Pane>, TmuxError> {
    let mut rest = reply.bytes();
    let mut panes = Vec::new();
    while !rest.is_empty() {
        let (pane, behind) = pane(rest, options, end).ok_or_else(|| TmuxError::Unexpected {
            command: "list-panes".to_owned(),
            reply: shown(rest),
        })?;
        rest = behind;
        if pane.session_name != HUB {
            panes.push(pane);
        }
    }
    Ok(panes)
}

/// The first row, and what is behind it.
fn pane<'a>(row: &'a [u8], options: usize, end: &[u8]) -> Option<(Pane, &'a [u8])> {
    let tabs = row.iter().enumerate().filter(|(_, byte)| **byte == b'\t');
    let (numbers, mut rest) = row.split_at(tabs.map(|(at, _)| at).nth(NUMBERS.len() - 1)? + 1);
    let mut fields = Fields(std::str::from_utf8(numbers).ok()?.split('\t'));
    let (session_id, window_id, pane_id) = (fields.id()?, fields.id()?, fields.id()?);
    let pid = fields.optional().filter(|&pid| pid != 0);
    let dead = fields.flag()?;
    let death =
        Death { status: fields.optional(), signal: fields.optional(), at: fields.optional() };
    let pane = Pane {
        session_id,
        window_id,
        pane_id,
        pid,
        dead: dead.then_some(death),
        created: fields.id()?,
        windows: fields.id()?,
        attached: fields.id()?,
        activity: fields.id()?,
        width: fields.id()?,
        height: fields.id()?,
        history: fields.id()?,
        alternate: fields.flag()?,
        in_mode: fields.flag()?,
        cursor: (fields.id()?, fields.id()?),
        session_name: take(&mut rest, end)?,
        session_path: take(&mut rest, end)?,
        title: take(&mut rest, end)?,
        options: (0..options).map(|_| take(&mut rest, end)).collect::<Option<_>>()?,
    };
    Some((pane, rest.strip_prefix(b"\n")?))
}

/// The next text, which ends with `end`.
fn take(rest: &mut &[u8], end: &[u8]) -> Option<String> {
    let at = rest.windows(end.len()).position(|window| window == end)?;
    let (text, behind) = rest.split_at(at);
    *rest = behind.strip_prefix(end)?;
    Some(String::from_utf8_lossy(text).into_owned())
}

/// The fields of a row in front of its texts, one after the other.
struct Fields<'a>(std::str::Split<'a, char>);

impl Fields<'_> {
    fn id<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.0.next()?.parse().ok()
    }

    fn optional<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.id()
    }

    /// tmux writes `0`, nothing, or a count.
    fn flag(&mut self) -> Option<bool> {
        self.0.next().map(|field| !matches!(field, "" | "0"))
    }
}
