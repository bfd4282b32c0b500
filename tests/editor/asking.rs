//! Questions that come late: none takes for its answer what is being typed for something else.

use crate::{rig::agent, support::eventually, tui::Screen};

/// Neovim on a screen, with `ash` at work.
async fn at_work() -> Screen {
    let screen = Screen::new();
    screen.expect("~").await;
    screen.command(&format!("PolecatStart! ash cmd={}", agent("prompts")));
    screen.expect("`ash` runs in session").await;
    screen
}

/// Stops the backend until what `event` tells has happened in the editor.
fn hold_until(screen: &Screen, event: &str) {
    screen.command("lua P = require('polecat.rpc.client').greeting().pid");
    screen.command(&format!("autocmd {event} * ++once lua vim.uv.kill(P, 'sigcont')"));
    screen.command("lua vim.uv.kill(P, 'sigstop')");
}

/// Says on the screen that the backend has answered, after what is done with the answer.
const SHOW_ANSWER: &str = "lua local b = require('polecat.rpc.client') local answer = b.answer \
    b.answer = function(...) answer(...) vim.schedule(function() vim.o.statusline = '<answered>' \
    end) end";

/// A person whose next keys come as soon as Insert mode was left, and what that set off is done.
const FAST: &str = "autocmd ModeChanged i:n ++once lua vim.schedule(function() \
    vim.schedule(function() vim.api.nvim_input('XX') end) end)";

fn lives(screen: &Screen) -> bool {
    screen.agents.try_run(&["has-session", "-t", "=gt-shop-ash"]).is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_comes_while_somebody_types_does_not_take_the_next_keys() {
    let screen = at_work().await;
    screen.command(SHOW_ANSWER);
    hold_until(&screen, "TextChangedI");
    screen.command("PolecatStopAll");
    screen.keys(&["i", "d"]);
    // Asked now, the question would be on the screen, and the keys the answer `Stop`.
    eventually("the answer", async || {
        let seen = screen.text();
        let come = seen.contains("<answered>") || seen.contains("Stop 1 of");
        if come { Ok(()) } else { Err(seen) }
    })
    .await;
    screen.keys(&["1", "Enter", "2", "Enter", "x"]);
    screen.expect("x").await;
    screen.keys(&["Escape"]);
    let seen = screen.expect("Stop 1 of `shop` (ash)?").await;
    assert!(seen.contains("not asked"), "{seen}");
    assert!(seen.contains("d1"), "{seen}");
    assert!(lives(&screen), "`ash` was stopped by what was typed");
    screen.command("qall!");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_comes_to_somebody_elsewhere_is_told_and_not_asked() {
    let screen = at_work().await;
    hold_until(&screen, "WinNew");
    screen.command("PolecatStopAll");
    screen.command("split");
    let seen = screen.expect("Stop 1 of `shop` (ash)?").await;
    assert!(seen.contains("not asked"), "{seen}");
    assert!(seen.contains("`:PolecatStopAll`"), "how to be asked again: {seen}");
    screen.command("qall!");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_question_is_asked_and_answers_it() {
    let screen = at_work().await;
    screen.command("PolecatStopAll");
    screen.expect("1: Cancel").await;
    screen.keys(&["2", "Enter"]);
    eventually("no session", async || if lives(&screen) { Err("it is there") } else { Ok(()) })
        .await;
    screen.command("qall!");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_comes_while_somebody_types_does_not_hand_the_keys_to_the_agent() {
    let screen = at_work().await;
    screen.command(SHOW_ANSWER);
    hold_until(&screen, "TextChangedI");
    screen.command("PolecatAttach ash");
    screen.keys(&["i", "d"]);
    screen.expect("<answered>").await;
    screen.keys(&["y", "e", "s", "Enter", "x"]);
    screen.expect("dyes").await;
    screen.keys(&["Escape"]);
    screen.expect("not attached to `ash`").await;
    let agent = screen.agents.run(&["capture-pane", "-p", "-t", "=gt-shop-ash:"]);
    assert!(!agent.contains("got:"), "{agent}");
    screen.command("PolecatAttach ash");
    eventually("somebody attached", async || {
        let format = ["display-message", "-p", "-t", "=gt-shop-ash:", "#{session_attached}"];
        let seen = screen.agents.run(&format);
        if seen == "1" || seen == "2" { Ok(()) } else { Err(seen) }
    })
    .await;
    screen.keys(&["C-\\", "C-n"]);
    screen.command("qall!");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_comes_late_does_not_come_between_two_keys() {
    let screen = at_work().await;
    // In the status window `X` kills the agent.
    screen.command("PolecatStatus");
    screen.expect("1 polecat, 1 running").await;
    screen.keys(&["q"]);
    screen.command(SHOW_ANSWER);
    hold_until(&screen, "TextChangedI");
    screen.command("PolecatStatus");
    screen.keys(&["i", "a"]);
    screen.expect("<answered>").await;
    screen.command_in_insert(FAST);
    screen.keys(&["b", "c", "Escape"]);
    screen.expect("1 polecat, 1 running").await;
    assert!(lives(&screen), "`ash` was stopped by what was typed");
    screen.keys(&["q"]);
    eventually("what the keys were for", async || {
        let seen = screen.text();
        if seen.starts_with("c\n") { Ok(()) } else { Err(seen) }
    })
    .await;
    screen.command("qall!");
}
