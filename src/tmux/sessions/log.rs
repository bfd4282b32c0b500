//! tmux's own log of the commands that it was given (since 3.2), which shows later who ended a
//! session.

use crate::tmux::client::Tmux;
use crate::tmux::error::TmuxError;
use crate::tmux::ids::{PaneId, SessionId};
use crate::tmux::protocol::command::Command;

/// A command that somebody gave to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Its full name and its arguments.
    words: Vec<String>,
}

/// A session that a command may be about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its id.
    pub session: SessionId,
    /// One of its panes.
    pub pane: PaneId,
}

impl Tmux {
    /// The commands since the list with the number `since` (see [`Tmux::listed`]), or all that
    /// there are; the newest first. `None` if the log, which is bounded, does not reach back that
    /// far.
    ///
    /// # Errors
    /// There is no log: no server, or no lasting connection to it.
    pub async fn log(&self, since: Option<u64>) -> Result<Option<Vec<Logged>>, TmuxError> {
        let printed = self.run_one(Command::new("show-messages")).await?.text();
        let is_before = |line: &str| number(line, self.nonce()).is_some_and(|it| Some(it) <= since);
        let (commands, reached) = after(&printed, is_before);
        Ok((reached || since.is_none()).then_some(commands))
    }
}

/// The commands of the entries before the first one that is the `end`, and whether there is one.
fn after(printed: &str, end: impl Fn(&str) -> bool) -> (Vec<Logged>, bool) {
    let mut commands = Vec::new();
    for line in printed.lines() {
        if end(line) {
            return (commands, true);
        }
        commands.extend(Logged::read(line));
    }
    (commands, false)
}

/// The number of the list that an entry asks for, if this client asked.
fn number(line: &str, nonce: &str) -> Option<u64> {
    let (_, behind) = line.split_once(nonce)?;
    let digits = behind.strip_prefix('-')?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

impl Logged {
    /// `19:37: client-31119 command: kill-session -t ...`
    fn read(line: &str) -> Option<Self> {
        let (_, command) = line.split_once(" command: ")?;
        // What is in braces or cut off may be incomplete; the words before it are complete.
        let whole = shlex::split(command);
        let words = whole.unwrap_or_else(|| command.split(' ').map(str::to_owned).collect());
        (!words.is_empty()).then_some(Self { words })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// Whether one of its arguments is this word.
    #[must_use]
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().skip(1).any(|one| one == word)
    }

    /// Whether one of its flags is this letter.
    #[must_use]
    pub fn has_flag(&self, letter: char) -> bool {
        let is = |word: &String| word.starts_with('-') && word.contains(letter);
        self.words.iter().skip(1).any(is)
    }

    /// Whether it may be about that session: it names it, or we cannot tell what it names.
    #[must_use]
    pub fn may_be_about(&self, subject: &Subject<'_>) -> bool {
        self.argument("-t").is_none_or(|target| subject.may_be(target))
    }

    /// Whether it created a session of that name.
    #[must_use]
    pub fn makes(&self, session: &str) -> bool {
        self.name() == "new-session" && self.argument("-s") == Some(session)
    }

    fn argument(&self, flag: &str) -> Option<&str> {
        let at = self.words.iter().position(|word| word == flag)?;
        self.words.get(at + 1).map(String::as_str)
    }
}

impl Subject<'_> {
    /// Whether tmux would find it: by an id, a name, the beginning of one, or a pattern.
    fn may_be(&self, target: &str) -> bool {
        let plain = target.strip_prefix('=').unwrap_or(target);
        let named = plain.split([':', '.']).next().unwrap_or(plain);
        match named.chars().next() {
            Some('$') => named == self.session.to_string(),
            Some('%') => named == self.pane.to_string(),
            Some('@' | '{') | None => true,
            Some(_) => self.name.starts_with(named) || named.contains(['*', '?', '[']),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(command: &str) -> Logged {
        Logged::read(&format!("19:37: client-31119 command: {command}")).unwrap()
    }

    #[test]
    fn a_command_is_about_a_session_that_it_names_or_may_mean() {
        let (session, pane) = ("$5".parse().unwrap(), "%7".parse().unwrap());
        let ash = Subject { name: "gt-shop-ash", session, pane };
        for (command, about) in [
            ("kill-session -t gt-shop-ash", true),
            ("kill-session -t =gt-shop-ash", true),
            ("kill-session -t \"=gt-shop-ash:\"", true),
            ("kill-session -t \"$5\"", true),
            ("kill-session -t \"$6\"", false),
            ("kill-pane -t \"%7\"", true),
            ("kill-pane -t \"%70\"", false),
            ("kill-window -t gt-shop-ash:0.0", true),
            ("kill-window -t @9", true),
            ("kill-session", true),
            ("kill-session -t gt-shop", true),
            ("kill-session -t gt-shop-ash-2", false),
            ("kill-session -t gt-shop-birch", false),
            ("kill-session -t \"gt-*\"", true),
        ] {
            assert_eq!(logged(command).may_be_about(&ash), about, "{command}");
        }
    }

    #[test]
    fn the_words_of_a_command_are_read() {
        let typed = logged("send-keys -t gt-shop-ash C-c");
        assert_eq!((typed.name(), typed.has("C-c"), typed.has("C-d")), ("send-keys", true, false));
        assert!(logged("kill-session -C -t \"$1\"").has_flag('C'));
        assert!(logged("new-session -d -e A=1 -s sh-ash cat").makes("sh-ash"));
        assert_eq!(logged("if-shell -F 1 { kill-pane -t \"%0\" }").name(), "if-shell");
        assert_eq!(Logged::read("19:37: client-1 message: no such session: $0"), None);
    }

    #[test]
    fn what_was_given_before_a_list_of_ours_is_left_out() {
        let printed = "19:37: c command: kill-session -t b\n\
            19:37: c command: list-panes -a -F \"#{session_name}polecat-ab-12#{x}polecat-ab-12\"\n\
            19:36: c command: list-panes -a -F \"#{session_name}polecat-ab-11\"\n\
            19:36: c command: kill-session -t a\n";
        let since = |at: u64| {
            let is_end = |line: &str| number(line, "polecat-ab").is_some_and(|it| it <= at);
            let (commands, reached) = after(printed, is_end);
            (commands.len(), reached)
        };
        assert_eq!(since(12), (1, true));
        assert_eq!(since(11), (2, true));
        assert_eq!(since(3), (4, false));
    }
}
