//! Names that reach shells, tmux, folders and git refs. Each is validated once, here.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest polecat name, in bytes: it is a folder, and part of a branch and of a session name.
const POLECAT_LIMIT: usize = 64;
/// The longest issue id, in bytes.
const ISSUE_LIMIT: usize = 100;
/// The longest folder name on common file systems, in bytes.
const FOLDER_LIMIT: usize = 255;
/// How many characters of a refused name an error shows.
const SHOWN_LENGTH: usize = 40;

/// A text that is not a valid name. Nothing was done with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bad {what} `{given}`: {why}")]
pub struct BadName {
    /// The kind of name: `polecat name`, `issue id`, ...
    pub what: &'static str,
    /// The text, shortened and with control characters escaped: safe to show.
    pub given: String,
    /// The rule it breaks.
    pub why: String,
}

impl BadName {
    fn new(what: &'static str, given: &str, why: impl Into<String>) -> Self {
        Self { what, given: shown(given), why: why.into() }
    }
}

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $check:path) => {
        $(#[$doc])*
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// Validates the text.
            ///
            /// # Errors
            /// The text breaks a rule, which the error names.
            pub fn parse(text: &str) -> Result<Self, BadName> {
                match $check(text) {
                    Ok(()) => Ok(Self(text.to_owned())),
                    Err(why) => Err(BadName::new($what, text, why)),
                }
            }

            /// The name as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = BadName;

            fn from_str(text: &str) -> Result<Self, BadName> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;

            fn try_from(text: String) -> Result<Self, BadName> {
                Self::parse(&text)
            }
        }
    };
}

name_type!(
    /// A polecat: `^[A-Za-z0-9_][A-Za-z0-9_-]*$`, at most 64 bytes, and none of gastown's own
    /// roles (their sessions are named like a polecat's).
    PolecatName,
    "polecat name",
    check_polecat
);
name_type!(
    /// A rig, by its folder's name: any folder name without control characters.
    RigName,
    "rig name",
    check_rig
);
name_type!(
    /// A session name that tmux does not change: `^[A-Za-z0-9_-]+$`.
    SessionName,
    "session name",
    check_session
);
name_type!(
    /// An issue of the tracker. It becomes part of a git branch, so git's rules hold too.
    IssueId,
    "issue id",
    check_issue
);

impl RigName {
    /// The rig name from a folder's name.
    ///
    /// # Errors
    /// No folder can have this name, or it cannot be shown on one line.
    pub fn from_folder(folder: &str) -> Result<Self, BadName> {
        Self::parse(folder)
    }

    /// The name as used in session names, with `[A-Za-z0-9_-]` only: tmux itself turns `.` and `:`
    /// into `_`, and anything else would reach formats and shells.
    #[must_use]
    pub fn in_session(&self) -> String {
        self.0.chars().map(|c| if is_word(c) || c == '-' { c } else { '_' }).collect()
    }
}

impl SessionName {
    /// The session of a polecat in a rig with this session `prefix`, which has only characters that
    /// tmux keeps.
    pub(super) fn of(prefix: &str, polecat: &PolecatName) -> Self {
        Self(format!("{prefix}{polecat}"))
    }
}

/// The prefix of a rig's session names outside of towns, and in towns of gastown before 0.6:
/// `gt-<rig>-`.
#[must_use]
pub fn session_prefix(rig: &RigName) -> String {
    format!("gt-{}-", rig.in_session())
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn check_polecat(text: &str) -> Result<(), String> {
    check_length(text, POLECAT_LIMIT)?;
    check_start(text, is_word, "a letter, a digit or `_`")?;
    check_rest(text, |c| is_word(c) || c == '-', "letters, digits, `_` and `-`")?;
    // `gt-<rig>-witness` and the like are gastown's own sessions, not polecats.
    if matches!(text, "witness" | "refinery" | "crew") || text.starts_with("crew-") {
        return Err("gastown keeps this name for a role of its own".to_owned());
    }
    Ok(())
}

fn check_rig(text: &str) -> Result<(), String> {
    check_length(text, FOLDER_LIMIT)?;
    if text == "." || text == ".." || text.contains('/') {
        return Err("it is not a valid folder name".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Err("it holds a control character".to_owned());
    }
    Ok(())
}

fn check_session(text: &str) -> Result<(), String> {
    check_length(text, 2 * FOLDER_LIMIT)?;
    check_rest(text, |c| is_word(c) || c == '-', "letters, digits, `_` and `-`")
}

fn check_issue(text: &str) -> Result<(), String> {
    check_length(text, ISSUE_LIMIT)?;
    check_start(text, |c| c.is_ascii_alphanumeric(), "a letter or a digit")?;
    check_rest(
        text,
        |c| is_word(c) || matches!(c, '.' | '-'),
        "letters, digits, `.`, `_` and `-`",
    )?;
    if text.contains("..") || text.ends_with('.') || text.to_ascii_lowercase().ends_with(".lock") {
        return Err("git takes no branch with `..`, or with `.` or `.lock` at the end".to_owned());
    }
    Ok(())
}

fn check_length(text: &str, max: usize) -> Result<(), String> {
    match text.len() {
        0 => Err("it is empty".to_owned()),
        n if n > max => Err(format!("it has {n} bytes, {max} are allowed")),
        _ => Ok(()),
    }
}

fn check_start(text: &str, good: impl Fn(char) -> bool, allowed: &str) -> Result<(), String> {
    match text.chars().next() {
        Some(c) if !good(c) => Err(format!("it must start with {allowed}")),
        _ => Ok(()),
    }
}

fn check_rest(text: &str, good: impl Fn(char) -> bool, allowed: &str) -> Result<(), String> {
    if text.chars().all(good) { Ok(()) } else { Err(format!("it may hold only {allowed}")) }
}

/// A text for an error: on one line, at most 40 characters, with invisible characters escaped.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut shown = visible(&text.chars().take(SHOWN_LENGTH).collect::<String>());
    if text.chars().nth(SHOWN_LENGTH).is_some() {
        shown.push('…');
    }
    shown
}

/// The whole text on one line, with invisible characters escaped.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut visible = String::new();
    for c in text.chars() {
        if c.is_control() || is_invisible(c) {
            visible.extend(c.escape_default());
        } else {
            visible.push(c);
        }
    }
    visible
}

/// Characters that are invisible or change how their neighbours are displayed: zero widths, direction
/// marks, fillers and tags.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why<T>(parsed: Result<T, BadName>) -> String {
        parsed.err().map_or_else(|| "accepted".to_owned(), |bad| bad.to_string())
    }

    #[test]
    fn a_polecat_name_that_could_reach_a_shell_a_path_or_a_ref_is_refused_with_its_reason() {
        let only = "it may hold only letters, digits, `_` and `-`";
        let start = "it must start with a letter, a digit or `_`";
        let role = "gastown keeps this name for a role of its own";
        for (given, expected) in [
            ("", "bad polecat name ``: it is empty".to_owned()),
            ("../x", format!("bad polecat name `../x`: {start}")),
            ("-rf", format!("bad polecat name `-rf`: {start}")),
            (".", format!("bad polecat name `.`: {start}")),
            ("a.b:c", format!("bad polecat name `a.b:c`: {only}")),
            ("a/b", format!("bad polecat name `a/b`: {only}")),
            ("a b", format!("bad polecat name `a b`: {only}")),
            ("a#{pane_id}", format!("bad polecat name `a#{{pane_id}}`: {only}")),
            ("$(touch x)", format!("bad polecat name `$(touch x)`: {start}")),
            ("ash\n", format!("bad polecat name `ash\\n`: {only}")),
            ("a\u{1b}[31m", format!("bad polecat name `a\\u{{1b}}[31m`: {only}")),
            ("a\u{202e}b", format!("bad polecat name `a\\u{{202e}}b`: {only}")),
            ("a\0b", format!("bad polecat name `a\\u{{0}}b`: {only}")),
            ("größe", format!("bad polecat name `größe`: {only}")),
            ("witness", format!("bad polecat name `witness`: {role}")),
            ("refinery", format!("bad polecat name `refinery`: {role}")),
            ("crew", format!("bad polecat name `crew`: {role}")),
            ("crew-max", format!("bad polecat name `crew-max`: {role}")),
        ] {
            assert_eq!(why(PolecatName::parse(given)), expected);
        }
    }

    #[test]
    fn a_name_of_300_bytes_is_refused_and_shown_shortened() {
        let expected =
            format!("bad polecat name `{}…`: it has 300 bytes, 64 are allowed", "a".repeat(40));
        assert_eq!(why(PolecatName::parse(&"a".repeat(300))), expected);
        assert_eq!(why(PolecatName::parse(&"a".repeat(64))), "accepted");
        assert!(why(PolecatName::parse(&"a".repeat(65))).contains("65 bytes"));
    }

    #[test]
    fn a_plain_polecat_name_is_taken_as_it_stands() {
        for given in ["ash", "Ash", "_x", "0", "bullet-farmer", "a-", "crewman", "witness2"] {
            assert_eq!(PolecatName::parse(given).unwrap().as_str(), given);
        }
    }

    #[test]
    fn an_issue_id_must_fit_into_a_git_branch() {
        for given in ["gt-1", "gt-abc.2", "A_b", "7"] {
            assert_eq!(why(IssueId::parse(given)), "accepted");
        }
        let hostile =
            ["", "-rf", ".x", "a..b", "a.", "a.lock", "a b", "a/b", "a@{1}", "a~1", "a\nb"];
        for given in hostile {
            assert_ne!(why(IssueId::parse(given)), "accepted", "{given:?}");
        }
        assert_ne!(why(IssueId::parse(&"a".repeat(101))), "accepted");
    }

    #[test]
    fn a_rig_keeps_its_folder_name_and_its_sessions_get_what_tmux_keeps() {
        let ash = PolecatName::parse("ash").unwrap();
        for (folder, session) in [
            ("shop", "gt-shop-ash"),
            ("my.site:2", "gt-my_site_2-ash"),
            ("a b#{x}$(y)", "gt-a_b__x___y_-ash"),
            ("größe", "gt-gr__e-ash"),
        ] {
            let rig = RigName::from_folder(folder).unwrap();
            assert_eq!(rig.as_str(), folder);
            assert_eq!(SessionName::of(&session_prefix(&rig), &ash).as_str(), session);
            assert_eq!(why(SessionName::parse(session)), "accepted");
        }
        for folder in ["", ".", "..", "a/b", "a\nb"] {
            assert_ne!(why(RigName::from_folder(folder)), "accepted", "{folder:?}");
        }
    }
}
