//! Programs that stand still: a stopped tmux server, a stopped tracker. The editor goes on, the
//! answer is clear, and afterwards all works again.

use std::{fs, path::Path};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    crashes::described,
    framed::program,
    rig::{Shop, agent},
    support::{eventually, eventually_equal, neovim::tracker, processes, rig::Project},
};

#[tokio::test(flavor = "multi_thread")]
async fn while_tmux_stands_still_every_operation_says_so_and_afterwards_works() {
    let shop = Shop::new().await;
    let received = shop.project.around().join("received");
    shop.start("ash", &format!("records {}", received.display())).await;
    shop.editor.call("new", json!(["birch", {}])).await.unwrap();
    let server = shop.tmux.pid();
    kill_process(server, Signal::STOP).unwrap();
    let mut asked = Vec::new();
    for (method, args) in [
        ("list", json!([])),
        ("status", json!(["ash"])),
        ("capture", json!(["ash", {}])),
        ("inject", json!(["ash", "while it stood still"])),
        ("start", json!(["birch", { "cmd": agent("prompts") }])),
    ] {
        asked.push((method, shop.editor.ask(method, args).await));
        // `lua` fails when Neovim does not answer.
        assert_eq!(shop.editor.lua("return 1 + 1", Json::Null).await.unwrap(), json!(2));
    }
    for (method, answer) in asked {
        let refused = answer.await.unwrap_err();
        assert_eq!(refused.code, "timeout", "{method}: {refused:?}");
    }
    kill_process(server, Signal::CONT).unwrap();
    shop.editor.call("inject", json!(["ash", "afterwards"])).await.unwrap();
    eventually("the second message", async || {
        let text = fs::read_to_string(&received).unwrap();
        if text.ends_with("afterwards\r") { Ok(()) } else { Err(text) }
    })
    .await;
    let text = fs::read_to_string(&received).unwrap();
    assert!(["afterwards\r", "while it stood still\rafterwards\r"].contains(&&*text), "{text:?}");
    match shop.try_start("birch", json!({ "cmd": agent("prompts") })).await {
        Err(failure) if failure.code != "session_running" => panic!("{failure:?}"),
        _ => {}
    }
    shop.editor.expect_state("birch", "idle").await;
    assert_eq!(shop.tmux.run(&["list-buffers"]), "");
}

/// A tracker that stops itself at each call, and says which process that is.
async fn stopping() -> (Shop, std::path::PathBuf, String) {
    let project = Project::new().with_tracker();
    let issue = project.issue("Paint the door");
    let (door, pid) = (project.around().join("br"), project.around().join("stopped"));
    let (named, real) = (pid.display(), tracker());
    let script = format!(
        "[ -e {named}.off ] || {{ echo $$ > {named}.new; mv {named}.new {named}; kill -STOP $$; }}\n\
         exec {} \"$@\"",
        real.display()
    );
    program(&door, &script);
    let shop = Shop::of(project, json!({ "tracker": { "command": door } })).await;
    (shop, pid, issue)
}

async fn stopped(file: &Path) -> Pid {
    eventually("a tracker that stands still", async || {
        let text = fs::read_to_string(file).map_err(described_io)?;
        let pid: i32 = text.trim().parse().map_err(|_| text.clone())?;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).map_err(described_io)?;
        let still = stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'));
        Pid::from_raw(pid).filter(|_| still).ok_or(stat)
    })
    .await
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn described_io(error: std::io::Error) -> String {
    error.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_tracker_stands_still_the_editor_goes_on_and_then_the_start_too() {
    let (shop, file, issue) = stopping().await;
    let options = json!({ "new": true, "issue": issue, "cmd": agent("prompts") });
    let started = shop.editor.ask("start", json!(["ash", options])).await;
    let pid = stopped(&file).await;
    assert_eq!(shop.editor.lua("return 1 + 1", Json::Null).await.unwrap(), json!(2));
    assert_eq!(shop.editor.call("list", json!([])).await.unwrap(), json!([]));
    fs::write(file.with_extension("off"), "").unwrap();
    kill_process(pid, Signal::CONT).unwrap();
    let info = started.await.unwrap();
    assert_eq!(info["issue"], json!(issue));
    eventually_equal(json!("hooked"), async || shop.project.issue_state(&issue)["status"].clone())
        .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "waits the 30 seconds that a tracker has: `make soak`"]
async fn a_tracker_that_stands_still_for_good_is_ended_and_the_start_says_so() {
    let (shop, file, issue) = stopping().await;
    let options = json!({ "new": true, "issue": issue, "cmd": agent("prompts") });
    let started = shop.editor.ask("start", json!(["ash", options])).await;
    let pid = stopped(&file).await;
    let refused = started.await.unwrap_err();
    assert_eq!(refused.code, "timeout", "{refused:?}");
    processes::ended(&[pid.as_raw_nonzero().get().cast_unsigned()]).unwrap();
    assert!(!shop.project.polecats().join("ash").exists());
    fs::write(file.with_extension("off"), "").unwrap();
    shop.try_start("ash", options).await.map_err(described).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_without_file_events_is_told_once_and_what_changed_is_seen_all_the_same() {
    let project = Project::new();
    let door = project.around().join("backend");
    // In a user namespace of its own, where nobody else misses them.
    let none = "echo 0 > /proc/sys/user/max_inotify_instances";
    let alone = |script: &str| format!("exec unshare -Ur sh -c '{none} && {script}'");
    program(&door, &alone("exit"));
    let try_it = polecat::host::launch::local()(door.as_os_str()).status();
    if !try_it.is_ok_and(|ended| ended.success()) {
        return eprintln!("skipped: no user namespace can be made here");
    }
    let backend = env!("CARGO_BIN_EXE_polecat-nvim");
    program(&door, &format!("{} {backend} \"$@\"", alone("exec \"$0\" \"$@\"")));
    let shop = Shop::of(project, json!({ "backend": { "command": door } })).await;
    shop.start("ash", "prompts").await;
    let word = "the system has run out of watchers of files (inotify instances)";
    shop.editor.expect_message(word).await;
    fs::write(shop.project.worktree("ash").join("new"), "x\n").unwrap();
    shop.editor.call("inject", json!(["ash", "hello"])).await.unwrap();
    let code = "return require('polecat').sessions()[1].diff";
    eventually("the badge", async || {
        let diff = shop.editor.lua(code, Json::Null).await.unwrap();
        if diff["untracked"] == json!(1) { Ok(()) } else { Err(diff) }
    })
    .await;
    shop.editor.command("checkhealth polecat").await.unwrap();
    let lines = "return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), ' ')";
    let told = shop.editor.lua(lines, Json::Null).await.unwrap().to_string();
    assert!(told.contains("sysctl fs.inotify.max_user_instances="), "{told}");
    let messages = shop.editor.messages().await;
    let count = messages.iter().filter(|message| message.contains(word)).count();
    assert_eq!(count, 1, "{messages:?}");
}

/// A shop whose git stands still from the moment on when the file exists, and writes down which
/// process that is.
async fn with_a_git_that_stands_still() -> (Shop, std::path::PathBuf) {
    let shop = Shop::new().await;
    let (folder, off) = (shop.project.around().join("bin"), shop.project.around().join("still"));
    fs::create_dir(&folder).unwrap();
    let real = which::which("git").unwrap();
    let script = format!(
        "[ -e {off} ] && echo $$ >> {off} && exec sleep 1000\nexec {real} \"$@\"",
        off = off.display(),
        real = real.display()
    );
    program(&folder.join("git"), &script);
    let code = "vim.env.PATH = ... .. ':' .. vim.env.PATH";
    shop.editor.lua(code, json!([folder])).await.unwrap();
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    (shop, off)
}

/// The processes that stand still.
fn still(off: &Path) -> Vec<u32> {
    let text = fs::read_to_string(off).unwrap();
    processes::alive(&text.lines().map(|pid| pid.parse().unwrap()).collect::<Vec<_>>())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_git_that_stands_still_is_named_by_checkhealth_and_ends_with_neovim() {
    let (shop, off) = with_a_git_that_stands_still().await;
    fs::write(&off, "").unwrap();
    // `command` fails when Neovim does not answer soon.
    shop.editor.command("checkhealth polecat").await.unwrap();
    let code = "return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')";
    let told = shop.editor.lua(code, Json::Null).await.unwrap();
    assert!(told.as_str().unwrap().contains("git did not answer within 2 s"), "{told}");
    shop.editor.command("PolecatDiff ash").await.unwrap();
    eventually("a git that stands still", async || match still(&off).len() {
        0 => Err("none"),
        _ => Ok(()),
    })
    .await;
    shop.editor.quit().await;
    eventually_equal(Vec::<u32>::new(), async || still(&off)).await;
}
