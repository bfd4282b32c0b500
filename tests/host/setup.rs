//! What a new worktree is given of the main one: what git ignores and a list names, as a whole, over
//! nothing, and from nowhere else.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use polecat::core::Rig;
use polecat::host::git;
use polecat::host::setup::{self, CopyProgress, INCLUDE, SetupReport, Wanted};
use rustix::fs::{CWD, Mode, mkfifoat};

use super::fixtures::{Sandbox, polecat};

/// What git ignores in the project.
const IGNORED: &str = ".env\n*.local\nnode_modules/\nbuild/\nsecret\n";

struct Place {
    sandbox: Sandbox,
    main: PathBuf,
    rig: Rig,
    worktree: PathBuf,
}

impl Place {
    /// A project that ignores [`IGNORED`], with `include` as its list, and a new worktree.
    async fn new(include: &str) -> Self {
        let sandbox = Sandbox::new();
        let main = sandbox.repository("shop");
        sandbox.write("shop/.gitignore", IGNORED);
        sandbox.write("shop/config/tracked", "tracked\n");
        sandbox.commit(&main, "second");
        sandbox.write(&format!("shop/{INCLUDE}"), include);
        let rig = sandbox.rig("shop").await;
        let made = git::create_worktree(&rig, &polecat("ash"), None, 36, &sandbox.launch).await;
        Self { main, rig, worktree: made.unwrap().path, sandbox }
    }

    fn write(&self, below: &str, text: &str) {
        self.sandbox.write(&format!("shop/{below}"), text);
    }

    async fn give(&self, wanted: &Wanted) -> SetupReport {
        let launch = &self.sandbox.launch;
        let plan = setup::plan(&self.rig, wanted, launch).await.unwrap();
        let told = plan.warnings.clone();
        let progress = CopyProgress::default();
        let given = setup::give(&self.rig, &self.worktree, plan, launch, progress).await.unwrap();
        let warnings = told.into_iter().chain(given.warnings).collect();
        SetupReport { warnings, ..given }
    }

    async fn given(&self) -> Vec<String> {
        self.give(&Wanted::default()).await.warnings
    }

    /// All that is in the worktree besides what git checked out.
    fn extra(&self) -> Vec<String> {
        let mut all = Vec::new();
        walk(&self.worktree, &self.worktree, &mut all);
        all.retain(|path| !["README", ".git", ".gitignore", "config/tracked"].contains(&&**path));
        all.sort();
        all
    }

    fn text(&self, below: &str) -> String {
        fs::read_to_string(self.worktree.join(below)).unwrap()
    }

    fn status(&self) -> String {
        self.sandbox.git(&self.worktree, &["status", "--porcelain"])
    }
}

fn walk(top: &Path, dir: &Path, all: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            walk(top, &path, all);
        } else {
            all.push(path.strip_prefix(top).unwrap().to_str().unwrap().to_owned());
        }
    }
}

#[tokio::test]
async fn what_is_ignored_and_named_is_copied_as_it_is() {
    let place = Place::new(".env\nconfig/*.local\nnode_modules/\nsrc/\n").await;
    place.write(".env", "KEY=1\n");
    fs::set_permissions(place.main.join(".env"), fs::Permissions::from_mode(0o600)).unwrap();
    place.write("config/db.local", "db\n");
    place.write("other.local", "not named\n");
    place.write("src/not-ignored", "x\n");
    place.write("node_modules/left/index.js", "left\n");
    place.write("node_modules/.bin/left", "#!/bin/sh\n");
    let tool = place.main.join("node_modules/.bin/left");
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
    symlink("../left/index.js", place.main.join("node_modules/.bin/index")).unwrap();
    assert_eq!(place.given().await, [""; 0]);
    let expected = [
        ".env",
        "config/db.local",
        "node_modules/.bin/index",
        "node_modules/.bin/left",
        "node_modules/left/index.js",
    ];
    assert_eq!(place.extra(), expected);
    let copied = |below: &str| fs::metadata(place.worktree.join(below)).unwrap();
    assert_eq!(copied(".env").mode() & 0o777, 0o600);
    assert_eq!(copied("node_modules/.bin/left").mode() & 0o777, 0o755);
    assert_eq!(copied("node_modules/.bin/left").mtime(), fs::metadata(&tool).unwrap().mtime());
    let link = fs::read_link(place.worktree.join("node_modules/.bin/index")).unwrap();
    assert_eq!(link, Path::new("../left/index.js"));
    assert_eq!(place.status(), "");
}

#[tokio::test]
async fn nothing_that_is_there_is_written_over_and_a_second_time_adds_what_is_missing() {
    let place = Place::new(".env\nnode_modules/\n").await;
    place.write(".env", "main\n");
    place.write("node_modules/a/x", "main\n");
    place.write("node_modules/b", "main\n");
    fs::write(place.worktree.join(".env"), "own\n").unwrap();
    fs::create_dir_all(place.worktree.join("node_modules")).unwrap();
    fs::write(place.worktree.join("node_modules/a"), "a file, not a folder\n").unwrap();
    // What a copy that was cut off has left.
    let part = place.worktree.join("node_modules/.polecat-setup-part");
    fs::write(&part, "hal").unwrap();
    assert_eq!(place.given().await, [""; 0]);
    assert_eq!(place.extra(), [".env", "node_modules/a", "node_modules/b"]);
    assert_eq!((&*place.text(".env"), &*place.text("node_modules/b")), ("own\n", "main\n"));
    fs::remove_file(place.worktree.join(".env")).unwrap();
    place.given().await;
    assert_eq!(place.text(".env"), "main\n");
}

#[tokio::test]
async fn whatever_a_hostile_list_says_nothing_outside_is_read_or_written() {
    let hostile = "../outside/**\n/etc/passwd\n../../**\n**\n!../x\nsecret\n[\n\\\n";
    let place = Place::new(hostile).await;
    let outside = place.sandbox.folder("outside");
    place.sandbox.write("outside/precious", "precious\n");
    fs::create_dir_all(place.main.join("build")).unwrap();
    for (link, to) in [("out", "../../outside"), ("etc", "/etc"), ("self", "."), ("gone", "x")] {
        symlink(to, place.main.join("build").join(link)).unwrap();
    }
    symlink(&outside, place.main.join("secret")).unwrap();
    place.write("build/two\nlines", "odd\n");
    let pipe = place.main.join("build/pipe");
    mkfifoat(CWD, &pipe, Mode::from_raw_mode(0o600)).unwrap();
    let _socket = UnixListener::bind(place.main.join("build/socket")).unwrap();
    // Where it would be written through, somebody has put a link.
    place.write("node_modules/x", "x\n");
    symlink(&outside, place.worktree.join("node_modules")).unwrap();
    let told = place.given().await;
    assert!(told.iter().all(|line| line.starts_with("`.worktreeinclude`")), "{told:?}");
    let expected = ["build/etc", "build/gone", "build/out", "build/self", "build/two\nlines"];
    let found = place.extra();
    assert!(expected.iter().all(|one| found.contains(&(*one).to_owned())), "{found:?}");
    assert!(!found.iter().any(|one| one.contains("pipe") || one.contains("socket")), "{found:?}");
    assert_eq!(fs::read_link(place.worktree.join("secret")).unwrap(), outside);
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(outside.join("precious")).unwrap(), "precious\n");
}

#[tokio::test]
async fn repositories_and_worktrees_in_what_is_named_stay_where_they_are() {
    let place = Place::new("build/\n").await;
    place.write("build/plain", "x\n");
    place.sandbox.repository("shop/build/clone");
    let worktree = place.main.join("build/worktree");
    place
        .sandbox
        .git(&place.main, &["worktree", "add", "--quiet", "--detach", worktree.to_str().unwrap()]);
    let told = place.given().await;
    assert_eq!(place.extra(), ["build/plain"]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|line| line.contains("a repository of its own")), "{told:?}");
}

#[tokio::test]
async fn what_git_would_show_in_the_new_worktree_is_not_copied_and_named() {
    let place = Place::new(".env\nconfig/\n").await;
    place.write(".env", "KEY=1\n");
    place.write("config/x.local", "x\n");
    // Its branch does not ignore it.
    fs::write(place.worktree.join(".gitignore"), "*.local\n").unwrap();
    let told = place.given().await;
    assert_eq!(place.extra(), ["config/x.local"]);
    assert_eq!(told, ["`.env` is not copied: git does not ignore it on this branch"]);
    fs::write(place.main.join("notes"), "mine\n").unwrap();
    let wanted = Wanted { copy: vec!["notes".to_owned()], ..Wanted::default() };
    let told = place.give(&wanted).await.warnings;
    assert!(told[0].starts_with("`notes` is not copied: git does not ignore it"), "{told:?}");
    assert!(!place.worktree.join("notes").exists());
}

#[tokio::test]
async fn a_list_that_is_no_file_is_told_and_the_persons_own_counts_all_the_same() {
    let place = Place::new("").await;
    fs::remove_file(place.main.join(INCLUDE)).unwrap();
    symlink("/etc/passwd", place.main.join(INCLUDE)).unwrap();
    place.write(".env", "KEY=1\n");
    let wanted = Wanted { copy: vec![".env".to_owned()], ..Wanted::default() };
    let told = place.give(&wanted).await.warnings;
    assert!(told[0].contains("it is not a file"), "{told:?}");
    assert_eq!(place.extra(), [".env"]);
}

#[tokio::test]
async fn a_link_leads_to_the_main_worktree_and_git_does_not_show_it() {
    let place = Place::new("").await;
    place.write("node_modules/x", "x\n");
    place.write("notes", "mine\n");
    let wanted = |names: &[&str]| Wanted {
        link: names.iter().map(PathBuf::from).collect(),
        ..Wanted::default()
    };
    let given = place.give(&wanted(&["node_modules", "gone", "config"])).await;
    assert_eq!(given.links, 1);
    let told = given.warnings;
    assert_eq!(
        told,
        [
            "`gone` is not linked: the main worktree does not have it",
            "`config` is not linked: something else is there"
        ]
    );
    let link = place.worktree.join("node_modules");
    assert_eq!(fs::read_link(&link).unwrap(), place.main.join("node_modules"));
    assert_eq!(place.status(), "");
    let exclude = fs::read_to_string(place.main.join(".git/info/exclude")).unwrap();
    assert!(exclude.ends_with("/node_modules\n"), "{exclude}");
    let again = place.give(&wanted(&["node_modules"])).await;
    assert_eq!(again, SetupReport::default());
    assert_eq!(fs::read_to_string(place.main.join(".git/info/exclude")).unwrap(), exclude);
    let told = place.give(&wanted(&["notes"])).await.warnings;
    assert_eq!(told, ["git does not ignore the link `notes`: an agent may commit it"]);
}

#[tokio::test]
async fn a_copy_that_is_ended_stops_behind_a_whole_file() {
    let place = Place::new("build/\n").await;
    place.write("build/a", "a\n");
    let launch = &place.sandbox.launch;
    let plan = setup::plan(&place.rig, &Wanted::default(), launch).await.unwrap();
    let progress = CopyProgress::default();
    progress.end();
    let ended = setup::give(&place.rig, &place.worktree, plan, launch, progress).await;
    assert!(ended.unwrap_err().to_string().contains("cancelled"));
    assert_eq!(place.extra(), [""; 0]);
}

#[tokio::test]
async fn the_size_of_all_is_known_before_anything_is_made() {
    let place = Place::new("build/\n").await;
    fs::create_dir(place.main.join("build")).unwrap();
    let large = fs::File::create(place.main.join("build/large")).unwrap();
    large.set_len(setup::CONFIRM_SIZE + 1).unwrap();
    place.write("build/small", "small\n");
    let plan = setup::plan(&place.rig, &Wanted::default(), &place.sandbox.launch).await.unwrap();
    assert_eq!(plan.size, setup::CONFIRM_SIZE + 1 + 6);
    // Whatever the file system can, it is asked without leaving anything.
    let before = fs::read_dir(&place.worktree).unwrap().count();
    plan.costs(&place.worktree.join("not/there/yet")).await;
    assert_eq!(fs::read_dir(&place.worktree).unwrap().count(), before);
}

#[tokio::test]
async fn in_a_town_the_rigs_own_clone_is_the_main_worktree() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let main = sandbox.path("town/shop/mayor/rig");
    sandbox.write("town/shop/mayor/rig/.git/info/exclude", ".env\n");
    sandbox.write("town/shop/mayor/rig/.env", "KEY=1\n");
    sandbox.write(&format!("town/shop/mayor/rig/{INCLUDE}"), ".env\n");
    let rig = sandbox.rig("town/shop").await;
    let made = git::create_worktree(&rig, &polecat("ash"), None, 36, &sandbox.launch).await;
    let worktree = made.unwrap().path;
    let place = Place { sandbox, main, rig, worktree };
    assert_eq!(place.given().await, [""; 0]);
    assert_eq!(place.text(".env"), "KEY=1\n");
}
