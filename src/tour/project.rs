//! The project of the tour: a repository with two commits.

use std::{ffi::OsStr, fs, io, path::Path, path::PathBuf};

use crate::host::Launch;

const FILES: &[(&str, &str)] = &[
    ("README.md", "# A shop\n\nIt sells skunks.\n"),
    ("cart.py", "def total(prices):\n    return sum(prices)\n"),
];

/// What programs of the tour are told of this machine: as little as can be.
pub(super) fn environment(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut env: Vec<(String, PathBuf)> = vec![
        ("HOME".into(), folder.into()),
        ("SHELL".into(), "/bin/sh".into()),
        ("GIT_CONFIG_NOSYSTEM".into(), "1".into()),
        ("GIT_CONFIG_GLOBAL".into(), "/dev/null".into()),
    ];
    for part in ["CONFIG", "DATA", "STATE", "CACHE"] {
        env.push((format!("XDG_{part}_HOME"), folder.join(part.to_lowercase())));
    }
    for who in ["AUTHOR", "COMMITTER"] {
        env.push((format!("GIT_{who}_NAME"), "Ada".into()));
        env.push((format!("GIT_{who}_EMAIL"), "ada@example.invalid".into()));
    }
    env
}

/// Makes it below `folder`.
pub(super) fn make(folder: &Path, launch: &Launch) -> io::Result<PathBuf> {
    let shop = folder.join("shop");
    fs::create_dir(&shop)?;
    let git = |args: &[&str]| {
        let mut command = launch(OsStr::new("git"));
        let done = command.current_dir(&shop).envs(environment(folder)).args(args).output()?;
        let said = String::from_utf8_lossy(&done.stderr).trim().to_owned();
        if done.status.success() { Ok(()) } else { Err(io::Error::other(format!("git: {said}"))) }
    };
    git(&["init", "--quiet", "--initial-branch=main"])?;
    for (file, text) in FILES {
        fs::write(shop.join(file), text)?;
        git(&["add", file])?;
        git(&["commit", "--quiet", "--message", &format!("Write {file}")])?;
    }
    Ok(shop)
}
