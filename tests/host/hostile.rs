//! Files of others in place of ours: what a repository that was cloned can bring along.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use polecat::core::Rig;
use polecat::host::git::{self, Removal};
use polecat::host::{HostError, polecats, records, reviews};
use rustix::fs::{CWD, Mode, mkfifoat};
use tokio::time::timeout;

use super::fixtures::{Sandbox, files, polecat};

/// A town that was cloned, and a folder of the person's beside it.
struct Clone {
    sandbox: Sandbox,
    rig: Rig,
    precious: PathBuf,
}

impl Clone {
    async fn new() -> Self {
        let sandbox = Sandbox::new();
        sandbox.town();
        sandbox.write("precious/deep/file", "treasure");
        let rig = sandbox.rig("town/shop").await;
        Self { precious: sandbox.path("precious"), rig, sandbox }
    }

    fn record(&self, kind: &str, text: &str) -> PathBuf {
        let text = text.replace("@PRECIOUS", self.precious.to_str().unwrap());
        let text = text.replace("@MAIN", &self.main(&["rev-parse", "main"]));
        self.sandbox.write(&format!("town/shop/.runtime/polecat/{kind}/ash.json"), &text)
    }

    fn main(&self, args: &[&str]) -> String {
        self.sandbox.git(&self.rig.home.join("mayor/rig"), args)
    }

    /// All that a person can do with the polecat `ash`: what each answers.
    async fn all(&self) -> Vec<(&'static str, Result<(), HostError>)> {
        let (rig, ash, launch) = (&self.rig, &polecat("ash"), &self.sandbox.launch);
        let workdir = rig.new_worktree(ash);
        vec![
            ("start", git::recover(rig, ash, launch).await.map(drop)),
            ("restore", self.recovered(Box::pin(git::restore(rig, ash, 1, launch))).await),
            ("started at", git::fork_point(rig, ash, &workdir, launch).await.map(drop)),
            ("remove", self.recovered(Box::pin(self.remove())).await),
            (
                "new",
                self.recovered(Box::pin(git::create_worktree(rig, ash, None, 1, launch))).await,
            ),
        ]
    }

    /// What whoever asks for an operation does first.
    async fn recovered<T>(
        &self,
        operation: impl Future<Output = Result<T, HostError>>,
    ) -> Result<(), HostError> {
        git::recover(&self.rig, &polecat("ash"), &self.sandbox.launch).await?;
        operation.await.map(drop)
    }

    async fn remove(&self) -> Result<(), HostError> {
        let (rig, launch) = (&self.rig, &self.sandbox.launch);
        let removal = Removal::begin(rig, &polecat("ash"), launch).await?;
        removal.set_aside().await?.finish().await.map(drop)
    }

    fn assert_nothing_outside_changed(&self, told: &str) {
        assert_eq!(files(&self.precious), ["deep/file"], "{told}");
        assert_eq!(self.main(&["branch", "--format=%(refname:short)"]), "main", "{told}");
    }
}

#[tokio::test]
async fn no_record_has_a_folder_a_branch_or_a_file_of_others_removed_moved_or_written() {
    let aside = [
        "@PRECIOUS",
        "../../../../precious",
        ".removing-ash-1/../../../../precious",
        ".removing-birch-1",
        ".removing-ash-",
        ".removing-ash-1x",
        ".removing-ash-link",
        ".removing-ash-2",
        "",
        ".",
    ];
    let mut all = Vec::new();
    for aside in aside {
        for settled in [true, false] {
            all.push(("removing", format!(r#"{{"aside":"{aside}","settled":{settled}}}"#)));
        }
        let aside = aside.replace("removing", "restoring");
        all.push(("restoring", format!(r#"{{"aside":"{aside}"}}"#)));
    }
    let more = [
        r#""branches":[["@MAIN","main"]]"#,
        r#""branches":[["--all","polecat/ash-1"]]"#,
        r#""git_dir":"@PRECIOUS""#,
    ];
    for more in more {
        let text = format!(r#"{{"aside":".removing-ash-1","settled":true,{more}}}"#);
        all.push(("removing", text));
    }
    for base in [
        r#"{"commit":"@MAIN","branch":"none","making":"main"}"#,
        r#"{"commit":"--output=@PRECIOUS/deep/file","branch":"none"}"#,
        r#"{"commit":"HEAD","branch":"none"}"#,
        r#"{"commit":"@MAIN","branch":"--all"}"#,
    ] {
        all.push(("worktrees", base.to_owned()));
    }
    let clone = Clone::new().await;
    clone.sandbox.folder("town/shop/polecats/ash/shop");
    for what in ["removing", "restoring"] {
        symlink(&clone.precious, clone.rig.polecats_dir().join(format!(".{what}-ash-2"))).unwrap();
    }
    // So that git would let `main` go.
    clone.main(&["checkout", "--quiet", "--detach"]);
    for (kind, text) in all {
        let record = clone.record(kind, &text);
        let answers = clone.all().await;
        let named = |error: &HostError| error.to_string().contains(record.to_str().unwrap());
        let refused: Vec<_> =
            answers.iter().filter_map(|(_, answer)| answer.as_ref().err()).collect();
        assert_eq!(refused.len(), answers.len(), "{kind}: {text}: {answers:?}");
        assert!(
            refused.iter().filter(|error| named(error)).count() > 1,
            "{kind}: {text}: {answers:?}"
        );
        assert_eq!(files(&clone.precious), ["deep/file"], "{text}");
        assert_eq!(fs::read_to_string(clone.precious.join("deep/file")).unwrap(), "treasure");
        clone.main(&["rev-parse", "--verify", "main"]);
        assert!(clone.rig.polecats_dir().join("ash/shop").is_dir(), "{text}");
        fs::remove_file(record).unwrap();
    }
}

#[tokio::test]
async fn where_work_began_is_no_option_of_gits() {
    let clone = Clone::new().await;
    let (rig, ash, launch) = (&clone.rig, &polecat("ash"), &clone.sandbox.launch);
    let made = git::create_worktree(rig, ash, None, 1, launch).await.unwrap();
    let record =
        clone.record("worktrees", r#"{"commit":"--output=@PRECIOUS/deep/file","branch":"none"}"#);
    let refused = git::fork_point(rig, ash, &made.path, launch).await.unwrap_err();
    assert!(refused.to_string().contains(record.to_str().unwrap()), "{refused}");
    let refused = git::diffstat(rig, ash, &made.path, None, launch).await.unwrap_err();
    assert!(refused.to_string().contains("`commit`: `--output="), "{refused}");
    assert_eq!(fs::read_to_string(clone.precious.join("deep/file")).unwrap(), "treasure");
}

#[tokio::test]
async fn a_removal_of_an_older_version_is_ended() {
    let clone = Clone::new().await;
    let aside = clone.rig.polecats_dir().join(".removing-ash-7");
    clone.sandbox.write("town/shop/polecats/.removing-ash-7/shop/file", "kept elsewhere");
    clone.record("removing", &format!(r#"{{"aside":"{}","settled":true}}"#, aside.display()));
    git::recover(&clone.rig, &polecat("ash"), &clone.sandbox.launch).await.unwrap();
    assert!(!aside.exists());
    clone.assert_nothing_outside_changed("the record of an older version");
}

#[tokio::test]
async fn no_link_below_a_rig_is_followed() {
    for link in [
        ".runtime",
        ".runtime/polecat",
        ".runtime/polecat/exits",
        ".runtime/polecat/reviews",
        ".runtime/polecat/worktrees",
        ".runtime/polecat/removing",
        ".runtime/polecat/restoring",
        "polecats",
        "polecats/ash",
        "polecats/ash/shop",
        "mayor",
        "mayor/rig",
    ] {
        let clone = Clone::new().await;
        let path = clone.rig.home.join(link);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        for file in ["ash.json", "polecat/exits/ash.json", "exits/ash.json", "shop/file"] {
            clone.sandbox.write(&format!("elsewhere/{file}"), "{}");
        }
        clone.sandbox.repository("elsewhere/rig");
        let elsewhere = clone.sandbox.path("elsewhere");
        let before = files(&elsewhere);
        symlink(&elsewhere, &path).unwrap();
        let (rig, ash) = (&clone.rig, &polecat("ash"));
        let forgotten = records::delete(rig, ash).await;
        let commented = reviews::change(rig, ash, |_| ()).await;
        let mut answers = clone.all().await;
        answers.extend([("forget", forgotten), ("comment", commented)]);
        answers.push(("list", polecats::names(rig).await.map(drop)));
        answers.push(("workdir", polecats::workdir(rig, ash).await.map(drop)));
        let refused = answers.iter().filter_map(|(_, answer)| answer.as_ref().err());
        let named =
            refused.filter(|error| matches!(error, HostError::Link { path: at } if *at == path));
        assert!(named.count() > 0, "{link}: {answers:?}");
        assert_eq!(files(&elsewhere), before, "{link}");
        assert!(path.is_symlink(), "{link}: it is not ours to remove");
    }
}

#[tokio::test]
async fn what_is_no_file_holds_nothing_up() {
    let patience = Duration::from_secs(30);
    for file in [
        ".runtime/polecat/exits/ash.json",
        ".runtime/polecat/worktrees/ash.json",
        ".runtime/polecat/reviews/ash.json",
        ".runtime/polecat/removing/ash.json",
        ".runtime/polecat/restoring/ash.json",
        ".runtime/namepool-state.json",
        "polecats/ash/shop/.git",
        "settings/config.json",
        "config.json",
    ] {
        let clone = Clone::new().await;
        let (rig, ash, launch) = (&clone.rig, &polecat("ash"), &clone.sandbox.launch);
        git::create_worktree(rig, ash, None, 1, launch).await.unwrap();
        let path = rig.home.join(file);
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        mkfifoat(CWD, &path, Mode::from_raw_mode(0o600)).unwrap();
        let all = async {
            let mut answers = vec![("exit", records::load(rig, ash).await.map(drop))];
            answers.push(("comments", reviews::load(rig, ash).await.map(drop)));
            let workdir = polecats::workdir(rig, ash).await.unwrap();
            answers.push(("changes", git::changes(rig, &workdir, None, launch).await.map(drop)));
            answers.push(("branch", git::branch(&workdir).await.map(drop)));
            let next = git::create_next(rig, BTreeSet::new(), None, 2, launch).await;
            answers.push(("next", next.map(drop)));
            answers.extend(clone.all().await);
            answers
        };
        let answers = timeout(patience, all).await.unwrap_or_else(|_| panic!("`{file}` hangs"));
        let named = |error: &HostError| error.to_string().contains(path.to_str().unwrap());
        let refused = answers.iter().filter_map(|(_, answer)| answer.as_ref().err());
        assert!(refused.filter(|error| named(error)).count() > 0, "`{file}`: {answers:?}");
    }
}

/// Makes the bare repository `at` of the commits of `from`, with a hook that leaves a mark.
fn bare(sandbox: &Sandbox, from: &Path, at: &Path) -> PathBuf {
    let mark = sandbox.path("RAN");
    sandbox.git(from, &["clone", "--quiet", "--bare", ".", at.to_str().unwrap()]);
    for hook in ["post-checkout", "reference-transaction", "post-index-change"] {
        super::fixtures::hook(at, hook, &format!("echo {hook} >> '{}'", mark.display()));
    }
    let monitor = format!("echo fsmonitor >> '{}'; false", mark.display());
    sandbox.git(at, &["config", "core.fsmonitor", &monitor]);
    for kept in ["refs/heads", "refs/tags"] {
        fs::write(at.join(kept).join(".keep"), "").unwrap();
    }
    mark
}

#[tokio::test]
async fn a_repository_that_another_one_tracks_is_refused_by_name_before_git_runs_in_it() {
    for place in [".repo.git", "mayor/rig"] {
        let sandbox = Sandbox::new();
        let town = sandbox.town();
        let (rig_dir, origin) = (town.join("shop"), sandbox.path("origin/shop"));
        fs::remove_dir_all(rig_dir.join("mayor/rig")).unwrap();
        let mark = bare(&sandbox, &origin, &rig_dir.join(place));
        sandbox.git(&town, &["init", "--quiet"]);
        sandbox.git(&town, &["add", "--force", "."]);
        sandbox.git(&town, &["commit", "--quiet", "--message", "nice project"]);
        sandbox.git(&sandbox.path("."), &["clone", "--quiet", "town", "clone"]);
        assert!(sandbox.path("clone/shop").join(place).join("HEAD").is_file());
        let _ = fs::remove_file(&mark);
        let (rig, launch) = (sandbox.rig("clone/shop").await, &sandbox.launch);
        sandbox.folder("clone/shop/polecats/ash/shop");
        for refused in [
            git::create_worktree(&rig, &polecat("birch"), None, 1, launch).await.map(drop),
            git::create_next(&rig, BTreeSet::new(), None, 1, launch).await.map(drop),
            git::restore(&rig, &polecat("birch"), 1, launch).await.map(drop),
            git::restorable(&rig, launch).await.map(drop),
            git::unsaved_work(&rig, &polecat("ash"), launch).await.map(drop),
        ] {
            let refused = refused.unwrap_err();
            assert!(
                matches!(&refused, HostError::Tracked { path, by }
                if *path == rig.home.join(place) && *by == sandbox.path("clone")),
                "{refused}"
            );
        }
        assert!(!mark.exists(), "{}", fs::read_to_string(&mark).unwrap());
        // In the town that a person has made it is as it was.
        sandbox.git(&town, &["rm", "--quiet", "-r", "--cached", &format!("shop/{place}")]);
        let rig = sandbox.rig("town/shop").await;
        git::create_worktree(&rig, &polecat("ash"), None, 1, launch).await.unwrap();
    }
}

#[tokio::test]
async fn a_folder_of_a_clone_that_looks_like_a_repository_is_none() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let mark = bare(&sandbox, &shop, &shop.join("docs"));
    sandbox.git(&shop, &["add", "--force", "."]);
    sandbox.git(&shop, &["commit", "--quiet", "--message", "nice project"]);
    sandbox.git(&sandbox.path("."), &["clone", "--quiet", "shop", "clone"]);
    let _ = fs::remove_file(&mark);
    let rig = sandbox.rig("clone/docs").await;
    let made = git::create_worktree(&rig, &polecat("ash"), None, 1, &sandbox.launch).await;
    assert!(matches!(made.unwrap_err(), HostError::Tracked { .. }));
    assert!(!mark.exists());
}

#[tokio::test]
async fn a_sessions_id_is_an_id_or_none() {
    let sandbox = Sandbox::new();
    let workdir = sandbox.folder("work");
    for (text, id) in [
        ("0a1b-2c3d_4.5:6\n", Some("0a1b-2c3d_4.5:6")),
        ("", None),
        ("!touch ran", None),
        ("one\ntwo", Some("one")),
        (&"x".repeat(129), None),
    ] {
        sandbox.write("work/.runtime/session_id", text);
        assert_eq!(polecats::session_id(&workdir).await.as_deref(), id, "{text}");
    }
    let path = workdir.join(".runtime/session_id");
    fs::remove_file(&path).unwrap();
    symlink(sandbox.write("secret", "0a1b"), &path).unwrap();
    assert_eq!(polecats::session_id(&workdir).await, None);
    fs::remove_file(&path).unwrap();
    mkfifoat(CWD, &path, Mode::from_raw_mode(0o600)).unwrap();
    assert_eq!(polecats::session_id(&workdir).await, None);
}

#[tokio::test]
async fn a_line_of_a_record_is_one_line() {
    let clone = Clone::new().await;
    let text = r#"{"session":"x","at":"2026-01-16T09:05:00Z","lived_ms":1,"command":"x",
        "tail":["one\ntwo","three"]}"#;
    clone.record("exits", text);
    let record = records::load(&clone.rig, &polecat("ash")).await.unwrap().unwrap();
    assert_eq!(record.exit.tail, ["one", "two", "three"]);
}
