//! `:PolecatPush`: asked first, pushed, and where `gh` is there, a pull request.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use serde_json::json;

use crate::{
    diffing::expect,
    merging::{answers, asked},
    rig::Shop,
    support::{rig::git, values::Failure},
};

/// Notes how it was called and what it was given; knows of the pull requests in `known`.
const GH: &str = "#!/bin/sh
dir=$(dirname \"$0\")
case \"$2\" in
  list) cat \"$dir/known\" ;;
  *) echo \"$@\" > \"$dir/words\"; cat > \"$dir/text\"; echo https://example.invalid/pull/7 ;;
esac
";

/// `ash` with a commit, a remote, and a `gh`.
async fn shop(known: &str) -> (Shop, PathBuf) {
    let shop = Shop::new().await;
    let bin = shop.project.around().join("bin");
    fs::create_dir(&bin).unwrap();
    fs::write(bin.join("gh"), GH).unwrap();
    fs::set_permissions(bin.join("gh"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(bin.join("known"), known).unwrap();
    let code = "vim.env.PATH = ... .. ':' .. vim.env.PATH";
    shop.editor.lua(code, json!([bin])).await.unwrap();
    let origin = shop.project.around().join("origin.git");
    shop.project.git(&["init", "--quiet", "--bare", origin.to_str().unwrap()]);
    shop.project.git(&["remote", "add", "origin", origin.to_str().unwrap()]);
    shop.project.git(&["push", "--quiet", "origin", "main"]);
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    let worktree = shop.project.worktree("ash");
    fs::write(worktree.join("door"), "red\n").unwrap();
    git(&worktree, &["add", "--all"]);
    git(&worktree, &["commit", "--quiet", "--message", "Paint the door"]);
    (shop, bin)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_is_asked_about_and_followed_by_a_pull_request_that_is_written() {
    let (shop, bin) = shop("[]").await;
    let worktree = shop.project.worktree("ash");
    let branch = git(&worktree, &["branch", "--show-current"]);
    answers(&shop, &["Push"]).await;
    shop.editor.command("PolecatPush ash").await.unwrap();
    let question = format!("Push 1 commit of `ash` to `origin` as `{branch}`?");
    assert_eq!(asked(&shop, 1).await, [question]);
    shop.editor.expect_message(&format!("pushed `{branch}` to `origin`")).await;
    expect(&shop, "vim.bo.filetype", json!("polecat-compose")).await;
    expect(&shop, "vim.fn.getline(1, '$')", json!(["Paint the door"])).await;
    shop.editor.command("call append('$', ['', 'It was grey.']) | write").await.unwrap();
    shop.editor.expect_message("opened the pull request https://example.invalid/pull/7").await;
    let words = fs::read_to_string(bin.join("words")).unwrap();
    let expected =
        format!("pr create --head {branch} --title Paint the door --body-file - --base main\n");
    assert_eq!(words, expected);
    assert_eq!(fs::read_to_string(bin.join("text")).unwrap(), "It was grey.");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_has_a_pull_request_is_pushed_and_that_is_named() {
    let (shop, _) = shop(r#"[{"url":"https://example.invalid/pull/3"}]"#).await;
    let pushed = shop.editor.call("push", json!(["ash", {}])).await.unwrap();
    assert_eq!(pushed["pull_request"], "https://example.invalid/pull/3");
    let worktree = shop.project.worktree("ash");
    git(&worktree, &["commit", "--quiet", "--amend", "--message", "Paint it blue"]);
    let Failure { code, hint, .. } = shop.refusal("push", json!(["ash", {}])).await;
    assert_eq!(code, "push_rejected");
    assert!(hint.unwrap().contains("nothing is forced"));
}
