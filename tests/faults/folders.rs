//! Folders that are full, read-only, unreadable, something else, or gone. Tests may run as root,
//! whom permissions do not bind, so each is made so that it holds for everybody.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::json;

use crate::{
    rig::{Shop, agent},
    support::{eventually, rig::Project},
};

/// A small file system of its own, gone when dropped.
struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// None where nothing may be mounted, with the reason on the screen.
    fn at(folder: &Path) -> Option<Self> {
        fs::create_dir_all(folder).unwrap();
        let said = mount(&["-t", "tmpfs", "-o", "size=128k", "none"], folder);
        if let Err(said) = said {
            eprintln!("skipped: nothing can be mounted here: {said}");
            return None;
        }
        Some(Self { folder: folder.to_owned() })
    }

    /// Leaves no byte free.
    fn fill(&self) {
        let error = fs::write(self.folder.join("filler"), vec![b'x'; 1 << 20]).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    }

    fn free(&self) {
        fs::remove_file(self.folder.join("filler")).unwrap();
    }

    fn remount(&self, how: &str) {
        mount(&["-o", &format!("remount,{how}"), "none"], &self.folder).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        #[expect(clippy::disallowed_methods, reason = "a test makes its own fixture")]
        let done = Command::new("umount").arg("-l").arg(&self.folder).status();
        assert!(done.is_ok_and(|status| status.success()) || std::thread::panicking());
    }
}

fn mount(args: &[&str], folder: &Path) -> Result<(), String> {
    #[expect(clippy::disallowed_methods, reason = "a test makes its own fixture")]
    let done = Command::new("mount").args(args).arg(folder).output();
    let done = done.map_err(|error| error.to_string())?;
    if done.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&done.stderr).trim().to_owned())
}

/// That `ash` cannot be made, that a word of the error says why, and that nothing is left of it.
async fn expect_refusal(shop: &Shop, codes: &[&str], part: &str) {
    let options = json!({ "new": true, "cmd": agent("prompts") });
    for _ in 0..2 {
        let refused = shop.try_start("ash", options.clone()).await.unwrap_err();
        assert!(codes.contains(&refused.code.as_str()), "{refused:?}");
        assert!(refused.message.contains(part), "{refused:?}");
    }
    assert_eq!(shop.project.git(&["branch", "--list", "polecat/*"]), "");
    assert_eq!(shop.project.git(&["worktree", "list"]).lines().count(), 1);
    assert_eq!(shop.project.git(&["status", "--porcelain"]), "");
    assert_eq!(shop.sessions(), [""; 0]);
}

/// That `ash` can be made now and runs.
async fn expect_work(shop: &Shop) {
    shop.start("ash", "prompts").await;
    assert_eq!(shop.sessions(), ["gt-shop-ash"]);
    shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_no_polecat_is_made_and_none_is_half_made() {
    let shop = Shop::new().await;
    // It goes before the project it is mounted in.
    let Some(disk) = Disk::at(&shop.project.home()) else { return };
    disk.fill();
    expect_refusal(&shop, &["internal", "git_failed"], "No space left").await;
    disk.free();
    expect_work(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_that_cannot_be_written_down_on_a_full_disk_is_when_it_can() {
    let shop = Shop::new().await;
    // It goes before the project it is mounted in.
    let Some(disk) = Disk::at(&shop.project.home()) else { return };
    shop.start("ash", "prompts").await;
    disk.fill();
    shop.editor.call("inject", json!(["ash", "/exit 7"])).await.unwrap();
    eventually("the death", async || {
        let running = shop.editor.call("is_running", json!(["ash"])).await.unwrap();
        if running == json!(false) { Ok(()) } else { Err(running) }
    })
    .await;
    let refused = shop.refusal("status", json!(["ash"])).await;
    assert!(refused.message.contains("No space left"), "{refused:?}");
    disk.free();
    let info = shop.editor.call("status", json!(["ash"])).await.unwrap();
    assert_eq!(info["exit"]["status"], 7, "{info}");
    let options = json!({ "cmd": agent("prompts") });
    shop.try_start("ash", options).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_folder_is_named_and_nothing_is_half_made() {
    let shop = Shop::new().await;
    // It goes before the project it is mounted in.
    let Some(disk) = Disk::at(&shop.project.home()) else { return };
    disk.remount("ro");
    expect_refusal(&shop, &["internal"], "Read-only").await;
    disk.remount("rw");
    expect_work(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_or_full_disk_beside_the_repository_is_named_and_nothing_is_half_made() {
    let shop = Shop::new().await;
    // It goes before the project it is mounted beside.
    let Some(disk) = Disk::at(&shop.project.polecats()) else { return };
    disk.remount("ro");
    expect_refusal(&shop, &["worktrees_unwritable"], "Read-only").await;
    disk.remount("rw");
    disk.fill();
    expect_refusal(&shop, &["internal", "git_failed"], "No space left").await;
    assert_eq!(fs::read_dir(shop.project.polecats()).unwrap().count(), 1, "but for what fills it");
    disk.free();
    expect_work(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_read_or_is_none_is_named() {
    let shop = Shop::new().await;
    let polecats = shop.project.polecats();
    fs::create_dir_all(shop.project.home()).unwrap();
    for place in [polecats, shop.project.home().join("polecats")] {
        // A link is followed by nobody, root included.
        symlink(&place, &place).unwrap();
        expect_refusal(&shop, &["internal", "unsafe_path", "bad_argument"], "polecats").await;
        fs::remove_file(&place).unwrap();
    }
    let polecats = shop.project.polecats();
    fs::write(&polecats, "a file").unwrap();
    expect_refusal(&shop, &["worktrees_unwritable"], "polecats").await;
    fs::remove_file(&polecats).unwrap();
    expect_work(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_vanished_is_named_and_works_again_when_it_is_back() {
    let project = Project::new();
    // Named, because Neovim's working directory follows a folder that is renamed.
    let config = json!({ "rig": { "path": project.path() } });
    let shop = Shop::of(project, config).await;
    shop.start("ash", "prompts").await;
    let (here, away) = (shop.project.path().to_owned(), shop.project.around().join("away"));
    fs::rename(&here, &away).unwrap();
    for (method, args) in [
        ("list", json!([])),
        ("new", json!(["birch", {}])),
        ("start", json!(["birch", { "new": true, "cmd": agent("prompts") }])),
        ("inject", json!(["ash", "hello"])),
    ] {
        let refused = shop.refusal(method, args).await;
        assert_eq!(refused.code, "bad_argument", "{method}: {refused:?}");
        assert!(refused.message.contains("is gone"), "{method}: {refused:?}");
    }
    fs::rename(&away, &here).unwrap();
    let list = shop.editor.call("list", json!([])).await.unwrap();
    assert_eq!(list[0]["running"], json!(true), "{list}");
    shop.editor.call("new", json!(["birch", {}])).await.unwrap();
}
