//! A clone of the plugin as a plugin manager leaves it, on a machine without Rust, and a release.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::server::Server;
use crate::support::{
    editor::Editor,
    neovim::{Neovim, checkout, config, merge, private_home},
    rig::Project,
    tmux::TmuxServer,
};

pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What there is on the machine. The backend wants git and tmux.
const PROGRAMS: [&str; 16] = [
    "cat",
    "cp",
    "curl",
    "env",
    "git",
    "gzip",
    "mkdir",
    "ps",
    "python3",
    "sed",
    "sh",
    "sha256sum",
    "shasum",
    "sleep",
    "tar",
    "tmux",
];

/// All of it is gone when dropped.
pub(super) struct Scene {
    folder: TempDir,
    pub(super) server: Server,
    pub(super) tmux: TmuxServer,
    pub(super) project: Project,
}

impl Scene {
    pub(super) async fn new() -> Scene {
        let folder = tempfile::Builder::new().prefix("pi").tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for part in ["lua", "plugin", "build.lua", "Cargo.toml", "tests/support/init.lua"] {
            copy(&checkout().join(part), &at("polecat.nvim").join(part));
        }
        fs::create_dir(at("bin")).unwrap();
        for name in PROGRAMS {
            if let Ok(found) = which::which(name) {
                symlink(found, at("bin").join(name)).unwrap();
            }
        }
        let program = format!("#!/bin/sh\nexec {} \"$@\"\n", env!("CARGO_BIN_EXE_polecat-nvim"));
        script(&at("polecat-nvim"), &program);
        make_release(&at("polecat-nvim"), &at("release"));
        let server = Server::of(at("release")).await;
        let (tmux, project) = (TmuxServer::absent(), Project::new());
        Scene { folder, server, tmux, project }
    }

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn archive(&self) -> PathBuf {
        self.at("release").join(archive())
    }

    /// Where the backend ends up.
    pub(super) fn installed(&self) -> PathBuf {
        self.at("data/nvim/polecat").join(VERSION)
    }

    /// What else is left of installs.
    pub(super) fn scratch(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.at("data/nvim/polecat")).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| *path != self.installed()).collect()
    }

    /// A Neovim of this machine, whose configuration says where releases are and `more`.
    pub(super) fn neovim(&self, home: &Path, more: Json) -> Neovim {
        let mut values = config(&self.tmux.socket());
        values["backend"] = json!({});
        values["install"] = json!({ "url": self.server.url });
        merge(&mut values, more);
        let mut neovim = Neovim::new(home, &values);
        let init = self.at("polecat.nvim/tests/support/init.lua");
        *neovim.args.last_mut().unwrap() = format!("luafile {}", init.display()).into();
        neovim.env.retain(|(name, _)| name != "PATH" && name != "XDG_DATA_HOME");
        neovim.env.push(("PATH".into(), self.at("bin").into()));
        neovim.env.push(("XDG_DATA_HOME".into(), self.at("data").into()));
        neovim
    }

    pub(super) async fn editor(&self) -> Editor {
        self.editor_with(json!({})).await
    }

    pub(super) async fn editor_with(&self, more: Json) -> Editor {
        let home = private_home();
        let neovim = self.neovim(home.path(), more);
        Editor::of(&neovim, home, self.project.path()).await
    }

    /// What a Neovim without a screen prints that runs one Ex command.
    pub(super) fn headless(&self, ex: &str) -> String {
        let home = private_home();
        let neovim = self.neovim(home.path(), json!({}));
        #[expect(clippy::disallowed_methods, reason = "a test starts its own editor")]
        let mut command = Command::new(&neovim.program);
        command.arg("--headless").args(&neovim.args).args(["-c", ex, "-c", "qall!"]);
        command.env_clear().envs(neovim.env.iter().map(|(name, value)| (name, value)));
        told(&command.output().unwrap())
    }
}

/// A terminal, its session `tui`, in which `neovim` starts.
pub(super) fn terminal(neovim: &Neovim) -> TmuxServer {
    let terminal = TmuxServer::absent();
    let mut args: Vec<String> =
        ["new-session", "-d", "-s", "tui", "-x", "80", "-y", "24"].map(str::to_owned).into();
    for (name, value) in &neovim.env {
        args.extend(["-e".to_owned(), format!("{name}={}", value.display())]);
    }
    args.extend(["--".to_owned(), neovim.program.display().to_string()]);
    args.extend(neovim.args.iter().map(|arg| arg.to_string_lossy().into_owned()));
    terminal.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
    terminal
}

/// The name of this system's archive.
pub(super) fn archive() -> String {
    format!("polecat-nvim-{VERSION}-{}.tar.gz", target())
}

/// What it is for.
pub(super) fn target() -> String {
    let system = if cfg!(target_os = "macos") { "apple-darwin" } else { "unknown-linux-musl" };
    format!("{}-{system}", std::env::consts::ARCH)
}

/// A release for this system, made as it is made for users.
fn make_release(program: &Path, out: &Path) {
    #[expect(clippy::disallowed_methods, reason = "what makes releases is a program")]
    let mut command = Command::new(checkout().join("packaging/release"));
    command.args(["--target", &target(), "--program"]).arg(program).arg("--out").arg(out);
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", told(&done));
}

fn told(done: &Output) -> String {
    [&done.stdout, &done.stderr].map(|text| String::from_utf8_lossy(text)).concat()
}

pub(super) fn script(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        for entry in fs::read_dir(from).unwrap().flatten() {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}
