//! A clone that is hostile in every file that git can track: whatever a person does in it, nothing
//! outside it changes, and nothing of it is run.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::{
    rig::agent,
    support::{editor::Editor, rig::git, tmux::TmuxServer, values::Failure},
};

/// What a clone brings along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Records that name folders, branches and files of others.
    Records,
    /// Links in the place of folders of ours.
    Links,
    /// A link in the place of `polecats/`.
    Polecats,
    /// A repository with hooks to make worktrees from.
    Repository,
    /// A folder that looks like one.
    Folder,
}

/// The clone, and what a person has beside it.
struct Clone {
    folder: TempDir,
    kind: Kind,
}

impl Clone {
    fn new(kind: Kind) -> Self {
        let folder = tempfile::Builder::new().prefix("pc").tempdir().unwrap();
        let clone = Self { folder, kind };
        clone.write("precious/ash/shop/deep/file", "treasure");
        for file in ["ash.json", "birch.json", "polecat/exits/ash.json", "exits/ash.json"] {
            clone.write(&format!("precious/{file}"), r#"{"mine":true}"#);
        }
        clone.project("precious/project");
        clone.write("up/mayor/town.json", r#"{"type":"town","version":2,"name":"town"}"#);
        clone.write("up/shop/config.json", r#"{"default_branch":"main"}"#);
        clone.write("up/.gitattributes", "* filter=evil diff=evil\n");
        clone
            .write("up/.gitmodules", "[submodule \"x\"]\npath = x\nurl = .\nupdate = !touch ran\n");
        clone.fill();
        clone.publish();
        clone
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(below)
    }

    fn write(&self, below: &str, text: &str) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn project(&self, below: &str) {
        self.write(&format!("{below}/README"), "A project.\n");
        let path = self.path(below);
        git(&path, &["init", "--quiet", "--initial-branch=main"]);
        git(&path, &["add", "README"]);
        git(&path, &["commit", "--quiet", "--message", "first"]);
    }

    fn fill(&self) {
        match self.kind {
            Kind::Records => self.records(),
            Kind::Links => self.links(),
            Kind::Polecats => self.link("polecats", "precious"),
            Kind::Repository => self.repository("shop/.repo.git"),
            Kind::Folder => self.repository("shop/mayor/rig"),
        }
        if self.kind != Kind::Polecats {
            for polecat in ["ash", "birch", "cedar"] {
                self.write(&format!("up/shop/polecats/{polecat}/shop/.runtime/session_id"), "x\ny");
            }
        }
    }

    /// For each polecat another way to do harm.
    fn records(&self) {
        let precious = self.path("precious").display().to_string();
        let commit = git(&self.path("precious/project"), &["rev-parse", "HEAD"]);
        let aside = json!({ "aside": precious, "settled": true });
        let moved = json!({ "aside": precious, "settled": false });
        let output = format!("--output={precious}/ash.json");
        let base = json!({ "commit": output, "branch": "none" });
        let making = json!({ "commit": commit, "making": "main" });
        let worktree = json!({ "aside": ".removing-dogwood-1", "settled": true,
            "git_dir": format!("{precious}/project/.git/worktrees/x") });
        for (file, record) in [
            ("removing/ash", &aside),
            ("removing/birch", &moved),
            ("restoring/cedar", &json!({ "aside": precious })),
            ("removing/dogwood", &worktree),
            ("worktrees/elm", &base),
            ("worktrees/fir", &making),
            ("exits/ash", &json!({ "session": "x\ny", "tail": ["\u{1b}]0;x\u{7}"] })),
            (
                "reviews/ash",
                &json!({ "comments": [{ "id": 1, "path": "../../../../precious",
                "side": "new", "line": 1, "shown": 1, "quote": [], "text": "!touch ran" }] }),
            ),
        ] {
            self.write(&format!("up/shop/.runtime/polecat/{file}.json"), &record.to_string());
        }
        for polecat in ["dogwood", "elm", "fir"] {
            self.write(&format!("up/shop/polecats/{polecat}/shop/file"), "");
        }
    }

    fn links(&self) {
        for place in ["exits", "worktrees", "reviews", "removing", "restoring"] {
            self.link(&format!(".runtime/polecat/{place}"), "precious");
        }
        self.link(".runtime/namepool-state.json", "precious/ash.json");
        self.link("mayor/rig", "precious/project");
        self.link("polecats/dogwood", "precious/ash");
        self.link("polecats/elm/shop", "precious/project");
        self.link("polecats/.claude", "precious");
    }

    fn link(&self, below: &str, to: &str) {
        let path = self.path("up/shop").join(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(self.path(to), path).unwrap();
    }

    /// A bare repository with all that git would run.
    fn repository(&self, below: &str) {
        let bare = self.path("up").join(below);
        let text = bare.to_str().unwrap();
        git(&self.path("precious/project"), &["clone", "--quiet", "--bare", ".", text]);
        let note = format!("touch '{}'", self.path("ran").display());
        for hook in ["post-checkout", "reference-transaction", "post-index-change"] {
            let hook = bare.join("hooks").join(hook);
            fs::write(&hook, format!("#!/bin/sh\n{note}\n")).unwrap();
            fs::set_permissions(hook, fs::Permissions::from_mode(0o755)).unwrap();
        }
        for key in ["core.fsmonitor", "filter.evil.clean", "filter.evil.smudge", "diff.external"] {
            git(&bare, &["config", key, &note]);
        }
        // git keeps no empty folder.
        for kept in ["refs/heads/.keep", "refs/tags/.keep"] {
            fs::write(bare.join(kept), "").unwrap();
        }
    }

    fn publish(&self) {
        let up = self.path("up");
        git(&up, &["init", "--quiet", "--initial-branch=main"]);
        git(&up, &["add", "--all", "--force", "."]);
        git(&up, &["commit", "--quiet", "--message", "a nice project"]);
        git(&self.path(""), &["clone", "--quiet", "up", "clone"]);
        let _ = fs::remove_file(self.path("ran"));
    }

    /// All that is not the clone's, links not followed.
    fn outside(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut open = vec![self.path("precious")];
        while let Some(dir) = open.pop() {
            for entry in fs::read_dir(&dir).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    open.push(entry.path());
                    found.insert(entry.path(), Vec::new());
                } else {
                    let text = fs::read(entry.path()).unwrap_or_default();
                    found.insert(entry.path(), text);
                }
            }
        }
        found
    }
}

const POLECATS: [&str; 7] = ["ash", "birch", "cedar", "dogwood", "elm", "fir", "project"];

/// All that a person may do, and what was refused.
async fn everything(editor: &Editor) -> Vec<(String, Option<String>)> {
    let mut told = Vec::new();
    let mut keep = |what: String, answer: Result<Json, Failure>| {
        told.push((what, answer.err().map(|refused| refused.message)));
    };
    keep("list".to_owned(), editor.call("list", json!([])).await);
    for polecat in POLECATS {
        let cmd = json!({ "cmd": agent("prompts") });
        for (method, args) in [
            ("status", json!([polecat])),
            ("start", json!([polecat, cmd])),
            ("stop", json!([polecat, { "force": true }])),
            ("new", json!([polecat, {}])),
            ("remove", json!([polecat, {}])),
            ("remove", json!([polecat, { "force": true }])),
            ("restore", json!([polecat])),
        ] {
            keep(format!("{method} {polecat}"), editor.call(method, args).await);
        }
        for (method, args) in [
            ("view.open", json!({ "view": 900, "kind": "diff", "polecat": polecat, "width": 80 })),
            ("view.close", json!({ "view": 900 })),
            ("view.act", json!({ "act": "send_comments", "about": { "polecat": polecat } })),
            ("view.act", json!({ "act": "undo_last", "about": { "polecat": polecat } })),
            ("diff.side_by_side", json!({ "polecat": polecat, "path": "a" })),
        ] {
            let call =
                editor.begin("require('polecat.rpc.client').call", json!([method, args])).await;
            keep(format!("{method} {polecat}"), call.await);
        }
    }
    let unnamed = "function(cb) require('polecat').new(nil, {}, cb) end";
    keep("new".to_owned(), editor.begin(unnamed, json!([])).await.await);
    told
}

async fn nothing_outside_a_clone_changes(kind: Kind) {
    let clone = Clone::new(kind);
    let tmux = TmuxServer::absent();
    let editor = Editor::start(&tmux, &clone.path("clone/shop")).await;
    let before = clone.outside();
    editor.command("edit config.json").await.unwrap();
    editor.command("PolecatStatus").await.unwrap();
    let told = everything(&editor).await;
    let after = clone.outside();
    let changed: Vec<&Path> = before
        .keys()
        .chain(after.keys())
        .filter(|path| before.get(*path) != after.get(*path))
        .map(PathBuf::as_path)
        .collect();
    assert!(changed.is_empty(), "{kind:?}: {changed:#?}\n{told:#?}");
    assert!(!clone.path("ran").exists(), "{kind:?}: {told:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_a_clone_change_nothing_outside_it() {
    nothing_outside_a_clone_changes(Kind::Records).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_a_clone_change_nothing_outside_it() {
    nothing_outside_a_clone_changes(Kind::Links).await;
    nothing_outside_a_clone_changes(Kind::Polecats).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn repositories_that_a_clone_tracks_run_nothing() {
    nothing_outside_a_clone_changes(Kind::Repository).await;
    nothing_outside_a_clone_changes(Kind::Folder).await;
}
