//! The least that anyone needs of tmux: a line written to a control client, its answer read.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use rustix::fs::{FlockOperation, flock};

/// The session that holds it, so that nobody else's is attached to.
pub(crate) const SESSION: &str = "bench-floor";

/// A control client that is waited for, with nothing around it.
pub(crate) struct Pipe {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Pipe {
    /// A client of the server, in a session that must be there.
    pub(crate) fn attach(tmux: &str, socket: &Path) -> Pipe {
        #[expect(clippy::disallowed_methods, reason = "a bench starts its own client")]
        let mut command = Command::new(tmux);
        command.arg("-u").arg("-S").arg(socket).args(["-C", "attach-session", "-E", "-t"]);
        command.arg(format!("={SESSION}")).args(["-f", "no-output,ignore-size"]);
        command.env_remove("TMUX").stdin(Stdio::piped()).stdout(Stdio::piped());
        // The plugin's own rule: who connects while a session comes crashes tmux (src/tmux/lock.rs).
        let folder = socket.parent().and_then(|folder| File::open(folder).ok());
        let folder = folder.expect("the socket is in a folder of ours");
        flock(&folder, FlockOperation::LockExclusive).expect("a folder can be locked");
        let mut child = command.spawn().expect("tmux can be started");
        let input = child.stdin.take().expect("it was asked for");
        let output = BufReader::new(child.stdout.take().expect("it was asked for"));
        let mut pipe = Pipe { child, input, output };
        pipe.greet();
        drop(folder);
        pipe
    }

    /// Runs a line of commands, each of which gives one block.
    ///
    /// # Panics
    /// When tmux refuses one.
    pub(crate) fn ask(&mut self, line: &str, blocks: usize) {
        self.write(line);
        for _ in 0..blocks {
            self.read_block();
        }
    }

    fn greet(&mut self) {
        self.write("display-message -p bench-ready");
        self.read_block();
    }

    /// Reads to the end of a block of ours, which has the flag 1; that of the client's own start
    /// has the flag 0, and comes when it likes.
    fn read_block(&mut self) {
        loop {
            let line = self.read();
            if line.starts_with("%end ") && line.trim_end().ends_with(" 1") {
                return;
            }
        }
    }

    fn write(&mut self, line: &str) {
        let line = format!("{line}\n");
        self.input.write_all(line.as_bytes()).expect("the client takes lines");
    }

    fn read(&mut self) -> String {
        let mut line = Vec::new();
        let read = self.output.read_until(b'\n', &mut line).expect("the client talks");
        let line = String::from_utf8_lossy(&line).into_owned();
        assert!(read > 0, "the control client ended");
        assert!(!line.starts_with("%error "), "tmux refused a line of the floor");
        line
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        // It may have ended with its server.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
