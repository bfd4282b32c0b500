//! Keys into a pane: pressed only while it still shows what was seen.

use super::client::Tmux;
use super::command::Command;
use super::error::{TmuxError, shown};
use super::ids::PaneId;
use super::paste::PaneOption;
use super::screen::PaneScreen;

/// The longest words that a guard looks for, in characters: longer ones could wrap when the pane
/// gets narrower, which is no reason not to press.
const LONGEST: usize = 24;
/// Shorter ones are found in too many rows to tell anything.
const SHORTEST: usize = 2;

/// More would tell no more, and each has tmux look through the screen.
const MOST: usize = 6;

/// Whether keys to a pane reach others: `1` or `0`.
pub(super) const SYNCHRONIZED: &str = "#{&&:#{pane_synchronized},#{!=:#{window_panes},1}}";

/// What a pane must still show when a key is pressed. tmux looks and presses in one step: nothing
/// that the program draws comes between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Formats that tmux compares, each with what it must give.
    conditions: Vec<(String, String)>,
}

/// Whether keys were pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// They were.
    Yes,
    /// Nothing was pressed: the pane shows something else by now, or its keys reach other panes.
    Changed,
}

impl Guard {
    /// The cursor and the title as `screen` has them, and words of these of its `rows` where they
    /// stand. `texts` are all rows of the screen without colours.
    #[must_use]
    pub fn of(screen: &PaneScreen, texts: &[String], rows: &[usize]) -> Self {
        let (column, row) = screen.captured.cursor;
        let cursor = ("#{cursor_x} #{cursor_y}".to_owned(), format!("{column} {row}"));
        let title = literal(&screen.title).map(|title| ("#{pane_title}".to_owned(), title));
        let words = rows.iter().filter_map(|row| words(texts.get(*row)?)).take(MOST);
        let found = words.map(|words| {
            // tmux tells the first row that holds them, from 1.
            let first = texts.iter().position(|text| text.contains(words)).map_or(0, |row| row + 1);
            (format!("#{{C:{words}}}"), first.to_string())
        });
        Self { conditions: [cursor].into_iter().chain(title).chain(found).collect() }
    }

    /// Nothing but that the pane is there: for keys that end an agent, whatever it shows.
    #[must_use]
    pub fn none() -> Self {
        Self { conditions: Vec::new() }
    }

    /// Runs `yes` if `target` still shows all of it, else `no`.
    pub(super) fn choose(
        &self,
        target: &str,
        yes: &[Command],
        no: &[Command],
    ) -> Result<Command, TmuxError> {
        Command::choose(target, &self.format(), yes, no)
    }

    /// As one format. All is compared at once: tmux bounds how deep formats may nest.
    fn format(&self) -> String {
        let formats: Vec<_> = self.conditions.iter().map(|(format, _)| format.as_str()).collect();
        let values: Vec<_> = self.conditions.iter().map(|(_, value)| value.as_str()).collect();
        format!("#{{==:{SYNCHRONIZED} {},0 {}}}", formats.join(" "), values.join(" "))
    }
}

impl Tmux {
    /// Presses keys by their names, such as `Enter`, `Escape` or `C-c`, and sets `notes` with it,
    /// if the pane still shows what `guard` has. A mode of tmux that a person has open in the pane
    /// (copy-mode, a chooser, the clock) is left first, as it would take the keys for itself.
    ///
    /// # Errors
    /// [`TmuxError::PaneDead`], a key that tmux does not know by that name, no such pane.
    pub async fn press(
        &self,
        pane: PaneId,
        keys: &[&str],
        guard: &Guard,
        options: &[PaneOption],
    ) -> Result<Pressed, TmuxError> {
        if let Some(key) = keys.iter().find(|key| !is_key(key)) {
            let argument = shown(key.as_bytes());
            return Err(TmuxError::BadArgument { argument, why: "it is not the name of a key" });
        }
        let target = pane.to_string();
        let leave = Command::new("copy-mode").args(["-q", "-t", &target]);
        let press = Command::new("send-keys").args(["-t", &target, "--"]).args(keys);
        let pressed = Command::new("display-message").args(["-p", "-t", &target, PRESSED]);
        let steps = [leave, press].into_iter().chain(options.iter().map(PaneOption::command));
        let steps: Vec<_> = steps.chain([pressed]).collect();
        let choice = guard.choose(&target, &steps, &[])?;
        let said = self.if_alive(pane, vec![], vec![choice], vec![]).await?;
        Ok(if said.lines().next_back() == Some(PRESSED) { Pressed::Yes } else { Pressed::Changed })
    }
}

const PRESSED: &str = "polecat-pressed";

/// The longest words of a row in which no character means anything to tmux's formats, or to the
/// patterns in which it searches.
fn words(row: &str) -> Option<&str> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == ' ';
    let runs = row.split(|letter| !plain(letter)).map(str::trim);
    let longest = runs.max_by_key(|run| run.len()).filter(|run| run.len() >= SHORTEST)?;
    Some(longest[..longest.len().min(LONGEST)].trim_end())
}

/// A title as it can stand in a comparison; `None` for one of which tmux would make something else.
fn literal(title: &str) -> Option<String> {
    let odd = |letter: char| letter.is_control() || "#%\\".contains(letter);
    (!title.contains(odd)).then(|| title.replace(',', "#,").replace('}', "#}"))
}

/// Whether tmux takes the word for a key; what it does not know it types letter by letter.
fn is_key(word: &str) -> bool {
    const NAMED: [&str; 22] = [
        "Enter", "Escape", "Tab", "BTab", "Space", "BSpace", "Up", "Down", "Left", "Right", "Home",
        "End", "PageUp", "PageDown", "PPage", "NPage", "IC", "DC", "Insert", "Delete", "PgUp",
        "PgDn",
    ];
    let mut name = word;
    while let Some(rest) = ["C-", "M-", "S-"].iter().find_map(|prefix| name.strip_prefix(prefix)) {
        name = rest;
    }
    let number = name.strip_prefix('F').and_then(|number| number.parse::<u8>().ok());
    let single = name.len() == 1 && name.bytes().all(|byte| byte.is_ascii_graphic());
    NAMED.contains(&name) || number.is_some_and(|number| (1..=12).contains(&number)) || single
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_text() {
        for key in ["Enter", "C-c", "M-Enter", "C-M-Left", "F12", "q", ";"] {
            assert!(is_key(key), "{key}");
        }
        for text in ["", "Entr", "hello", "F13", "C-", "é", "\n", "S-Frob"] {
            assert!(!is_key(text), "{text}");
        }
    }

    #[test]
    fn what_is_looked_for_means_nothing_to_tmux() {
        for (row, expected) in [
            ("❯ run the tests, please", Some("run the tests")),
            ("  #{pid} [a-z]* x", Some("pid")),
            ("│ > a rather long message that would wrap │", Some("a rather long message th")),
            ("❯ y", None),
            ("────", None),
        ] {
            assert_eq!(words(row), expected, "{row}");
        }
        assert_eq!(literal("a, b} c").as_deref(), Some("a#, b#} c"));
        assert_eq!(literal("#{pid}"), None);
    }
}
