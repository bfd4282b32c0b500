//! `:PolecatMerge` as a person uses it: asked first, merged, told how it is undone, and removed.

use std::fs;

use serde_json::json;

use crate::{
    diffing::{self, expect, press},
    rig::{Shop, agent},
    support::{eventually, rig::git},
};

/// What `vim.ui.select` answers, one after the other; anything else is cancelled. What was asked is
/// noted.
const ANSWERS: &str = "
    local answers = ...
    _G.asked = {}
    vim.ui.select = function(items, opts, done)
        table.insert(_G.asked, opts.prompt)
        local wanted = table.remove(answers, 1)
        for _, item in ipairs(items) do
            local label = opts.format_item and opts.format_item(item) or item
            if label == wanted then
                return done(item)
            end
        end
        done(nil)
    end
";

pub(crate) async fn answers(shop: &Shop, answers: &[&str]) {
    shop.editor.lua(ANSWERS, json!([answers])).await.unwrap();
}

pub(crate) async fn asked(shop: &Shop, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    eventually(&format!("{count} questions"), async || {
        let found = shop.editor.lua("return _G.asked", json!([])).await.unwrap();
        all = serde_json::from_value(found).unwrap_or_default();
        if all.len() == count { Ok(()) } else { Err(format!("{all:?}")) }
    })
    .await;
    all
}

/// `ash` with one commit, which the main worktree does not have.
async fn shop() -> Shop {
    let shop = Shop::new().await;
    for (key, value) in [("user.name", "Ann"), ("user.email", "ann@example.invalid")] {
        shop.project.git(&["config", key, value]);
    }
    shop.project.commit("a", diffing::NINE);
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    work(&shop, "a", &diffing::NINE.replace('5', "five"));
    shop
}

fn work(shop: &Shop, file: &str, text: &str) {
    let worktree = shop.project.worktree("ash");
    fs::write(worktree.join(file), text).unwrap();
    git(&worktree, &["add", "--all"]);
    git(&worktree, &["commit", "--quiet", "--message", &format!("{file}: a word")]);
}

fn read(shop: &Shop, file: &str) -> String {
    fs::read_to_string(shop.project.path().join(file)).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn merging_asks_tells_how_it_is_undone_and_offers_to_remove() {
    let shop = shop().await;
    answers(&shop, &["Cancel"]).await;
    shop.editor.command("PolecatMerge ash").await.unwrap();
    assert_eq!(asked(&shop, 1).await, ["Merge 1 commit of `ash` into `main`?"]);
    assert!(!read(&shop, "a").contains("five"));
    let before = shop.project.git(&["rev-parse", "HEAD"]);
    let file = shop.project.path().join("a");
    shop.editor.command(&format!("edit {}", file.display())).await.unwrap();
    answers(&shop, &["Merge", "Remove"]).await;
    shop.editor.command("PolecatMerge ash").await.unwrap();
    let told = shop.editor.expect_message("merged 1 commit of `ash` into `main`").await;
    assert!(told.contains(&format!("`git reset --keep {}` there", &before[..10])), "{told}");
    let questions = asked(&shop, 2).await;
    assert_eq!(questions[1], "All work of `ash` is in `main`: remove it?");
    shop.editor.expect_message("removed `ash`").await;
    assert!(read(&shop, "a").contains("five") && !shop.project.polecats().join("ash").exists());
    // The buffer shows what was merged.
    expect(&shop, "vim.fn.bufloaded('a') == 1 and vim.fn.getline(5)", json!("five")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_squash_is_written_about_first_and_committed_as_it_was_written() {
    let shop = shop().await;
    work(&shop, "new", "new\n");
    answers(&shop, &[]).await;
    shop.editor.command("PolecatMerge ash squash").await.unwrap();
    expect(&shop, "vim.bo.filetype", json!("polecat-compose")).await;
    let text = "return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')";
    let text = shop.editor.lua(text, json!([])).await.unwrap();
    assert_eq!(text, "a: a word\n\n- a: a word\n- new: a word");
    shop.editor.command("call setline(1, 'Words, squashed') | write").await.unwrap();
    shop.editor.expect_message("merged 2 commits of `ash` into `main`, as one").await;
    let message = shop.project.git(&["log", "-1", "--format=%B"]);
    assert_eq!(message, "Words, squashed\n\n- a: a word\n- new: a word");
    // What is squashed is merged.
    assert_eq!(asked(&shop, 1).await, ["All work of `ash` is in `main`: remove it?"]);
    shop.editor.command("PolecatRemove ash").await.unwrap();
    shop.editor.expect_message("removed `ash`").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_asked_about_is_not_merged() {
    let shop = shop().await;
    let plan = shop.editor.call("merge_plan", json!(["ash"])).await.unwrap();
    assert_eq!((&plan["into"], &plan["subjects"]), (&json!("main"), &json!(["a: a word"])));
    work(&shop, "b", "b\n");
    let opts = json!({ "commit": plan["commit"] });
    let stale = shop.refusal("merge", json!(["ash", opts])).await;
    assert_eq!(stale.code, "stale", "{stale:?}");
    let wrong = shop.refusal("merge", json!(["ash", { "how": "octopus" }])).await;
    assert_eq!(wrong.code, "bad_argument", "{wrong:?}");
    let merged = shop.editor.call("merge", json!(["ash", { "how": "squash" }])).await.unwrap();
    assert_eq!((&merged["commits"], &merged["whole"]), (&json!(2), &json!(true)), "{merged}");
    let nothing = shop.refusal("merge", json!(["ash", {}])).await;
    assert_eq!(nothing.code, "nothing_to_merge", "{nothing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn buffers_that_are_not_saved_and_conflicts_are_named() {
    let shop = shop().await;
    let file = shop.project.path().join("a");
    shop.editor
        .command(&format!("edit {} | call setline(1, 'mine')", file.display()))
        .await
        .unwrap();
    let unsaved = shop.refusal("merge", json!(["ash", {}])).await;
    assert!(unsaved.message.starts_with("buffers have unsaved changes"), "{unsaved:?}");
    shop.editor.command("bwipeout!").await.unwrap();
    shop.project.commit("a", &diffing::NINE.replace('5', "fünf"));
    answers(&shop, &["Merge"]).await;
    shop.editor.command("PolecatMerge ash").await.unwrap();
    let told = shop.editor.expect_message("in conflict in").await;
    assert!(told.contains("`ash` and `main` are in conflict in `a`"), "{told}");
    assert_eq!(shop.project.git(&["status", "--porcelain"]), "");
    shop.editor.command("PolecatMerge! ash").await.unwrap();
    let questions = asked(&shop, 1).await;
    assert_eq!(questions, ["Merge 1 commit of `ash` into `main`, leaving conflicts in 1 file?"]);
    let told = shop.editor.expect_message("conflicts of `ash` in 1 file").await;
    assert!(told.contains("`git merge --abort` aborts it"), "{told}");
    expect(&shop, "vim.fn.getqflist()[1].lnum", json!(1)).await;
    assert!(read(&shop, "a").contains("<<<<<<<"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebase_is_refused_while_its_agent_lives_and_a_merge_is_not() {
    let shop = shop().await;
    shop.start("birch", "prompts").await;
    let worktree = shop.project.worktree("birch");
    fs::write(worktree.join("b"), "b\n").unwrap();
    git(&worktree, &["add", "--all"]);
    git(&worktree, &["commit", "--quiet", "--message", "b"]);
    fs::write(worktree.join("c"), "c\n").unwrap();
    shop.editor.expect_state("birch", "idle").await;
    let refused = shop.refusal("merge", json!(["birch", { "how": "rebase" }])).await;
    assert_eq!(refused.code, "session_running", "{refused:?}");
    answers(&shop, &["Merge"]).await;
    shop.editor.command("PolecatMerge birch").await.unwrap();
    let questions = asked(&shop, 1).await;
    assert_eq!(questions, ["Merge 1 commit of `birch` into `main`, without 1 uncommitted file?"]);
    shop.editor.expect_message("merged 1 commit of `birch`").await;
    assert_eq!(read(&shop, "b"), "b\n");
    // It has more than that: nobody asks whether to remove it.
    assert_eq!(asked(&shop, 1).await.len(), 1);
}

/// `ash` with its commit, in which an agent runs.
async fn running(command: &str) -> Shop {
    let shop = shop().await;
    shop.try_start("ash", json!({ "cmd": agent(command) })).await.unwrap();
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_rests_is_stopped_and_removed_where_the_person_wants_that() {
    let shop = running("prompts").await;
    shop.editor.expect_state("ash", "idle").await;
    answers(&shop, &["Merge", "Stop and remove"]).await;
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line("polecat://status", "ash").await;
    shop.editor.command("call search('ash')").await.unwrap();
    press(&shop, "M").await;
    let questions = asked(&shop, 2).await;
    assert_eq!(questions[1], "All work of `ash` is in `main`: stop its agent and remove it?");
    shop.editor.expect_message("removed `ash`").await;
    assert_eq!(shop.sessions(), [""; 0]);
    assert!(read(&shop, "a").contains("five") && !shop.project.polecats().join("ash").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_works_is_said_to_and_stays_unless_the_person_wants_it_to_go() {
    let shop = running("busy").await;
    shop.editor.call("inject", json!(["ash", "go on"])).await.unwrap();
    shop.editor.expect_state("ash", "working").await;
    answers(&shop, &["Merge"]).await;
    shop.editor.command("PolecatMerge ash").await.unwrap();
    let questions = asked(&shop, 2).await;
    assert_eq!(questions[0], "Merge 1 commit of `ash` into `main`, while its agent works?");
    assert_eq!(
        questions[1],
        "All work of `ash` is in `main`, but it is working: stop its agent and remove it?"
    );
    assert_eq!(shop.sessions().len(), 1);
    shop.editor.expect_state("ash", "working").await;
}

/// Answers as [`ANSWERS`], after the agent has gone on in the worktree meanwhile.
const MEANWHILE: &str = "
    local file = ...
    local answer = vim.ui.select
    vim.ui.select = function(items, opts, done)
        if opts.prompt:find('stop its agent', 1, true) then
            vim.fn.writefile({ 'new' }, file)
        end
        answer(items, opts, done)
    end
";

#[tokio::test(flavor = "multi_thread")]
async fn what_came_after_the_question_is_not_removed_with_the_rest() {
    let shop = running("prompts").await;
    shop.editor.expect_state("ash", "idle").await;
    answers(&shop, &["Merge", "Stop and remove"]).await;
    let new = shop.project.worktree("ash").join("new");
    shop.editor.lua(MEANWHILE, json!([new])).await.unwrap();
    shop.editor.command("PolecatMerge ash").await.unwrap();
    let told = shop.editor.expect_message("`ash` was not removed").await;
    assert!(told.contains("1 file is untracked"), "{told}");
    assert_eq!(fs::read_to_string(new).unwrap(), "new\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn which_way_to_merge_is_chosen_where_nobody_has_said_it() {
    let shop = shop().await;
    shop.project.commit("b", "b\n");
    answers(&shop, &["Rebase"]).await;
    shop.editor.command("PolecatMerge ash").await.unwrap();
    shop.editor.expect_message("merged 1 commit of `ash` into `main`;").await;
    let subjects = shop.project.git(&["log", "-2", "--format=%s"]);
    assert!(subjects.starts_with("a: a word\n"), "{subjects}");
    work(&shop, "new", "new\n");
    answers(&shop, &["Squash, and write its message"]).await;
    shop.editor.command("PolecatMerge ash").await.unwrap();
    expect(&shop, "vim.bo.filetype", json!("polecat-compose")).await;
    shop.editor.command("call setline(1, 'A word, squashed') | write").await.unwrap();
    shop.editor.expect_message("merged 1 commit of `ash` into `main`, as one").await;
    // What an agent is in the way of is not offered.
    shop.try_start("ash", json!({ "cmd": agent("prompts") })).await.unwrap();
    work(&shop, "last", "last\n");
    answers(&shop, &["Rebase"]).await;
    shop.editor.command("PolecatMerge ash").await.unwrap();
    asked(&shop, 1).await;
    assert_eq!(read(&shop, "last"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_merges_from_the_list_and_from_the_diff() {
    let shop = shop().await;
    answers(&shop, &[]).await;
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line("polecat://status", "ash").await;
    shop.editor.command("call search('ash')").await.unwrap();
    press(&shop, "M").await;
    assert_eq!(asked(&shop, 1).await, ["Merge 1 commit of `ash` into `main`?"]);
    press(&shop, "q").await;
    diffing::open(&shop, "+five").await;
    press(&shop, "M").await;
    assert_eq!(asked(&shop, 2).await[1], "Merge 1 commit of `ash` into `main`?");
}
