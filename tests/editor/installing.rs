//! The backend comes over the network, or from a folder, whatever goes wrong on the way; where there
//! is no release it is built.

mod scene;
mod server;

use std::fs;

use serde_json::{Value as Json, json};

use self::{
    scene::{Scene, VERSION, archive, script, terminal},
    server::Way,
};
use crate::support::{editor::Editor, eventually, neovim::private_home, values::Failure};

const RUN: &str = "require('polecat.install').run";

async fn install(editor: &Editor) -> Result<Json, Failure> {
    editor.begin(RUN, json!([{}])).await.await
}

/// What an install on a new Neovim fails with.
async fn refusal(scene: &Scene, more: Json) -> String {
    let refused = install(&scene.editor_with(more).await).await.unwrap_err();
    refused.message
}

/// The program that Neovim's backend runs, once it has answered.
async fn answering(editor: &Editor) -> Json {
    editor.call("list", json!(null)).await.unwrap();
    editor.lua("return require('polecat.rpc.binary').find()[1]", json!(null)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_downloaded_and_its_backend_answers() {
    let scene = Scene::new().await;
    let editor = scene.editor().await;
    let program = scene.installed().join("polecat-nvim");
    let done = install(&editor).await.unwrap();
    assert_eq!(done, json!({ "path": program, "how": "downloaded" }));
    assert_eq!(scene.server.requests(), ["/manifest.json".to_owned(), format!("/{}", archive())]);
    assert_eq!(answering(&editor).await, json!(program));
    for name in ["LICENSE", "LGPL-3.0.txt", "GPL-3.0.txt", "THIRD-PARTY.md", "RELINKING.md"] {
        assert!(scene.installed().join(name).is_file(), "{name}");
    }
    assert_eq!(install(&editor).await.unwrap(), json!({ "path": program, "how": "present" }));
    assert_eq!(scene.server.requests(), Vec::<String>::new());
    assert_eq!(scene.scratch(), Vec::<std::path::PathBuf>::new());
}

/// From there hosts of that system are given theirs.
#[tokio::test(flavor = "multi_thread")]
async fn that_of_another_system_is_kept_with_its_sum_and_is_not_run() {
    let scene = Scene::new().await;
    let editor = scene.editor().await;
    let target = scene::target();
    for _ in 0..2 {
        let opts = json!([{ "target": target }]);
        let done = editor.begin("require('polecat.install').run", opts).await.await.unwrap();
        let path = scene.installed().join(archive());
        assert_eq!(done, json!({ "path": path, "how": "fetched" }));
    }
    let sums = std::fs::read_to_string(scene.installed().join("SHA256SUMS")).unwrap();
    let of_release = std::fs::read_to_string(scene.at("release/SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), 1);
    assert!(of_release.lines().any(|line| line == sums.trim_end()), "{sums} {of_release}");
    assert!(!scene.installed().join("polecat-nvim").exists());
    assert_eq!(scene.scratch(), Vec::<std::path::PathBuf>::new());
    let opts = json!([{ "target": "mips-unknown-linux-musl" }]);
    let refused = editor.begin("require('polecat.install').run", opts).await.await.unwrap_err();
    assert!(refused.message.contains("is not built for mips-unknown-linux-musl"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_is_cut_goes_on_where_it_was() {
    let scene = Scene::new().await;
    scene.server.next(&[Way::Cut(20_000), Way::Cut(30_000)]);
    install(&scene.editor().await).await.unwrap();
    let file = archive();
    let expected = ["/manifest.json", &format!("/{file}"), &format!("/{file} 20000")];
    assert_eq!(scene.server.requests()[..3], expected);
    assert_eq!(scene.scratch(), Vec::<std::path::PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_knows_no_ranges_sends_it_again() {
    let scene = Scene::new().await;
    scene.server.next(&[Way::Cut(20_000), Way::WithoutRanges]);
    install(&scene.editor().await).await.unwrap();
    assert_eq!(scene.server.requests().last(), Some(&format!("/{}", archive())));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_neovim_that_ended_had_downloaded_is_not_asked_for_again() {
    let scene = Scene::new().await;
    scene.server.next(&[Way::Slowly, Way::Slowly]);
    let editor = begun(&scene, 5000).await;
    // The drop waits until curl too has ended.
    drop(editor);
    begun(&scene, 10_000).await.quit().await;
    scene.server.requests();
    install(&scene.editor().await).await.unwrap();
    let asked = scene.server.requests().pop().unwrap();
    let from: u64 = asked.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(from >= 10_000, "{asked}");
    assert_eq!(scene.scratch(), Vec::<std::path::PathBuf>::new());
}

/// A Neovim that has so many bytes, and asks for more.
async fn begun(scene: &Scene, bytes: u64) -> Editor {
    let editor = scene.editor().await;
    drop(editor.begin(RUN, json!([{}])).await);
    eventually("a part", async || {
        let left = scene.scratch().first().map(|folder| folder.join(archive()));
        let size = left.and_then(|file| Some(fs::metadata(file).ok()?.len()));
        if size >= Some(bytes) { Ok(()) } else { Err(format!("{size:?}")) }
    })
    .await;
    editor
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_do_not_disturb_each_other() {
    let scene = Scene::new().await;
    scene.server.next(&[Way::Slowly, Way::Slowly]);
    let (one, other) = (scene.editor().await, scene.editor().await);
    let (first, second) = (one.begin(RUN, json!([{}])).await, other.begin(RUN, json!([{}])).await);
    assert_eq!((first.await.unwrap()["how"]).clone(), "downloaded");
    assert_eq!((second.await.unwrap()["how"]).clone(), "downloaded");
    answering(&one).await;
    answering(&other).await;
    assert_eq!(scene.scratch(), Vec::<std::path::PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_are_made_while_others_make_the_same() {
    const MAKE: &str = "local root = ...
        for number = 1, 500 do
            require('polecat.install.folder').make(('%s/%d/a/b/c'):format(root, number))
        end";
    let scene = Scene::new().await;
    let (one, other) = (scene.editor().await, scene.editor().await);
    let root = || json!([scene.at("made")]);
    let (first, second) = tokio::join!(one.lua(MAKE, root()), other.lua(MAKE, root()));
    assert_eq!((first, second), (Ok(Json::Null), Ok(Json::Null)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_runs_goes_on_while_its_place_is_filled_anew() {
    let scene = Scene::new().await;
    let editor = scene.editor().await;
    install(&editor).await.unwrap();
    answering(&editor).await;
    let pid = "return require('polecat.rpc.client').greeting().pid";
    let before = editor.lua(pid, Json::Null).await.unwrap();
    script(&scene.installed().join("polecat-nvim"), "#!/bin/sh\necho polecat-nvim 0.0.1\n");
    assert_eq!(install(&editor).await.unwrap()["how"], "downloaded");
    answering(&editor).await;
    assert_eq!(editor.lua(pid, Json::Null).await.unwrap(), before);
    assert_eq!(scene.scratch(), Vec::<std::path::PathBuf>::new());
    answering(&scene.editor().await).await;
}

/// An archive and a manifest, where there are any, and what is said of them.
type Case<'a> = (Option<&'a [u8]>, Option<&'a str>, String);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_release_is_said_and_nothing_is_installed() {
    let scene = Scene::new().await;
    let (archive, manifest) = (scene.archive(), scene.at("release/manifest.json"));
    let (bytes, text) = (fs::read(&archive).unwrap(), fs::read_to_string(&manifest).unwrap());
    let url = scene.server.url.clone();
    let file = format!("{url}/{}", scene::archive());
    let mut changed = bytes.clone();
    changed[1000] ^= 1;
    let sum = format!("`{file}` has the wrong SHA-256");
    let ends = format!("`{file}` ends after 3000 of {} bytes", bytes.len());
    let other = text.replace(VERSION, "9.9.9");
    let protocol = text.replace("\"protocol\": ", "\"protocol\": 10");
    let longer = text.replace(&format!("\"size\": {}", bytes.len()), "\"size\": 3000");
    let more = format!("`{file}` is longer than the 3000 bytes that its manifest says");
    let cases: [Case; 8] = [
        (Some(&bytes), Some(&longer), more),
        (Some(&changed), Some(&text), sum),
        (Some(&bytes[..3000]), Some(&text), ends),
        (None, Some(&text), format!("there is no `{file}`")),
        (Some(&bytes), None, format!("there is no `{url}/manifest.json`")),
        (Some(&bytes), Some("<html>"), format!("`{url}/manifest.json` is not a manifest")),
        (
            Some(&bytes),
            Some(&other),
            format!("the release {VERSION} has a manifest of another version"),
        ),
        (Some(&bytes), Some(&protocol), format!("the release {VERSION} speaks protocol 10")),
    ];
    for (bytes, text, expected) in cases {
        let put = |path, bytes: Option<&[u8]>| match bytes {
            Some(bytes) => fs::write(path, bytes).unwrap(),
            None => fs::remove_file(path).unwrap(),
        };
        put(&archive, bytes);
        put(&manifest, text.map(str::as_bytes));
        let said = refusal(&scene, json!({})).await;
        assert!(said.starts_with(&expected), "{said} instead of {expected}");
        assert!(!scene.installed().exists(), "{expected}");
        fs::write(&archive, b"").unwrap();
        fs::write(&manifest, b"").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_machine_is_said() {
    let scene = Scene::new().await;
    let nobody = refusal(&scene, json!({ "install": { "url": "http://127.0.0.1:1" } })).await;
    assert!(nobody.contains("Failed to connect") || nobody.contains("connect to"), "{nobody}");
    assert_eq!(scene.scratch(), Vec::<std::path::PathBuf>::new());

    fs::create_dir_all(scene.at("data/nvim")).unwrap();
    fs::write(scene.at("data/nvim/polecat"), "not a folder").unwrap();
    let full = refusal(&scene, json!({})).await;
    let place = format!("`{}` cannot be written: ", scene.at("data/nvim/polecat").display());
    assert!(full.starts_with(&place), "{full}");

    fs::remove_file(scene.at("bin/curl")).unwrap();
    assert_eq!(refusal(&scene, json!({})).await, "`curl`: it is not on PATH");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_serves_where_there_is_no_network() {
    for prefix in ["", "file://"] {
        let scene = Scene::new().await;
        let folder = format!("{prefix}{}", scene.at("release").display());
        let editor = scene.editor_with(json!({ "install": { "url": folder } })).await;
        assert_eq!(install(&editor).await.unwrap()["how"], "downloaded");
        answering(&editor).await;
        assert_eq!(scene.server.requests(), Vec::<String>::new());
        let nowhere = json!({ "install": { "url": format!("{folder}/nothing") } });
        fs::remove_dir_all(scene.installed()).unwrap();
        let said = refusal(&scene, nowhere).await;
        assert_eq!(said, format!("there is no `{folder}/nothing/manifest.json`"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_asked_where_the_environment_names_one() {
    let scene = Scene::new().await;
    let home = private_home();
    let more = json!({ "install": { "url": "http://releases.invalid/v1" } });
    let mut neovim = scene.neovim(home.path(), more);
    neovim.env.push(("http_proxy".into(), scene.server.url.clone().into()));
    let editor = Editor::of(&neovim, home, scene.project.path()).await;
    assert_eq!(install(&editor).await.unwrap()["how"], "downloaded");
    assert_eq!(scene.server.requests()[0], "http://releases.invalid/v1/manifest.json");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_screen_it_waits_and_says_how_it_went() {
    let scene = Scene::new().await;
    let build = format!("lua dofile('{}')", scene.at("polecat.nvim/build.lua").display());
    for ex in ["lua require('polecat.install').run()", &build] {
        scene.headless(ex);
        assert!(scene.installed().join("polecat-nvim").is_file(), "{ex}");
        fs::remove_dir_all(scene.installed()).unwrap();
    }
    fs::remove_file(scene.archive()).unwrap();
    let said = scene.headless(&build);
    assert!(said.contains("polecat.nvim: there is no `http://"), "{said}");
    assert!(said.contains("(`:help polecat-install` lists other ways)"), "{said}");
}

/// As a plugin manager does that installs when Neovim starts.
#[tokio::test(flavor = "multi_thread")]
async fn while_neovim_starts_it_asks_for_no_key() {
    let scene = Scene::new().await;
    scene.server.next(&[Way::Slowly]);
    let home = private_home();
    let mut neovim = scene.neovim(home.path(), json!({}));
    let build = scene.at("polecat.nvim/build.lua");
    neovim.args.extend(["--cmd".into(), format!("lua dofile('{}')", build.display()).into()]);
    let terminal = terminal(&neovim);
    eventually("an empty buffer", async || {
        let seen = terminal.run(&["capture-pane", "-p", "-t", "=tui:"]);
        let is_ready = seen.lines().nth(1) == Some("~") && !seen.contains("Press ENTER");
        if is_ready { Ok(()) } else { Err(format!("\n{seen}")) }
    })
    .await;
    assert!(scene.installed().is_dir());
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_screen_it_comes_back_at_once_and_tells_the_end() {
    let scene = Scene::new().await;
    scene.server.next(&[Way::Slowly]);
    let editor = scene.editor().await;
    let options = nvim_rs::UiAttachOptions::new();
    editor.nvim.ui_attach(80, 24, &options).await.unwrap();
    editor
        .lua(
            "vim.notify = function(text) table.insert(_G.notified, { message = text }) end",
            Json::Null,
        )
        .await
        .unwrap();
    editor.command("lua require('polecat.install').run()").await.unwrap();
    assert!(!scene.installed().exists());
    let path = scene.installed().join("polecat-nvim");
    let said = format!("the backend is installed: `{}`", path.display());
    eventually("its end", async || {
        let told = editor.messages().await;
        if told == [said.clone()] { Ok(()) } else { Err(format!("{told:?}")) }
    })
    .await;
    answering(&editor).await;
}

/// A cargo that makes what ours would, and says so.
fn with_cargo(scene: &Scene) {
    let cargo = format!(
        "#!/bin/sh\necho \"$@\" >> {0}/built\nmkdir -p \"$CARGO_TARGET_DIR/release\"\ncp {0}/polecat-nvim \"$CARGO_TARGET_DIR/release/\"\n",
        scene.at("").display()
    );
    script(&scene.at("bin/cargo"), &cargo);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_release_cargo_builds_it() {
    let scene = Scene::new().await;
    with_cargo(&scene);
    fs::remove_file(scene.at("release/manifest.json")).unwrap();
    let editor = scene.editor().await;
    let program = scene.at("polecat.nvim/target/release/polecat-nvim");
    let built = json!({ "path": program, "how": "built" });
    assert_eq!(install(&editor).await.unwrap(), built);
    assert_eq!(answering(&editor).await, json!(program));
    // What was built is built again: it is what is used.
    scene.server.requests();
    assert_eq!(install(&editor).await.unwrap(), built);
    assert_eq!(scene.server.requests(), Vec::<String>::new());
    let asked = fs::read_to_string(scene.at("built")).unwrap();
    assert_eq!(asked, "build --release --locked --color=never\n".repeat(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_ends_with_neovim() {
    let scene = Scene::new().await;
    let begun = scene.at("begun");
    script(&scene.at("bin/cargo"), &format!("#!/bin/sh\n: > {}\nexec sleep 300", begun.display()));
    fs::remove_file(scene.archive()).unwrap();
    let editor = scene.editor().await;
    drop(editor.begin(RUN, json!([{}])).await);
    eventually("a build", async || if begun.exists() { Ok(()) } else { Err("none") }).await;
    editor.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_file_is_not_passed_over_by_building() {
    let scene = Scene::new().await;
    with_cargo(&scene);
    let mut bytes = fs::read(scene.archive()).unwrap();
    bytes[1000] ^= 1;
    fs::write(scene.archive(), bytes).unwrap();
    assert!(refusal(&scene, json!({})).await.ends_with("has the wrong SHA-256"));
    assert!(!scene.at("built").exists());
    script(&scene.at("bin/cargo"), "#!/bin/sh\necho error: rustc 1.10 is too old >&2\nexit 101\n");
    fs::remove_file(scene.archive()).unwrap();
    let said = refusal(&scene, json!({})).await;
    assert!(said.contains("there is no `http://"), "{said}");
    assert!(said.ends_with("error: rustc 1.10 is too old"), "{said}");
}

/// What the person is told to do who calls the backend.
async fn hint(scene: &Scene, more: Json) -> String {
    let editor = scene.editor_with(more).await;
    let failure = editor.call("list", json!(null)).await.unwrap_err();
    failure.hint.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_or_does_not_fit_is_told_with_what_brings_it() {
    let scene = Scene::new().await;
    let download = "`:lua require(\"polecat.install\").run()` downloads it";
    assert_eq!(hint(&scene, json!({})).await, download);
    let release = scene.at("polecat.nvim/lua/polecat/release.lua");
    let text = fs::read_to_string(&release).unwrap();
    fs::write(&release, text.replace("protocol = ", "protocol = 10")).unwrap();
    fs::copy(scene.at("polecat-nvim"), scene.at("bin/polecat-nvim")).unwrap();
    assert_eq!(hint(&scene, json!({})).await, download);
    let own = json!({ "backend": { "command": scene.at("polecat-nvim") } });
    assert_eq!(hint(&scene, own).await, "change or remove `backend.command`");
    let built = scene.at("polecat.nvim/target/release");
    fs::create_dir_all(&built).unwrap();
    fs::copy(scene.at("polecat-nvim"), built.join("polecat-nvim")).unwrap();
    let root = scene.at("polecat.nvim");
    let delete = format!("delete `{}/target`, then", root.display());
    assert!(hint(&scene, json!({})).await.starts_with(&delete));
    with_cargo(&scene);
    let make = format!("run `make build` in `{}`", root.display());
    assert_eq!(hint(&scene, json!({})).await, make);
}
