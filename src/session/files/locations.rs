//! Which of the files that an agent's output names are there.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::PathBuf,
};

use crate::core::locations::{Location, locations};

/// From where paths are seen.
#[derive(Clone, Debug)]
pub struct Viewpoint {
    /// The folder that relative paths begin at.
    pub dir: PathBuf,
    /// What `~` means.
    pub home: Option<PathBuf>,
}

/// A location whose file is there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FoundLocation {
    /// Absolute.
    pub file: PathBuf,
    /// From 1.
    pub line: u32,
    /// In bytes from 1.
    pub column: Option<u32>,
    /// The line of output that names it, without blanks around.
    pub text: Vec<u8>,
}

impl Viewpoint {
    /// The files that `path` may mean, the first that is there. Git names both sides of a difference
    /// with `a/` and `b/` in front.
    #[must_use]
    pub fn candidates(&self, path: &[u8]) -> Vec<PathBuf> {
        let written = |path: &[u8]| PathBuf::from(OsStr::from_bytes(path));
        if let (Ok(rest), Some(home)) = (written(path).strip_prefix("~"), &self.home) {
            return vec![home.join(rest)];
        }
        let side = path.strip_prefix(b"a/").or_else(|| path.strip_prefix(b"b/"));
        let tries = [Some(path), side].into_iter().flatten();
        tries.map(|path| self.dir.join(written(path)).components().collect()).collect()
    }

    /// The file that `path` means, if it is there.
    #[must_use]
    pub fn file(&self, path: &[u8]) -> Option<PathBuf> {
        let is_file = |file: &PathBuf| std::fs::metadata(file).is_ok_and(|found| found.is_file());
        self.candidates(path).into_iter().find(is_file)
    }
}

/// Every path that stands with a line in `text`, each once.
#[must_use]
pub fn named_paths(text: &[u8]) -> Vec<Vec<u8>> {
    let mut seen = HashSet::new();
    let paths = with_lines(text).map(|(location, ..)| location.path);
    paths.filter(|path| seen.insert(path.clone())).collect()
}

/// Every location with a line in `text` whose file is there, as `file` tells, each once.
pub fn found_locations(text: &[u8], file: impl Fn(&[u8]) -> Option<PathBuf>) -> Vec<FoundLocation> {
    let (mut files, mut seen) = (HashMap::new(), HashSet::new());
    let mut found = Vec::new();
    for (Location { path, column, .. }, line, text) in with_lines(text) {
        let file = files.entry(path).or_insert_with_key(|path| file(path));
        let Some(file) = file.clone() else { continue };
        let one = FoundLocation { file, line, column, text: text.trim_ascii().to_vec() };
        if seen.insert(one.clone()) {
            found.push(one);
        }
    }
    found
}

/// All that may be a location with a line, that line, and the text that they stand in.
fn with_lines(text: &[u8]) -> impl Iterator<Item = (Location, u32, &[u8])> {
    let numbered = |line: &&[u8]| line.iter().any(u8::is_ascii_digit);
    text.split(|byte| *byte == b'\n').filter(numbered).flat_map(|text| {
        locations(text).into_iter().filter_map(move |location| {
            let line = location.line?;
            Some((location, line, text))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// A folder with `src/main.rs`, and `notes` in its home.
    fn viewpoint(home: &Path) -> Viewpoint {
        let dir = home.join("work");
        std::fs::create_dir_all(dir.join("src")).unwrap();
        std::fs::write(dir.join("src/main.rs"), "").unwrap();
        std::fs::write(home.join("notes"), "").unwrap();
        Viewpoint { dir, home: Some(home.to_owned()) }
    }

    #[test]
    fn a_path_is_seen_from_the_folder_the_home_or_the_side_of_a_difference() {
        let home = tempfile::tempdir().unwrap();
        let seen = viewpoint(home.path());
        let main = home.path().join("work/src/main.rs");
        for path in ["src/main.rs", "./src/main.rs", "a/src/main.rs", "b/src/main.rs"] {
            assert_eq!(seen.file(path.as_bytes()).as_ref(), Some(&main), "{path}");
        }
        assert_eq!(seen.file(main.as_os_str().as_bytes()).as_ref(), Some(&main));
        assert_eq!(seen.file(b"~/notes"), Some(home.path().join("notes")));
        for path in ["src", "main.rs", "c/src/main.rs", "~/none"] {
            assert_eq!(seen.file(path.as_bytes()), None, "{path}");
        }
    }

    #[test]
    fn what_names_a_line_of_a_file_that_is_there_is_listed_once() {
        let home = tempfile::tempdir().unwrap();
        let seen = viewpoint(home.path());
        let text = b" src/main.rs:3:7 src/none.rs:1 src/main.rs\n src/main.rs:3:7 src/none.rs:1 src/main.rs\nsrc/main.rs:9";
        assert_eq!(named_paths(text), [&b"src/main.rs"[..], b"3", b"src/none.rs"]);
        let found = found_locations(text, |path| seen.file(path));
        let lines: Vec<_> = found.iter().map(|one| (one.line, one.column)).collect();
        assert_eq!(lines, [(3, Some(7)), (9, None)]);
        assert_eq!(found[1].text, b"src/main.rs:9");
    }
}
