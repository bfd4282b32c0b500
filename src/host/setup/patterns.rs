//! Which of the files that git ignores are copied: patterns as in `.gitignore`.

use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::INCLUDE;
use crate::host::error::HostError;
use crate::host::files::dir::Dir;

/// Patterns of paths in a worktree.
pub(super) struct Patterns {
    matcher: Gitignore,
    /// Where those that tell of a path, and not only of a name, begin: the parts of it that are
    /// written out.
    beginnings: Vec<PathBuf>,
}

/// Those of the file [`INCLUDE`] in `main`, and `own`; and what is wrong with them.
pub(super) fn read(main: &Path, own: &[String]) -> Result<(Patterns, Vec<String>), HostError> {
    let mut warnings = Vec::new();
    let text = match Dir::open(main, main)?.map(|top| top.read(INCLUDE)) {
        Some(Ok(text)) => text.unwrap_or_default(),
        Some(Err(error)) => {
            warnings.push(error.to_string());
            String::new()
        }
        None => String::new(),
    };
    let lines = text.lines().chain(own.iter().map(String::as_str));
    let (patterns, wrong) = Patterns::of(lines);
    warnings.extend(wrong.iter().map(|why| format!("`{INCLUDE}`: {why}")));
    Ok((patterns, warnings))
}

/// What is wrong with a pattern of a configuration.
#[must_use]
pub fn bad_pattern(pattern: &str) -> Option<String> {
    let parts = Path::new(pattern).components();
    if parts.clone().any(|part| part == Component::ParentDir) {
        return Some(format!("`{pattern}` leads out of the project"));
    }
    if pattern.starts_with('~') {
        return Some(format!("`{pattern}`: expected a path in the project"));
    }
    Patterns::of([pattern].into_iter()).1.pop()
}

impl Patterns {
    /// Those of these lines, and what is wrong with the others.
    fn of<'a>(lines: impl Iterator<Item = &'a str>) -> (Self, Vec<String>) {
        // What is matched are paths in the worktree, which begin nowhere.
        let mut builder = GitignoreBuilder::new("");
        let (mut beginnings, mut wrong) = (Vec::new(), Vec::new());
        for line in lines {
            match builder.add_line(None, line) {
                Ok(_) => beginnings.extend(beginning(line)),
                Err(error) => wrong.push(error.to_string()),
            }
        }
        let matcher = builder.build().unwrap_or_else(|error| {
            wrong.push(error.to_string());
            Gitignore::empty()
        });
        (Self { matcher, beginnings }, wrong)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.matcher.num_ignores() == 0
    }

    /// Whether `path` is named, or a folder that it is in.
    pub(super) fn name(&self, path: &Path, is_dir: bool) -> bool {
        self.matcher.matched_path_or_any_parents(path, is_dir).is_ignore()
    }

    /// Whether some pattern tells of a path in the folder `dir`. A name alone is not looked for in
    /// folders that git ignores as a whole, such as `node_modules`.
    pub(super) fn reach_into(&self, dir: &Path) -> bool {
        self.beginnings.iter().any(|begin| begin.starts_with(dir) || dir.starts_with(begin))
    }
}

/// The parts of a pattern that are written out, if it tells of a path: `config` of `config/*.local`.
fn beginning(line: &str) -> Option<PathBuf> {
    let line = line.trim_end();
    if line.is_empty() || line.starts_with(['#', '!']) {
        return None;
    }
    let parts: Vec<_> = line.trim_matches('/').split('/').collect();
    let (_, folders) = parts.split_last()?;
    let is_plain = |part: &&&str| !part.contains(['*', '?', '[', '\\']);
    let plain: PathBuf = folders.iter().take_while(is_plain).collect();
    (!folders.is_empty()).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(text: &str) -> Patterns {
        let (patterns, wrong) = Patterns::of(text.lines());
        assert_eq!(wrong, [""; 0]);
        patterns
    }

    #[test]
    fn what_is_named_is_read_as_git_reads_its_own() {
        let named = patterns("# secrets\n.env\n/top\nconfig/local.*\nbuild/\n*.key\n!public.key\n");
        for (path, is_dir, expected) in [
            (".env", false, true),
            ("deep/down/.env", false, true),
            ("top", false, true),
            ("deep/top", false, false),
            ("config/local.yml", false, true),
            ("other/config/local.yml", false, false),
            ("build", true, true),
            ("build", false, false),
            ("build/x", false, true),
            ("a.key", false, true),
            ("public.key", false, false),
            ("# secrets", false, false),
        ] {
            assert_eq!(named.name(Path::new(path), is_dir), expected, "{path}");
        }
        assert!(patterns("# nothing\n\n").is_empty());
    }

    #[test]
    fn only_a_pattern_with_a_path_leads_into_a_folder_that_is_not_named() {
        let named = patterns(".env\nvendor/own/*.local\n/data/x\n");
        for (dir, expected) in [
            ("node_modules", false),
            ("vendor", true),
            ("vendor/own", true),
            ("vendor/own/deep", true),
            ("vendor/other", false),
            ("data", true),
        ] {
            assert_eq!(named.reach_into(Path::new(dir)), expected, "{dir}");
        }
        assert!(patterns("**/secret\n").reach_into(Path::new("anywhere")));
    }

    #[test]
    fn a_pattern_of_a_configuration_stays_in_the_project() {
        for (pattern, part) in [
            ("../x", Some("leads out")),
            ("a/../../x", Some("leads out")),
            ("~/x", Some("a path in the project")),
            ("/x", None),
            ("config/local.*", None),
        ] {
            let wrong = bad_pattern(pattern);
            assert_eq!(wrong.is_some(), part.is_some(), "{pattern}: {wrong:?}");
            let told = wrong.unwrap_or_default();
            assert!(told.contains(part.unwrap_or_default()), "{told}");
        }
    }
}
