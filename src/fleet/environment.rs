//! What a host begins with: the environment of the person's login shell, and what of the hub's goes
//! along. Both are taken once, before anything is served; never what the hub's editor has besides.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, Read, Write},
    os::{
        fd::AsFd,
        unix::{ffi::OsStrExt, process::CommandExt},
    },
    path::Path,
    process::{Child, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};

use crate::session::Launch;

/// The first line of a host of ours. It takes [`LoginEnvironment`], and serves then.
pub(super) const READY: &str = "polecat-host 1";

/// How long a login shell may take.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest beginning, in bytes, and the largest environment.
const SIZE_LIMIT: u32 = 1024 * 1024;
/// What stands in front of an environment, and behind it: login scripts print too.
const FRONT: &[u8] = b"\0polecat-environment\0";
const BEHIND: &[u8] = b"\0polecat-end\0";
/// What a shell says of itself alone.
const OF_A_SHELL: [&str; 5] = ["_", "SHLVL", "PWD", "OLDPWD", "PIPESTATUS"];

/// What a host is told before it serves.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginEnvironment {
    /// Whether the environment is to be that of a login shell.
    pub(super) login: bool,
    /// Variables that are sent.
    pub(super) env: BTreeMap<String, String>,
}

impl LoginEnvironment {
    /// With those variables of the environment here that `names` name; what is not set stays unset.
    pub(super) fn new(login: bool, names: &[String]) -> Self {
        let found = |name: &String| Some((name.clone(), std::env::var(name).ok()?));
        Self { login, env: names.iter().filter_map(found).collect() }
    }

    /// As it goes over the wire, its length in front.
    pub(super) fn bytes(&self) -> io::Result<Vec<u8>> {
        let bytes = rmp_serde::to_vec_named(self).map_err(io::Error::other)?;
        let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= SIZE_LIMIT);
        let length = length.ok_or_else(|| io::Error::other("`env` is too large"))?;
        Ok([&length.to_be_bytes()[..], &bytes].concat())
    }

    /// Reads it, and not one byte more: what follows is read by what serves.
    fn read(mut from: impl Read) -> io::Result<Self> {
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length);
        if length > SIZE_LIMIT {
            return Err(io::Error::other("no hub of ours has begun"));
        }
        let mut bytes = vec![0; length as usize];
        from.read_exact(&mut bytes)?;
        rmp_serde::from_slice(&bytes).map_err(io::Error::other)
    }
}

/// What `polecat-nvim host` does: takes what the hub tells first, and becomes what serves it, with the
/// environment that it shall have.
///
/// # Errors
/// No hub has told, or it cannot become that. It returns only then.
pub fn begin(launch: &Launch) -> io::Result<()> {
    let mut to = io::stdout();
    to.write_all(format!("{READY}\n").as_bytes())?;
    to.flush()?;
    // Not by the standard library's own, which reads ahead.
    let from = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let beginning = LoginEnvironment::read(from)?;
    let ours = std::env::current_exe()?;
    let mut serve = launch(ours.as_os_str());
    if beginning.login {
        serve.envs(of_login(&ours, launch));
    }
    Err(serve.arg("serve").envs(&beginning.env).exec())
}

/// What `polecat-nvim --environment` does: prints its own environment.
///
/// # Errors
/// Nobody reads it.
pub fn print_environment() -> io::Result<()> {
    let mut text = FRONT.to_vec();
    for (name, value) in std::env::vars_os() {
        text.extend([name.as_bytes(), b"=", value.as_bytes(), b"\0"].concat());
    }
    text.extend(BEHIND);
    io::stdout().write_all(&text)
}

/// The environment of the person's login shell; nothing where it does not tell in time.
fn of_login(ours: &Path, launch: &Launch) -> Vec<(OsString, OsString)> {
    // Quoted like this it is one word of every shell.
    let Some(path) = ours.to_str().filter(|path| !path.contains(['\'', '\\', '!'])) else {
        return Vec::new();
    };
    let shell = std::env::var_os("SHELL").unwrap_or_else(|| "/bin/sh".into());
    let name = Path::new(&shell).file_name().unwrap_or(OsStr::new("sh")).to_owned();
    let mut login = launch(&shell);
    // By a `-` in front of its name each shell knows that it is one for a login.
    let mut dashed = OsString::from("-");
    dashed.push(name);
    login.arg0(dashed).arg("-c").arg(format!("exec '{path}' --environment"));
    login.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
    login.spawn().ok().and_then(told).unwrap_or_default()
}

/// What it tells, in time. What it has started by then, such as an agent for keys, goes on.
fn told(mut login: Child) -> Option<Vec<(OsString, OsString)>> {
    let from = login.stdout.take()?;
    let (to, said) = mpsc::channel();
    thread::spawn(move || to.send(read_environment(from)));
    let said = said.recv_timeout(LOGIN_TIMEOUT).ok().flatten();
    if said.is_none()
        && let Ok(Some(group)) = i32::try_from(login.id()).map(Pid::from_raw)
    {
        // It may have ended.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = login.wait();
    said
}

/// What stands between the two marks.
fn read_environment(mut from: impl Read) -> Option<Vec<(OsString, OsString)>> {
    let (mut read, mut portion) = (Vec::new(), [0; 4096]);
    while read.len() <= SIZE_LIMIT as usize {
        let count = from.read(&mut portion).ok().filter(|count| *count > 0)?;
        read.extend_from_slice(&portion[..count]);
        let Some(front) = find(&read, FRONT) else { continue };
        let behind = front + FRONT.len();
        if let Some(end) = find(&read[behind..], BEHIND) {
            return Some(variables(&read[behind..behind + end]));
        }
    }
    None
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

fn variables(text: &[u8]) -> Vec<(OsString, OsString)> {
    let pair = |line: &[u8]| {
        let at = line.iter().position(|byte| *byte == b'=').filter(|at| *at > 0)?;
        let os = |bytes: &[u8]| OsStr::from_bytes(bytes).to_owned();
        Some((os(&line[..at]), os(&line[at + 1..])))
    };
    let pairs = text.split(|byte| *byte == 0).filter_map(pair);
    pairs.filter(|(name, _)| !OF_A_SHELL.iter().any(|own| *own == name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_read_and_what_follows_is_left() {
        let beginning =
            LoginEnvironment { login: true, env: [("A".to_owned(), "b".to_owned())].into() };
        let mut bytes = beginning.bytes().unwrap();
        bytes.extend(b"more");
        let mut from = &bytes[..];
        assert_eq!(LoginEnvironment::read(&mut from).unwrap(), beginning);
        assert_eq!(from, b"more");
        for wrong in [&[0xff, 0xff, 0xff, 0xff][..], &[0, 0, 0, 1, 0xc1], &[0, 0]] {
            assert!(LoginEnvironment::read(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_environment_is_found_between_what_login_scripts_print() {
        let noise = b"Welcome\n\0\0";
        let own = b"PATH=/usr/bin\0SHLVL=1\0A=b=c\nd\0=x\0EMPTY=\0";
        let text = [&noise[..], FRONT, own, BEHIND, noise].concat();
        let pairs = [("PATH", "/usr/bin"), ("A", "b=c\nd"), ("EMPTY", "")];
        let expected = pairs.map(|(name, value)| (name.into(), value.into())).to_vec();
        assert_eq!(read_environment(&text[..]), Some(expected));
        assert_eq!(read_environment(&text[..text.len() - noise.len() - 1]), None);
    }
}
