//! `kill -9` of the backend at every step of a removal by force: whatever the polecat had is found
//! again, and the next removal or return works.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::{
    crashes::{Point, Site, described},
    rig::Shop,
    support::{
        editor::Editor,
        eventually,
        rig::{Project, git},
        values::Failure,
    },
};

/// What is done after the backend was killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Next {
    Remove,
    Restore,
}

/// A polecat with work of every kind.
struct Victim<'a> {
    project: &'a Project,
    name: String,
    commit: String,
    /// What its files say, as git names it.
    texts: BTreeSet<String>,
}

impl<'a> Victim<'a> {
    async fn new(project: &'a Project, editor: &Editor, name: String) -> Self {
        editor.call("new", json!([name, {}])).await.unwrap();
        let worktree = project.worktree(&name);
        let write = |file: &str| fs::write(worktree.join(file), format!("{file} of {name}\n"));
        write("done").unwrap();
        git(&worktree, &["add", "--all"]);
        git(&worktree, &["commit", "--quiet", "--message", "half of it"]);
        write("stashed").unwrap();
        let stashed = hash(project, &worktree.join("stashed"));
        git(&worktree, &["stash", "push", "--quiet", "--include-untracked"]);
        write("staged").unwrap();
        git(&worktree, &["add", "staged"]);
        write("README").unwrap();
        write("new").unwrap();
        let beside = worktree.parent().unwrap().join("beside");
        fs::write(&beside, format!("beside {name}\n")).unwrap();
        let comments = project.home().join(".runtime/polecat/reviews");
        let comments = comments.join(format!("{name}.json"));
        fs::create_dir_all(comments.parent().unwrap()).unwrap();
        let comment = json!({ "id": 1, "path": "done", "side": "new", "line": 1, "shown": 1,
            "quote": ["done"], "text": format!("Why, {name}?") });
        fs::write(&comments, json!({ "comments": [comment] }).to_string()).unwrap();
        let files = ["done", "staged", "README", "new"].map(|file| worktree.join(file));
        let files = files.into_iter().chain([beside]);
        let texts = files.map(|file| hash(project, &file)).chain([stashed]).collect();
        Self { project, commit: git(&worktree, &["rev-parse", "HEAD"]), name, texts }
    }

    fn dir(&self) -> PathBuf {
        self.project.polecats().join(&self.name)
    }

    fn status(&self) -> String {
        let worktree = self.project.worktree(&self.name);
        git(&worktree, &["status", "--porcelain", "--untracked-files=all"])
    }

    /// Every commit and every line is in a ref, or stands where it stood.
    fn assert_found(&self, told: &str) {
        let objects = self.project.git(&["rev-list", "--objects", "--all"]);
        let mut found: BTreeSet<String> =
            objects.lines().filter_map(|line| line.get(..40)).map(str::to_owned).collect();
        let polecats = fs::read_dir(self.project.polecats()).into_iter().flatten();
        // Also while it stands aside: whoever comes next puts it back.
        for file in polecats.flatten().flat_map(|entry| files(&entry.path())) {
            found.insert(hash(self.project, &file));
        }
        assert!(found.contains(&self.commit), "{told}: the commit is lost");
        let lost: Vec<_> = self.texts.difference(&found).collect();
        assert!(lost.is_empty(), "{told}: {lost:?}");
    }

    /// It is there as a whole, or not at all.
    fn assert_whole(&self, told: &str) {
        let polecats = fs::read_dir(self.project.polecats()).into_iter().flatten();
        let names: Vec<_> = polecats.flatten().map(|entry| entry.file_name()).collect();
        let aside = names.iter().any(|name| name.as_encoded_bytes().starts_with(b"."));
        assert!(!aside, "{told}: {names:?}");
        let listed = self.project.git(&["worktree", "list", "--porcelain"]);
        assert_eq!(listed.matches("worktree ").count(), 1 + names.len(), "{told}: {listed}");
        assert!(!listed.contains("prunable"), "{told}: {listed}");
    }

    /// What the next one does, in `next`, until it is done.
    async fn go_on(&self, editor: &Editor, next: Next, before: &str, told: &str) {
        let force = json!([self.name, { "force": true }]);
        let (method, args) = match next {
            Next::Remove => ("remove", force.clone()),
            Next::Restore => ("restore", json!([self.name])),
        };
        // The one that was killed had ended it, or had not begun.
        let ended = |failure: &Failure| match next {
            Next::Remove => failure.code == "polecat_not_found",
            Next::Restore => failure.message.contains("exists"),
        };
        eventually(&format!("the next `{method}` after {told}"), async || {
            match editor.call(method, args.clone()).await {
                Err(failure) if !ended(&failure) => Err(described(failure)),
                _ => Ok(()),
            }
        })
        .await;
        self.assert_whole(told);
        self.assert_found(told);
        assert_eq!(self.dir().exists(), next == Next::Restore, "{told}");
        if next == Next::Restore {
            assert_eq!(self.status(), before, "{told}");
            assert_eq!(
                fs::read_to_string(self.dir().join("beside")).unwrap(),
                format!("beside {}\n", self.name)
            );
            editor.call("remove", force).await.unwrap();
            self.assert_found(told);
        }
        self.assert_whole(told);
    }
}

fn hash(project: &Project, file: &Path) -> String {
    project.git(&["hash-object", "--", file.to_str().unwrap()])
}

fn files(place: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(place).into_iter().flatten().flatten().map(|entry| entry.path());
    let found = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    found.collect()
}

/// One crash point; whether somebody was killed there. Only the removal itself goes through the
/// door, which takes its time; `plain` sees to the rest.
async fn at(site: &Site, plain: &Editor, point: Point, next: Next) -> bool {
    let told = format!("{point:?}, {next:?}");
    let name = format!("{}{}", point.when, point.step);
    let victim = Victim::new(&site.project, plain, name).await;
    let before = victim.status();
    let editor = site.editor().await;
    editor.call("list", json!([])).await.unwrap();
    site.arm(point);
    let answer = editor.call("remove", json!([victim.name, { "force": true }])).await;
    let (fired, steps) = (site.fired().is_some(), site.steps());
    site.disarm();
    editor.quit().await;
    assert!(fired || answer.is_ok(), "{told}: {answer:?}\n{steps}");
    if let Ok(gone) = &answer {
        assert!(gone["backup"].is_string() && gone["comments"] == 1, "{told}: {gone}");
    }
    victim.assert_found(&told);
    victim.go_on(plain, next, &before, &told).await;
    // Another one of that name has nothing of it.
    plain.call("new", json!([victim.name, {}])).await.unwrap();
    assert_eq!(victim.status(), "", "{told}");
    plain.call("remove", json!([victim.name, { "force": true }])).await.unwrap();
    fired
}

/// A site, and an editor in it whose programs are as they are.
async fn site() -> (Site, Editor) {
    let site = Site::new();
    let plain = Editor::start(&site.tmux, site.project.path()).await;
    (site, plain)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_is_killed_in_a_removal_loses_nothing_and_the_next_one_goes_on() {
    let (local, mut running) = (tokio::task::LocalSet::new(), tokio::task::JoinSet::new());
    let _entered = local.enter();
    for (when, step, of, next) in [
        // It stands aside, and half of it is kept.
        ("before", 2, "add --all", Next::Restore),
        // It is deleted.
        ("before", 3, "worktree list", Next::Restore),
        ("after", 1, "update-ref -d refs/heads", Next::Remove),
    ] {
        running.spawn_local(async move {
            let point = Point { victim: "backend", when, step, of };
            let (site, plain) = site().await;
            assert!(at(&site, &plain, point, next).await, "{point:?} was not met");
            plain.quit().await;
            site.expect_clean(point).await;
        });
    }
    local.run_until(running.join_all()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_is_killed_while_it_deletes_is_gone_on_with() {
    let shop = Shop::new().await;
    let (project, editor) = (&shop.project, &shop.editor);
    for next in [Next::Remove, Next::Restore] {
        let victim = Victim::new(project, editor, "ash".to_owned()).await;
        let worktree = project.worktree("ash");
        fs::write(project.path().join(".git/info/exclude"), "cache/\n").unwrap();
        fs::create_dir(worktree.join("cache")).unwrap();
        for number in 0..4_000 {
            fs::write(worktree.join("cache").join(number.to_string()), "").unwrap();
        }
        let before = victim.status();
        let removed = editor.ask("remove", json!(["ash", { "force": true }])).await;
        let polecats = project.polecats();
        eventually("files to be deleted", async || {
            let aside =
                fs::read_dir(&polecats).into_iter().flatten().flatten().map(|entry| entry.path());
            let cache = aside.map(|dir| dir.join("shop/cache")).find(|dir| dir.is_dir());
            match cache.map(|cache| fs::read_dir(cache).into_iter().flatten().count()) {
                Some(4_000) => Err("all of them".to_owned()),
                Some(_) | None => Ok(()),
            }
        })
        .await;
        kill_process(backend(editor), Signal::KILL).unwrap();
        drop(removed.await.unwrap_err());
        victim.assert_found("while it deletes");
        victim.go_on(editor, next, &before, "while it deletes").await;
    }
}

fn backend(editor: &Editor) -> Pid {
    let is_backend = |pid: &u32| {
        let command = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        command.starts_with("polecat")
    };
    let pid = editor.processes().into_iter().find(is_backend).unwrap();
    Pid::from_raw(pid.cast_signed()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: `make soak`"]
async fn at_every_step_of_a_removal_a_backend_that_is_killed_loses_nothing() {
    let (site, plain) = site().await;
    let mut killed = 0;
    // What comes after a step is what comes before the next one; but for a ref that has moved.
    for (when, of) in [("before", ""), ("after", "update-ref")] {
        for step in 1.. {
            let next = if step % 2 == 0 { Next::Remove } else { Next::Restore };
            let point = Point { victim: "backend", when, step, of };
            if !at(&site, &plain, point, next).await {
                break;
            }
            killed += 1;
        }
    }
    plain.quit().await;
    site.expect_clean(Point { victim: "backend", when: "before", step: 0, of: "" }).await;
    eprintln!("backend: killed at {killed} points of a removal");
    assert!(killed > 20, "few steps of it were met");
}
