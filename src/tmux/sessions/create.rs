//! Creates a session, in one line: all of it or nothing.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::tmux::client::Tmux;
use crate::tmux::connection::hub::{MANUAL_MARK, MANUAL_SIZE, NO_SESSION};
use crate::tmux::error::{TmuxError, shown};
use crate::tmux::ids::{PaneId, SessionId, WindowId};
use crate::tmux::protocol::command::{Command, literal};
use crate::tmux::protocol::reply::Reply;
use crate::tmux::protocol::request::Request;
use crate::tmux::version::Capabilities;

/// A session to be created, with one window and one pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// Its name: letters, digits, `_` and `-`; others tmux would change.
    pub name: String,
    /// The folder its program starts in. If it does not exist, tmux silently uses another one:
    /// check first.
    pub dir: PathBuf,
    /// Environment of its program, on top of the server's own.
    pub env: Vec<(OsString, OsString)>,
    /// Variables that neither its program nor a later pane may see, whatever the server was started
    /// with. tmux alone can only empty them for the first program.
    pub unset: Vec<String>,
    /// What only its first program is given.
    pub secret: Option<Secret>,
    /// Variables of the session alone, by their formats: whoever asks tmux sees them, the first
    /// program does not.
    pub told: Vec<(String, String)>,
    /// The program and its arguments, run directly: no shell sees them.
    pub argv: Vec<OsString>,
    /// Its columns and rows while nobody is attached.
    pub size: (u16, u16),
    /// Options of the session, user options (`@...`) among them.
    pub options: Vec<(String, String)>,
    /// Options of its pane, which go with the pane wherever a person moves it.
    pub pane_options: Vec<(String, String)>,
}

/// A variable that the session forgets as soon as its first program has it, so that neither a later
/// pane nor the session's table has it; and arguments that are only given with it: without it, when
/// a person respawns the pane, the program does not get them either.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// The variable.
    pub variable: &'static str,
    /// Its value.
    pub value: String,
    /// The arguments: letters, digits, `.` and `-`.
    pub args: Vec<String>,
}

/// Without the value.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret").field("variable", &self.variable).finish_non_exhaustive()
    }
}

impl NewSession {
    /// A session of the usual size, with neither environment nor options of its own.
    #[must_use]
    pub fn new(name: impl Into<String>, dir: impl Into<PathBuf>, argv: Vec<OsString>) -> Self {
        Self {
            name: name.into(),
            dir: dir.into(),
            env: Vec::new(),
            unset: Vec::new(),
            secret: None,
            told: Vec::new(),
            argv,
            size: SESSION_SIZE,
            options: Vec::new(),
            pane_options: Vec::new(),
        }
    }
}

/// What was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewPane {
    /// The session.
    pub session_id: SessionId,
    /// Its window.
    pub window_id: WindowId,
    /// Its pane.
    pub pane_id: PaneId,
    /// The process in it.
    pub pid: Option<u32>,
    /// When it was created, in s since 1970.
    pub created: i64,
}

/// Columns and lines of a session that nobody is attached to: a dialog about a command of forty
/// lines is drawn whole.
pub const SESSION_SIZE: (u16, u16) = (200, 70);

const CREATED: &str =
    "#{session_id} #{window_id} #{pane_id} #{pane_pid} #{session_created} #{session_path}";
/// Is in the command of each pane that is created here, and of no other. It unsets a variable that
/// is never set.
const TOKEN: &str = "POLECAT_PANE";
/// Whether a pane still runs what we created it with: a person may have respawned it.
pub(in crate::tmux) const RUNS_OURS: &str = "#{m:*-u POLECAT_PANE *,#{pane_start_command}}";
/// The same of one of the panes of a window.
const HOLDS_OURS: &str = "#{m:*-u POLECAT_PANE *,#{P:#{pane_start_command} }}";
/// The number within its window of the pane that does.
const INDEX_OF_OURS: &str = "#{P:#{?#{m:*-u POLECAT_PANE *,#{pane_start_command}},#{pane_index},}}";
/// How many windows, and how many panes in a window, to search for the pane that was created.
const SEARCH_LIMIT: usize = 10;

impl Tmux {
    /// Creates a session, and starts a server if there is none. The pane outlives its program, with
    /// its last screen.
    ///
    /// If several create the same name at once, one succeeds.
    ///
    /// # Errors
    /// [`TmuxError::is_duplicate_session`] if the name is taken. After any error except
    /// [`TmuxError::NoAnswer`] and [`TmuxError::ConnectionLost`] there is no new session.
    pub async fn create_session(&self, spec: &NewSession) -> Result<NewPane, TmuxError> {
        check_name(&spec.name)?;
        let capabilities = self.capabilities().await?;
        let create = creation(spec, &capabilities)?;
        let manual = Command::new("display-message").args(["-p", MANUAL_MARK]);
        let line = Command::choose(NO_SESSION, MANUAL_SIZE, &[manual], &create)?;
        match self.run(Request::new(vec![line]).starting_server().private()).await {
            Ok(replies) => self.created(spec, &replies[0]).await,
            Err(TmuxError::Refused { command, reply, done }) => {
                // Something after `new-session` failed: no half-made session may stay.
                if let Some((pane, _)) = done.last().and_then(|reply| read(reply.bytes())) {
                    self.kill_session(pane.session_id).await?;
                }
                Err(TmuxError::Refused { command, reply, done })
            }
            Err(error) => Err(error),
        }
    }

    async fn created(&self, spec: &NewSession, reply: &Reply) -> Result<NewPane, TmuxError> {
        if reply.text() == MANUAL_MARK {
            return Err(TmuxError::ManualWindowSize);
        }
        // The last line is the pane with the options. The folder before it may have line breaks.
        let printed = reply.bytes().strip_suffix(b"\n").unwrap_or_default();
        let last = printed.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let (first, current) = printed.split_at(last);
        let Some((pane, path)) = read(first) else { return Err(unexpected(reply)) };
        if current != pane.pane_id.to_string().as_bytes() {
            self.kill_session(pane.session_id).await?;
            return Err(unexpected(reply));
        }
        // Some versions escape what is not UTF-8.
        if path != spec.dir.as_os_str().as_bytes() && !path.contains(&b'\\') {
            self.kill_session(pane.session_id).await?;
            let argument = shown(spec.dir.as_os_str().as_bytes());
            return Err(TmuxError::BadArgument {
                argument,
                why: "tmux takes it for another folder",
            });
        }
        Ok(pane)
    }
}

fn unexpected(reply: &Reply) -> TmuxError {
    let reply = shown(reply.bytes());
    TmuxError::Unexpected { command: "new-session".to_owned(), reply }
}

/// tmux replaces `.` and `:` in a name, and escapes other characters that it does not like.
fn check_name(name: &str) -> Result<(), TmuxError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if name.is_empty() || !name.bytes().all(plain) {
        let argument = shown(name.as_bytes());
        return Err(TmuxError::BadArgument { argument, why: "not a name for a session" });
    }
    Ok(())
}

/// The commands; the new session is named, not current, in all but the first.
fn creation(spec: &NewSession, capabilities: &Capabilities) -> Result<Vec<Command>, TmuxError> {
    let (width, height) = (spec.size.0.to_string(), spec.size.1.to_string());
    let session = format!("={}:", spec.name);
    let set = |args: &[&str]| Command::new("set-option").args(args);
    let mut commands = vec![new_session(spec, &width, &height)?];
    commands.push(Command::choose(&session, RUNS_OURS, &[], &to_created(&spec.name)?)?);
    commands.push(set(&["-p", "-t", &session, "remain-on-exit", "on"]));
    if capabilities.remain_on_exit_format {
        // tmux's own message would scroll the last screen up by a row.
        commands.push(set(&["-p", "-t", &session, "remain-on-exit-format", ""]));
    }
    // Against global settings of a person's: the first one ends sessions that nobody is attached
    // to, the second one moves whoever is attached to the hub when the session ends.
    commands.push(set(&["-t", &session, "destroy-unattached", "off"]));
    commands.push(set(&["-t", &session, "detach-on-destroy", "on"]));
    if !capabilities.sized_sessions {
        let resize = Command::new("resize-window");
        commands.push(resize.args(["-t", &session, "-x", &width, "-y", &height]));
        commands.push(set(&["-w", "-u", "-t", &session, "window-size"]));
    }
    let options =
        spec.options.iter().map(|(name, value)| set(&["-t", &session, "--", name, value]));
    commands.extend(options);
    let options = spec.pane_options.iter();
    commands.extend(options.map(|(name, value)| set(&["-p", "-t", &session, "--", name, value])));
    let variable =
        |args: &[&str]| Command::new("set-environment").args(["-t", &session]).args(args);
    commands.extend(spec.unset.iter().map(|name| variable(&["-r", "--", name])));
    // `-u` takes it out of the table; `-r` would have later panes started without one of their own.
    commands.extend(spec.secret.iter().map(|secret| variable(&["-u", "--", secret.variable])));
    commands.extend(spec.told.iter().map(|(name, value)| variable(&["-F", "--", name, value])));
    commands.push(Command::new("display-message").args(["-p", "-t", &session, "#{pane_id}"]));
    Ok(commands)
}

/// Makes the new pane the current one of its session again, in case a hook of the user's
/// (`after-new-session`) has opened others. What follows names the session: the pane's id is not
/// known in the line that creates it, and by the next line the pane may have ended.
fn to_created(session: &str) -> Result<Vec<Command>, TmuxError> {
    let within = format!("={session}:");
    let next = [Command::new("next-window").args(["-t", &within])];
    let next = Command::choose(&within, HOLDS_OURS, &[], &next)?;
    let mut commands = vec![next; SEARCH_LIMIT];
    for index in 0..SEARCH_LIMIT {
        // By its number: `.+` would count from our own client's current pane.
        let select = [Command::new("select-pane").args(["-t", &format!("{within}.{index}")])];
        let is_it = format!("#{{==:{INDEX_OF_OURS},{index}}}");
        commands.push(Command::choose(&within, &is_it, &select, &[])?);
    }
    Ok(commands)
}

fn new_session(spec: &NewSession, width: &str, height: &str) -> Result<Command, TmuxError> {
    let mut command = Command::new("new-session")
        .args(["-d", "-P", "-F", CREATED, "-s", &spec.name, "-x", width, "-y", height])
        .arg("-c")
        .arg(literal(&spec.dir));
    for (name, value) in &spec.env {
        command = command.arg("-e").arg([name.as_bytes(), b"=", value.as_bytes()].concat());
    }
    if let Some(secret) = &spec.secret {
        command = command.arg("-e").arg(format!("{}={}", secret.variable, secret.value));
    }
    let command = command.arg("--").args(without(&spec.unset));
    Ok(command.args(exec(&spec.argv, spec.secret.as_ref())?))
}

/// Words that run what follows them without the variables, in the same process after one `exec`.
fn without(unset: &[String]) -> Vec<&str> {
    let names = [TOKEN].into_iter().chain(unset.iter().map(String::as_str));
    ["/usr/bin/env"].into_iter().chain(names.flat_map(|name| ["-u", name])).collect()
}

/// Words that run the program. `env` would take one with a `=` in its path for a variable, and only
/// a shell sees whether a variable is set.
fn exec(argv: &[OsString], secret: Option<&Secret>) -> Result<Vec<Vec<u8>>, TmuxError> {
    let Some(program) = argv.first() else {
        return Err(TmuxError::BadArgument { argument: String::new(), why: "there is no program" });
    };
    let given = secret.map(with_secret).transpose()?;
    let shell = (given.is_some() || program.as_bytes().contains(&b'=')).then(|| {
        let script = format!("exec \"$0\" \"$@\"{}", given.unwrap_or_default());
        ["/bin/sh", "-c", &script].map(|word| word.as_bytes().to_vec())
    });
    let words = argv.iter().map(|word| word.as_bytes().to_vec());
    Ok(shell.into_iter().flatten().chain(words).collect())
}

/// The arguments of a secret, for a shell that expands them to nothing where it is not set.
fn with_secret(secret: &Secret) -> Result<String, TmuxError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let words = secret.args.iter().map(String::as_str);
    let mut all = words.clone().chain([secret.variable]);
    if let Some(word) = all.find(|word| !word.bytes().all(plain)) {
        return Err(TmuxError::BadArgument { argument: word.to_owned(), why: "not a plain word" });
    }
    let each = |word: &str| format!(" ${{{}:+{word}}}", secret.variable);
    Ok(words.map(each).collect())
}

/// What `new-session -P` printed: the session, and its folder as tmux understood it.
fn read(reply: &[u8]) -> Option<(NewPane, Vec<u8>)> {
    let line = reply.strip_suffix(b"\n")?;
    let mut words = line.splitn(6, |&byte| byte == b' ');
    let mut word = || std::str::from_utf8(words.next()?).ok();
    let pane = NewPane {
        session_id: word()?.parse().ok()?,
        window_id: word()?.parse().ok()?,
        pane_id: word()?.parse().ok()?,
        pid: word()?.parse().ok(),
        created: word()?.parse().ok()?,
    };
    Some((pane, words.next()?.to_vec()))
}
