//! Which tmux program, and which of its servers.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

/// A tmux program and the socket of the server to talk to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAddress {
    /// `tmux`, or a path to it.
    pub command: String,
    /// Where its server listens.
    pub socket: Socket,
    /// The program that holds the hub: started with `hold PIPE` it calls [`hold`](crate::tmux::connection::hold()).
    /// `None` for the program that runs here.
    pub holder: Option<PathBuf>,
    /// Why no server is started where there is none, if none is.
    pub no_start: Option<&'static str>,
}

/// Where a tmux server listens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Socket {
    /// The server that a person reaches with plain `tmux`.
    Default,
    /// A name in tmux's socket folder (`tmux -L`).
    Name(String),
    /// The same for a server that others use and start too: like [`Socket::Default`] it starts with
    /// the user's configuration.
    Shared(String),
    /// A path of its own (`tmux -S`).
    Path(PathBuf),
}

impl Socket {
    /// From the configuration: empty is the default server, text with a `/` is a path (a relative
    /// one starts at the working directory), anything else a name.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "" => Self::Default,
            path if path.contains('/') => Self::Path(absolute(path)),
            name => Self::Name(name.to_owned()),
        }
    }
}

impl ServerAddress {
    /// Arguments that pick this server.
    pub(crate) fn args(&self) -> Vec<OsString> {
        match &self.socket {
            Socket::Default => Vec::new(),
            Socket::Name(name) | Socket::Shared(name) => vec!["-L".into(), name.into()],
            Socket::Path(path) => vec!["-S".into(), path.into()],
        }
    }

    /// The program, so that it can be started from any working directory.
    pub(crate) fn program(&self) -> OsString {
        if self.command.contains('/') {
            absolute(&self.command).into()
        } else {
            (&self.command).into()
        }
    }

    /// Where its socket is, or would be.
    pub(crate) fn socket_file(&self) -> PathBuf {
        let name = match &self.socket {
            Socket::Path(path) => return path.clone(),
            Socket::Name(name) | Socket::Shared(name) => name,
            Socket::Default => "default",
        };
        socket_folder().join(name)
    }

    /// The line that has this server carry out `command`, for a person to copy.
    pub(crate) fn shell_line(&self, command: &[&str]) -> String {
        let words = self.args().into_iter().map(|word| word.to_string_lossy().into_owned());
        let words = std::iter::once(self.command.clone()).chain(words);
        let words: Vec<_> = words.chain(command.iter().map(|word| (*word).to_owned())).collect();
        shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "))
    }

    /// Whether there is certainly no server.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self.socket_file().try_exists(), Ok(false))
    }

    /// Whether only we use it. All others start with the user's configuration.
    pub(crate) fn is_private(&self) -> bool {
        !matches!(self.socket, Socket::Default | Socket::Shared(_))
    }
}

/// The folder of all sockets that have a name; it may not exist.
#[must_use]
pub fn socket_folder() -> PathBuf {
    let top = std::env::var_os("TMUX_TMPDIR").map(PathBuf::from);
    // tmux skips a folder that does not exist.
    let top = top.filter(|top| top.is_dir()).unwrap_or_else(|| PathBuf::from("/tmp"));
    top.join(format!("tmux-{}", rustix::process::getuid().as_raw()))
}

/// In words, for messages.
impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.socket {
            Socket::Default => f.write_str("tmux's default socket"),
            Socket::Name(name) | Socket::Shared(name) => write!(f, "socket `{name}`"),
            Socket::Path(path) => write!(f, "socket `{}`", path.display()),
        }
    }
}

fn absolute(path: &str) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| Path::new(path).to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_with_a_slash_is_a_path() {
        assert_eq!(Socket::parse(""), Socket::Default);
        assert_eq!(Socket::parse("work"), Socket::Name("work".to_owned()));
        assert_eq!(Socket::parse("/run/x"), Socket::Path(PathBuf::from("/run/x")));
        assert!(matches!(Socket::parse("./x"), Socket::Path(path) if path.is_absolute()));
    }
}
