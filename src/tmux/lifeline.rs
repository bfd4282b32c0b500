//! What keeps the hub alive exactly as long as any of us.
//!
//! tmux's own `destroy-unattached` must not do it: on every version so far (3.2 to 3.7) it
//! destroys the session also while a client that is just leaving still points to it, which crashes
//! the server, with all that runs in it, when any other tmux command ends in that moment. Nor can
//! each of us have a window of its own there: two that close at once crash it too (3.2 to 3.6).
//!
//! So the hub's only window runs a small shell script that reads a pipe. Each of us holds the
//! pipe's other end; it ends when the last does, however it does, and with it the script, the
//! window and the hub.
//!
//! What is left: a backend that is killed in the instant between its client's attaching to a hub of
//! another's and its line in the pipe can leave that client behind, if tmux has something to tell it
//! just then. So can one that is killed before its client has reached the server, which from 3.4 on
//! now and then runs no command of a client whose input is closed: there is no script then.

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileTypeExt;

use super::address::ServerAddress;
use super::lock::{self, Held};
use super::owners;

/// Reads until the last of us is gone, then kills what clients we left behind: tmux lets no client
/// go that it still has something to tell, and nobody listens now. The lines it read say which,
/// by number and start time: a number alone may by now be another's.
///
/// Then what those of us who were killed left of buffers (see `leftovers.rs`), once tmux runs nothing
/// of our clients any more: until it has seen that a client is gone, it goes on with the lines that
/// it has got. It is asked by its own program, which no `PATH` need lead to.
///
/// Where there is no line, whoever made the hub was killed before it could write one. Its client is
/// known by the pipe, of which it has the path in its arguments; so have the server that it
/// started, which is the script's parent, and for a moment what that is about to start.
///
/// Then it ends the hub, which would live on where a hook of the user's has opened other panes in
/// it. Both under the lock that keeps clients from connecting meanwhile (see `lock.rs`): of 1,800
/// kills after each of which another client connected, 27 crashed the server (3.3a) without. The server's own program is the right client for it, wherever that is and whatever `PATH`
/// is; `TMUX` names the socket.
const HOLD: &str = r#"{
field() {
  read -r stat < "/proc/$1/stat" && at=$2 && set -- ${stat##*) } && eval "echo \"\${$at}\""
}
tmux() {
  "/proc/$PPID/exe" -N "$@"
}
gone() {
  case $(field "$1" 1) in "" | Z | X) return 0 ;; esac
  [ "$(field "$1" 20)" != "$2" ]
}
clear() {
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ "$(tmux display-message -p -t =polecat-hub: '#{session_attached}')" = 0 ] && break
  done
  tmux list-buffers -F '#{buffer_name}' | while IFS=- read -r us pids pid start rest; do
    [ "$us-$pids" = "${ours%-*-*}" ] && gone "$pid" "$start" || continue
    set -- delete-buffer -b "$us-$pids-$pid-$start-$rest"
    flock -s -w 1 "${TMUX%/*}" "/proc/$PPID/exe" -N "$@" < /dev/null || tmux "$@" < /dev/null
  done
}
ours=$1
while read -r line; do all="$all $line"; done < "$0"
set -- $all
while [ $# -ge 2 ]; do
  [ "$(field "$1" 20)" = "$2" ] && kill -KILL "$1"
  shift 2
done
end() {
  set -- kill-session -t "=polecat-hub"
  flock -s -w 1 "${TMUX%/*}" "/proc/$PPID/exe" -N "$@" < /dev/null || tmux "$@"
}
[ "$all" ] && { clear; end; exit; }
for process in /proc/[0-9]*; do
  client=${process#/proc/}
  while read -r line || [ "$line" ]; do
    case $line in *"$0" | *"$0"[!0-9]*)
      [ "$client" = "$PPID" ] || [ "$(field "$client" 2)" = "$PPID" ] || kill -KILL "$client"
      break ;;
    esac
  done < "$process/cmdline"
done
end
} 2> /dev/null"#;

/// Our share in the hub's life.
#[derive(Debug)]
pub(crate) struct Lifeline {
    address: ServerAddress,
    client: u32,
    /// For a hub that we create.
    own: (PipeReader, PipeWriter),
    /// Of a hub that was there.
    shared: Option<File>,
}

impl Lifeline {
    pub(crate) fn new(address: &ServerAddress) -> io::Result<Self> {
        Ok(Self { address: address.clone(), client: 0, own: io::pipe()?, shared: None })
    }

    /// The program that the hub's window runs if we create it.
    pub(crate) fn program(&self) -> [String; 5] {
        let pipe = format!("/proc/{}/fd/{}", std::process::id(), self.own.0.as_raw_fd());
        ["/bin/sh", "-c", HOLD, &pipe, &owners::us()].map(str::to_owned)
    }

    /// Names the client that is to end with the last of us. A hub that it creates knows it from
    /// the start.
    pub(crate) fn of_client(mut self, client: u32) -> io::Result<Self> {
        self.client = client;
        self.own.1.write_all(&name(client)?)?;
        Ok(self)
    }

    /// Holds the hub that was there, whose script runs as this process.
    pub(crate) fn join(&mut self, script: u32) -> io::Result<()> {
        let mut pipe = File::options().write(true).open(format!("/proc/{script}/fd/0"))?;
        // Before the script has opened it, that is its terminal.
        if !pipe.metadata()?.file_type().is_fifo() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        pipe.write_all(&name(self.client)?)?;
        self.shared = Some(pipe);
        Ok(())
    }

    /// Keeps clients of ours from connecting while the hub may end.
    pub(crate) async fn ending(&self) -> Option<Held> {
        lock::announcing(&self.address).await
    }
}

/// A process by its number and its start time.
fn name(process: u32) -> io::Result<Vec<u8>> {
    // It may have ended already: then it says why.
    let (_, started) = owners::stat(process)?;
    Ok(format!("{process} {started}\n").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_ends_the_hub_and_nothing_else() {
        assert!(HOLD.contains(&format!("-t \"={}\"", super::super::hub::HUB)));
    }

    #[test]
    fn a_process_is_named_by_its_number_and_its_start() {
        let named = String::from_utf8(name(std::process::id()).unwrap()).unwrap();
        let (number, started) = named.trim_end().split_once(' ').unwrap();
        assert_eq!(number, std::process::id().to_string());
        assert!(started.parse::<u64>().unwrap() > 0);
    }
}
