//! What a release consists of: the same bytes whenever it is made, all licences, sums that hold.

#![allow(clippy::unwrap_used, reason = "a test fails where what it expects is not there")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value as Json;
use tempfile::TempDir;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const HOME: &str = env!("CARGO_PKG_REPOSITORY");
const TARGET: &str = "aarch64-unknown-linux-musl";

#[expect(clippy::disallowed_methods, reason = "what makes releases is a program")]
fn command(program: &str) -> Command {
    Command::new(program)
}

fn release(args: &[&str], out: &Path, umask: &str) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/release");
    let mut release = command("sh");
    release.args(["-c", "umask $0 && exec \"$@\"", umask]).arg(script).arg("--out").arg(out);
    release.args(args).output().unwrap()
}

/// A release of which the program is a script.
fn packed(umask: &str) -> TempDir {
    let out = tempfile::tempdir().unwrap();
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agents/prompts");
    let done = release(&["--target", TARGET, "--program", program], out.path(), umask);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    out
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_release_is_the_same_whenever_it_is_made_and_its_sums_hold() {
    let (one, other) = (packed("022"), packed("077"));
    let archive = format!("polecat-nvim-{VERSION}-{TARGET}.tar.gz");
    let rockspec = format!("polecat.nvim-{VERSION}-1.rockspec");
    assert_eq!(names(one.path()), ["SHA256SUMS", "manifest.json", &archive, &rockspec]);
    for name in names(one.path()) {
        let read = |folder: &TempDir| fs::read(folder.path().join(&name)).unwrap();
        assert!(read(&one) == read(&other), "{name} differs");
    }
    let sums = ["sha256sum", "shasum"].into_iter().find(|name| which::which(name).is_ok()).unwrap();
    let mut check = command(sums);
    check.args(if sums == "shasum" { &["-a", "256"][..] } else { &[] });
    let checked = check.args(["-c", "SHA256SUMS"]).current_dir(one.path()).output().unwrap();
    assert!(checked.status.success(), "{checked:?}");
    let manifest: Json =
        serde_json::from_slice(&fs::read(one.path().join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["version"], VERSION);
    assert_eq!(manifest["protocol"], polecat::rpc::PROTOCOL);
    assert_eq!(manifest["artifacts"][0]["target"], TARGET);
    let size = fs::metadata(one.path().join(archive)).unwrap().len();
    assert_eq!(manifest["artifacts"][0]["size"], size);
}

#[test]
fn an_archive_has_the_licences_of_what_is_in_it_and_the_source_of_what_the_lgpl_covers() {
    let out = packed("022");
    let folder = format!("polecat-nvim-{VERSION}-{TARGET}");
    let unpacked = command("tar")
        .arg("-xzf")
        .arg(format!("{folder}.tar.gz"))
        .current_dir(out.path())
        .output()
        .unwrap();
    assert!(unpacked.status.success());
    let at = |name: &str| out.path().join(&folder).join(name);
    let text = |name: &str| fs::read_to_string(at(name)).unwrap();
    for name in ["LICENSE", "LGPL-3.0.txt", "GPL-3.0.txt"] {
        assert!(text(name).len() > 1000, "{name}");
    }
    assert!(text("RELINKING.md").contains(&format!("the tag `v{VERSION}` of <{HOME}>")));
    let others = text("THIRD-PARTY.md");
    for package in ["nvim-rs", "tokio", "serde_json", "inotify"] {
        assert!(others.contains(&format!("\n- {package} ")), "{package}");
    }
    // It is not linked on this target, or not at all.
    for package in ["windows-sys", "proptest", "fsevent-sys"] {
        assert!(!others.contains(&format!("\n- {package} ")), "{package}");
    }
    let names = names(&out.path().join(&folder));
    assert!(names.iter().any(|name| name.starts_with("nvim-rs-")), "{names:?}");
}

#[test]
fn a_release_from_elsewhere_or_of_another_version_is_refused() {
    let check = |url: &str, tag: &str| release(&["--check", url, tag], Path::new("/"), "022");
    assert!(check(HOME, &format!("v{VERSION}")).status.success());
    let elsewhere = check("https://example.invalid/elsewhere", &format!("v{VERSION}"));
    assert!(!elsewhere.status.success());
    let said = String::from_utf8(elsewhere.stderr).unwrap();
    assert!(said.contains("set `repository` to `https://example.invalid/elsewhere`"), "{said}");
    assert!(!check(HOME, "v9.9.9").status.success());
}
