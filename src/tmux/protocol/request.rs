//! A request: commands that run as one, and what became of them.

use std::fmt;
use std::time::Duration;

use super::command::{Command, sequence, unescape_variables};
use super::reply::Reply;
use crate::tmux::error::{TmuxError, shown};
use crate::tmux::protocol::Block;

/// The longest line that is sent, in bytes. tmux takes more, but serves nobody while it parses.
const LINE_LIMIT: usize = 64 << 10;
/// The most commands in a line: 50,000 hung a server for good.
const COMMANDS_LIMIT: usize = 1_000;
/// How long a request waits for its answer by default.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
/// The same for one that starts a server: on a busy machine that takes seconds, and a connection is
/// tried before.
const START_TIMEOUT: Duration = Duration::from_secs(15);

/// How we know that the answer to a line is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReplyEnd {
    /// The line's only command makes exactly one block, whatever becomes of it.
    OneBlock,
    /// A mark on a line of its own, which comes whatever became of the request: an error drops the
    /// rest of a line, and how many blocks a line makes cannot always be known.
    Mark,
}

/// Commands that tmux runs one after the other with nothing else in between; after one that
/// fails, the rest is not run.
///
/// (tmux itself breaks this for commands that wait: what follows a `save-buffer`, `load-buffer`
/// or `run-shell` runs later.)
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) commands: Vec<Command>,
    pub(crate) timeout: Duration,
    pub(crate) may_start: bool,
    pub(crate) repeatable: bool,
    pub(crate) private: bool,
}

impl Request {
    /// A request that is given 5 s and never starts a server.
    #[must_use]
    pub fn new(commands: Vec<Command>) -> Self {
        Self {
            commands,
            timeout: DEFAULT_TIMEOUT,
            may_start: false,
            repeatable: false,
            private: false,
        }
    }

    /// Starts a server when there is none, for which it is given 15 s.
    #[must_use]
    pub fn starting_server(mut self) -> Self {
        self.may_start = true;
        self.timeout = START_TIMEOUT;
        self
    }

    /// Waits this long for the answer.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Asks a second time when the connection ends under way. Only for requests that change nothing
    /// and name nothing by an id: the next server gives the same ids to other things.
    #[must_use]
    pub(crate) fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Keeps it out of the arguments of a process, which everybody on the machine can read.
    #[must_use]
    pub(crate) fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// Whether it must wait until no client of ours, in any process, is connecting.
    pub(crate) fn needs_lock(&self) -> bool {
        self.commands.iter().any(Command::needs_lock)
    }

    /// The commands as one line of control mode, without its newline.
    ///
    /// # Errors
    /// Nothing to run, a NUL, too long, or a [`Command::choose`] that is not the last command: how
    /// many replies it has is not known.
    pub(crate) fn line(&self) -> Result<Vec<u8>, TmuxError> {
        let why = match self.commands.as_slice() {
            [] => Some("there is no command"),
            [firsts @ .., _] if firsts.iter().any(Command::branches) => {
                Some("only the last command can be a choice")
            }
            all if all.len() > COMMANDS_LIMIT => Some("more than 1,000 commands"),
            _ => None,
        };
        if let Some(why) = why {
            return Err(TmuxError::BadArgument { argument: self.to_string(), why });
        }
        let line = sequence(&self.commands)?;
        if line.len() > LINE_LIMIT {
            let (command, size) = (self.to_string(), line.len());
            return Err(TmuxError::TooLong { command, size, limit: LINE_LIMIT });
        }
        Ok(line)
    }

    /// How control mode shows the end of its answer. A mark costs tmux as much as another small
    /// command.
    pub(crate) fn reply_end(&self) -> ReplyEnd {
        match self.commands.as_slice() {
            [only] if only.ends_at_once() => ReplyEnd::OneBlock,
            _ => ReplyEnd::Mark,
        }
    }

    /// One reply for each command, from the blocks that tmux answered with.
    ///
    /// # Errors
    /// A command was refused, or the blocks cannot belong to this request.
    pub(crate) fn replies(
        &self,
        blocks: Vec<Block>,
        escaped: bool,
    ) -> Result<Vec<Reply>, TmuxError> {
        let last = self.commands.len() - 1;
        let mut done: Vec<Reply> = Vec::new();
        for (count, mut block) in blocks.into_iter().enumerate() {
            if escaped {
                block.body = unescape_variables(&block.body);
            }
            let index = count.min(last);
            if !block.ok {
                let command = self.commands[index].to_string();
                return Err(TmuxError::Refused { command, reply: shown(&block.body), done });
            }
            if block.cut {
                return Err(self.unexpected("more than 64 MiB"));
            }
            // What a branch prints is the reply of the choice, which prints nothing itself.
            match done.get_mut(index) {
                Some(reply) => reply.0.extend(block.body),
                None => done.push(Reply(block.body)),
            }
        }
        if done.len() == self.commands.len() {
            Ok(done)
        } else {
            Err(self.unexpected("fewer replies than commands"))
        }
    }

    pub(crate) fn unexpected(&self, reply: &str) -> TmuxError {
        TmuxError::Unexpected { command: self.to_string(), reply: shown(reply.as_bytes()) }
    }
}

/// For messages: its first command, and how many more there are.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.commands.as_slice() {
            [] => f.write_str("nothing"),
            [only] => only.fmt(f),
            [first, rest @ ..] => write!(f, "{first} (and {} more)", rest.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(ok: bool, body: &str) -> Block {
        Block { ours: true, ok, body: body.as_bytes().to_vec(), cut: false }
    }

    fn request(names: &[&'static str]) -> Request {
        Request::new(names.iter().map(|name| Command::new(name)).collect())
    }

    #[test]
    fn what_is_told_to_all_clients_is_known_also_inside_a_choice() {
        let inside = |name| {
            let inner = Command::choose("", "1", &[], &[Command::new(name)]).unwrap();
            Request::new(vec![Command::choose("", "1", &[inner], &[]).unwrap()])
        };
        assert!(request(&["display-message", "delete-buffer"]).needs_lock());
        assert!(inside("new-session").needs_lock() && !inside("list-panes").needs_lock());
        let clear = Command::new("kill-session").args(["-C", "-t", "$1"]);
        assert!(!Request::new(vec![clear]).needs_lock());
    }

    #[test]
    fn replies_come_one_for_each_command() {
        let replies =
            request(&["a", "b"]).replies(vec![block(true, "1\n"), block(true, "")], false);
        assert_eq!(replies.unwrap(), [Reply(b"1\n".to_vec()), Reply::default()]);
    }

    #[test]
    fn what_a_branch_prints_is_the_reply_of_the_choice() {
        let blocks = ["1\n", "", "2\n", "3\n"].map(|body| block(true, body)).to_vec();
        let replies = request(&["a", "choice"]).replies(blocks, false).unwrap();
        assert_eq!(replies[1].text(), "2\n3");
    }

    #[test]
    fn a_refusal_names_its_command_and_keeps_what_was_done() {
        let blocks = vec![block(true, "1\n"), block(false, "no such thing\n")];
        let error = request(&["a", "b", "c"]).replies(blocks, false).unwrap_err();
        let TmuxError::Refused { command, reply, done } = error else { panic!("{error}") };
        assert_eq!((command.as_str(), reply.as_str(), done.len()), ("b", "no such thing", 1));
    }

    #[test]
    fn missing_replies_are_an_error() {
        assert!(request(&["a", "b"]).replies(vec![block(true, "")], false).is_err());
    }

    #[test]
    fn lines_that_tmux_would_choke_on_are_refused() {
        assert!(request(&[]).line().is_err());
        assert!(request(&["a"; 1_001]).line().is_err());
        let long = Request::new(vec![Command::new("a").arg(vec![b'x'; 70_000])]);
        assert!(matches!(long.line(), Err(TmuxError::TooLong { .. })));
        let choice = Command::choose("", "1", &[], &[]).unwrap();
        assert!(Request::new(vec![choice, Command::new("a")]).line().is_err());
    }
}
