//! Submodules of new worktrees: from what the main worktree has of them, whatever a repository says.

use std::{fs, path::Path};

use serde_json::{Value as Json, json};

use crate::{
    rig::{Shop, agent},
    setting_up::{names, project},
    support::rig::{Project, git},
};

fn library() -> Project {
    let library = Project::named("library");
    library.commit("lib", "lib\n");
    library
}

/// Adds the repository `from` to `to` as the submodule `at`.
fn add(to: &Path, from: &Path, at: &str) {
    let args = ["--literal-pathspecs", "-c", "protocol.file.allow=always", "submodule", "--quiet"];
    git(to, &[&args[..], &["add", from.to_str().unwrap(), at]].concat());
    git(to, &["commit", "--quiet", "--message", "Add it"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn submodules_come_from_the_main_worktree_and_run_nothing() {
    let project = project();
    let library = library();
    let inner = Project::named("inner");
    add(library.path(), inner.path(), "in");
    add(project.path(), library.path(), "lib");
    add(project.path(), inner.path(), "lost");
    let update =
        ["-c", "protocol.file.allow=always", "submodule", "update", "--init", "--recursive"];
    project.git(&update);
    // What would run, if anything did; and one that cannot be brought.
    project.git(&["config", "submodule.lib.update", "!touch ran"]);
    let hook = project.path().join(".git/modules/lib/hooks/post-checkout");
    crate::framed::program(&hook, "touch \"$HOME/ran\"");
    let lost = project.path().join(".git/modules/lost/objects");
    fs::remove_dir_all(&lost).unwrap();
    fs::create_dir(&lost).unwrap();
    let url = library.path().to_str().unwrap().to_owned();
    let shop = Shop::of(project, Json::Null).await;
    // No network: where they come from is gone.
    let (library_gone, inner_gone) = (library.path().to_owned(), inner.path().to_owned());
    drop((library, inner));
    assert!(!library_gone.exists() && !inner_gone.exists());
    let made = shop.start("ash", "prompts").await;
    let worktree = shop.project.worktree("ash");
    assert_eq!(fs::read_to_string(worktree.join("lib/lib")).unwrap(), "lib\n");
    assert!(worktree.join("lib/in/README").exists());
    assert!(!worktree.join("lib/ran").exists() && !worktree.join("ran").exists());
    let told = made["warnings"].to_string();
    assert!(told.contains("submodule `lost` is not initialised"), "{told}");
    assert!(!told.contains("`lib`"), "{told}");
    let origin = git(&worktree.join("lib"), &["config", "remote.origin.url"]);
    assert_eq!(origin, url);
    // Nothing of it is anybody's work.
    let task = json!([null, { "prompt": "Paint", "cmd": agent("dies --status 6") }]);
    assert_eq!(shop.refusal("sling", task).await.code, "died_during_startup");
    assert_eq!(names(&shop), ["ash"]);
    shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    shop.editor.call("remove", json!(["ash", {}])).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_of_a_submodule_is_no_pattern_that_brings_others() {
    let (project, library) = (project(), library());
    for at in ["Lib", "[L]ib"] {
        add(project.path(), library.path(), at);
    }
    // One that its person does not have any more, though its address is still known.
    for folder in ["Lib", ".git/modules/Lib"] {
        fs::remove_dir_all(project.path().join(folder)).unwrap();
    }
    let shop = Shop::of(project, Json::Null).await;
    let made = shop.start("ash", "prompts").await;
    assert!(made["warnings"].as_array().is_none_or(Vec::is_empty), "{made}");
    let lib = |at: &str| shop.project.worktree("ash").join(at).join("lib");
    assert_eq!((lib("[L]ib").exists(), lib("Lib").exists()), (true, false));
}
