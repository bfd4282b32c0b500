//! Making worktrees, whole or not at all.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;

use polecat::core::{IssueId, Rig};
use polecat::host::git::{self, Worktree};
use polecat::host::{HostError, polecats, records};

use super::fixtures::{Sandbox, eventually, files, hook, polecat};

async fn create(sandbox: &Sandbox, rig: &Rig, name: &str) -> Result<Worktree, HostError> {
    git::create_worktree(rig, &polecat(name), None, 36, &sandbox.launch).await
}

/// Everything a failed creation could leave: files, refs, worktrees.
fn state(sandbox: &Sandbox, repository: &Path) -> (Vec<String>, String, String) {
    let refs = sandbox.git(repository, &["for-each-ref"]);
    let worktrees = sandbox.git(repository, &["worktree", "list", "--porcelain"]);
    (files(repository), refs, worktrees)
}

#[tokio::test]
async fn in_a_plain_repository_the_worktree_starts_at_its_head_and_git_status_stays_clean() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let head = sandbox.git(&shop, &["rev-parse", "HEAD"]);
    sandbox.git(&shop, &["checkout", "--quiet", "-b", "feature/x"]);
    let rig = sandbox.rig("shop").await;
    let made = create(&sandbox, &rig, "ash").await.unwrap();
    assert_eq!(made.path, sandbox.path("shop.polecats/ash/shop"));
    assert_eq!(made.branch, "polecat/ash-10");
    assert_eq!(
        (made.base.commit.as_str(), made.base.branch.as_deref()),
        (&*head, Some("feature/x"))
    );
    assert_eq!(git::branch(&made.path).await.unwrap().as_deref(), Some("polecat/ash-10"));
    assert_eq!(sandbox.git(&made.path, &["status", "--porcelain"]), "");
    assert_eq!(sandbox.git(&shop, &["status", "--porcelain", "--ignored"]), "");
    assert_eq!(git::branch(&shop).await.unwrap().as_deref(), Some("feature/x"));
    assert_eq!(records::load_base(&rig, &polecat("ash")).await.unwrap(), Some(made.base));
    assert_eq!(polecats::workdir(&rig, &polecat("ash")).await.unwrap(), made.path);
    // An agent in there is in the same rig.
    let inside = sandbox.rig("shop.polecats/ash/shop").await;
    assert_eq!(inside, rig);
}

#[tokio::test]
async fn in_a_town_the_worktree_starts_at_the_default_branch_of_the_origin() {
    let sandbox = Sandbox::new();
    let town = sandbox.town();
    let clone = town.join("shop/mayor/rig");
    let origin = sandbox.git(&clone, &["rev-parse", "origin/main"]);
    sandbox.commit(&clone, "the mayor's own");
    let rig = sandbox.rig("town/shop").await;
    let issue = IssueId::parse("gt-1.2").unwrap();
    let made = git::create_worktree(&rig, &polecat("ash"), Some(&issue), 36, &sandbox.launch).await;
    let made = made.unwrap();
    assert_eq!(made.path, town.join("shop/polecats/ash/shop"));
    assert_eq!(made.branch, "polecat/ash/gt-1.2@10");
    let base = (made.base.commit.as_str(), made.base.branch.as_deref());
    assert_eq!(base, (origin.as_str(), Some("origin/main")));
    assert_eq!(sandbox.git(&made.path, &["rev-parse", "HEAD"]), origin);
}

#[tokio::test]
async fn in_a_town_the_bare_repository_and_the_configured_branch_come_first() {
    let sandbox = Sandbox::new();
    let town = sandbox.town();
    let clone = town.join("shop/mayor/rig");
    sandbox.git(&clone, &["checkout", "--quiet", "-b", "release/2"]);
    let release = sandbox.commit(&clone, "release");
    sandbox.git(&clone, &["clone", "--quiet", "--bare", ".", "../../.repo.git"]);
    sandbox.write("town/shop/config.json", r#"{"type":"rig","default_branch":"release/2"}"#);
    let rig = sandbox.rig("town/shop").await;
    let made = create(&sandbox, &rig, "ash").await.unwrap();
    let base = (made.base.commit.as_str(), made.base.branch.as_deref());
    assert_eq!(base, (release.as_str(), Some("release/2")));
    let listed = sandbox.git(&town.join("shop/.repo.git"), &["worktree", "list"]);
    assert!(listed.contains("polecats/ash/shop"), "{listed}");
}

#[tokio::test]
async fn a_bare_repository_with_worktrees_can_have_polecats() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    sandbox.git(&shop, &["clone", "--quiet", "--bare", ".", "../books.git"]);
    let rig = sandbox.rig("books.git").await;
    let made = create(&sandbox, &rig, "ash").await.unwrap();
    assert_eq!(made.path, sandbox.path("books.polecats/ash/books"));
    assert_eq!(made.base.branch.as_deref(), Some("main"));
}

#[tokio::test]
async fn a_detached_head_is_a_base_without_a_branch() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    sandbox.git(&shop, &["checkout", "--quiet", "--detach"]);
    let made = create(&sandbox, &sandbox.rig("shop").await, "ash").await.unwrap();
    assert_eq!(made.base.branch, None);
    assert_eq!(git::branch(&shop).await.unwrap(), None);
    assert_eq!(git::branch(&sandbox.folder("loose")).await.unwrap(), None);
}

#[tokio::test]
async fn an_existing_polecat_is_refused_and_left_as_it_was() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let rig = sandbox.rig("shop").await;
    create(&sandbox, &rig, "ash").await.unwrap();
    let before = state(&sandbox, &shop);
    let refused = create(&sandbox, &rig, "ash").await.unwrap_err();
    assert!(matches!(refused, HostError::PolecatExists { .. }), "{refused}");
    assert_eq!(state(&sandbox, &shop), before);
}

#[tokio::test]
async fn of_two_creations_at_once_one_wins_and_the_other_says_so() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let rig = sandbox.rig("shop").await;
    let (one, two) = tokio::join!(create(&sandbox, &rig, "ash"), create(&sandbox, &rig, "ash"));
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert!(matches!(lost.unwrap_err(), HostError::PolecatExists { .. }));
    assert_eq!(sandbox.git(&won.unwrap().path, &["status", "--porcelain"]), "");
    assert_eq!(sandbox.git(&shop, &["branch", "--list", "polecat/*"]), "+ polecat/ash-10");
}

#[tokio::test]
async fn many_polecats_at_once_are_all_made() {
    let sandbox = Sandbox::new();
    sandbox.repository("shop");
    let rig = sandbox.rig("shop").await;
    let mut creations = tokio::task::JoinSet::new();
    for n in 0..8 {
        let (rig, name, launch) = (rig.clone(), polecat(&format!("p{n}")), sandbox.launch.clone());
        creations.spawn(async move { git::create_worktree(&rig, &name, None, 36, &launch).await });
    }
    let failed: Vec<_> = creations.join_all().await.into_iter().filter_map(Result::err).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(polecats::names(&rig).await.unwrap().len(), 8);
}

#[tokio::test]
async fn a_repository_without_commits_is_refused_in_so_many_words() {
    let sandbox = Sandbox::new();
    let shop = sandbox.folder("shop");
    sandbox.git(&shop, &["init", "--quiet"]);
    let before = files(&shop);
    let refused = create(&sandbox, &sandbox.rig("shop").await, "ash").await.unwrap_err();
    let expected = format!("the repository `{}` has no commits yet", shop.join(".git").display());
    assert_eq!(refused.to_string(), expected);
    assert_eq!(files(&shop), before);
}

#[tokio::test]
async fn a_rig_without_a_repository_says_where_it_looked() {
    let sandbox = Sandbox::new();
    sandbox.write("town/mayor/town.json", "{}");
    sandbox.folder("town/shop");
    let refused = create(&sandbox, &sandbox.rig("town/shop").await, "ash").await.unwrap_err();
    let refused = refused.to_string();
    assert!(refused.contains(".repo.git` and ") && refused.contains("mayor/rig`"), "{refused}");
}

#[tokio::test]
async fn a_hook_that_fails_takes_the_creation_back() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    hook(
        &shop.join(".git"),
        "post-checkout",
        "echo made > made; echo the hook says no >&2; exit 1",
    );
    let before = state(&sandbox, &shop);
    let rig = sandbox.rig("shop").await;
    let refused = create(&sandbox, &rig, "ash").await.unwrap_err();
    assert!(matches!(refused, HostError::Git { .. }), "{refused}");
    assert!(refused.to_string().contains("the hook says no"), "{refused}");
    assert_eq!(state(&sandbox, &shop), before);
    assert!(!rig.home.exists(), "the folders made on the way go too");
}

#[tokio::test]
async fn a_users_hook_runs_in_the_new_worktree() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    hook(&shop.join(".git"), "post-checkout", "pwd > made-by-hook");
    let made = create(&sandbox, &sandbox.rig("shop").await, "ash").await.unwrap();
    let said = fs::read_to_string(made.path.join("made-by-hook")).unwrap();
    assert_eq!(Path::new(said.trim_end()), made.path);
}

#[tokio::test]
async fn a_branch_that_is_in_the_way_stays_and_nothing_else_is_made() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let rig = sandbox.rig("shop").await;
    for taken in ["polecat/ash-10", "polecat"] {
        sandbox.git(&shop, &["branch", taken]);
        let before = state(&sandbox, &shop);
        let refused = create(&sandbox, &rig, "ash").await.unwrap_err().to_string();
        assert!(refused.starts_with("creating the branch `polecat/ash-10`: "), "{refused}");
        assert_eq!(state(&sandbox, &shop), before, "{taken}");
        assert!(!rig.home.exists());
        sandbox.git(&shop, &["branch", "-D", taken]);
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named_and_nothing_is_left() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let rig = sandbox.rig("shop").await;
    // A file where a folder must be stops even root.
    for in_the_way in ["shop/.git/polecat", "shop/.git/worktrees", "shop.polecats"] {
        let path = sandbox.write(in_the_way, "in the way");
        let before = state(&sandbox, &shop);
        let refused = create(&sandbox, &rig, "ash").await.unwrap_err().to_string();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(refused.contains(name), "{refused}");
        assert_eq!(state(&sandbox, &shop), before, "{in_the_way}");
        fs::remove_file(path).unwrap();
    }
    symlink("nowhere", shop.join(".git/polecat")).unwrap();
    let refused = create(&sandbox, &rig, "ash").await.unwrap_err();
    assert!(matches!(refused, HostError::Link { .. }), "{refused}");
}

#[tokio::test]
async fn a_creation_no_one_waits_for_is_still_whole() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let script = "echo > ../begun; until [ -e ../go ]; do sleep 0.02; done; echo > ../done";
    hook(&shop.join(".git"), "post-checkout", script);
    let rig = sandbox.rig("shop").await;
    let (of, launch) = (rig.clone(), sandbox.launch.clone());
    let waiting =
        tokio::spawn(
            async move { git::create_worktree(&of, &polecat("ash"), None, 36, &launch).await },
        );
    let dir = rig.polecat_dir(&polecat("ash"));
    eventually(true, || dir.join("begun").exists()).await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    fs::write(dir.join("go"), "").unwrap();
    eventually(true, || dir.join("done").exists()).await;
    assert_eq!(sandbox.git(&dir.join("shop"), &["status", "--porcelain"]), "");
}

#[tokio::test]
async fn a_repository_of_the_surroundings_is_not_taken_for_the_rigs() {
    let sandbox = Sandbox::new();
    let (shop, other) = (sandbox.repository("shop"), sandbox.repository("other"));
    let before = state(&sandbox, &other);
    // What a hook of `other` that opens an editor would pass on.
    let (inner, dir) = (sandbox.launch.clone(), other.join(".git"));
    let launch: polecat::host::Launch = Arc::new(move |program| {
        let mut command = inner(program);
        let removed = command.get_envs().any(|(key, value)| key == "GIT_DIR" && value.is_none());
        if !removed {
            command.env("GIT_DIR", &dir);
        }
        command
    });
    let rig = sandbox.rig("shop").await;
    git::create_worktree(&rig, &polecat("ash"), None, 36, &launch).await.unwrap();
    assert_eq!(state(&sandbox, &other), before);
    assert!(sandbox.git(&shop, &["branch", "--list"]).contains("polecat/ash-10"));
}

#[tokio::test]
async fn without_git_the_error_says_so_and_what_to_do() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let before = files(&shop);
    let inner = sandbox.launch.clone();
    let launch: polecat::host::Launch = Arc::new(move |program| {
        let mut command = inner(program);
        command.env("PATH", "/nonexistent");
        command
    });
    let rig = sandbox.rig("shop").await;
    let refused = git::create_worktree(&rig, &polecat("ash"), None, 36, &launch).await.unwrap_err();
    assert_eq!(refused.to_string(), "looking up `HEAD`: `git` is not on PATH");
    assert_eq!(refused.hint().as_deref(), Some("install git"));
    assert_eq!(files(&shop), before);
}

#[tokio::test]
async fn a_creation_that_was_cut_off_is_taken_back_and_the_name_is_free_again() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let rig = sandbox.rig("shop").await;
    let head = sandbox.git(&shop, &["rev-parse", "HEAD"]);
    let dir = rig.polecat_dir(&polecat("ash"));
    let record = shop.join(".git/polecat/.runtime/polecat/worktrees/ash.json");
    fs::create_dir_all(record.parent().unwrap()).unwrap();
    let at = rig.new_worktree(&polecat("ash"));
    let cut_off = format!(
        r#"{{"commit":"{head}","branch":"main","making":"polecat/ash-1","at":"{}"}}"#,
        at.display()
    );
    for with_branch in [false, true] {
        fs::write(&record, &cut_off).unwrap();
        fs::create_dir_all(&dir).unwrap();
        if with_branch {
            sandbox.git(&shop, &["branch", "polecat/ash-1", &head]);
        }
        git::recover(&rig, &polecat("ash"), &sandbox.launch).await.unwrap();
        assert!(!dir.exists() && !record.exists());
        assert_eq!(sandbox.git(&shop, &["branch", "--list", "polecat/*"]), "");
    }
    // One that git had finished by itself is kept.
    let made = create(&sandbox, &rig, "ash").await.unwrap();
    fs::write(&record, cut_off).unwrap();
    git::recover(&rig, &polecat("ash"), &sandbox.launch).await.unwrap();
    assert_eq!(git::branch(&made.path).await.unwrap().as_deref(), Some("polecat/ash-10"));
    assert!(!fs::read_to_string(&record).unwrap().contains("making"));
}
