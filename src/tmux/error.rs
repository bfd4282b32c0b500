//! What can go wrong, and the one place that reads tmux's prose.

use std::time::Duration;

use super::ids::PaneId;
use crate::tmux::protocol::reply::Reply;

/// What can go wrong between us and one tmux server.
#[derive(Debug, thiserror::Error)]
pub enum TmuxError {
    /// The program itself is not there: nothing was run.
    #[error("there is no program `{command}`")]
    Missing {
        /// The command as configured.
        command: String,
    },
    /// tmux answers, but is older than what this layer is built on.
    #[error("tmux {version} is too old: 3.2 or later is needed")]
    TooOld {
        /// What tmux calls itself.
        version: String,
    },
    /// No server listens on that socket, so there are no sessions either. Nothing was run.
    #[error("no tmux server is running on {socket}")]
    NoServer {
        /// The server's address, in words.
        socket: String,
    },
    /// The same where none may be started.
    #[error("no tmux server is running on {socket}, and {why}")]
    NoStart {
        /// The server's address, in words.
        socket: String,
        /// Why none is started.
        why: &'static str,
        /// The command that starts it, where it is to be started.
        start: String,
    },
    /// The server ended while the command was under way, and its sessions with it.
    #[error("the tmux server on {socket} is gone")]
    ServerGone {
        /// The server's address, in words.
        socket: String,
    },
    /// The connection ended while the command was under way, perhaps because the server did: it
    /// may or may not have had its effect.
    #[error("the connection to the tmux server on {socket} was lost")]
    ConnectionLost {
        /// The server's address, in words.
        socket: String,
    },
    /// A server lives there, but our tmux program speaks another protocol version, as after an
    /// upgrade. Its sessions are alive.
    #[error("the tmux server was started by another version of tmux: {reply}")]
    OtherVersion {
        /// tmux's own words.
        reply: String,
    },
    /// The server cannot be reached (permissions, or a file that is not a socket): nothing is
    /// known.
    #[error("tmux cannot reach the server on {socket}: {reply}")]
    Unreachable {
        /// The server's address, in words.
        socket: String,
        /// tmux's own words.
        reply: String,
    },
    /// No answer in time: the command may or may not have had its effect.
    #[error("tmux did not answer `{command}` within {waited:?}")]
    NoAnswer {
        /// The command, shortened.
        command: String,
        /// How long we waited.
        waited: Duration,
    },
    /// tmux answered with an error: this command had no effect, those before it had theirs.
    #[error("tmux refused `{command}`: {reply}")]
    Refused {
        /// The command, shortened.
        command: String,
        /// tmux's own words.
        reply: String,
        /// What the commands before it answered.
        done: Vec<Reply>,
    },
    /// An argument that tmux cannot take: nothing was run.
    #[error("`{argument}` cannot be given to tmux: {why}")]
    BadArgument {
        /// The argument, shortened, control characters escaped.
        argument: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// More than tmux reads in one line: nothing was run.
    #[error("`{command}` is too long for tmux: {size} bytes, {limit} at most")]
    TooLong {
        /// The command, shortened.
        command: String,
        /// Encoded size in bytes.
        size: usize,
        /// The most that is sent, in bytes.
        limit: usize,
    },
    /// The program in the pane has ended, so nobody would read what is sent.
    #[error("the program in pane `{pane}` has ended")]
    PaneDead {
        /// The pane.
        pane: PaneId,
    },
    /// `window-size` is globally `manual`: creating a session would crash the server.
    #[error(
        "tmux would crash: its global option `window-size` is `manual`, under which a session cannot be created"
    )]
    ManualWindowSize,
    /// tmux answered something that cannot be understood.
    #[error("tmux answered `{command}` with something unexpected: {reply}")]
    Unexpected {
        /// The command, shortened.
        command: String,
        /// The answer, shortened.
        reply: String,
    },
    /// The operating system refused something of ours.
    #[error("cannot {doing}: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
}

impl TmuxError {
    /// The command named a session, window, pane or buffer that does not exist, perhaps because
    /// its server does not.
    #[must_use]
    pub fn is_missing_target(&self) -> bool {
        self.is_no_server()
            || self.refusal().is_some_and(|reply| {
                reply.starts_with("can't find ")
                    || reply.starts_with("no such ")
                    || reply.starts_with("no buffer ")
                    || reply.starts_with("session not found")
                    // There is no session at all, as in a server that is ending.
                    || reply.starts_with("no current target")
            })
    }

    /// A session of that name exists already; nothing was created.
    #[must_use]
    pub fn is_duplicate_session(&self) -> bool {
        self.refusal().is_some_and(|reply| reply.starts_with("duplicate session: "))
    }

    /// There is no server any more, or there was none.
    #[must_use]
    pub fn is_no_server(&self) -> bool {
        matches!(self, Self::NoServer { .. } | Self::ServerGone { .. })
    }

    /// Whether the command may have had its effect.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        matches!(self, Self::NoAnswer { .. } | Self::ConnectionLost { .. })
    }

    fn refusal(&self) -> Option<&str> {
        match self {
            Self::Refused { reply, .. } => Some(reply),
            _ => None,
        }
    }

    /// The error in what a tmux client says when it could not reach its server, if it says so.
    ///
    /// tmux sets only `LC_CTYPE` and `LC_TIME`, so it speaks English in every locale.
    pub(crate) fn from_client(socket: &str, prose: &str) -> Option<Self> {
        let line = prose.lines().map(str::trim).find(|line| !line.is_empty())?;
        let socket = socket.to_owned();
        if line.starts_with("no server running on ") {
            return Some(Self::NoServer { socket });
        }
        // `error connecting to /tmp/tmux-0/default (No such file or directory)`
        if line.starts_with("error connecting to ") {
            let absent = line.ends_with("(No such file or directory)")
                || line.ends_with("(Connection refused)");
            let reply = line.to_owned();
            let unreachable = |socket| Self::Unreachable { socket, reply };
            return Some(if absent { Self::NoServer { socket } } else { unreachable(socket) });
        }
        if line.starts_with("protocol version mismatch") {
            return Some(Self::OtherVersion { reply: line.to_owned() });
        }
        if line.starts_with("server exited") || line.starts_with("lost server") {
            return Some(Self::ConnectionLost { socket });
        }
        if line.starts_with("error creating ") || line.starts_with("couldn't create directory ") {
            return Some(Self::Unreachable { socket, reply: line.to_owned() });
        }
        None
    }
}

/// Text for a message: shortened, control characters escaped, never more than one line.
pub(crate) fn shown(bytes: &[u8]) -> String {
    const LENGTH_LIMIT: usize = 120;
    let text = String::from_utf8_lossy(bytes);
    let mut shown: String = text.trim_end().chars().take(LENGTH_LIMIT).flat_map(escaped).collect();
    if text.trim_end().chars().nth(LENGTH_LIMIT).is_some() {
        shown.push_str("...");
    }
    shown
}

fn escaped(char: char) -> Vec<char> {
    if char.is_control() { char.escape_default().collect() } else { vec![char] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(reply: &str) -> TmuxError {
        TmuxError::Refused { command: String::new(), reply: reply.to_owned(), done: Vec::new() }
    }

    #[test]
    fn what_a_client_says_tells_no_server_from_one_that_cannot_be_reached() {
        let kind = |prose: &str| match TmuxError::from_client("x", prose) {
            Some(TmuxError::NoServer { .. }) => "no server",
            Some(TmuxError::ConnectionLost { .. }) => "lost",
            Some(TmuxError::OtherVersion { .. }) => "other version",
            Some(TmuxError::Unreachable { .. }) => "unreachable",
            Some(_) => "something else",
            None => "unknown",
        };
        for (prose, expected) in [
            ("no server running on /tmp/tmux-0/default\n", "no server"),
            ("error connecting to /tmp/s (No such file or directory)\n", "no server"),
            ("error connecting to /tmp/s (Connection refused)", "no server"),
            ("error connecting to /tmp/s (Permission denied)", "unreachable"),
            ("error creating /nonexist/dir/s (No such file or directory)", "unreachable"),
            ("couldn't create directory /tmp/tmux-0 (Permission denied)", "unreachable"),
            ("protocol version mismatch (client 8, server 7)\n", "other version"),
            ("server exited unexpectedly\n", "lost"),
            ("server exited", "lost"),
            ("lost server", "lost"),
            ("can't find session: x", "unknown"),
            ("", "unknown"),
        ] {
            assert_eq!(kind(prose), expected, "{prose:?}");
        }
    }

    #[test]
    fn a_missing_target_is_told_from_other_refusals() {
        for (reply, missing) in [
            ("can't find session: =gone", true),
            ("can't find window: x", true),
            ("can't find pane: %7", true),
            ("no such session: $9", true),
            ("no buffer polecat-1-2", true),
            ("duplicate session: a", false),
            ("unknown command: frob", false),
        ] {
            assert_eq!(refused(reply).is_missing_target(), missing, "{reply:?}");
        }
        assert!(refused("duplicate session: a").is_duplicate_session());
        assert!(!refused("can't find session: a").is_duplicate_session());
    }

    #[test]
    fn shown_text_is_short_and_on_one_line() {
        assert_eq!(shown(b"a\nb\x1b[0m\n\n"), "a\\nb\\u{1b}[0m");
        assert_eq!(shown(&[b'x'; 500]).len(), 123);
    }
}
