//! A session takes the width of the windows that show it, and a person who attaches has their own.

use serde_json::{Value as Json, json};

use crate::{
    diffing::{expect as expect_value, press},
    framed::Log,
    rig::{Shop, agent},
    support::{editor::Editor, eventually, eventually_equal, rig::Project, tmux::TmuxServer},
};

/// A shop whose editor is `columns` wide, and `ash`, which is read as claude.
async fn shop(columns: u32, config: Json) -> (Shop, Log) {
    shop_with("--asks", columns, config).await
}

async fn shop_with(options: &str, columns: u32, config: Json) -> (Shop, Log) {
    let shop = Shop::of(Project::new(), config).await;
    let log = Log(shop.project.around().join("log"));
    let cmd = agent(&format!("busy --log {} --like claude {options}", log.0.display()));
    shop.try_start("ash", json!({ "new": true, "agent": "claude", "cmd": cmd })).await.unwrap();
    shop.editor.command(&format!("set columns={columns}")).await.unwrap();
    (shop, log)
}

async fn follow(editor: &Editor) {
    editor.command("PolecatCapture ash").await.unwrap();
    let shown = "return vim.api.nvim_buf_get_name(0)";
    eventually_equal(json!("polecat://capture/gt-shop-ash"), async || {
        editor.lua(shown, Json::Null).await.unwrap()
    })
    .await;
}

fn size(shop: &Shop) -> String {
    let format = "#{window_width}x#{window_height} #{window-size}";
    shop.tmux.run(&["display-message", "-p", "-t", "=gt-shop-ash:", format])
}

async fn expect(shop: &Shop, expected: &str) {
    eventually_equal(expected, async || size(shop)).await;
}

/// A person at a terminal of 90 columns: a tmux of their own in which `tmux attach` runs.
struct Person(TmuxServer);

impl Person {
    async fn attached(shop: &Shop) -> Self {
        let terminal = TmuxServer::absent();
        let tmux = shop.tmux.socket();
        let attach = format!(
            "env -u TMUX {} -S {} attach -t =gt-shop-ash",
            crate::support::neovim::tmux(),
            tmux.display()
        );
        terminal.run(&["new-session", "-d", "-x", "90", "-y", "31", &attach]);
        eventually("an attached client", async || {
            let format = ["display-message", "-p", "-t", "=gt-shop-ash:", "#{session_attached}"];
            let attached = shop.tmux.run(&format);
            if attached == "1" { Ok(()) } else { Err(attached) }
        })
        .await;
        Self(terminal)
    }

    fn leaves(self) {
        self.0.run(&["kill-server"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_as_wide_as_the_window_that_shows_it_and_as_the_terminal_of_who_attaches() {
    let (shop, _) = shop(120, Json::Null).await;
    assert_eq!(size(&shop), "200x70 latest");
    follow(&shop.editor).await;
    expect(&shop, "120x70 latest").await;
    let person = Person::attached(&shop).await;
    expect(&shop, "90x30 latest").await;
    shop.editor.command("set columns=150").await.unwrap();
    // It is told, and leaves the person's terminal alone.
    eventually("the new width", async || {
        let told = shop.tmux.run(&["show-options", "-p", "-t", "=gt-shop-ash:"]);
        if told.contains(" 150") { Ok(()) } else { Err(told) }
    })
    .await;
    assert_eq!(size(&shop), "90x30 latest");
    person.leaves();
    expect(&shop, "150x70 latest").await;
    shop.editor.command("new | only").await.unwrap();
    eventually("no viewer", async || {
        let told = shop.tmux.run(&["show-options", "-p", "-t", "=gt-shop-ash:"]);
        if told.contains("@polecat_width") { Err(told) } else { Ok(()) }
    })
    .await;
    assert_eq!(size(&shop), "150x70 latest", "it stays where nobody shows it");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_widest_of_several_editors_counts_and_what_a_killed_one_said_does_not() {
    let (shop, _) = shop(120, Json::Null).await;
    follow(&shop.editor).await;
    expect(&shop, "120x70 latest").await;
    let other = Editor::start(&shop.tmux, shop.project.path()).await;
    other.command("set columns=300").await.unwrap();
    follow(&other).await;
    expect(&shop, "240x70 latest").await;
    drop(other);
    // Whoever looks next takes it back.
    shop.editor.command("set columns=60").await.unwrap();
    expect(&shop, "80x70 latest").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_with_a_size_of_its_own_keeps_it_and_so_do_all_where_that_is_off() {
    let (shop, _) = shop(120, Json::Null).await;
    shop.tmux.run(&["resize-window", "-t", "=gt-shop-ash:", "-x", "100", "-y", "20"]);
    let off =
        Editor::with(&shop.tmux, shop.project.path(), json!({ "capture": { "fit": false } })).await;
    follow(&off).await;
    follow(&shop.editor).await;
    eventually("one viewer", async || {
        let told = shop.tmux.run(&["show-options", "-p", "-t", "=gt-shop-ash:"]);
        if told.matches("@polecat_width").count() == 1 { Ok(()) } else { Err(told) }
    })
    .await;
    shop.editor.call("inject", json!(["ash", "hello"])).await.unwrap();
    shop.editor.expect_state("ash", "waiting").await;
    assert_eq!(size(&shop), "100x20 manual");
    shop.tmux.run(&["set-option", "-w", "-u", "-t", "=gt-shop-ash:", "window-size"]);
    assert_eq!(size(&shop), "100x20 latest", "nothing is resized at a question");
    shop.tmux.run(&["send-keys", "-t", "=gt-shop-ash:", "Escape"]);
    expect(&shop, "120x70 latest").await;
}

/// tmux wraps the scrollback anew, and forgets what is then more than it keeps.
#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_not_made_so_narrow_that_its_scrollback_would_be_cut() {
    let tmux = TmuxServer::new();
    tmux.run(&["set-option", "-g", "history-limit", "100"]);
    let project = Project::new();
    let editor = Editor::start(&tmux, project.path()).await;
    let shop = Shop { editor, tmux, project };
    let busy = agent("busy --like claude");
    let cmd = format!("sh -c \"seq -f %0150.0f 90; exec {busy}\"");
    shop.try_start("ash", json!({ "new": true, "agent": "claude", "cmd": cmd })).await.unwrap();
    let file = shop.project.around().join("widths");
    let note = format!("run-shell \"echo #{{window_width}} >> {}\"", file.display());
    shop.tmux.run(&["set-hook", "-g", "window-resized", &note]);
    shop.editor.expect_state("ash", "idle").await;
    shop.editor.command("set columns=120").await.unwrap();
    follow(&shop.editor).await;
    eventually("the width to be told", async || {
        let told = shop.tmux.run(&["show-options", "-p", "-t", "=gt-shop-ash:"]);
        if told.contains(" 120") { Ok(()) } else { Err(told) }
    })
    .await;
    shop.editor.command("set columns=220").await.unwrap();
    expect(&shop, "220x70 latest").await;
    eventually_equal("220\n".to_owned(), async || {
        std::fs::read_to_string(&file).unwrap_or_default()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_go_on_beyond_the_window_are_marked() {
    let (shop, _) = shop(60, json!({ "capture": { "fit": false } })).await;
    follow(&shop.editor).await;
    let marks = "return { vim.wo.list, vim.opt_local.listchars:get().extends, vim.go.list }";
    eventually_equal(json!([true, "›", false]), async || {
        shop.editor.lua(marks, Json::Null).await.unwrap()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_capture_one_writes_answers_and_interrupts() {
    let (shop, _) = shop(120, Json::Null).await;
    let choose = "vim.ui.select = function(_, opts) _G.asked = opts.prompt end";
    shop.editor.lua(choose, Json::Null).await.unwrap();
    follow(&shop.editor).await;
    press(&shop, "i").await;
    expect_value(&shop, "vim.api.nvim_buf_get_name(0)", json!("polecat://compose/ash")).await;
    shop.editor.command("call setline(1, 'touch it') | write").await.unwrap();
    shop.editor.expect_state("ash", "waiting").await;
    follow(&shop.editor).await;
    press(&shop, "A").await;
    eventually("the question", async || {
        let shown = shop.editor.lua(SHOWN, Json::Null).await.unwrap();
        let shown = shown.as_str().unwrap_or_default().to_owned();
        if shown.contains("Do you want to proceed?") { Ok(()) } else { Err(shown) }
    })
    .await;
    let (shop, log) = shop_with("", 120, Json::Null).await;
    shop.editor.call("inject", json!(["ash", "think"])).await.unwrap();
    shop.editor.expect_state("ash", "working").await;
    follow(&shop.editor).await;
    press(&shop, "gI").await;
    eventually_equal(1, async || log.values("interrupted").len()).await;
}

/// What the user is asked, and all that is on the screen.
const SHOWN: &str = "
    local shown = { _G.asked or '' }
    for _, win in ipairs(vim.api.nvim_list_wins()) do
        vim.list_extend(shown, vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(win), 0, -1, false))
    end
    return table.concat(shown, '\\n')
";
