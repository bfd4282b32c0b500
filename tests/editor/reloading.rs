//! Files that an agent changes, in the buffers that show them.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::{
    rig::Shop,
    support::{eventually_equal, rig::git},
};

/// A polecat `ash` whose worktree is watched.
async fn shop() -> (Shop, PathBuf) {
    let shop = Shop::new().await;
    shop.project.commit("main.rs", "one\ntwo\nthree\n");
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    // Its badge is there once its files are watched.
    let known = "local info = require('polecat').sessions()[1]
        return info ~= nil and info.diff ~= nil";
    eventually_equal(json!(true), async || shop.editor.lua(known, Json::Null).await.unwrap()).await;
    let worktree = shop.project.worktree("ash");
    (shop, worktree)
}

impl Shop {
    async fn edit(&self, file: &Path) {
        self.editor.command(&format!("edit {}", file.display())).await.unwrap();
    }

    /// Waits until the buffer of a file has these lines.
    async fn expect_text(&self, file: &Path, text: &[&str]) {
        let name = file.to_str().unwrap();
        eventually_equal(text.to_vec(), async || self.editor.lines(name).await).await;
    }

    async fn told(&self, part: &str) -> usize {
        self.editor.messages().await.iter().filter(|told| told.contains(part)).count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unmodified_buffer_is_reloaded_where_it_stands_and_nothing_is_said() {
    let (shop, worktree) = shop().await;
    let file = worktree.join("main.rs");
    shop.edit(&file).await;
    shop.editor.command("call cursor(3, 2)").await.unwrap();
    std::fs::write(&file, "one\n2\nthree\n").unwrap();
    shop.expect_text(&file, &["one", "2", "three"]).await;
    let cursor = shop.editor.lua("return vim.api.nvim_win_get_cursor(0)", Json::Null).await;
    assert_eq!(cursor.unwrap(), json!([3, 1]));
    // As many tools write: another file in its place.
    std::fs::write(worktree.join("new"), "replaced\n").unwrap();
    std::fs::rename(worktree.join("new"), &file).unwrap();
    shop.expect_text(&file, &["replaced"]).await;
    shop.editor.command("undo").await.unwrap();
    shop.expect_text(&file, &["one", "2", "three"]).await;
    assert_eq!(shop.editor.messages().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modified_buffer_keeps_its_text_and_who_changed_the_file_is_told_once() {
    let (shop, worktree) = shop().await;
    let file = worktree.join("main.rs");
    shop.edit(&file).await;
    shop.editor.command("call setline(1, 'mine')").await.unwrap();
    let began = Instant::now();
    std::fs::write(&file, "theirs\n").unwrap();
    let told = shop.editor.expect_message("`ash` changed `main.rs`").await;
    assert!(told.contains("unsaved changes"), "{told}");
    std::fs::write(worktree.join("README"), "other\n").unwrap();
    shop.editor.command("checktime").await.unwrap();
    shop.expect_text(&file, &["mine", "two", "three"]).await;
    assert_eq!(shop.told("main.rs").await, 1);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "theirs\n");
    // What follows at once is the same change; what comes later is another.
    let mut number = 0;
    eventually_equal(2, async || {
        number += 1;
        std::fs::write(&file, format!("theirs {number}\n")).unwrap();
        shop.told("main.rs").await
    })
    .await;
    // Less than the 2 s in which changes are one: Neovim's clock stands still within a turn.
    assert!(began.elapsed() > Duration::from_millis(1_500), "told again too soon");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_file_is_told_once_its_buffer_stays_and_follows_when_it_comes_back() {
    let (shop, worktree) = shop().await;
    let file = worktree.join("main.rs");
    shop.edit(&file).await;
    std::fs::remove_file(&file).unwrap();
    shop.editor.expect_message("`ash` deleted `main.rs`").await;
    shop.editor.command("checktime").await.unwrap();
    shop.expect_text(&file, &["one", "two", "three"]).await;
    assert_eq!(shop.told("deleted").await, 1);
    git(&worktree, &["checkout", "--quiet", "main.rs"]);
    std::fs::write(&file, "back\n").unwrap();
    shop.expect_text(&file, &["back"]).await;
    std::fs::remove_file(&file).unwrap();
    eventually_equal(2, async || shop.told("deleted").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_replaced_and_a_link_into_the_worktree_are_followed() {
    let (shop, worktree) = shop().await;
    let (folder, file) = (worktree.join("src"), worktree.join("src/lib.rs"));
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(&file, "old\n").unwrap();
    let link = shop.project.around().join("link.rs");
    symlink(&file, &link).unwrap();
    shop.edit(&link).await;
    std::fs::write(&file, "new\n").unwrap();
    shop.expect_text(&link, &["new"]).await;
    std::fs::create_dir(worktree.join("src2")).unwrap();
    std::fs::write(worktree.join("src2/lib.rs"), "newest\n").unwrap();
    std::fs::rename(&folder, worktree.join("gone")).unwrap();
    std::fs::rename(worktree.join("src2"), &folder).unwrap();
    shop.expect_text(&link, &["newest"]).await;
    std::fs::write(&file, "last\n").unwrap();
    shop.expect_text(&link, &["last"]).await;
    std::fs::remove_dir_all(&folder).unwrap();
    shop.editor.expect_message("`ash` deleted `src/lib.rs`").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_files_at_once_are_all_reloaded_and_files_elsewhere_are_left_alone() {
    let (shop, worktree) = shop().await;
    let files: Vec<_> = (0..300).map(|number| worktree.join(format!("f{number}"))).collect();
    for file in &files {
        std::fs::write(file, "old\n").unwrap();
    }
    let opened = [0, 150, 299].map(|number| &files[number]);
    for file in opened {
        shop.edit(file).await;
    }
    let main = shop.project.path().join("main.rs");
    shop.edit(&main).await;
    std::fs::write(&main, "of main\n").unwrap();
    for file in &files {
        std::fs::write(file, "new\n").unwrap();
    }
    for file in opened {
        shop.expect_text(file, &["new"]).await;
    }
    shop.expect_text(&main, &["one", "two", "three"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_autoread_is_only_told() {
    let (shop, worktree) = shop().await;
    let file = worktree.join("main.rs");
    shop.edit(&file).await;
    shop.editor.command("set noautoread").await.unwrap();
    std::fs::write(&file, "theirs\n").unwrap();
    shop.editor.expect_message("`ash` changed `main.rs`: not reloaded, because 'autoread'").await;
    shop.expect_text(&file, &["one", "two", "three"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_is_being_typed_into_is_reloaded_when_the_typing_ends() {
    let (shop, worktree) = shop().await;
    let (file, other) = (worktree.join("main.rs"), worktree.join("README"));
    shop.edit(&other).await;
    shop.edit(&file).await;
    let mode = async || shop.editor.lua("return vim.fn.mode(1)", Json::Null).await.unwrap();
    for keys in ["i", "v", "d"] {
        shop.editor.nvim.input(keys).await.unwrap();
        eventually_equal(false, async || mode().await == json!("n")).await;
        std::fs::write(&file, format!("under {keys}\n")).unwrap();
        std::fs::write(&other, format!("beside {keys}\n")).unwrap();
        shop.expect_text(&other, &[&format!("beside {keys}")]).await;
        assert_ne!(shop.editor.lines(file.to_str().unwrap()).await, [format!("under {keys}")]);
        shop.editor.nvim.input("<Esc>").await.unwrap();
        shop.expect_text(&file, &[&format!("under {keys}")]).await;
    }
    shop.editor.nvim.input(":").await.unwrap();
    eventually_equal(json!("c"), mode).await;
    std::fs::write(&file, "under a command line\n").unwrap();
    shop.editor.nvim.input("<Esc>").await.unwrap();
    shop.expect_text(&file, &["under a command line"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buffer_that_is_wiped_while_it_waits_keeps_none_of_the_others_waiting() {
    let (shop, worktree) = shop().await;
    let files: Vec<_> = (0..8).map(|number| worktree.join(format!("f{number}"))).collect();
    for file in &files {
        std::fs::write(file, "old\n").unwrap();
        shop.edit(file).await;
    }
    let listen = "local reload = require('polecat.editor.reload')
        local changed = reload.changed
        _G.touched = {}
        reload.changed = function(files)
            changed(files)
            for _, path in ipairs(files.paths) do _G.touched[path] = true end
        end
        return vim.fn.bufnr((...))";
    let first = shop.editor.lua(listen, json!([files[0]])).await.unwrap();
    // A number each time, so that it is not the last one that is looked at which is gone.
    shop.editor
        .nvim
        .input(&format!(":bwipeout {first} {}", first.as_i64().unwrap() + 4))
        .await
        .unwrap();
    for file in &files {
        std::fs::write(file, "new\n").unwrap();
    }
    let touched = "return vim.tbl_count(_G.touched)";
    eventually_equal(json!(8), async || shop.editor.lua(touched, Json::Null).await.unwrap()).await;
    shop.editor.nvim.input("<CR>").await.unwrap();
    for number in [1, 2, 3, 5, 6, 7] {
        shop.expect_text(&files[number], &["new"]).await;
    }
    assert_eq!(shop.editor.lua("return vim.v.errmsg", Json::Null).await.unwrap(), json!(""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buffer_that_got_another_file_is_no_more_told_of_as_the_one_it_was() {
    let (shop, worktree) = shop().await;
    shop.edit(&worktree.join("main.rs")).await;
    std::fs::write(worktree.join("main.rs"), "theirs\n").unwrap();
    shop.expect_text(&worktree.join("main.rs"), &["theirs"]).await;
    let asked = "return #vim.api.nvim_get_autocmds({ event = 'FileChangedShell', buffer = 0 })";
    assert_eq!(shop.editor.lua(asked, Json::Null).await.unwrap(), json!(1));
    let notes = shop.project.around().join("notes.txt");
    shop.editor.command(&format!("saveas {}", notes.display())).await.unwrap();
    // Neovim asks itself.
    assert_eq!(shop.editor.lua(asked, Json::Null).await.unwrap(), json!(0));
    let other = worktree.join("README");
    shop.editor.command(&format!("file {}", other.display())).await.unwrap();
    std::fs::write(&other, "theirs too\n").unwrap();
    eventually_equal(json!(1), async || shop.editor.lua(asked, Json::Null).await.unwrap()).await;
}
