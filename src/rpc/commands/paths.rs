//! Paths as a person writes and reads them.

use std::path::{Path, PathBuf};

/// The person's home.
pub(in crate::rpc) fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute())
}

/// `path` as it is meant in an editor whose working directory is `cwd`.
pub(in crate::rpc) fn absolute(path: &Path, cwd: &Path, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => cwd.join(path),
    }
}

/// `path` with `~` for the home.
pub(super) fn short(path: &Path, home: Option<&Path>) -> String {
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => Path::new("~").join(rest).display().to_string(),
        None => path.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_and_shown_as_in_a_shell() {
        let (cwd, home) = (Path::new("/src/shop"), Some(Path::new("/home/ada")));
        for (written, meant) in [
            ("~/town", "/home/ada/town"),
            ("~", "/home/ada/"),
            ("../bank", "/src/shop/../bank"),
            ("~ada", "/src/shop/~ada"),
            ("/x y", "/x y"),
        ] {
            assert_eq!(absolute(Path::new(written), cwd, home), Path::new(meant), "{written}");
        }
        assert_eq!(short(Path::new("/home/ada/a b"), home), "~/a b");
        assert_eq!(short(Path::new("/home/adam"), home), "/home/adam");
        assert_eq!(short(Path::new("/home/ada"), None), "/home/ada");
    }
}
