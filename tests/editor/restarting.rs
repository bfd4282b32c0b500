//! A backend that was killed: open views say so and go on, callers hear of it once, and nothing
//! that happens meanwhile is lost.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    rig::Shop,
    support::{eventually, eventually_equal, rig::Project},
};

const STATUS: &str = "polecat://status";
const CAPTURE: &str = "polecat://capture/gt-shop-ash";

/// Keeps the events that come.
const LISTEN: &str = "
    _G.heard = {}
    vim.api.nvim_create_autocmd('User', { pattern = 'Polecat*', callback = function(event)
        table.insert(_G.heard, event.match .. ' ' .. event.data.polecat)
    end })
";
/// Opens the status in a split, and keeps what its title says over time.
const WATCH: &str = "
    vim.cmd('split polecat://status')
    vim.g.titles = {}
    vim.cmd([[call dictwatcheradd(b:, 'polecat_title',
        \\ {_, key, change -> execute('let g:titles += [change.new]')})]])
";

#[tokio::test(flavor = "multi_thread")]
async fn open_views_say_that_the_backend_is_gone_and_go_on_by_themselves() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.lua(WATCH, Json::Null).await.unwrap();
    shop.editor.expect_line(STATUS, "1 running").await;
    shop.editor.command("PolecatCapture ash").await.unwrap();
    shop.editor.expect_line(CAPTURE, "A scripted agent").await;

    kill_process(shop.backend().unwrap(), Signal::KILL).unwrap();
    eventually("a title that says so", async || {
        let titles = shop.editor.lua("return vim.g.titles", Json::Null).await.unwrap();
        let said = titles.to_string().contains("[the backend was killed by signal 9");
        if said { Ok(()) } else { Err(titles) }
    })
    .await;
    let title = "return vim.b[vim.fn.bufnr('polecat://status')].polecat_title:match('^polecats  [^%[]*$') ~= nil";
    eventually_equal(json!(true), async || shop.editor.lua(title, Json::Null).await.unwrap()).await;

    shop.editor.call("inject", json!(["ash", "still there"])).await.unwrap();
    let lines = shop.editor.expect_line(CAPTURE, "got: still there").await;
    let banners = lines.iter().filter(|line| line.contains("A scripted agent")).count();
    assert_eq!(banners, 1, "{lines:#?}");
    shop.editor.call("new", json!(["birch", {}])).await.unwrap();
    shop.editor.expect_line(STATUS, "2 polecats, 1 running").await;
    let told = shop.editor.messages().await;
    let told = told.iter().filter(|one| one.contains("signal 9")).count();
    assert_eq!(told, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_caller_gets_one_error() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    let server = shop.tmux.pid();
    kill_process(server, Signal::STOP).unwrap();
    let ask = "_G.answers = {}
        for number = 1, 20 do
            _G.answers[number] = {}
            require('polecat').list(function(err)
                table.insert(_G.answers[number], err and err.code or 'none')
            end)
        end";
    shop.editor.lua(ask, Json::Null).await.unwrap();
    kill_process(shop.backend().unwrap(), Signal::KILL).unwrap();
    eventually_equal(json!(vec![["internal"]; 20]), async || {
        shop.editor.lua("return _G.answers", Json::Null).await.unwrap()
    })
    .await;
    kill_process(server, Signal::CONT).unwrap();
    shop.editor.call("list", json!([])).await.unwrap();
    let answers = shop.editor.lua("return _G.answers", Json::Null).await.unwrap();
    assert_eq!(answers, json!(vec![["internal"]; 20]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_while_the_backend_is_away_is_heard_once_and_with_no_view_open() {
    let shop = Shop::new().await;
    for polecat in ["ash", "birch"] {
        shop.start(polecat, "prompts").await;
    }
    shop.editor.lua(LISTEN, Json::Null).await.unwrap();
    eventually_equal(json!("○2"), async || {
        let statusline = "return require('polecat').statusline()";
        shop.editor.lua(statusline, Json::Null).await.unwrap()
    })
    .await;
    kill_process(shop.backend().unwrap(), Signal::KILL).unwrap();
    shop.tmux.run(&["send-keys", "-t", "=gt-shop-ash:", "/exit 7", "Enter"]);
    let heard = async || {
        let heard = shop.editor.lua("return _G.heard", Json::Null).await.unwrap();
        let heard = heard.as_array().cloned().unwrap_or_default();
        heard.into_iter().filter(|one| one.to_string().contains("Died")).collect::<Vec<_>>()
    };
    eventually_equal(vec![json!("PolecatDied ash")], heard).await;

    // A second restart tells nothing again: `birch` ends after it, and is heard of last.
    kill_process(shop.backend().unwrap(), Signal::KILL).unwrap();
    shop.tmux.run(&["send-keys", "-t", "=gt-shop-birch:", "/exit 7", "Enter"]);
    eventually_equal(vec![json!("PolecatDied ash"), json!("PolecatDied birch")], heard).await;
    let all = shop.editor.lua("return _G.heard", Json::Null).await.unwrap().to_string();
    assert!(!all.contains("Started") && !all.contains("Stopped "), "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_dies_at_each_start_is_told_once_and_comes_back_when_it_can() {
    let project = Project::new();
    let broken = project.around().join("broken");
    let script = "[ ! -e $0 ] || { echo no libfoo >&2; exit 3; }; exec \"$@\"";
    let program = env!("CARGO_BIN_EXE_polecat-nvim");
    let command = json!(["sh", "-c", script, broken, program]);
    let shop = Shop::of(project, json!({ "backend": { "command": command } })).await;
    shop.start("ash", "prompts").await;
    shop.editor.lua(WATCH, Json::Null).await.unwrap();
    shop.editor.expect_line(STATUS, "1 running").await;

    std::fs::write(&broken, "").unwrap();
    kill_process(shop.backend().unwrap(), Signal::KILL).unwrap();
    eventually("the third try", async || {
        let titles = shop.editor.lua("return vim.g.titles", Json::Null).await.unwrap().to_string();
        if titles.contains("next start in 2 s") { Ok(()) } else { Err(titles) }
    })
    .await;
    let told = shop.editor.messages().await;
    assert_eq!(told.iter().filter(|one| one.contains("no libfoo")).count(), 1, "{told:#?}");
    std::fs::remove_file(&broken).unwrap();
    // One that was being started just then ends as well.
    eventually("a backend that answers", async || {
        shop.editor.call("list", json!([])).await.map_err(|failure| format!("{failure:?}"))
    })
    .await;
    shop.editor.call("new", json!(["birch", {}])).await.unwrap();
    shop.editor.expect_line(STATUS, "2 polecats, 1 running").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_whose_file_was_removed_or_replaced_holds_the_hub_as_before() {
    for next_version in [None, Some("the next version")] {
        let project = Project::new();
        let file = project.around().join("polecat-nvim");
        std::fs::copy(env!("CARGO_BIN_EXE_polecat-nvim"), &file).unwrap();
        let shop = Shop::of(project, json!({ "backend": { "command": file } })).await;
        shop.start("ash", "prompts").await;
        std::fs::remove_file(&file).unwrap();
        next_version.map_or(Ok(()), |bytes| std::fs::write(&file, bytes)).unwrap();
        shop.tmux.run(&["kill-session", "-t", "=polecat-hub"]);
        eventually("a client in a new hub", async || {
            shop.editor.call("list", json!([])).await.unwrap();
            let sessions = shop.tmux.run(&["list-clients", "-F", "#{session_name}"]);
            if sessions == "polecat-hub" { Ok(()) } else { Err(sessions) }
        })
        .await;
    }
}

impl Shop {
    /// The backend among the editor's processes.
    pub(crate) fn backend(&self) -> Option<Pid> {
        let is_backend = |pid: &u32| {
            let command = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            command.starts_with("polecat")
        };
        let pid = self.editor.processes().into_iter().find(is_backend)?;
        Pid::from_raw(pid.cast_signed())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_steps_of_what_a_dead_backend_was_at_are_over() {
    let shop = Shop::of(Project::new(), json!({ "setup": { "run": "sleep 600" } })).await;
    let listen = "local progress = require('polecat.editor.progress')
        local done, shown = progress.done, progress.show
        _G.shown, _G.over = {}, {}
        progress.show = function(data) _G.shown[data.id] = true return shown(data) end
        progress.done = function(id, ok) _G.over[id] = ok return done(id, ok) end";
    shop.editor.lua(listen, Json::Null).await.unwrap();
    let made = shop.editor.ask("new", json!(["ash", {}])).await;
    let known = "return next(_G.shown) ~= nil";
    eventually_equal(json!(true), async || shop.editor.lua(known, Json::Null).await.unwrap()).await;
    kill_process(shop.backend().unwrap(), Signal::KILL).unwrap();
    made.await.unwrap_err();
    let failed = "local id = next(_G.shown) return _G.over[id] == false";
    assert_eq!(shop.editor.lua(failed, Json::Null).await.unwrap(), json!(true));
}
