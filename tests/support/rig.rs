//! Projects to work in: a plain git repository, and a gastown town. Gone when dropped.

#![allow(dead_code, reason = "each test uses its own part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::neovim::tracker;

/// What git is told of the machine: nothing. Commits have an author of their own.
const GIT: &[(&str, &str)] = &[
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_AUTHOR_NAME", "Ada"),
    ("GIT_AUTHOR_EMAIL", "ada@example.invalid"),
    ("GIT_COMMITTER_NAME", "Ada"),
    ("GIT_COMMITTER_EMAIL", "ada@example.invalid"),
    ("LC_ALL", "C"),
];

/// A git repository `shop` with one commit on `main`.
pub(crate) struct Project {
    folder: TempDir,
    path: PathBuf,
}

impl Project {
    pub(crate) fn new() -> Project {
        Project::named("shop")
    }

    /// As [`Project::new`], in a folder of this name.
    pub(crate) fn named(name: &str) -> Project {
        let folder = tempfile::Builder::new().prefix("pr").tempdir().expect("a temporary folder");
        // What tools report has no links in it; on some systems the temporary folder is one.
        let path = folder.path().canonicalize().expect("it is there").join(name);
        repository(&path);
        Project { folder, path }
    }

    /// The top of the repository.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that holds the repository, to put other things beside it.
    pub(crate) fn around(&self) -> &Path {
        self.path.parent().expect("it was joined to its parent")
    }

    /// Where the plugin keeps what it must remember of a plain repository.
    pub(crate) fn home(&self) -> PathBuf {
        self.path.join(".git/polecat")
    }

    /// Where the plugin makes the polecats of a plain repository.
    pub(crate) fn polecats(&self) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".polecats");
        name.into()
    }

    /// The worktree that the plugin makes for a polecat.
    pub(crate) fn worktree(&self, polecat: &str) -> PathBuf {
        let rig = self.path.file_name().expect("it was joined to its parent");
        self.polecats().join(polecat).join(rig)
    }

    /// What `git` prints, run in the repository.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        git(&self.path, args)
    }

    pub(crate) fn commit(&self, file: &str, text: &str) {
        commit(&self.path, file, text);
    }

    /// Sets up the issue tracker in the repository, with its files kept out of `git status`.
    pub(crate) fn with_tracker(self) -> Project {
        let exclude = self.path.join(".git/info/exclude");
        std::fs::write(exclude, ".beads/\n").expect("our own repository is writable");
        br(&self.path, &["init"]);
        self
    }

    /// The id of a new issue.
    pub(crate) fn issue(&self, title: &str) -> String {
        let made = br(&self.path, &["create", title, "--json"]);
        let made: Json = serde_json::from_str(&made).expect("the tracker prints JSON");
        made["id"].as_str().expect("an issue has an id").to_owned()
    }

    /// What the tracker knows of an issue.
    pub(crate) fn issue_state(&self, id: &str) -> Json {
        let shown = br(&self.path, &["show", id, "--json"]);
        let mut shown: Json = serde_json::from_str(&shown).expect("the tracker prints JSON");
        shown[0].take()
    }
}

/// A gastown town with one rig `shop`, whose repository is `shop/mayor/rig` with an origin.
pub(crate) struct Town {
    folder: TempDir,
    path: PathBuf,
}

impl Town {
    pub(crate) fn new() -> Town {
        let folder = tempfile::Builder::new().prefix("pt").tempdir().expect("a temporary folder");
        let path = folder.path().canonicalize().expect("it is there").join("town");
        let town = Town { folder, path };
        town.write("mayor/town.json", &json!({ "type": "town", "version": 2, "name": "town" }));
        let rig = json!({ "type": "rig", "version": 1, "name": "shop", "default_branch": "main" });
        town.write("shop/config.json", &rig);
        let origin = town.path.join("origin");
        repository(&origin);
        let clone = town.rig().join("mayor/rig");
        git(&town.path, &["clone", "--quiet", path_text(&origin), path_text(&clone)]);
        std::fs::create_dir_all(town.rig().join("polecats")).expect("our own town is writable");
        town
    }

    /// The folder that holds the rigs.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn rig(&self) -> PathBuf {
        self.path.join("shop")
    }

    /// The worktree of a polecat, in gastown's layout of today.
    pub(crate) fn worktree(&self, polecat: &str) -> PathBuf {
        self.rig().join("polecats").join(polecat).join("shop")
    }

    /// Makes a polecat as gastown did at first: the worktree is `polecats/<name>/` itself.
    pub(crate) fn old_polecat(&self, name: &str) -> PathBuf {
        let worktree = self.rig().join("polecats").join(name);
        let branch = format!("polecat/{name}-old");
        let add = ["worktree", "add", "--quiet", "-b", &branch, path_text(&worktree)];
        git(&self.rig().join("mayor/rig"), &add);
        worktree
    }

    fn write(&self, file: &str, content: &Json) {
        let path = self.path.join(file);
        let folder = path.parent().expect("it was joined to a folder");
        std::fs::create_dir_all(folder).expect("our own town is writable");
        std::fs::write(path, content.to_string()).expect("our own town is writable");
    }
}

fn repository(path: &Path) {
    std::fs::create_dir_all(path).expect("our own folder is writable");
    git(path, &["init", "--quiet", "--initial-branch=main"]);
    commit(path, "README", "A shop.\n");
}

fn commit(repository: &Path, file: &str, text: &str) {
    std::fs::write(repository.join(file), text).expect("our own repository is writable");
    git(repository, &["add", file]);
    git(repository, &["commit", "--quiet", "--message", &format!("Write {file}")]);
}

/// What `git` prints, run in `folder` with nothing of the machine's configuration.
pub(crate) fn git(folder: &Path, args: &[&str]) -> String {
    output("git".as_ref(), folder, args)
}

/// What the tracker prints, run in `folder`.
pub(crate) fn br(folder: &Path, args: &[&str]) -> String {
    output(&tracker(), folder, args)
}

fn output(program: &Path, folder: &Path, args: &[&str]) -> String {
    #[expect(clippy::disallowed_methods, reason = "a test makes its own fixture")]
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command.args(args).current_dir(folder).envs(GIT.iter().copied()).env("HOME", folder);
    let done = command.output().unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    assert!(done.status.success(), "{} {args:?}: {}", program.display(), text(&done));
    String::from_utf8_lossy(&done.stdout).trim_end().to_owned()
}

fn text(done: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
}

fn path_text(path: &Path) -> &str {
    path.to_str().expect("our own folders have plain names")
}
