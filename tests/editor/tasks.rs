//! A task without an issue, from the editor to a branch: `:PolecatSling`, `:PolecatIssues`, where it
//! begins, and the way into its worktree.

use std::fs;

use serde_json::{Value as Json, json};

use crate::{
    diffing::{expect, press, value},
    merging::{answers, asked},
    rig::{Shop, agent},
    support::{
        eventually,
        rig::{Project, git},
    },
};

fn polecats(shop: &Shop) -> Vec<String> {
    let folder = fs::read_dir(shop.project.polecats()).into_iter().flatten().flatten();
    folder.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_written_and_given_to_a_new_polecat_whose_branch_is_called_after_it() {
    let shop = Shop::new().await;
    let code = "local lines = ... vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)";
    shop.editor.lua(code, json!([["let a = 1", "let b = 2"]])).await.unwrap();
    let command = agent("prompts");
    shop.editor.command(&format!("2PolecatSling cmd={command}")).await.unwrap();
    expect(&shop, "vim.bo.filetype", json!("polecat-compose")).await;
    let quoted = value(&shop, "table.concat(vim.fn.getline(1, '$'), '\\n')").await;
    assert!(quoted.to_string().contains("let b = 2") && !quoted.to_string().contains("let a"));
    shop.editor.command("call append(0, ['Rename the variable', '']) | write").await.unwrap();
    let told = shop.editor.expect_message("works on branch").await;
    let names = polecats(&shop);
    let branch = git(&shop.project.worktree(&names[0]), &["branch", "--show-current"]);
    assert!(branch.starts_with(&format!("polecat/{}/rename-the-variable@", names[0])), "{branch}");
    assert!(told.contains(&branch), "{told}");
    let screen = format!("gt-shop-{}", names[0]);
    eventually("the task on the screen", async || {
        let shown = shop.screen(&screen);
        if shown.contains("Rename the variable") && shown.contains("let b = 2") {
            Ok(())
        } else {
            Err(shown)
        }
    })
    .await;
    assert_eq!(names.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_the_list_opens_a_task_for_the_rig_that_the_cursor_is_in() {
    let agents =
        json!({ "agent": "scripted", "agents": { "scripted": { "command": agent("prompts") } } });
    let shop = Shop::of(Project::new(), agents).await;
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line("polecat://status", "no polecats yet: `t` writes a task").await;
    press(&shop, "t").await;
    expect(&shop, "vim.bo.filetype", json!("polecat-compose")).await;
    shop.editor.command("call setline(1, 'Oil the hinges') | write").await.unwrap();
    shop.editor.expect_message("works on branch").await;
    assert_eq!(polecats(&shop).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_was_sent_from_the_list_is_kept_when_its_agent_does_not_start() {
    let dies = json!({ "command": agent("dies --status 6") });
    let agents = json!({ "agent": "scripted", "agents": { "scripted": dies } });
    let shop = Shop::of(Project::new(), agents).await;
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line("polecat://status", "no polecats yet: `t` writes a task").await;
    press(&shop, "t").await;
    expect(&shop, "vim.bo.filetype", json!("polecat-compose")).await;
    shop.editor.command("call setline(1, 'Oil the hinges') | write").await.unwrap();
    let kept = "the task for shop is kept: `t` on its row in the list shows it";
    shop.editor.expect_message(kept).await;
    expect(&shop, "vim.fn.bufname()", json!("polecat://status")).await;
    press(&shop, "t").await;
    expect(&shop, "vim.fn.getline(1)", json!("Oil the hinges")).await;
    assert_eq!(polecats(&shop), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_without_words_is_refused_and_one_that_fails_is_taken_back() {
    let shop = Shop::new().await;
    let refused = shop.refusal("sling", json!([null, {}])).await;
    assert_eq!(refused.code, "bad_argument", "{refused:?}");
    let task = json!([null, { "prompt": "Paint", "cmd": agent("dies --status 6") }]);
    let died = shop.refusal("sling", task).await;
    assert_eq!(died.code, "died_during_startup", "{died:?}");
    assert_eq!(polecats(&shop), [""; 0]);
    assert_eq!(shop.project.git(&["branch", "--list", "polecat/*"]), "");
    let ok = json!([null, { "prompt": "Paint it", "cmd": agent("prompts") }]);
    let info = shop.editor.call("sling", ok).await.unwrap();
    assert_eq!((&info["issue"], &info["task"]), (&Json::Null, &json!("Paint it")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_that_is_ready_is_chosen_from_a_list() {
    let shop = Shop::with_tracker().await;
    answers(&shop, &[]).await;
    shop.editor.command("PolecatIssues").await.unwrap();
    shop.editor.expect_message("no issue is ready").await;
    let issue = shop.project.issue("Paint the door");
    let ready = shop.editor.call("issues", json!([])).await.unwrap();
    assert_eq!(ready[0]["id"], json!(issue));
    let label = format!("{issue}  Paint the door");
    answers(&shop, &[&label]).await;
    shop.editor.command("PolecatIssues").await.unwrap();
    assert_eq!(asked(&shop, 1).await, ["Give which issue to a polecat?"]);
    shop.editor.expect_message(&format!("works on `{issue}`")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polecat_begins_at_any_commit_or_works_on_a_branch_that_is_there() {
    let shop = Shop::new().await;
    let first = shop.project.git(&["rev-parse", "HEAD"]);
    shop.project.commit("a", "a\n");
    shop.project.git(&["tag", "v1"]);
    shop.project.git(&["branch", "topic"]);
    shop.project.commit("b", "b\n");
    let head = |name: &str| git(&shop.project.worktree(name), &["rev-parse", "HEAD"]);
    shop.editor.command(&format!("PolecatNew ash base={first}")).await.unwrap();
    shop.editor.expect_message("created `ash`").await;
    assert_eq!(head("ash"), first);
    shop.editor.call("new", json!(["birch", { "base": "v1" }])).await.unwrap();
    assert_eq!(head("birch"), shop.project.git(&["rev-parse", "v1"]));
    let made = shop.editor.call("new", json!(["cedar", { "branch": "topic" }])).await.unwrap();
    assert_eq!(made["branch"], "topic");
    for (opts, part) in [
        (json!({ "branch": "topic" }), "topic"),
        (json!({ "branch": "nope" }), "there is no branch `nope`"),
        (json!({ "base": "nope" }), "there is no branch, tag or commit `nope`"),
        (json!({ "base": "--all" }), "there is no branch, tag or commit `--all`"),
    ] {
        let refused = shop.refusal("new", json!(["doug", opts])).await;
        assert!(refused.message.contains(part), "{refused:?}");
        assert!(!shop.project.polecats().join("doug").exists());
    }
    assert!(shop.project.git(&["branch", "--list", "topic"]).contains("topic"));
    let options = json!({ "new": true, "base": "v1", "cmd": agent("prompts") });
    let refused = shop.try_start("ash", options).await.unwrap_err();
    assert_eq!(refused.code, "bad_argument", "{refused:?}");
    // Its branch stays with whoever made it.
    shop.editor.call("remove", json!(["cedar", { "force": true }])).await.unwrap();
    assert!(shop.project.git(&["branch", "--list", "topic"]).contains("topic"));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_lead_to_a_worktree_and_a_shell_runs_in_it() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    let worktree = shop.project.worktree("ash");
    let branch = git(&worktree, &["branch", "--show-current"]);
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line("polecat://status", "ash").await;
    shop.editor.command("call search('ash')").await.unwrap();
    for (keys, text) in [("gy", branch), ("gY", worktree.display().to_string())] {
        press(&shop, keys).await;
        expect(&shop, "vim.fn.getreg('\"')", json!(text)).await;
    }
    press(&shop, "gd").await;
    expect(&shop, "vim.fn.getcwd(-1, 0)", json!(worktree)).await;
    expect(&shop, "vim.fn.tabpagenr('$')", json!(2)).await;
    shop.editor.command("tabclose | set shell=/bin/sh | PolecatShell ash").await.unwrap();
    expect(&shop, "vim.bo.buftype", json!("terminal")).await;
    let send = "vim.fn.chansend(vim.bo.channel, 'pwd > where\\n')";
    shop.editor.lua(send, json!([])).await.unwrap();
    eventually("the shell's folder", async || {
        let text = fs::read_to_string(worktree.join("where")).unwrap_or_default();
        if text.trim() == worktree.to_str().unwrap() { Ok(()) } else { Err(text) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_committed_is_moved_to_a_new_polecat_with_its_task() {
    let shop = Shop::new().await;
    fs::write(shop.project.path().join("README"), "half of an idea\n").unwrap();
    let options = json!({ "prompt": "Finish it", "cmd": agent("prompts"), "changes": "move" });
    let info = shop.editor.call("sling", json!([null, options])).await.unwrap();
    let worktree = shop.project.worktree(info["polecat"].as_str().unwrap());
    assert_eq!(fs::read_to_string(worktree.join("README")).unwrap(), "half of an idea\n");
    assert_eq!(shop.project.git(&["status", "--porcelain"]), "");
    fs::write(shop.project.path().join("README"), "another one\n").unwrap();
    shop.editor.command("PolecatNew birch changes=copy").await.unwrap();
    shop.editor.expect_message("created `birch`").await;
    assert_eq!(git(&shop.project.worktree("birch"), &["status", "--porcelain"]).trim(), "M README");
    assert_eq!(shop.project.git(&["status", "--porcelain"]).trim(), "M README");
    shop.editor.command("PolecatNew cedar changes=steal").await.unwrap();
    shop.editor.expect_message("`changes`: expected copy or move, got `steal`").await;
    // One that fails is taken back, and the changes stay where they were.
    let dies = agent("dies --status 6");
    let options = json!({ "prompt": "Finish it", "cmd": dies, "changes": "move" });
    shop.refusal("sling", json!([null, options])).await;
    assert_eq!(polecats(&shop).len(), 2);
    assert_eq!(shop.project.git(&["status", "--porcelain"]).trim(), "M README");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_key_yanks_goes_where_an_own_yank_would() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    let branch = git(&shop.project.worktree("ash"), &["branch", "--show-current"]);
    let provider = "_G.clipboard = { {}, 'v' }
        local function copy(lines, type) _G.clipboard = { lines, type } end
        local function paste() return _G.clipboard end
        vim.g.clipboard = { name = 'test', copy = { ['+'] = copy, ['*'] = copy },
            paste = { ['+'] = paste, ['*'] = paste } }
        vim.o.clipboard = 'unnamedplus'";
    shop.editor.lua(provider, Json::Null).await.unwrap();
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line("polecat://status", "ash").await;
    shop.editor.command("call search('ash')").await.unwrap();
    press(&shop, "gy").await;
    expect(&shop, "_G.clipboard[1]", json!([branch])).await;
    press(&shop, "\"agy").await;
    expect(&shop, "vim.fn.getreg('a')", json!(branch)).await;
}
