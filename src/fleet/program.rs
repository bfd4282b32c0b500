//! Our own program for a host: this one, or another that is built from the same for its system and lies
//! beside this one.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    process::Stdio,
};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::task::spawn_blocking;

use crate::{
    core::{
        build::{TARGET, VERSION, mark},
        trust::hex,
    },
    session::Launch,
};

/// A program that can be put on a host.
#[derive(Debug)]
pub(super) struct HostProgram {
    pub(super) path: PathBuf,
    /// The system that it is for.
    pub(super) target: String,
    pub(super) size: u64,
    pub(super) sum: String,
    /// What was unpacked for it, which goes with it.
    _unpacked: Option<NamedTempFile>,
}

impl HostProgram {
    /// The first that is found for one of `targets`.
    ///
    /// # Errors
    /// Where one for the best of them would be looked for.
    pub(super) async fn find(targets: Vec<String>, launch: Launch) -> Result<Self, String> {
        let found = spawn_blocking(move || find(&targets, &launch)).await;
        found.map_err(|error| error.to_string())?
    }
}

fn find(targets: &[String], launch: &Launch) -> Result<HostProgram, String> {
    let ours = std::env::current_exe().map_err(|error| error.to_string())?;
    for target in targets {
        let beside = beside(&ours, target).into_iter().find_map(|path| plain(path, target));
        let found = beside.or_else(|| own(&ours, target));
        if let Some(program) = found.or_else(|| packed(&ours, target, launch)) {
            return Ok(program);
        }
    }
    let Some(target) = targets.first() else { return Err(String::new()) };
    let folder = ours.parent().unwrap_or(Path::new("/")).display();
    Err(format!("no `{}` and `SHA256SUMS` of this release in `{folder}`", archive(target)))
}

/// This program, if it is for `target`.
fn own(ours: &Path, target: &str) -> Option<HostProgram> {
    // The file may have been replaced since it was started.
    let running = Path::new("/proc/self/exe");
    let path = if running.exists() { running } else { ours };
    let summed = (target == TARGET).then(|| read(path, None).ok()).flatten()?;
    Some(HostProgram::of(path.to_owned(), target, summed, None))
}

/// Another program, if it is what its place says.
fn plain(path: PathBuf, target: &str) -> Option<HostProgram> {
    let summed = path.is_file().then(|| read(&path, Some(&mark(target))).ok()).flatten()?;
    Some(HostProgram::of(path, target, summed, None))
}

/// That of a release's archive, whose sum must be the one that lies beside it.
fn packed(ours: &Path, target: &str, launch: &Launch) -> Option<HostProgram> {
    let name = archive(target);
    let mut folders = ours.ancestors().skip(1);
    let folders =
        [folders.next().map(Path::to_owned), folders.next().map(|up| up.join("release-files"))];
    let path = folders
        .into_iter()
        .flatten()
        .map(|folder| folder.join(&name))
        .find(|path| path.is_file())?;
    let sums = std::fs::read_to_string(path.with_file_name("SHA256SUMS")).ok()?;
    let (_, sum) = read(&path, None).ok()?;
    sums.lines().find(|line| **line == format!("{sum}  {name}"))?;
    let unpacked = unpack(&path, target, launch).ok()?;
    let summed = read(unpacked.path(), Some(&mark(target))).ok()?;
    Some(HostProgram::of(unpacked.path().to_owned(), target, summed, Some(unpacked)))
}

fn unpack(path: &Path, target: &str, launch: &Launch) -> io::Result<NamedTempFile> {
    let file = NamedTempFile::new()?;
    let name = format!("polecat-nvim-{VERSION}-{target}/polecat-nvim");
    let mut tar = launch("tar".as_ref());
    tar.arg("-xzOf").arg(path).arg(name).stdin(Stdio::null()).stderr(Stdio::null());
    let status = tar.stdout(file.as_file().try_clone()?).status()?;
    if status.success() { Ok(file) } else { Err(io::Error::other("it cannot be unpacked")) }
}

fn archive(target: &str) -> String {
    format!("polecat-nvim-{VERSION}-{target}.tar.gz")
}

/// Where cargo, or a person, puts one for another system.
fn beside(ours: &Path, target: &str) -> Vec<PathBuf> {
    let mut folders = ours.ancestors().skip(1);
    let own = folders.next().map(|folder| folder.join(format!("polecat-nvim-{VERSION}-{target}")));
    let built = folders.take(2).map(|folder| folder.join(target).join("release/polecat-nvim"));
    own.into_iter().chain(built).collect()
}

/// The size and the sum of a file, in which `mark` must stand.
fn read(path: &Path, mark: Option<&str>) -> io::Result<(u64, String)> {
    let (mut file, mut hash, mut size) = (File::open(path)?, Sha256::new(), 0);
    let mark = mark.unwrap_or_default().as_bytes();
    let (mut found, mut seen, mut portion) = (mark.is_empty(), Vec::new(), vec![0; 256 * 1024]);
    loop {
        let count = file.read(&mut portion)?;
        if count == 0 {
            break;
        }
        size += count as u64;
        hash.update(&portion[..count]);
        if !found {
            seen.extend_from_slice(&portion[..count]);
            found = seen.windows(mark.len()).any(|window| window == mark);
            // It may stand across two portions.
            seen.drain(..seen.len().saturating_sub(mark.len()));
        }
    }
    if found { Ok((size, hex(hash))) } else { Err(io::ErrorKind::InvalidData.into()) }
}

impl HostProgram {
    fn of(
        path: PathBuf,
        target: &str,
        (size, sum): (u64, String),
        unpacked: Option<NamedTempFile>,
    ) -> Self {
        Self { path, target: target.to_owned(), size, sum, _unpacked: unpacked }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::session::local_launch;

    const OTHER: &str = "riscv64-unknown-linux-musl";

    #[test]
    fn one_for_another_system_is_taken_only_if_it_is_built_from_the_same() {
        let target = tempfile::tempdir().unwrap();
        let ours = target.path().join("debug/polecat-nvim");
        let built = target.path().join(OTHER).join("release/polecat-nvim");
        for folder in [&ours, &built] {
            fs::create_dir_all(folder.parent().unwrap()).unwrap();
        }
        let find = || beside(&ours, OTHER).into_iter().find_map(|path| plain(path, OTHER));
        let other = mark(OTHER).replace(crate::core::build::SOURCE, "000000000000");
        fs::write(&built, [&vec![b'p'; 300_000][..], other.as_bytes()].concat()).unwrap();
        assert!(find().is_none());
        // Across the edge of two portions.
        fs::write(&built, [&vec![b'p'; 256 * 1024 - 9][..], mark(OTHER).as_bytes()].concat())
            .unwrap();
        let found = find().unwrap();
        assert_eq!((found.path, found.size), (built, 256 * 1024 - 9 + mark(OTHER).len() as u64));
    }

    #[test]
    fn one_of_a_release_must_have_its_sum() {
        let folder = tempfile::tempdir().unwrap();
        let ours = folder.path().join("polecat-nvim");
        let inside = format!("polecat-nvim-{VERSION}-{OTHER}");
        fs::create_dir(folder.path().join(&inside)).unwrap();
        fs::write(folder.path().join(&inside).join("polecat-nvim"), mark(OTHER)).unwrap();
        let launch = local_launch();
        let mut tar = launch("tar".as_ref());
        tar.current_dir(folder.path()).args(["-czf", &archive(OTHER), &inside]);
        assert!(tar.status().unwrap().success());
        assert!(packed(&ours, OTHER, &launch).is_none());
        let (_, sum) = read(&folder.path().join(archive(OTHER)), None).unwrap();
        let sums = |sum: &str| {
            fs::write(folder.path().join("SHA256SUMS"), format!("{sum}  {}\n", archive(OTHER)))
        };
        sums(&"0".repeat(64)).unwrap();
        assert!(packed(&ours, OTHER, &launch).is_none());
        sums(&sum).unwrap();
        let program = packed(&ours, OTHER, &launch).unwrap();
        assert_eq!(fs::read_to_string(&program.path).unwrap(), mark(OTHER));
    }

    #[test]
    fn without_one_its_place_is_named() {
        let none = find(&[OTHER.to_owned()], &local_launch()).unwrap_err();
        assert!(none.contains(&archive(OTHER)), "{none}");
        let own = find(&[OTHER.to_owned(), TARGET.to_owned()], &local_launch()).unwrap();
        assert_eq!(own.target, TARGET);
    }
}
