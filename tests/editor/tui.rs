//! What a person sees: Neovim's own screen, inside a tmux of its own.

pub(crate) use crate::support::screen::Screen;
use crate::{
    rig::agent,
    support::{eventually, neovim::checkout},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_starts_looks_reads_and_stops() {
    let screen = Screen::new();
    screen.expect("~").await;
    screen.command(&format!("PolecatStart! ash cmd={}", agent("prompts --nbsp")));
    eventually("the session", async || {
        screen.agents.try_run(&["has-session", "-t", "=gt-shop-ash"])
    })
    .await;

    screen.command("PolecatStatus");
    let seen = screen.expect("1 polecat, 1 running").await;
    assert!(
        seen.contains("ash") && seen.contains('╭') || seen.contains('┌') || seen.contains('│'),
        "{seen}"
    );

    screen.keys(&["q"]);
    screen.command("PolecatCapture ash");
    screen.expect("A scripted agent that prompts.").await;
    screen.command("PolecatInject ash /colors");
    screen.expect("red bold green").await;
    eventually("red text", async || {
        let seen = screen.colours();
        let red = seen.lines().any(|line| line.contains("red") && line.contains("\u{1b}["));
        if red { Ok(()) } else { Err(seen) }
    })
    .await;

    screen.command("PolecatStop ash");
    eventually("no session", async || {
        match screen.agents.try_run(&["has-session", "-t", "=gt-shop-ash"]) {
            Err(_) => Ok(()),
            Ok(_) => Err("it is there"),
        }
    })
    .await;
    assert!(screen.project.worktree("ash").is_dir(), "a stop takes no work away");
    screen.command("qall!");
}

/// The lines of the help from the one that begins so to the end of its block.
fn of_the_help(begin: &str) -> String {
    let help = std::fs::read_to_string(checkout().join("doc/polecat.txt")).unwrap();
    let lines = help.lines().skip_while(|line| !line.trim_start().starts_with(begin));
    lines.take_while(|line| *line != "<").collect::<Vec<_>>().join("\n") + "\n"
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bell_of_the_help_rings_in_the_terminal_of_neovim() {
    let screen = Screen::new();
    screen.expect("~").await;
    let example = of_the_help("local bell =").replace("notify_command =", "local command =");
    let file = screen.project.path().join("bell.lua");
    let set =
        "vim.g.polecat = vim.tbl_extend('force', vim.g.polecat, { notify_command = command })";
    std::fs::write(&file, example + set).unwrap();
    screen.command(&format!("luafile {}", file.display()));
    screen.terminal.run(&["set-hook", "-g", "alert-bell", "set-option -g @rang yes"]);
    screen.command(&format!("PolecatStart! ash cmd={}", agent("prompts")));
    screen.command("PolecatStatus");
    screen.expect("idle").await;
    screen.agents.run(&["send-keys", "-t", "=gt-shop-ash:", "-l", "/exit 7"]);
    screen.agents.run(&["send-keys", "-t", "=gt-shop-ash:", "Enter"]);
    eventually("the bell", async || {
        let rang = screen.terminal.run(&["show-options", "-gqv", "@rang"]);
        if rang.trim() == "yes" { Ok(()) } else { Err(screen.text()) }
    })
    .await;
    screen.command("qall!");
}

/// Tells the plugin that `ash` waits for this, as the backend does.
const TELL: &str = "lua T = function(asked) require('polecat.rpc.dispatch').take('notice', { \
    level = 'warn', text = '`ash` (den) waits for permission: ' .. asked, about = 'gt-den-ash' }) end";

#[tokio::test(flavor = "multi_thread")]
async fn a_long_question_is_told_in_one_line_and_asks_for_no_key() {
    let screen = Screen::new();
    screen.expect("~").await;
    screen.command(TELL);
    screen.command("lua T(('rm -r x '):rep(30) .. '\\nProceed?')");
    let seen = screen.expect("`ash` (den) waits for permission: rm -r x rm -r x").await;
    assert!(seen.contains('…'), "{seen}");
    assert!(!seen.contains("Press ENTER"), "{seen}");
    // A key that ends a prompt would be lost.
    screen.command("PolecatStatus");
    screen.expect("no polecats yet").await;
    screen.command("qall!");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_whole_beside_the_ruler_of_a_float() {
    let screen = Screen::new();
    screen.expect("~").await;
    screen.command(TELL);
    screen.command("PolecatStatus");
    screen.expect("no polecats yet").await;
    screen.command("lua T(('rm -r x '):rep(30))");
    let seen = screen.expect("… :messages ").await;
    assert!(seen.lines().last().unwrap().ends_with("All"), "{seen}");
    screen.command("qall!");
}

#[tokio::test(flavor = "multi_thread")]
async fn health_tells_what_the_tmux_around_neovim_keeps_from_it() {
    let screen = Screen::sized("160", "90");
    screen.expect("~").await;
    // As before tmux 3.6.
    screen.terminal.run(&["set", "-s", "escape-time", "500"]);
    screen.command("checkhealth polecat");
    let seen = screen.expect("focus-events").await;
    assert!(seen.contains("set -g focus-events on"), "{seen}");
    assert!(seen.contains("set -s escape-time 10"), "{seen}");
    screen.terminal.run(&["set", "-g", "focus-events", "on"]);
    screen.terminal.run(&["set", "-s", "escape-time", "10"]);
    screen.command("checkhealth polecat");
    screen.expect("tmux reports the focus").await;
    screen.expect("in 10 ms").await;
    screen.command("qall!");
}

/// Neither a question for a key, nor what asks for one.
fn asks_for_no_key(seen: &str) {
    for prompt in ["Press ENTER", "-- More --"] {
        assert!(!seen.contains(prompt), "{seen}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_message_asks_for_a_key_on_a_narrow_screen_and_all_of_it_is_in_messages() {
    let screen = Screen::sized("60", "20");
    screen.expect("~").await;
    screen.command(&format!("PolecatStart! ash cmd={}", agent("prompts")));
    asks_for_no_key(&screen.expect("`ash` runs in session").await);
    std::fs::write(screen.project.worktree("ash").join("new"), "work\n").unwrap();
    screen.command("PolecatStop! ash");
    screen.expect("stopped `ash`").await;
    screen.command("PolecatRemove ash");
    asks_for_no_key(&screen.expect("`ash` was not removed").await);
    screen.command("PolecatRemove! ash");
    let seen = screen.expect("removed `ash`").await;
    asks_for_no_key(&seen);
    assert!(seen.contains(":messages"), "where the rest is: {seen}");
    // Two in one turn, and one that a mode's name would be drawn over.
    screen.keys(&["i"]);
    screen.expect("-- INSERT --").await;
    screen.command_in_insert(
        "lua local n = require('polecat.editor.notify') n.notice({ text = 'one' }) n.warn('two')",
    );
    screen.keys(&["Escape"]);
    asks_for_no_key(&screen.expect("two").await);
    screen.command("PolecatRestore ash");
    asks_for_no_key(&screen.expect("`ash` is back in").await);
    screen.command("redir! > told | silent messages | redir END");
    eventually("all messages", async || {
        let told = std::fs::read_to_string(screen.project.path().join("told")).unwrap_or_default();
        let told = told.replace('\n', "");
        let all = ["`git log refs/", "branch `polecat/ash-", "one", "two", "the backup stays"];
        if all.iter().all(|part| told.contains(part)) { Ok(()) } else { Err(told) }
    })
    .await;
    screen.command("qall!");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_types_in_a_terminal_hears_of_others_at_once_and_again_when_it_is_left() {
    let screen = Screen::new();
    screen.expect("~").await;
    screen.command(TELL);
    // What scrolls draws the name of the mode again and again.
    screen.command("terminal i=0; while sleep 0.05; do i=$((i + 1)); echo line $i; done");
    screen.command("autocmd TermEnter * ++once lua vim.defer_fn(function() T('one') end, 0)");
    screen.keys(&["i"]);
    screen.expect("-- TERMINAL --").await;
    screen.expect("line 99").await;
    let seen = screen.expect("waits for permission: one").await;
    assert!(seen.contains("-- TERMINAL --"), "{seen}");
    screen.keys(&["C-\\", "C-n"]);
    eventually("the message line", async || {
        let seen = screen.text();
        let last = seen.lines().last().unwrap_or_default();
        if last.contains("waits for permission: one") { Ok(()) } else { Err(seen) }
    })
    .await;
    // The terminal goes on in its own rows.
    eventually("nothing over the terminal", async || {
        let seen = screen.text();
        if seen.matches("waits for").count() == 1 { Ok(()) } else { Err(seen) }
    })
    .await;
    screen.command("qall!");
}
