//! Tests of what shells on hosts run: real shells, in homes of their own.

use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::{
    core::{
        build::mark,
        hosts::{
            HostName, HostSettings, Reaching,
            bootstrap::{Missing, pushed},
        },
        trust::hex,
    },
    session::local_launch,
};

const TARGET: &str = "x86_64-unknown-linux-musl";

/// A home without anything.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn settings(&self) -> HostSettings {
        let home = self.0.path().display();
        let variables = [format!("HOME={home}"), format!("XDG_RUNTIME_DIR={home}/run")];
        let words = ["env", "-i", "PATH=/usr/bin:/bin"].map(str::to_owned);
        HostSettings { command: [&words[..], &variables].concat(), ..HostSettings::default() }
    }

    fn run(
        &self,
        reaching: impl FnOnce(&HostSettings, &HostName) -> Reaching,
        input: &[u8],
    ) -> Output {
        let argv = reaching(&self.settings(), &"build1".parse().unwrap()).argv;
        let mut command = local_launch()(argv[0].as_ref());
        command
            .args(&argv[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // It may have ended without reading.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    }

    /// Pushes `program` with this sum, and gives what came of it.
    fn push(&self, program: &[u8], sum: &str) -> Result<String, String> {
        let output = self.run(|settings, name| settings.push(name, TARGET, sum, false), program);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().find_map(pushed).unwrap_or_else(|| panic!("{output:?}"))
    }

    fn missing(&self) -> Missing {
        let output = self.run(HostSettings::serve, b"");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().find_map(Missing::parse).unwrap_or_else(|| panic!("{output:?}"))
    }

    fn cache(&self) -> PathBuf {
        self.0.path().join(".cache/polecat")
    }

    fn run_folder(&self) -> PathBuf {
        self.0.path().join("run/polecat")
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A program that says that it is ours, and what it does.
fn program() -> Vec<u8> {
    let mark = mark(TARGET);
    format!("#!/bin/sh\n[ \"$1\" = --build ] && echo '{mark}' || echo \"runs $1\"\n").into_bytes()
}

fn sum(program: &[u8]) -> String {
    hex(Sha256::new_with_prefix(program))
}

#[test]
fn what_is_put_there_is_found_there() {
    let home = Home::new();
    let missing = home.missing();
    assert_eq!(missing.folder.as_deref(), home.cache().to_str());
    assert!(missing.free.is_some_and(|free| free > 0), "{missing:?}");
    assert_eq!(names(home.0.path()), [""; 0], "looking leaves nothing");
    let path = home.push(&program(), &sum(&program())).unwrap();
    assert_eq!(Path::new(&path).parent(), Some(&*home.cache()));
    assert_eq!(names(&home.cache()).len(), 1);
    let found = home.run(HostSettings::serve, b"");
    assert_eq!(String::from_utf8_lossy(&found.stdout), "runs host\n");
}

#[test]
fn half_of_it_or_another_leaves_nothing() {
    let home = Home::new();
    let why = home.push(&program()[..20], &sum(&program())).unwrap_err();
    assert_eq!(why, "the checksum is wrong");
    let stranger = b"#!/bin/sh\necho hello\n";
    let why = home.push(stranger, &sum(stranger)).unwrap_err();
    assert!(why.ends_with(": hello"), "{why}");
    let packed =
        home.run(|settings, name| settings.push(name, TARGET, "0", true), b"\x1f\x8b\x08cut");
    let text = String::from_utf8_lossy(&packed.stdout).into_owned();
    assert!(text.contains("polecat-pushed 1|it did not arrive whole"), "{packed:?}");
    for folder in [home.cache(), home.run_folder()] {
        assert!(!folder.exists());
    }
}

#[test]
fn a_folder_of_others_is_none_of_ours() {
    let home = Home::new();
    fs::create_dir_all(home.cache()).unwrap();
    fs::set_permissions(home.cache(), PermissionsExt::from_mode(0o770)).unwrap();
    fs::create_dir(home.0.path().join("run")).unwrap();
    let missing = home.missing();
    assert_eq!(missing.folder.as_deref(), home.run_folder().to_str());
    assert_eq!(missing.skipped.as_deref(), home.cache().to_str());
    let name = format!("polecat-nvim-{}", "x");
    fs::write(home.cache().join(name), "").unwrap();
    let path = home.push(&program(), &sum(&program())).unwrap();
    assert!(Path::new(&path).starts_with(home.run_folder()), "{path}");
    // Whoever may write there could have had it run.
    fs::rename(&path, home.cache().join(Path::new(&path).file_name().unwrap())).unwrap();
    home.missing();
}

/// Where nobody can tell what runs, age alone does.
#[cfg(target_os = "linux")]
#[test]
fn old_ones_go_only_where_nobody_has_used_them_for_long() {
    let home = Home::new();
    fs::create_dir_all(home.cache()).unwrap();
    let names_of = |numbers: &[u32]| -> Vec<String> {
        numbers.iter().map(|number| format!("polecat-nvim-0.{number}.0-0-x")).collect()
    };
    for (number, days) in [(1, 90), (2, 80), (3, 70), (4, 10), (5, 9)] {
        let path = home.cache().join(&names_of(&[number])[0]);
        fs::write(&path, "").unwrap();
        touch(&path, days);
    }
    // One that runs, though nobody has touched it for long.
    let runs = home.cache().join(&names_of(&[2])[0]);
    fs::copy(which::which("sleep").unwrap(), &runs).unwrap();
    touch(&runs, 80);
    let mut running = local_launch()(runs.as_os_str()).arg("60").spawn().unwrap();
    let path = home.push(&program(), &sum(&program())).unwrap();
    running.kill().unwrap();
    running.wait().unwrap();
    let new = Path::new(&path).file_name().unwrap().to_str().unwrap().to_owned();
    let mut left = names_of(&[2, 4, 5]);
    left.push(new);
    left.sort();
    assert_eq!(names(&home.cache()), left);
}

#[cfg(target_os = "linux")]
fn touch(path: &Path, days: u32) {
    let mut touch = local_launch()("touch".as_ref());
    let status = touch.arg("-d").arg(format!("{days} days ago")).arg(path).status();
    assert!(status.unwrap().success());
}
