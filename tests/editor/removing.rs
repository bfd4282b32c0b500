//! `:PolecatRemove` and `:PolecatRestore` as a person uses them: each reason to stay is named, and
//! what went is found where the message says.

use std::fs;

use serde_json::{Value as Json, json};

use crate::{
    rig::Shop,
    support::{eventually, rig::git},
};

/// A rig with the polecat `ash`, which has no session.
async fn shop() -> Shop {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    shop
}

fn write(shop: &Shop, file: &str, text: &str) {
    fs::write(shop.project.worktree("ash").join(file), text).unwrap();
}

async fn removed(shop: &Shop, force: bool) -> Json {
    shop.editor.call("remove", json!(["ash", { "force": force }])).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_with_nothing_to_lose_goes_and_the_message_says_so() {
    let shop = shop().await;
    shop.editor.command("PolecatRemove ash").await.unwrap();
    let told = shop.editor.expect_message("removed `ash`").await;
    assert!(told.contains("branch `polecat/ash-") && told.contains("nothing was lost"), "{told}");
    assert!(!shop.project.polecats().join("ash").exists());
    assert_eq!(shop.project.git(&["branch", "--format=%(refname:short)"]), "main");
    let refused = shop.refusal("remove", json!(["ash", {}])).await;
    assert_eq!(refused.code, "polecat_not_found");
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn all_reasons_are_named_at_once() {
    let shop = shop().await;
    let worktree = shop.project.worktree("ash");
    shop.start("ash", "prompts").await;
    write(&shop, "done", "done\n");
    git(&worktree, &["add", "done"]);
    git(&worktree, &["commit", "--quiet", "--message", "half of it"]);
    write(&shop, "README", "changed\n");
    git(&worktree, &["stash", "push", "--quiet"]);
    write(&shop, "README", "changed again\n");
    write(&shop, "new file", "new\n");
    let file = worktree.join("open");
    shop.editor.command(&format!("edit {}", file.display())).await.unwrap();
    shop.editor.command("call setline(1, 'typed')").await.unwrap();
    shop.editor.command(&format!("tabnew | lcd {}", worktree.display())).await.unwrap();
    shop.editor.command("tabfirst").await.unwrap();
    let refused = shop.refusal("remove", json!(["ash", {}])).await;
    assert_eq!(refused.code, "session_running", "{refused:?}");
    for part in [
        "`ash` was not removed: its session `gt-shop-ash` is running; ",
        "1 file is not committed: README; ",
        "1 file is untracked: new file; ",
        "1 stash on its branch: stash@{0} WIP on polecat/ash-",
        "1 commit is neither pushed nor merged: ",
        " half of it; ",
        &format!("`{}` has unsaved changes; ", file.display()),
        &format!("the current directory is in it: `{}`", worktree.display()),
    ] {
        assert!(refused.message.contains(part), "`{part}` is not in: {}", refused.message);
    }
    let hint = refused.hint.unwrap();
    for part in ["`:PolecatStop ash`", "`:PolecatRemove! ash`", "`:wall`", "`:cd`"] {
        assert!(hint.contains(part), "`{part}` is not in: {hint}");
    }
    // By force the work is no reason any more; what only a person can settle is.
    shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    let refused = shop.refusal("remove", json!(["ash", { "force": true }])).await;
    assert_eq!(refused.code, "dirty", "{refused:?}");
    assert!(!refused.message.contains("README"), "{refused:?}");
    assert!(refused.message.contains("unsaved changes"), "{refused:?}");
    assert!(refused.message.contains("current directory"), "{refused:?}");
    assert!(worktree.join("new file").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn by_force_its_work_is_where_the_message_says_and_comes_back() {
    let shop = shop().await;
    let worktree = shop.project.worktree("ash");
    write(&shop, "README", "changed\n");
    write(&shop, "new", "new\n");
    git(&worktree, &["add", "new"]);
    let branch = git(&worktree, &["branch", "--show-current"]);
    let before = git(&worktree, &["status", "--porcelain"]);
    shop.editor.command("PolecatRemove! ash").await.unwrap();
    let told = shop.editor.expect_message("its work is kept").await;
    assert!(told.contains(&format!("branch `{branch}` removed")), "{told}");
    let backup = told.split("git log ").nth(1).unwrap().split('`').next().unwrap();
    assert_eq!(shop.project.git(&["show", &format!("{backup}:README")]), "changed");
    assert!(!worktree.exists());
    let known = "return vim.fn.getcompletion('PolecatRestore ', 'cmdline')";
    eventually("the name completed", async || {
        let names = shop.editor.lua(known, Json::Null).await.unwrap();
        if names == json!(["ash"]) { Ok(()) } else { Err(names) }
    })
    .await;
    shop.editor.command("PolecatRestore ash").await.unwrap();
    let told = shop.editor.expect_message("`ash` is back in").await;
    assert!(told.contains(&format!("on branch `{branch}`")), "{told}");
    assert_eq!(git(&worktree, &["status", "--porcelain"]), before);
    // It works again as any other.
    shop.start("ash", "prompts").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_whose_agent_is_dead_goes_with_it_and_a_living_one_never() {
    let shop = shop().await;
    shop.start("ash", "prompts").await;
    let refused = shop.refusal("remove", json!(["ash", { "force": true }])).await;
    assert_eq!(refused.code, "session_running", "{refused:?}");
    assert_eq!(shop.sessions(), ["gt-shop-ash"]);
    let pid = shop.tmux.run(&["list-panes", "-t", "=gt-shop-ash:", "-F", "#{pane_pid}"]);
    shop.tmux.run(&["run-shell", &format!("kill -KILL {pid}")]);
    eventually("the agent's end", async || {
        let dead = shop.tmux.run(&["list-panes", "-t", "=gt-shop-ash:", "-F", "#{pane_dead}"]);
        if dead == "1" { Ok(()) } else { Err(dead) }
    })
    .await;
    removed(&shop, false).await;
    assert_eq!(shop.sessions(), [""; 0]);
    let record = shop.project.home().join(".runtime/polecat/exits/ash.json");
    assert!(fs::read_to_string(&record).unwrap().contains("\"signal\": 9"));
    // Of the next one of that name it says nothing.
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    assert!(!record.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_beside_that_begins_alike_is_not_in_it() {
    let shop = shop().await;
    shop.editor.call("new", json!(["ash2", {}])).await.unwrap();
    let beside = shop.project.worktree("ash2");
    shop.editor.command(&format!("cd {}", beside.display())).await.unwrap();
    removed(&shop, false).await;
    // Through a link it is the same folder.
    let link = shop.project.around().join("link");
    std::os::unix::fs::symlink(&beside, &link).unwrap();
    shop.editor.command(&format!("cd {}", link.display())).await.unwrap();
    let refused = shop.refusal("remove", json!(["ash2", {}])).await;
    assert!(refused.message.contains("the current directory is in it"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_worktree_stays_with_the_reason_of_its_lock() {
    let shop = shop().await;
    let worktree = shop.project.worktree("ash");
    let path = worktree.to_str().unwrap();
    shop.project.git(&["worktree", "lock", "--reason", "on a stick", path]);
    let refused = shop.refusal("remove", json!(["ash", { "force": true }])).await;
    assert_eq!(refused.code, "dirty");
    assert!(refused.message.contains("the worktree is locked: on a stick"), "{refused:?}");
    assert!(refused.hint.unwrap().contains("git worktree unlock"));
    assert!(worktree.join("README").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_looked_at_refuses() {
    let shop = shop().await;
    let index = shop.project.git(&["rev-parse", "--absolute-git-dir"]);
    let index = std::path::Path::new(&index).join("worktrees/shop/index");
    fs::write(index, "this is no index").unwrap();
    for force in [false, true] {
        let refused = shop.refusal("remove", json!(["ash", { "force": force }])).await;
        assert_eq!(refused.code, "git_failed", "{refused:?}");
    }
    assert!(shop.project.worktree("ash").join("README").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_being_written_is_not_lost() {
    let shop = shop().await;
    shop.editor.command("PolecatInject ash").await.unwrap();
    let compose = "polecat://compose/ash";
    shop.editor.expect(compose, "the buffer", |lines| !lines.is_empty()).await;
    shop.editor.command("call setline(1, 'not sent yet')").await.unwrap();
    removed(&shop, false).await;
    assert_eq!(shop.editor.lines(compose).await, ["not sent yet"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_remove_it_at_once_end_well() {
    let shop = shop().await;
    write(&shop, "new", "new\n");
    let force = json!(["ash", { "force": true }]);
    let (one, two) =
        (shop.editor.ask("remove", force.clone()).await, shop.editor.ask("remove", force).await);
    let (one, two) = tokio::join!(one, two);
    let won = usize::from(one.is_ok()) + usize::from(two.is_ok());
    assert_eq!(won, 1, "{one:?} {two:?}");
    let refused = one.err().or(two.err()).unwrap();
    assert_eq!(refused.code, "polecat_not_found", "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_and_a_removal_at_once_leave_a_session_with_a_folder_or_neither() {
    let shop = shop().await;
    for _ in 0..3 {
        let start = json!(["ash", { "cmd": crate::rig::agent("prompts") }]);
        let start = shop.editor.ask("start", start).await;
        let remove = shop.editor.ask("remove", json!(["ash", {}])).await;
        let (started, removed) = tokio::join!(start, remove);
        let there = shop.project.worktree("ash").exists();
        assert_eq!(there, removed.is_err(), "{removed:?}");
        assert_eq!(there, started.is_ok(), "{started:?} {removed:?}");
        assert_eq!(shop.sessions().len(), usize::from(there), "{started:?} {removed:?}");
        if there {
            shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
        } else {
            shop.editor.call("new", json!(["ash", {}])).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_window_removes_after_asking_once() {
    let shop = shop().await;
    let choose = "vim.ui.select = function(items, opts, cb) _G.asked = { opts.prompt, items }; cb(items[2]) end";
    shop.editor.lua(choose, Json::Null).await.unwrap();
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line("polecat://status", "ash").await;
    shop.editor.command("call search('ash') | normal D").await.unwrap();
    shop.editor.expect_message("removed `ash`").await;
    let asked = shop.editor.lua("return _G.asked", Json::Null).await.unwrap();
    assert_eq!(asked, json!(["Remove polecat `ash`?", ["Cancel", "Remove"]]));
    let gone = |lines: &[String]| !lines.iter().any(|line| line.contains("ash"));
    shop.editor.expect("polecat://status", "no `ash`", gone).await;
}
