//! The way from a thought to a merged branch, by the keys that a person types.

use std::{ffi::OsString, fs};

use serde_json::{Value as Json, json};

use crate::{
    rig::agent,
    support::{
        eventually,
        neovim::{checkout, config, merge},
        rig::Project,
        screen::Screen,
    },
};

/// The most keys beside the prose.
const KEYS_LIMIT: usize = 25;
/// The map that the README recommends.
const MAP: &str = "vim.keymap.set('n', '<Leader>ps', '<Plug>(PolecatStatus)')";

/// A person at Neovim, whose keys are counted.
struct Person {
    screen: Screen,
    /// Beside the prose.
    keys: usize,
}

impl Person {
    /// On a project as npm makes it, without a tracker.
    fn at(project: Project) -> Self {
        let run = "cp -r \"$POLECAT_MAIN/node_modules\" .";
        let ready = json!({ "prompt": "❯ " });
        let worker = json!({
            "command": agent("commits"), "process_names": ["python3"], "ready": ready,
        });
        let own = json!({
            "agent": "worker", "agents": { "worker": worker }, "setup": { "run": run },
        });
        let configured = |socket: &std::path::Path| -> Json {
            let mut config = config(socket);
            merge(&mut config, own.clone());
            config
        };
        let map = ["-c".to_owned(), format!("lua {MAP}")].map(OsString::from);
        Self { screen: Screen::with(("120", "36"), project, configured, &map), keys: 0 }
    }

    fn types(&mut self, keys: &[&str]) {
        self.keys += keys.len();
        self.screen.keys(keys);
    }

    fn writes(&self, prose: &str) {
        self.screen.terminal.run(&["send-keys", "-t", "=tui:", "-l", prose]);
    }

    async fn sees_no_more(&self, part: &str) {
        eventually(&format!("no `{part}` on the screen"), async || {
            let seen = self.screen.text();
            if seen.contains(part) { Err(format!("\n{seen}")) } else { Ok(()) }
        })
        .await;
    }

    async fn sees(&self, part: &str) -> String {
        self.screen.expect(part).await
    }
}

/// A project that npm would work on, whose secrets and dependencies git ignores.
fn npm_project() -> Project {
    let project = Project::new();
    project.commit(".gitignore", ".env\nnode_modules/\n");
    project.commit(".worktreeinclude", ".env\n");
    project.commit("package.json", "{ \"name\": \"shop\" }\n");
    fs::write(project.path().join(".env"), "KEY=1\n").unwrap();
    fs::create_dir_all(project.path().join("node_modules/left")).unwrap();
    fs::write(project.path().join("node_modules/left/index.js"), "left\n").unwrap();
    for (key, value) in [("user.name", "Ann"), ("user.email", "ann@example.invalid")] {
        project.git(&["config", key, value]);
    }
    project
}

#[tokio::test(flavor = "multi_thread")]
async fn from_an_empty_editor_to_a_merged_branch_are_at_most_25_keys() {
    let mut person = Person::at(npm_project());
    person.sees("~").await;
    person.types(&["\\", "p", "s"]);
    person.sees("no polecats yet").await;
    person.types(&["t"]);
    person.sees("a task for a polecat of shop").await;
    person.writes("Let customers have a discount");
    person.types(&["Escape", "Z", "Z"]);
    person.sees("setting up").await;
    person.sees("idle").await;
    person.sees("↑1").await;
    person.types(&["d"]);
    person.sees("+Let customers have a discount").await;
    person.types(&["]", "c", "j", "c"]);
    person.sees(": `:w` saves").await;
    person.writes("Of ten percent");
    person.types(&["Escape", "Z", "Z"]);
    person.sees_no_more(": `:w` saves").await;
    person.sees("┃ Of ten percent").await;
    person.types(&["S"]);
    person.sees("Committed: 2 commits").await;
    person.types(&["M"]);
    person.sees("Type number").await;
    person.types(&["3", "Enter"]);
    person.sees("as one commit in main").await;
    person.types(&[":", "w", "Enter"]);
    person.sees("stop its agent and remove it?").await;
    person.types(&["2", "Enter"]);
    person.sees("removed `").await;
    let project = &person.screen.project;
    let left = || fs::read_dir(project.polecats()).map_or(0, Iterator::count);
    eventually("nothing left", async || if left() == 0 { Ok(()) } else { Err(left()) }).await;
    let work = project.git(&["show", "HEAD:WORK.md"]);
    assert!(work.contains("discount") && work.contains("Of ten percent"), "{work}");
    assert_eq!(project.git(&["rev-list", "--count", "HEAD~1..HEAD"]), "1", "it is squashed");
    assert_eq!(project.git(&["status", "--porcelain"]), "");
    assert_eq!(project.git(&["branch", "--list", "polecat/*"]), "");
    assert!(person.keys <= KEYS_LIMIT, "{} keys", person.keys);
    let readme = fs::read_to_string(checkout().join("README.md")).unwrap();
    assert!(readme.contains(MAP), "whoever reads the README types as much");
}
