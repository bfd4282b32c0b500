//! A private tmux server for a test, looked at from outside.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use polecat::tmux::{Launch, ServerAddress, Socket, Tmux};
use rustix::process::{Pid, Signal, kill_process};

/// A server on a socket in a folder of its own. Dropping it ends the server and whatever still
/// runs in it, and removes the folder.
pub struct TmuxServer {
    folder: PathBuf,
    socket: PathBuf,
    /// Removes the folder; none for a server that another process looks after.
    owned: Option<tempfile::TempDir>,
}

impl TmuxServer {
    /// A place for a server; none runs yet.
    pub fn absent() -> Self {
        // What the layer did is printed with a test that fails.
        let log = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG);
        let _ = log.with_test_writer().without_time().try_init();
        let folder =
            tempfile::Builder::new().prefix("polecat-test-").tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("home")).expect("it is ours");
        let socket = folder.path().join("tmux");
        Self { folder: folder.path().to_owned(), socket, owned: Some(folder) }
    }

    /// A place for the server of this name, below what is to be `TMUX_TMPDIR`: the test's folder.
    pub fn named(name: &str) -> Self {
        let mut server = Self::absent();
        let sockets = format!("tmux-{}", rustix::process::getuid().as_raw());
        let folder = server.folder().join(sockets);
        std::fs::create_dir(&folder).expect("it is ours");
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).expect("ours");
        server.socket = folder.join(name);
        server
    }

    /// A place for another server of this name beside one that [`TmuxServer::named`] made.
    pub fn beside(other: &Self, name: &str) -> Self {
        let mut server = Self::absent();
        server.socket = other.socket().with_file_name(name);
        server
    }

    /// The server in the folder of a test that runs in another process.
    pub fn of_another_process(folder: PathBuf) -> Self {
        Self { socket: folder.join("tmux"), folder, owned: None }
    }

    /// A running server with one session, `first`, that runs `cat`.
    pub fn new() -> Self {
        let server = Self::absent();
        server.run(&["new-session", "-d", "-s", "first", "-x", "80", "-y", "24", "exec cat"]);
        server
    }

    /// The test's own folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn socket(&self) -> PathBuf {
        self.socket.clone()
    }

    pub fn address(&self) -> ServerAddress {
        let holder = Some(env!("CARGO_BIN_EXE_polecat-nvim").into());
        let socket = Socket::Path(self.socket());
        ServerAddress { command: tmux_program(), socket, holder, no_start: None }
    }

    /// The client under test, for this server.
    pub fn client(&self) -> Tmux {
        Tmux::new(self.address(), self.launch())
    }

    /// Starts programs with a small environment and a HOME of the test's own.
    pub fn launch(&self) -> Launch {
        let home = self.folder().join("home");
        Arc::new(move |program: &OsStr| command(program, &home))
    }

    /// Runs a tmux command by the tmux program alone.
    ///
    /// # Panics
    /// When tmux refuses it.
    pub fn run(&self, args: &[&str]) -> String {
        self.try_run(args).unwrap_or_else(|error| panic!("tmux {args:?}: {error}"))
    }

    /// The same; `Err` is what tmux said.
    pub fn try_run(&self, args: &[&str]) -> Result<String, String> {
        let mut output = self.output(args);
        // One that is just ending takes nothing any more; the next try begins a new one.
        if output.stderr.starts_with(b"server exited unexpectedly") {
            output = self.output(args);
        }
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned())
    }

    /// The server's process.
    pub fn pid(&self) -> Pid {
        let pid = self.run(&["display-message", "-p", "#{pid}"]);
        pid.parse().ok().and_then(Pid::from_raw).expect("tmux tells its process")
    }

    /// Processes that know this server's socket: it, its clients, and all that runs in panes.
    pub fn processes(&self) -> Vec<Pid> {
        let socket = self.socket();
        let socket = socket.to_str().expect("our own name for it");
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let knows = |pid: &i32| {
            ["cmdline", "environ"].iter().any(|file| {
                let text = std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
                // Not byte by byte: this is done three times a test, for each process there is, and
                // took up to a second of it.
                String::from_utf8_lossy(&text).contains(socket)
            })
        };
        pids.filter(knows).filter_map(Pid::from_raw).collect()
    }

    fn output(&self, args: &[&str]) -> Output {
        let mut command = command(OsStr::new(&tmux_program()), &self.folder().join("home"));
        command.args(["-u", "-f", "/dev/null", "-S"]).arg(self.socket()).args(args);
        command.output().expect("tmux can be started")
    }
}

impl TmuxServer {
    /// Ends all processes of this server. Not by `kill-server`: a server that a failed test left
    /// stopped would never answer. New ones may come while we look, until the server is gone.
    fn end(&self) {
        for _ in 0..100 {
            let left = self.processes();
            if left.is_empty() {
                return;
            }
            for pid in left {
                // It may have ended by itself.
                let _ = kill_process(pid, Signal::KILL);
            }
        }
    }
}

impl Drop for TmuxServer {
    fn drop(&mut self) {
        if self.owned.is_some() {
            self.end();
            self.owned = None;
            // What a task of the test started while the folder was still there.
            self.end();
        }
    }
}

/// The tmux under test: `TMUX_BIN`, else `tmux`.
pub fn tmux_program() -> String {
    std::env::var("TMUX_BIN").unwrap_or_else(|_| "tmux".to_owned())
}

#[expect(clippy::disallowed_methods, reason = "the tests' own launcher")]
fn command(program: &OsStr, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("HOME", home).env("TERM", "xterm-256color").env("LANG", "C.UTF-8");
    command.env("SHELL", "/bin/sh").env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}
