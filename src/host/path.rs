//! Finding programs before anything depends on them.

use std::path::{Path, PathBuf};

/// The file that starting `program` in `dir` would run: looked for on our own `PATH`, or, with a
/// `/` in it, from `dir`.
#[must_use]
pub fn find_program(program: &str, dir: &Path) -> Option<PathBuf> {
    which::which_in(program, std::env::var_os("PATH"), dir).ok()
}
