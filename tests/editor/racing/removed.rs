//! A removal in one Neovim while another one starts the same polecat, or gives it an issue.

use std::{fs, time::Duration};

use serde_json::{Value as Json, json};

use super::beside;
use crate::{
    rig::{Shop, agent},
    support::{editor::Editor, neovim::tracker, pause, rig::git},
};

struct Yard {
    shop: Shop,
    second: Editor,
    /// Every commit of the polecat.
    commits: Vec<String>,
}

impl Yard {
    async fn new() -> Self {
        let shop = Shop::with_tracker().await;
        let config = json!({ "tracker": { "command": tracker() } });
        let second = Editor::with(&shop.tmux, shop.project.path(), config).await;
        second.call("list", json!([])).await.unwrap();
        Self { shop, second, commits: Vec::new() }
    }

    /// A polecat `ash` with a commit, which `main` has too where it is done with its work, and
    /// with a file that git does not know where it is not.
    async fn prepare(&mut self, round: usize, done: bool) {
        let made = self.shop.editor.call("new", json!(["ash", {}])).await.unwrap();
        let worktree = self.shop.project.worktree("ash");
        fs::write(worktree.join(format!("door {}", self.commits.len())), "blue\n").unwrap();
        git(&worktree, &["add", "--all"]);
        git(&worktree, &["commit", "--quiet", "--message", "Paint the door"]);
        self.commits.push(git(&worktree, &["rev-parse", "HEAD"]));
        if done {
            let branch = made["branch"].as_str().unwrap();
            self.shop.project.git(&["merge", "--quiet", branch]);
        } else {
            fs::write(worktree.join("notes"), format!("notes {round}\n")).unwrap();
        }
    }

    /// There is a whole polecat or none, no session without its worktree, and all work.
    fn check(&self, round: usize, done: bool, told: &str) {
        let project = &self.shop.project;
        let entries = fs::read_dir(project.polecats()).into_iter().flatten().flatten();
        let names: Vec<_> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        assert!(names.is_empty() || names == ["ash"], "{told}: {names:?}");
        let worktrees = project.git(&["worktree", "list", "--porcelain"]);
        assert_eq!(worktrees.matches("worktree ").count(), 1 + names.len(), "{told}: {worktrees}");
        assert!(!worktrees.contains("prunable"), "{told}: {worktrees}");
        let sessions = self.shop.sessions();
        assert!(sessions.len() <= names.len(), "{told}: {sessions:?} {names:?}");
        let worktree = project.worktree("ash");
        if !names.is_empty() {
            let branch = git(&worktree, &["branch", "--show-current"]);
            assert!(branch.starts_with("polecat/ash"), "{told}: {branch}");
        }
        if !sessions.is_empty() {
            let asked = ["display-message", "-p", "-t", "=gt-shop-ash:", "#{pane_current_path}"];
            assert_eq!(self.shop.tmux.run(&asked), worktree.to_str().unwrap(), "{told}");
        }
        let all = project.git(&["rev-list", "--all"]);
        let lost: Vec<_> = self.commits.iter().filter(|commit| !all.contains(*commit)).collect();
        assert!(lost.is_empty(), "{told}: {lost:?}");
        let notes = format!("notes {round}\n");
        let here = fs::read_to_string(worktree.join("notes")).is_ok_and(|text| text == notes);
        let backups = project.git(&["for-each-ref", "--format=%(refname)", "refs/polecat/backup"]);
        let kept = backups.lines().last().is_some_and(|backup| {
            let args = ["ls-tree", "--name-only", backup];
            project.git(&args).contains("notes")
                && project.git(&["show", &format!("{backup}:notes")]) == notes.trim_end()
        });
        assert!(done || here || kept, "{told}: the notes are lost");
    }

    /// Ends what is there, as a person would.
    async fn clear(&self) {
        if !self.shop.sessions().is_empty() {
            self.second.call("stop", json!(["ash", { "force": true }])).await.unwrap();
        }
        if self.shop.project.worktree("ash").exists() {
            self.shop.editor.call("remove", json!(["ash", { "force": true }])).await.unwrap();
        }
        let branches = self.shop.project.git(&["branch", "--list", "polecat/*"]);
        assert_eq!(branches, "");
    }
}

/// How often the removal won against `what`, and how often that did, of a polecat that is `done`.
async fn races(what: &'static str, done: bool) -> [usize; 2] {
    let mut yard = Yard::new().await;
    let mut won = [0, 0];
    for (round, delay) in [0, 0, 40, 80, 250, 200].into_iter().enumerate() {
        yard.prepare(round, done).await;
        let options = json!({ "polecat": "ash", "cmd": agent("prompts") });
        let args = match what {
            "sling" => json!([yard.shop.project.issue("Oil the hinges"), options]),
            _ => json!(["ash", { "cmd": agent("prompts") }]),
        };
        let force = json!(["ash", { "force": !done }]);
        // Now the one is first, now the other.
        let first_is_removal = round % 2 == 0;
        let remove = async |yard: &Yard| yard.shop.editor.ask("remove", force.clone()).await;
        let other = async |yard: &Yard| yard.second.ask(what, args.clone()).await;
        let (removed, given) = if first_is_removal {
            let removed = remove(&yard).await;
            pause(Duration::from_millis(delay)).await;
            tokio::join!(removed, other(&yard).await)
        } else {
            let given = other(&yard).await;
            pause(Duration::from_millis(delay)).await;
            let (given, removed) = tokio::join!(given, remove(&yard).await);
            (removed, given)
        };
        let told = format!("{what} {done} {delay}: {removed:?} {given:?}");
        for (index, answer) in [&removed, &given].into_iter().enumerate() {
            match answer {
                Ok(_) => won[index] += 1,
                Err(refused) => assert!(
                    ["polecat_not_found", "session_running", "dirty", "workdir_missing"]
                        .contains(&&*refused.code),
                    "{told}"
                ),
            }
        }
        assert_eq!(yard.shop.sessions().len(), usize::from(given.is_ok()), "{told}");
        yard.check(round, done, &told);
        if let ("sling", Err(_)) = (what, &given) {
            let issue = args[0].as_str().unwrap();
            let state = yard.shop.project.issue_state(issue);
            assert_eq!((&state["status"], &state["assignee"]), (&json!("open"), &Json::Null));
        }
        yard.clear().await;
    }
    won
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_in_another_editor_leaves_a_whole_polecat_or_none_and_all_its_work() {
    let all = [("sling", true), ("sling", false), ("start", false)];
    let races = all.map(|(what, done)| beside(move || races(what, done)));
    let mut won = Vec::new();
    for race in races {
        won.push(race.await.unwrap());
    }
    for side in [0, 1] {
        assert!(won.iter().any(|won| won[side] > 0), "one side never won: {won:?}");
    }
}
