//! Finding programs before anything depends on them.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The file that starting `program` in `dir` would run: looked for on [`search_path`], or, with a
/// `/` in it, from `dir`.
#[must_use]
pub fn find_program(program: &str, dir: &Path) -> Option<PathBuf> {
    which::which_in(program, search_path(), dir).ok()
}

/// The file of the program that runs here; `None` if it is gone.
#[must_use]
pub fn own_program() -> Option<PathBuf> {
    std::env::current_exe().ok().filter(|path| path.is_file())
}

/// Our own `PATH` without its relative folders: in one of those, the working directory among them,
/// a project's file would be taken for the program.
#[must_use]
pub fn search_path() -> Option<OsString> {
    absolute(&std::env::var_os("PATH")?)
}

fn absolute(path: &OsStr) -> Option<OsString> {
    let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
    std::env::join_paths(folders).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_folder_is_not_searched() {
        for (path, expected) in [
            ("/usr/bin:/bin", "/usr/bin:/bin"),
            (".:/usr/bin:bin:../x", "/usr/bin"),
            (":/usr/bin::/bin:", "/usr/bin:/bin"),
            (".", ""),
        ] {
            assert_eq!(absolute(OsStr::new(path)), Some(expected.into()), "{path}");
        }
    }
}
