//! One pass over `/proc`, which reads more than a link of those only that are inside.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::{Candidate, Looked, is_inside};

/// Behind the folder of a process whose folder was removed.
const DELETED: &[u8] = b" (deleted)";
/// So much is read of a command, in bytes.
const ARGV_LIMIT: u64 = 4_096;
/// No process has more ancestors.
const ANCESTORS_LIMIT: usize = 64;

/// Who has its current directory in one of `folders`; `None` when the system does not tell.
pub(super) fn look(folders: &[PathBuf]) -> Option<Looked> {
    let own = std::process::id();
    let (mut inside, mut seen_self) = (Vec::new(), false);
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        seen_self |= pid == own;
        if folder_of(pid).is_some_and(|cwd| is_inside(&cwd, folders)) && is_this_users(pid) {
            inside.extend(found(pid));
        }
    }
    // A list without ourselves is no list.
    seen_self.then(|| Looked { inside, ours: line(own) })
}

/// The current directory. Of a process of ours that hides it (an agent that protects its memory
/// does) it is taken to be that of whoever started it.
fn folder_of(pid: u32) -> Option<PathBuf> {
    match fs::read_link(format!("/proc/{pid}/cwd")) {
        Ok(path) => Some(there(path)),
        Err(error) if error.kind() == ErrorKind::PermissionDenied && is_this_users(pid) => {
            let above = line(pid);
            let links = above.iter().map(|pid| fs::read_link(format!("/proc/{pid}/cwd")));
            links.flatten().next().map(there)
        }
        // It ended meanwhile, or is another user's.
        Err(_) => None,
    }
}

/// The folder by the name that it had.
fn there(path: PathBuf) -> PathBuf {
    let mut bytes = path.into_os_string().into_vec();
    if bytes.ends_with(DELETED) && !Path::new(std::ffi::OsStr::from_bytes(&bytes)).exists() {
        bytes.truncate(bytes.len() - DELETED.len());
    }
    std::ffi::OsString::from_vec(bytes).into()
}

/// By its real user: the files of one that hides belong to root.
fn is_this_users(pid: u32) -> bool {
    let status = read(pid, "status", ARGV_LIMIT).unwrap_or_default();
    let status = String::from_utf8_lossy(&status);
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    let uid = uid.and_then(|ids| ids.split_whitespace().next()?.parse::<u32>().ok());
    uid == Some(rustix::process::getuid().as_raw())
}

fn found(pid: u32) -> Option<Candidate> {
    let Stat { name, session, .. } = stat(pid)?;
    let argv = read(pid, "cmdline", ARGV_LIMIT).unwrap_or_default();
    let words = argv.split(|&byte| byte == 0).filter(|word| !word.is_empty());
    let argv = words.map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    let start = super::super::start_of(&mut sysinfo::System::new(), pid)?;
    Some(Candidate { pid, name, argv, start, session, line: line(pid) })
}

fn line(pid: u32) -> Vec<u32> {
    let parents = std::iter::successors(stat(pid), |stat| self::stat(stat.parent));
    parents.map(|stat| stat.parent).take_while(|&parent| parent > 0).take(ANCESTORS_LIMIT).collect()
}

struct Stat {
    name: String,
    parent: u32,
    session: u32,
}

/// `12 (some (name)) S 1 12 12 ...`: the name may hold anything, so count from its end.
fn stat(pid: u32) -> Option<Stat> {
    let text = read(pid, "stat", ARGV_LIMIT)?;
    let text = String::from_utf8_lossy(&text);
    let (head, fields) = text.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(1);
    let parent = fields.next()?.parse().ok()?;
    let session = fields.nth(1)?.parse().ok()?;
    Some(Stat { name: head.split_once('(')?.1.to_owned(), parent, session })
}

fn read(pid: u32, file: &str, limit: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(format!("/proc/{pid}/{file}")).ok()?;
    file.take(limit).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
