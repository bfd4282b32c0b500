//! ssh, as the person has configured it: what we add where they say nothing, and the one login that
//! all our connections to a host share.

use std::{
    ffi::OsStr,
    fs::{self, DirBuilder},
    os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use rustix::process::getuid;
use sha2::{Digest, Sha256};
use tokio::{process::Command, time::timeout};

use crate::{
    core::{hosts::Reaching, trust::hex},
    session::Launch,
};

/// How long ssh may take to say how it is configured, or whether a login is there: it asks nobody.
const ASK_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a login goes on after the last that used it, where the person has not said.
const PERSIST: &str = "ControlPersist=1h";
/// With what ssh ends where it failed itself.
const SSH_FAILED: i32 = 255;
/// The longest path of a socket that ssh can make: 107 bytes, of which it needs 17 for a while.
const PATH_LIMIT: usize = 90;

/// Options set unless the user set them: the option, its values where nobody has set it, and ours. A
/// link that is cut is noticed.
const OPTIONS: [(&str, &[&str], &str); 4] = [
    ("connecttimeout", &["none"], "ConnectTimeout=10"),
    ("serveraliveinterval", &["0"], "ServerAliveInterval=5"),
    ("serveralivecountmax", &["3"], "ServerAliveCountMax=3"),
    ("compression", &["no"], "Compression=yes"),
];

/// What a command is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Nobody is there to be asked.
    Work,
    /// The same where the last connection fell silent: a login that is there may be dead.
    WorkAlone,
    /// A terminal in which somebody works.
    Terminal,
    /// A terminal in which somebody logs in, for all that follows.
    Login,
}

/// What completes the commands that reach hosts.
#[derive(Clone)]
pub(super) struct Ssh {
    pub(super) launch: Launch,
    /// The state folder, where a login may have its socket.
    pub(super) state: Option<PathBuf>,
}

impl Ssh {
    /// The words of the command; for ssh with the options that the person has not set.
    pub(super) async fn argv(&self, reaching: Reaching, purpose: Purpose) -> Vec<String> {
        let Reaching { mut argv, ssh_options_at } = reaching;
        let Some(at) = ssh_options_at else { return argv };
        let configured = self.configured(&argv).await;
        let mut ours: Vec<String> = OPTIONS
            .iter()
            .filter(|(option, usual, _)| configured.is_usual(option, usual))
            .map(|(_, _, option)| (*option).to_owned())
            .collect();
        match purpose {
            Purpose::Work | Purpose::WorkAlone => ours.push("BatchMode=yes".to_owned()),
            Purpose::Login | Purpose::Terminal => ours.push("BatchMode=no".to_owned()),
        }
        ours.extend(self.shared(&argv, &configured, purpose).await);
        argv.splice(at..at, ours.into_iter().flat_map(|option| ["-o".to_owned(), option]));
        argv
    }

    /// The options by which a login is shared.
    async fn shared(&self, argv: &[String], said: &Configured, purpose: Purpose) -> Vec<String> {
        // The person's own way, or ours.
        if !said.is_usual("controlpath", &["none"]) {
            return match purpose {
                Purpose::Work | Purpose::Terminal => Vec::new(),
                Purpose::WorkAlone => vec!["ControlPath=none".to_owned()],
                Purpose::Login => said.keeps_open(),
            };
        }
        let Some(path) = self.socket(argv) else { return Vec::new() };
        let option = format!("ControlPath={}", path.display());
        match purpose {
            Purpose::Login => [vec![option], said.keeps_open()].concat(),
            _ if !is_socket(&path) => Vec::new(),
            Purpose::WorkAlone => {
                let works = self.works(argv, &option).await;
                if works == Some(false) {
                    self.control("exit", argv, &option).await;
                }
                Self::by_login(works, false, option, &path)
            }
            Purpose::Work | Purpose::Terminal => {
                let is_there = self.control("check", argv, &option).await;
                Self::by_login(is_there, true, option, &path)
            }
        }
    }

    /// The options that use the login at `path` where it `works`, and `otherwise` where that is not known.
    /// Only one that is known not to is given up, as ssh would wait for it: another may cost a person
    /// something, and one whose link is cut ends by itself.
    fn by_login(works: Option<bool>, otherwise: bool, option: String, path: &Path) -> Vec<String> {
        if works == Some(false) {
            // Somebody else may have.
            let _ = fs::remove_file(path);
        }
        let is_used = works.unwrap_or(otherwise);
        if is_used { vec![option, "ControlMaster=no".to_owned()] } else { Vec::new() }
    }

    /// Where our own login of this command has its socket, in a folder that is ours alone.
    fn socket(&self, argv: &[String]) -> Option<PathBuf> {
        let mut hash = Sha256::new();
        for word in argv.split(|word| word == "--").next().unwrap_or_default() {
            // A terminal or none: it is the same login.
            if !matches!(word.as_str(), "-t" | "-T") {
                hash.update(word);
                hash.update([0]);
            }
        }
        let name = format!("ssh-{}", &hex(hash)[..12]);
        let runtime =
            std::env::var_os("XDG_RUNTIME_DIR").map(|dir| Path::new(&dir).join("polecat"));
        let state = self.state.as_ref().map(|state| state.join("polecat/run"));
        let temporary = PathBuf::from(format!("/tmp/polecat-{}", getuid().as_raw()));
        let folders = [runtime, state, Some(temporary)].into_iter().flatten();
        folders
            .filter(|folder| fits(&folder.join(&name)))
            .find(|folder| is_ours(folder))
            .map(|folder| folder.join(name))
    }

    /// Whether a command comes back by a login that is there; `None` where nothing comes in time.
    async fn works(&self, argv: &[String], path: &str) -> Option<bool> {
        let mut command =
            self.ask(argv, &["-o", path, "-o", "ControlMaster=no", "-o", "BatchMode=yes"]);
        command.arg("true");
        // Any other status is one from there.
        said(command).await.map(|status| status != SSH_FAILED)
    }

    /// Has ssh `check` a login, or `exit` it; whether it did, and `None` where it does not say.
    async fn control(&self, what: &str, argv: &[String], path: &str) -> Option<bool> {
        said(self.ask(argv, &["-O", what, "-o", path])).await.map(|status| status == 0)
    }

    /// What ssh says of how it is configured for the same host; nothing where it cannot say.
    async fn configured(&self, argv: &[String]) -> Configured {
        let output = timeout(ASK_TIMEOUT, self.ask(argv, &["-G"]).output()).await;
        let output = output.ok().and_then(Result::ok).filter(|output| output.status.success());
        let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        Configured(text.unwrap_or_default())
    }

    /// The same ssh without what it is to run there.
    fn ask(&self, argv: &[String], first: &[&str]) -> Command {
        let (program, arguments) =
            argv.split_first().map_or(("ssh", argv), |(program, rest)| (program, rest));
        let arguments = arguments.split(|word| word == "--").next().unwrap_or_default();
        let mut command = Command::from((self.launch)(OsStr::new(program)));
        command.args(first).args(arguments).stdin(Stdio::null()).kill_on_drop(true);
        command
    }
}

/// The status of a command; `None` where it could not be started, or did not end by itself in time.
async fn said(mut command: Command) -> Option<i32> {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let status = timeout(ASK_TIMEOUT, command.status()).await;
    status.ok()?.ok()?.code()
}

/// What `ssh -G` prints.
struct Configured(String);

impl Configured {
    /// Whether the person has said nothing of `option`, which is then one of `usual`.
    fn is_usual(&self, option: &str, usual: &[&str]) -> bool {
        let value = self.0.lines().find_map(|line| line.strip_prefix(option)?.strip_prefix(' '));
        value.is_none_or(|value| usual.contains(&value.trim()))
    }

    /// What has a login go on for others.
    fn keeps_open(&self) -> Vec<String> {
        let master =
            self.is_usual("controlmaster", &["no", "false"]).then_some("ControlMaster=auto");
        let persist = self.is_usual("controlpersist", &["no", "false"]).then_some(PERSIST);
        [master, persist].into_iter().flatten().map(str::to_owned).collect()
    }
}

/// Whether ssh takes `path` as it stands.
fn fits(path: &Path) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@,:".contains(c);
    path.to_str().is_some_and(|path| path.len() <= PATH_LIMIT && path.chars().all(plain))
}

/// Makes `folder` if need be; whether only we can enter it.
fn is_ours(folder: &Path) -> bool {
    // It may be there.
    let _ = DirBuilder::new().mode(0o700).recursive(true).create(folder);
    let found = fs::symlink_metadata(folder);
    found.is_ok_and(|found| {
        found.is_dir() && found.uid() == getuid().as_raw() && found.mode().trailing_zeros() >= 6
    })
}

fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_person_has_said_is_left_alone() {
        let said =
            Configured("connecttimeout 3\nserveraliveinterval 0\ncontrolmaster auto\n".to_owned());
        assert!(!said.is_usual("connecttimeout", &["none"]));
        assert!(said.is_usual("serveraliveinterval", &["0"]));
        assert!(said.is_usual("controlpath", &["none"]));
        assert_eq!(said.keeps_open(), [PERSIST]);
    }

    #[test]
    fn a_socket_has_a_path_that_ssh_takes_in_a_folder_of_ours_alone() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_ours(&folder.path().join("a/b")));
        assert!(!is_ours("/tmp".as_ref()));
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path(), &link).unwrap();
        assert!(!is_ours(&link));
        assert!(fits(&folder.path().join("ssh-0123456789ab")));
        for bad in ["/a b/c".to_owned(), "/%h".to_owned(), format!("/{}", "a".repeat(PATH_LIMIT))] {
            assert!(!fits(bad.as_ref()), "{bad}");
        }
    }
}
