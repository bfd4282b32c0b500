//! tmux's own log of the commands that it was given (since 3.2): who ended a session can be read in
//! it afterwards.

use super::client::Tmux;
use super::command::Command;
use super::error::TmuxError;
use super::ids::{PaneId, SessionId};

/// A command that somebody gave to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Its full name and its arguments.
    pub words: Vec<String>,
}

/// A session that commands may be about.
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
    /// The commands of the last two minutes or so, the newest first; the log is bounded, so of a
    /// busy server those of a shorter time.
    ///
    /// # Errors
    /// There is no log: no server, or no connection to it that lasts.
    pub async fn log(&self) -> Result<Vec<Logged>, TmuxError> {
        let printed = self.run_one(Command::new("show-messages")).await?.text();
        let now = printed.lines().find_map(minute);
        let recent = |line: &&str| match (now, minute(line)) {
            (Some(now), Some(then)) => (now + DAY - then) % DAY <= 1,
            // Part of a longer entry, or of another form than any known one.
            _ => false,
        };
        Ok(printed.lines().filter(recent).filter_map(Logged::read).collect())
    }
}

/// In minutes.
const DAY: u32 = 24 * 60;

/// The minute of its day that an entry has: `19:37: client-31119 command: ...`
fn minute(line: &str) -> Option<u32> {
    let (hour, rest) = line.split_once(':')?;
    let (minute, _) = rest.split_once(':')?;
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() == 2);
    Some(number(hour)? * 60 + number(minute)?)
}

impl Logged {
    fn read(line: &str) -> Option<Self> {
        let (_, command) = line.split_once(" command: ")?;
        // What is in braces or cut off need not be whole; the words before it are.
        let whole = shlex::split(command);
        let words = whole.unwrap_or_else(|| command.split(' ').map(str::to_owned).collect());
        (!words.is_empty()).then_some(Self { words })
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// Whether one of its arguments is this word.
    #[must_use]
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().skip(1).any(|one| one == word)
    }

    /// Whether it may be about that session: it names it, or what it names cannot be told.
    #[must_use]
    pub fn may_be_about(&self, subject: &Subject<'_>) -> bool {
        let target = self.words.iter().position(|word| word == "-t");
        let target = target.and_then(|at| self.words.get(at + 1));
        target.is_none_or(|target| subject.may_be(target))
    }
}

impl Subject<'_> {
    /// As tmux finds targets: an id, a name, the beginning of one, or a pattern.
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
    fn the_words_of_a_command_are_read_and_its_time() {
        let typed = logged("send-keys -t gt-shop-ash C-c");
        assert_eq!((typed.name(), typed.has("C-c"), typed.has("C-d")), ("send-keys", true, false));
        assert_eq!(logged("if-shell -F 1 { kill-pane -t \"%0\" }").name(), "if-shell");
        assert_eq!(Logged::read("19:37: client-1 message: no such session: $0"), None);
        assert_eq!(minute("19:37: client-1 command: x"), Some(19 * 60 + 37));
        assert_eq!(minute("Nov 28: client-1 command: x"), None);
    }
}
