//! A host that real ssh reaches, and that asks a person: for its key, and for a passphrase. They log in
//! once, in a terminal, for all that follows. Skipped where there is no sshd.

#![allow(clippy::disallowed_methods, reason = "sshd and its tools are no programs of ours")]

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::{FileTypeExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::{
    answering::{Asking, asking},
    desk::server,
    rig::Shop,
    rigs::folder,
    support::{eventually, neovim::tmux, rig::Project},
};

const STATUS: &str = "polecat://status";
const PASSPHRASE: &str = "correct horse";

/// A server of our own user, at a port of this machine, with a home of its own.
struct Sshd {
    folder: TempDir,
    child: Child,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn sshd() -> Option<PathBuf> {
    let known = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"].map(PathBuf::from);
    let found =
        known.into_iter().find(|path| path.exists()).filter(|_| which::which("ssh").is_ok());
    if found.is_none() {
        eprintln!("skipped: there is no sshd");
    }
    found
}

fn keygen(path: &Path, passphrase: &str) {
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(["-q", "-t", "ed25519", "-N", passphrase, "-f"]).arg(path);
    assert!(keygen.status().unwrap().success());
}

impl Sshd {
    /// With these lines in the client's configuration; none where there is no sshd, or none that this
    /// user can run.
    fn start(client: &str) -> Option<Self> {
        let program = sshd()?;
        let folder = tempfile::Builder::new().prefix("ps").tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        keygen(&at("host"), "");
        keygen(&at("key"), PASSPHRASE);
        fs::create_dir(at("home")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let dir = folder.path().display();
        let server = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {dir}/host\nPidFile none\nUsePAM no\n\
             AuthorizedKeysFile {dir}/key.pub\nStrictModes no\nPermitRootLogin yes\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nSetEnv HOME={dir}/home\n"
        );
        fs::write(at("sshd_config"), server).unwrap();
        let client = format!(
            "Host build1 jump\n  HostName 127.0.0.1\n  Port {port}\n  IdentityFile {dir}/key\n  \
             IdentitiesOnly yes\n  IdentityAgent none\n  UserKnownHostsFile {dir}/known\n  \
             GlobalKnownHostsFile /dev/null\n{client}\n"
        );
        fs::write(at("ssh_config"), client).unwrap();
        let mut check = Command::new(&program);
        let checked = check.args(["-t", "-f"]).arg(at("sshd_config")).output().unwrap();
        if !checked.status.success() {
            eprintln!("skipped: {}", String::from_utf8_lossy(&checked.stderr));
            return None;
        }
        let mut sshd = Command::new(&program);
        sshd.args(["-D", "-e", "-f"]).arg(at("sshd_config")).stderr(Stdio::null());
        Some(Self { child: sshd.spawn().unwrap(), folder })
    }

    fn command(&self) -> Json {
        json!([self.ssh(), "-F", self.folder.path().join("ssh_config"), "build1"])
    }

    /// The real one, or what [`Self::may_stop`] put in front of it.
    fn ssh(&self) -> PathBuf {
        let stands_in = self.folder.path().join("ssh");
        if stands_in.exists() { stands_in } else { "ssh".into() }
    }

    /// Has ssh stop where it is asked for a login, as long as there is a file of this name.
    fn may_stop(&self) -> PathBuf {
        let (stands_in, stops) = (self.folder.path().join("ssh"), self.folder.path().join("stops"));
        let script = format!(
            "#!/bin/sh\ncase \"$1 $2\" in '-O check') test -e '{}' && exec sleep 60;; esac\n\
             exec ssh \"$@\"\n",
            stops.display()
        );
        fs::write(&stands_in, script).unwrap();
        fs::set_permissions(&stands_in, fs::Permissions::from_mode(0o755)).unwrap();
        stops
    }
}

struct Scene {
    desk: Shop,
    there: Asking,
    _sshd: Sshd,
}

impl Scene {
    async fn new(sshd: Sshd) -> Self {
        let there = asking("permission").await;
        let host = json!({
            "command": sshd.command(),
            "backend": env!("CARGO_BIN_EXE_polecat-nvim"),
            "rigs": { folder(&there.shop.project): {} },
            "tmux": { "command": tmux(), "socket": there.shop.tmux.socket().to_str().unwrap() },
        });
        let desk = Shop::of(Project::new(), json!({ "hosts": { "build1": host } })).await;
        Self { desk, there, _sshd: sshd }
    }

    async fn command(&self, command: &str) {
        self.desk.editor.command(command).await.unwrap();
    }

    /// Waits until the current window shows `text`, and types `answer` into its terminal.
    async fn expect_asked(&self, text: &str, answer: &str) {
        let shown = "return vim.fn.join(vim.fn.getline(1, '$'), ' ')";
        eventually(text, async || {
            let shown = self.desk.editor.lua(shown, Json::Null).await.unwrap().to_string();
            if shown.contains(text) { Ok(()) } else { Err(shown) }
        })
        .await;
        let send = "vim.fn.chansend(vim.bo.channel, (...) .. '\\n')";
        self.desk.editor.lua(send, json!([answer])).await.unwrap();
    }

    /// The sockets of our own logins.
    fn sockets(&self) -> Vec<PathBuf> {
        let folder = self.desk.editor.home.path().join("run/polecat");
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let is_socket = |path: &PathBuf| fs::metadata(path).unwrap().file_type().is_socket();
        entries.map(|entry| entry.path()).filter(is_socket).collect()
    }

    /// Ends the login, which would go on for an hour.
    fn log_out(&self) {
        for socket in self.sockets() {
            let mut exit = Command::new("ssh");
            exit.args(["-O", "exit", "-o"]).arg(format!("ControlPath={}", socket.display()));
            let status = exit.arg("x").stderr(Stdio::null()).status();
            assert!(status.is_ok_and(|status| status.success()), "{}", socket.display());
        }
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.log_out()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_asks_is_made_once_in_a_terminal_for_all_that_follows() {
    let Some(sshd) = Sshd::start("") else { return };
    let both = Scene::new(sshd).await;
    both.command("PolecatStatus!").await;
    let refused = "`:PolecatConnect build1` logs in: Host key verification failed.";
    both.desk.editor.expect_line(STATUS, refused).await;
    both.command("PolecatConnect build1").await;
    both.expect_asked("continue connecting (yes/no", "yes").await;
    both.expect_asked("Enter passphrase for key", PASSPHRASE).await;
    both.desk.editor.expect_message("`build1` is connected").await;
    both.command("PolecatStatus!").await;
    both.desk.editor.expect_line(STATUS, "1 running, 1 waiting").await;
    assert_eq!(both.sockets().len(), 1);
    assert!(server(&both.desk.editor).is_none(), "it runs below sshd");

    both.command("close | PolecatAttach build1:shop/ash").await;
    let attached = ["display-message", "-p", "-t", "=gt-shop-ash:", "#{session_attached}"];
    eventually("a client there", async || match both.there.shop.tmux.run(&attached) {
        count if count == "1" => Ok(()),
        count => Err(count),
    })
    .await;
    both.command("stopinsert | close!").await;

    // Without the login it asks again, and what is left of its socket is in nobody's way.
    both.log_out();
    both.command("PolecatStatus!").await;
    let code = "`:PolecatConnect build1` logs in: ";
    both.desk.editor.expect_line(STATUS, code).await;
    assert!(both.sockets().is_empty());
}

/// Nobody could be asked for the passphrase again.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_of_which_ssh_does_not_say_in_time_that_it_is_gone_is_kept_and_used() {
    let Some(sshd) = Sshd::start("") else { return };
    let stops = sshd.may_stop();
    let both = Scene::new(sshd).await;
    both.command("PolecatConnect build1").await;
    both.expect_asked("continue connecting (yes/no", "yes").await;
    both.expect_asked("Enter passphrase for key", PASSPHRASE).await;
    both.desk.editor.expect_message("`build1` is connected").await;
    let socket = both.sockets();
    fs::write(&stops, "").unwrap();
    both.command("PolecatAttach build1:shop/ash").await;
    let attached = ["display-message", "-p", "-t", "=gt-shop-ash:", "#{session_attached}"];
    eventually("a client there", async || match both.there.shop.tmux.run(&attached) {
        count if count == "1" => Ok(()),
        count => Err(count),
    })
    .await;
    both.command("stopinsert | close!").await;
    assert_eq!((socket.len(), both.sockets()), (1, socket));
    both.log_out();
}

/// What refuses then is the jump host's own ssh, behind which the other says something else.
#[tokio::test(flavor = "multi_thread")]
async fn a_host_behind_another_is_logged_in_to_through_it() {
    let Some(sshd) = Sshd::start("Host build1\n  ProxyJump jump") else { return };
    let both = Scene::new(sshd).await;
    both.command("PolecatStatus!").await;
    let refused = "`:PolecatConnect build1` logs in: Host key verification failed.";
    both.desk.editor.expect_line(STATUS, refused).await;
    both.command("PolecatConnect build1").await;
    both.expect_asked("continue connecting (yes/no", "yes").await;
    both.expect_asked("Enter passphrase for key", PASSPHRASE).await;
    both.expect_asked("key':  Enter passphrase for key", PASSPHRASE).await;
    both.desk.editor.expect_message("`build1` is connected").await;
    both.log_out();
}
