//! Programs that a repository, or a submodule, would have git run: looks run none of them.

use std::fs;
use std::path::{Path, PathBuf};

use polecat::core::diff::Stage;
use polecat::host::HostError;
use polecat::host::git::{self, Removal};

use super::fixtures::{Sandbox, hook, polecat};
use super::polecat::Ash;

/// Has all that git runs by itself leave a mark in the file that is given back.
fn trap(sandbox: &Sandbox, git_dir: &Path, filters: bool) -> PathBuf {
    let mark = sandbox.path("RAN");
    let note = |what: &str| format!("echo {what} >> '{}'", mark.display());
    for name in [
        "post-checkout",
        "post-index-change",
        "reference-transaction",
        "pre-auto-gc",
        "post-commit",
    ] {
        hook(git_dir, name, &note(name));
    }
    let config = |key: &str, value: &str| {
        let file = git_dir.join("config");
        sandbox.git(git_dir, &["config", "--file", file.to_str().unwrap(), key, value]);
    };
    config("core.hooksPath", git_dir.join("hooks").to_str().unwrap());
    config("core.fsmonitor", &(note("fsmonitor") + "; false"));
    config("core.pager", &note("pager"));
    config("diff.external", &note("external"));
    config("diff.shown.textconv", &note("textconv"));
    config("diff.shown.command", &note("command"));
    config("log.showSignature", "true");
    config("gpg.program", &note("gpg"));
    config("status.submoduleSummary", "true");
    config("diff.submodule", "diff");
    config("submodule.recurse", "true");
    if filters {
        for way in ["clean", "smudge", "process"] {
            config(&format!("filter.shown.{way}"), &(note(way) + "; cat"));
        }
    }
    mark
}

/// All that only looks at a polecat.
async fn look(ash: &Ash) {
    let (rig, name, launch) = (&ash.rig, &polecat("ash"), &ash.sandbox.launch);
    let _ = git::fork_point(rig, name, &ash.worktree, launch).await;
    let _ = git::changes(rig, &ash.worktree, Some(&ash.base), launch).await;
    let _ = git::before(rig, &ash.worktree, &ash.base.commit, b"README", launch).await;
    let _ = git::diffstat(rig, name, &ash.worktree, None, launch).await;
    let _ = git::unsaved_work(rig, name, launch).await;
    let _ = git::snapshot(rig, &ash.worktree, "a look", launch).await;
    let _ = git::reviewed(rig, &ash.worktree, launch).await;
    let _ = git::since_review(rig, &ash.worktree, launch).await;
    let _ = git::restorable(rig, launch).await;
    let _ = Removal::begin(rig, name, launch).await;
}

fn ran(mark: &Path) -> String {
    let told = fs::read_to_string(mark).unwrap_or_default();
    let _ = fs::remove_file(mark);
    told
}

#[tokio::test]
async fn a_look_runs_no_program_of_the_repository() {
    let ash = Ash::with(&[(".gitattributes", "* diff=shown\n"), ("a", "1\n")]).await;
    let launch = &ash.sandbox.launch;
    ash.write("a", "2\n");
    ash.write("new", "x\n");
    let kept = git::snapshot(&ash.rig, &ash.worktree, "reviewed", launch).await.unwrap();
    git::keep_reviewed(&ash.rig, &ash.worktree, &kept.commit, launch).await.unwrap();
    let mark = trap(&ash.sandbox, &ash.main.join(".git"), false);
    look(&ash).await;
    assert_eq!(ran(&mark), "");
    let changes = git::changes(&ash.rig, &ash.worktree, Some(&ash.base), launch).await.unwrap();
    assert!(changes.piece(Stage::Unstaged, b"a").is_some());
    // What acts has its hooks, as by hand, and no monitor.
    git::create_worktree(&ash.rig, &polecat("birch"), None, 40, launch).await.unwrap();
    let told = ran(&mark);
    assert!(told.contains("post-checkout") && !told.contains("fsmonitor"), "{told}");
}

/// A polecat in whose worktree an agent has put a repository of its own in the place of the
/// submodule `lib`, which has changed since.
async fn replaced() -> (Ash, PathBuf) {
    let ash = Ash::new().await;
    let library = ash.sandbox.repository("library");
    let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
    ash.git(&[&add[..], &[library.to_str().unwrap(), "lib"]].concat());
    ash.commit("with a library");
    let lib = ash.worktree.join("lib");
    fs::remove_file(lib.join(".git")).unwrap();
    ash.sandbox.git(&lib, &["init", "--quiet"]);
    ash.sandbox.git(&lib, &["fetch", "--quiet", library.to_str().unwrap(), "main"]);
    ash.sandbox.git(&lib, &["reset", "--quiet", "--hard", "FETCH_HEAD"]);
    let mark = trap(&ash.sandbox, &lib.join(".git"), true);
    ash.write("lib/.gitattributes", "* filter=shown diff=shown\n");
    ash.write("lib/README", "changed\n");
    ash.write("lib/new", "new\n");
    let _ = fs::remove_file(&mark);
    (ash, mark)
}

#[tokio::test]
async fn no_program_of_a_submodule_is_run_that_an_agent_has_put_there() {
    let (ash, mark) = replaced().await;
    let (rig, name, launch) = (&ash.rig, &polecat("ash"), &ash.sandbox.launch);
    look(&ash).await;
    assert_eq!(ran(&mark), "", "by a look");
    ash.write("README", "changed\n");
    let piece = {
        let changes = git::changes(rig, &ash.worktree, Some(&ash.base), launch).await.unwrap();
        changes.piece(Stage::Unstaged, b"README").unwrap()
    };
    git::reject(rig, name, &ash.worktree, Stage::Unstaged, &[piece], launch).await.unwrap();
    git::undo(rig, name, &ash.worktree, launch).await.unwrap();
    let left = git::unsaved_work(rig, name, launch).await.unwrap();
    let told: Vec<_> =
        left.iter().filter(|left| !left.can_be_kept()).map(ToString::to_string).collect();
    assert!(
        matches!(&told[..], [one] if one.contains("`lib` has a separate repository in its place")),
        "{told:?}"
    );
    assert_eq!(ran(&mark), "", "by what acts");
    // `git` by hand does run them: the trap is one.
    ash.git(&["status", "--porcelain"]);
    assert!(ran(&mark).contains("fsmonitor"));
}

#[tokio::test]
async fn no_program_of_a_submodule_of_the_main_worktree_is_run_when_a_change_of_it_is_taken() {
    let ash = Ash::new().await;
    let library = ash.sandbox.repository("library");
    let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
    ash.main(&[&add[..], &[library.to_str().unwrap(), "lib"]].concat());
    let first = ash.sandbox.commit(&ash.main, "with a library");
    ash.git(&["merge", "--quiet", "--ff-only", &first]);
    let newer = ash.sandbox.commit(&library, "newer");
    ash.git(&["update-index", "--cacheinfo", &format!("160000,{newer},lib")]);
    let piece = ash.piece(Stage::Staged, "lib", None).await;
    // An agent writes to git's folder of the main worktree as well.
    let mark = trap(&ash.sandbox, &ash.main.join(".git/modules/lib"), true);
    ash.sandbox.write("shop/lib/.gitattributes", "* filter=shown diff=shown\n");
    // Only by its filters can git see that this one is as it was.
    let readme = fs::read(ash.main.join("lib/README")).unwrap();
    fs::write(ash.main.join("lib/README"), readme).unwrap();
    let _ = fs::remove_file(&mark);
    assert_eq!(ash.take(&piece).await.unwrap(), [b"lib"], "a person sees to the files of it");
    ash.undo().await.unwrap();
    assert_eq!(ran(&mark), "");
    ash.main(&["diff", "--name-only", "--", "lib"]);
    assert!(ran(&mark).contains("process"), "the trap is none");
}

#[tokio::test]
async fn what_a_worktrees_git_file_says_counts_only_where_git_has_noted_the_same() {
    for clone in [false, true] {
        let ash = Ash::new().await;
        ash.write("README", "changed\n");
        let dot_git = ash.worktree.join(".git");
        let evil = if clone { dot_git.clone() } else { ash.worktree.join("evil") };
        fs::remove_file(&dot_git).unwrap();
        if clone {
            ash.git(&["init", "--quiet"]);
        } else {
            let other = ash.sandbox.folder("other");
            let evil = evil.to_str().unwrap();
            ash.sandbox.git(&other, &["init", "--quiet", "--separate-git-dir", evil]);
            fs::write(&dot_git, format!("gitdir: {evil}\n")).unwrap();
        }
        ash.git(&["add", "README"]);
        ash.git(&["commit", "--quiet", "--message", "mine"]);
        let mark = trap(&ash.sandbox, &evil, true);
        ash.write(".gitattributes", "* filter=shown diff=shown\n");
        ash.write("README", "changed again\n");
        let _ = fs::remove_file(&mark);
        look(&ash).await;
        let (rig, name, launch) = (&ash.rig, &polecat("ash"), &ash.sandbox.launch);
        let refused = git::changes(rig, &ash.worktree, None, launch).await.unwrap_err();
        assert!(
            matches!(&refused, HostError::Broken { path, .. } if *path == dot_git),
            "{refused}"
        );
        let removal = Removal::begin(rig, name, launch).await.unwrap();
        assert!(
            removal.unsaved_work().iter().any(|left| left.to_string().contains("git did not make"))
        );
        // Its files are kept all the same, by the repository that is a person's.
        let removed = removal.set_aside().await.unwrap().finish().await;
        assert_eq!(ran(&mark), "", "clone: {clone}");
        let backup = removed.unwrap().backup.unwrap().reference;
        assert_eq!(ash.main(&["show", &format!("{backup}:README")]), "changed again");
    }
}

#[tokio::test]
async fn a_worktree_does_not_pass_for_another_ones() {
    let ash = Ash::new().await;
    let (rig, launch) = (&ash.rig, &ash.sandbox.launch);
    let birch = git::create_worktree(rig, &polecat("birch"), None, 37, launch).await.unwrap();
    fs::copy(birch.path.join(".git"), ash.worktree.join(".git")).unwrap();
    let refused = git::changes(rig, &ash.worktree, None, launch).await.unwrap_err();
    assert!(refused.to_string().contains("which git did not make for it"), "{refused}");
    git::changes(rig, &birch.path, None, launch).await.unwrap();
}

#[tokio::test]
async fn a_worktree_that_was_moved_by_hand_is_still_the_one() {
    let ash = Ash::new().await;
    let (rig, launch) = (&ash.rig, &ash.sandbox.launch);
    fs::rename(rig.polecat_dir(&polecat("ash")), rig.polecat_dir(&polecat("birch"))).unwrap();
    let birch = rig.new_worktree(&polecat("birch"));
    fs::write(birch.join("README"), "changed\n").unwrap();
    let changes = git::changes(rig, &birch, None, launch).await.unwrap();
    assert!(changes.piece(Stage::Unstaged, b"README").is_some());
}
