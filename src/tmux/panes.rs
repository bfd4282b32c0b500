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
    /// The program in the foreground, as the system names it.
    pub command: String,
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
const TEXTS: [&str; 4] = ["session_name", "pane_current_command", "session_path", "pane_title"];

impl Tmux {
    /// All panes of the server, the hub's left out, in one round trip. `options` are user options
    /// to read along, such as `@polecat`. Control characters in texts come as blanks.
    ///
    /// # Errors
    /// Only when it is not known what there is; without a server there are no panes.
    pub async fn panes(&self, options: &[&str]) -> Result<Vec<Pane>, TmuxError> {
        let list = Command::new("list-panes").args(["-a", "-F", &format(options)?]);
        match self.run(Request::new(vec![list]).repeatable()).await {
            Ok(replies) => parse(&replies[0], options.len()),
            Err(TmuxError::NoServer { .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
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

fn format(options: &[&str]) -> Result<String, TmuxError> {
    let numbers = NUMBERS.iter().map(|name| format!("#{{{name}}}"));
    for option in options {
        let name = option.strip_prefix('@').unwrap_or_default();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if name.is_empty() || !name.bytes().all(plain) {
            let argument = shown(option.as_bytes());
            return Err(TmuxError::BadArgument { argument, why: "it is not a user option" });
        }
    }
    // A title or an option may hold anything, and is not to look like more fields or rows.
    // (`[:cntrl:]` cannot be said there: a `:` ends the pattern.)
    let control: String = (1..32).chain([127]).map(char::from).collect();
    let texts = TEXTS.iter().chain(options).map(|name| format!("#{{s/[{control}]/ /:{name}}}"));
    Ok(numbers.chain(texts).collect::<Vec<_>>().join("\t"))
}

fn parse(reply: &Reply, options: usize) -> Result<Vec<Pane>, TmuxError> {
    let text = reply.text();
    let rows = text.lines().filter(|row| !row.is_empty());
    let panes = rows.map(|row| {
        pane(row, options).ok_or_else(|| TmuxError::Unexpected {
            command: "list-panes".to_owned(),
            reply: shown(row.as_bytes()),
        })
    });
    let hub = |pane: &Result<Pane, _>| matches!(pane, Ok(pane) if pane.session_name == HUB);
    panes.filter(|pane| !hub(pane)).collect()
}

fn pane(row: &str, options: usize) -> Option<Pane> {
    let fields: Vec<&str> = row.split('\t').collect();
    if fields.len() != NUMBERS.len() + TEXTS.len() + options {
        return None;
    }
    let mut fields = Fields(fields.into_iter());
    let (session_id, window_id, pane_id) = (fields.id()?, fields.id()?, fields.id()?);
    let pid = fields.optional().filter(|&pid| pid != 0);
    let dead = fields.flag()?;
    let death =
        Death { status: fields.optional(), signal: fields.optional(), at: fields.optional() };
    Some(Pane {
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
        session_name: fields.text()?,
        command: fields.text()?,
        session_path: fields.text()?,
        title: fields.text()?,
        options: fields.0.map(str::to_owned).collect(),
    })
}

/// The fields of a row, one after the other.
struct Fields<'a>(std::vec::IntoIter<&'a str>);

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

    fn text(&mut self) -> Option<String> {
        self.0.next().map(str::to_owned)
    }
}
