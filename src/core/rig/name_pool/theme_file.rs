//! A town's own theme, `<town>/settings/themes/<theme>.txt`, one name per line, parsed like gastown's
//! `ParseThemeFile` (`internal/polecat/namepool.go` at a8bd79bf8).

use super::usable;
use crate::core::names::shown;

/// The most names that gastown accepts.
const NAMES_LIMIT: usize = 2000;
/// The shortest name that gastown accepts.
const BYTES_MIN: usize = 4;
/// How many skipped lines are reported.
const NAMED_LIMIT: usize = 5;

/// The content of a theme file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThemeFile {
    /// The names, each once.
    pub names: Vec<String>,
    /// Skipped lines, for the user.
    pub warnings: Vec<String>,
}

/// The name of the file for `theme`; `None` if it would lead elsewhere.
#[must_use]
pub fn file_name(theme: &str) -> Option<String> {
    let is_plain = !theme.is_empty() && !theme.starts_with('.');
    let is_plain = is_plain && !theme.contains(|c: char| c == '/' || c.is_control());
    is_plain.then(|| format!("{theme}.txt"))
}

impl ThemeFile {
    /// Parses a theme file.
    ///
    /// # Errors
    /// It has no names or too many: then gastown uses none of them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut theme = Self::default();
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let name = line.to_lowercase();
            match checked(&name) {
                Err(why) if theme.warnings.len() < NAMED_LIMIT => theme.warnings.push(why),
                Err(_) => {}
                Ok(()) if theme.names.contains(&name) => {}
                Ok(()) => theme.names.push(name),
            }
            if theme.names.len() > NAMES_LIMIT {
                return Err(format!("it has more than {NAMES_LIMIT} names"));
            }
        }
        if theme.names.is_empty() { Err("it has no names".to_owned()) } else { Ok(theme) }
    }
}

fn checked(name: &str) -> Result<(), String> {
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.len() < BYTES_MIN || !begins || !name.chars().all(is_plain) {
        let name = shown(name);
        return Err(format!(
            "skipped: `{name}`: expected a letter and then letters, digits or `-`, at least \
             {BYTES_MIN} of them"
        ));
    }
    usable(name).map(drop).map_err(|why| format!("skipped: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_is_a_name_a_line() {
        let theme = ThemeFile::parse("# trees\n\n  Aspen \nbirch\r\nbirch\n#x\nold-oak2").unwrap();
        assert_eq!(theme.names, ["aspen", "birch", "old-oak2"]);
        assert_eq!(theme.warnings, [""; 0]);
    }

    #[test]
    fn what_gastown_passes_over_is_passed_over_and_named() {
        let lines = "ash\n-rowan\n2lips\ntwo words\nwitness\ncrew-x\n\u{1b}[2Kx\naspen";
        let theme = ThemeFile::parse(lines).unwrap();
        assert_eq!(theme.names, ["aspen"]);
        assert_eq!(theme.warnings.len(), NAMED_LIMIT, "{:?}", theme.warnings);
        assert!(theme.warnings[0].starts_with("skipped: `ash`: expected a letter"));
        assert!(theme.warnings[4].contains("`witness`: gastown keeps this name"));
    }

    #[test]
    fn a_theme_without_names_or_with_too_many_is_none() {
        for text in ["", "# nothing\n", "ash"] {
            assert_eq!(ThemeFile::parse(text), Err("it has no names".to_owned()));
        }
        let many: Vec<_> = (0..=NAMES_LIMIT).map(|number| format!("name{number}")).collect();
        assert!(ThemeFile::parse(&many.join("\n")).unwrap_err().contains("more than 2000"));
        assert_eq!(ThemeFile::parse(&many[1..].join("\n")).unwrap().names.len(), NAMES_LIMIT);
    }

    #[test]
    fn no_theme_leads_out_of_its_folder() {
        for (theme, file) in [
            ("trees", Some("trees.txt")),
            ("../mayor/x", None),
            ("/etc/passwd", None),
            (".hidden", None),
            ("", None),
            ("a\0b", None),
        ] {
            assert_eq!(file_name(theme).as_deref(), file, "{theme}");
        }
    }
}
