//! States as they are told while agents show recorded screens of real ones.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::{
    rig::{Shop, agent},
    support::{eventually, rig::Project},
};

/// A state must be right within a second; the rest is for the machine, which runs other tests.
const STATE_TIMEOUT: Duration = Duration::from_millis(1_500);

/// Keeps every change of state and every call for a person.
const LISTEN: &str = "
    _G.told = {}
    vim.api.nvim_create_autocmd('User', {
        pattern = { 'PolecatStateChanged', 'PolecatWaiting' },
        callback = function(event)
            local data = event.data
            local asks = { data.reason, data.text }
            if data.about then
                table.insert(asks, (vim.trim(table.concat(data.about, ' ')):gsub('%s+', ' ')))
            end
            local waits = event.match == 'PolecatWaiting'
            table.insert(_G.told, waits and table.concat(asks, ': ') or data.new)
        end,
    })
    vim.cmd('split polecat://status')
";

/// What has the agent `player` show screens of `preset`.
pub(crate) fn player(preset: &str, first: &str) -> Json {
    let player = json!({
        "preset": preset,
        "command": agent("screens"),
        "args": [first],
        "process_names": ["python3"],
    });
    json!({ "agents": { "player": player } })
}

/// A shop in which `ash` shows screens of `preset`, its start over and told.
pub(crate) async fn playing(preset: &str, first: &str) -> Shop {
    playing_as(player(preset, first)).await
}

/// The same, with what a configuration says of the player.
async fn playing_as(config: Json) -> Shop {
    let shop = Shop::of(Project::new(), config).await;
    shop.editor.lua(LISTEN, Json::Null).await.unwrap();
    shop.editor.expect_line("polecat://status", "shop").await;
    shop.try_start("ash", json!({ "new": true, "agent": "player" })).await.unwrap();
    expect_told(&shop, &["starting", "idle"]).await;
    shop
}

async fn told(shop: &Shop) -> Vec<String> {
    let told = shop.editor.lua("return _G.told", Json::Null).await.unwrap();
    serde_json::from_value(told).unwrap_or_default()
}

/// Waits until exactly this was told since the last time.
pub(crate) async fn expect_told(shop: &Shop, expected: &[&str]) {
    eventually(&format!("{expected:?}"), async || {
        let told = told(shop).await;
        if told == expected { Ok(()) } else { Err(format!("{told:?}")) }
    })
    .await;
    shop.editor.lua("_G.told = {}", Json::Null).await.unwrap();
}

/// Has the player show `screens`. As a person's keys: it shows recorded screens, in whose composer
/// nothing that is typed appears.
pub(crate) fn cue(shop: &Shop, screens: &str) {
    shop.tmux.run(&["send-keys", "-t", "=gt-shop-ash:", "-l", screens]);
    shop.tmux.run(&["send-keys", "-t", "=gt-shop-ash:", "Enter"]);
}

/// What came right but late.
type Late = String;

/// Shows `screens`, and expects exactly this to be told of it, soon.
async fn shows(shop: &Shop, screens: &str, expected: &[&str]) -> Result<(), Late> {
    cue(shop, screens);
    let began = Instant::now();
    expect_told(shop, expected).await;
    let took = began.elapsed();
    if took < STATE_TIMEOUT { Ok(()) } else { Err(format!("{screens}: told after {took:?}")) }
}

/// Runs a turn, which must come through in time once: a machine that does much else holds up now
/// this state and now that, and we would hold up the same one each time.
async fn in_time(turn: impl AsyncFn() -> Result<(), Late>) {
    let mut late = Vec::new();
    while let Err(one) = turn().await {
        late.push(one);
        assert!(late.len() < 3, "{late:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_of_claude_is_told_step_by_step_and_each_step_once() {
    in_time(async || {
        let shop = playing("claude", "claude/ready").await;
        shows(&shop, "claude/working", &["working"]).await?;
        let command = "touch made-by-agent && sleep 4 Make a file";
        let asks = format!("permission: Do you want to proceed?: Bash command {command}");
        shows(&shop, "claude/permission-bash", &["waiting", &asks]).await?;
        shows(&shop, "claude/working-tool", &["working"]).await?;
        shows(&shop, "claude/idle-after-answer", &["idle"]).await?;
        shows(&shop, "claude/working", &["working"]).await?;
        shows(&shop, "claude/interrupted-60", &["idle"]).await?;
        let told = shop.editor.messages().await;
        let told: Vec<_> = told.iter().filter(|one| one.contains("`ash` (shop) ")).collect();
        let about = format!("Bash command · {command}");
        let waits = format!("`ash` (shop) waits for permission: {about}\nDo you want to proceed?");
        assert_eq!(told, [&waits, "`ash` (shop) is idle", "`ash` (shop) is idle"]);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_question_after_the_other_is_told_though_no_work_was_seen_between() {
    in_time(async || {
        let shop = playing("codex", "codex/ready").await;
        let command = "permission: Would you like to run the following command?: \
            Environment: local Reason: Do you want to make a file? $ touch made-by-agent && sleep 20";
        shows(&shop, "codex/permission-command", &["waiting", command]).await?;
        let question = "question: Which colour should the button have?";
        shows(&shop, "codex/question-60", &[question]).await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_of_codex_is_told_step_by_step_and_each_step_once() {
    in_time(async || {
        let shop = playing("codex", "codex/ready").await;
        shows(&shop, "codex/working", &["working"]).await?;
        let command = "$ touch made-by-agent && sleep 20";
        let asks = "permission: Would you like to run the following command?";
        let asks =
            format!("{asks}: Environment: local Reason: Do you want to make a file? {command}");
        let asks = ["waiting", &asks];
        shows(&shop, "codex/permission-command", &asks).await?;
        shows(&shop, "codex/working-tool-80", &["working"]).await?;
        shows(&shop, "codex/interrupted", &["idle"]).await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_of_gemini_is_told_step_by_step_and_each_step_once() {
    in_time(async || {
        let shop = playing("gemini", "gemini/ready").await;
        shows(&shop, "gemini/working", &["working"]).await?;
        let command = "touch made-by-agent; sleep 3";
        let asks = format!("permission: Allow execution of [Shell]?: ? Shell {command} {command}");
        let asks = ["waiting", &asks];
        shows(&shop, "gemini/permission-command", &asks).await?;
        shows(&shop, "gemini/working-tool", &["working"]).await?;
        shows(&shop, "gemini/idle-after-answer", &["idle"]).await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_flashes_in_a_turn_and_words_not_sent_are_not_told() {
    let shop = playing("claude", "claude/ready").await;
    let screens =
        "claude/typed-not-sent 0.6 claude/working 0.6 claude/ready 0.2 claude/working 0.6";
    cue(&shop, &format!("{screens} claude/idle-quoted"));
    eventually("the last screen", async || {
        let screen = shop.screen("gt-shop-ash");
        if screen.contains("Sautéed for 0s") { Ok(()) } else { Err(screen) }
    })
    .await;
    expect_told(&shop, &["working", "idle"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_of_codex_whose_title_is_ahead_of_it_is_told_once() {
    let shop = playing("codex", "codex/ready").await;
    let dialog = "codex/permission-command";
    cue(&shop, &format!("codex/working 0.6 title:{dialog} 1.2 {dialog}"));
    let asked = eventually("a question", async || {
        let told = told(&shop).await;
        if told.len() >= 3 { Ok(told) } else { Err(format!("{told:?}")) }
    })
    .await;
    assert_eq!(asked[..2], ["working", "waiting"]);
    assert!(asked[2].starts_with("permission: Would you like to run"), "{asked:?}");
    // One that takes even longer.
    cue(&shop, &format!("codex/working 0.6 title:{dialog} 3 {dialog} 0.6 codex/working"));
    let both = ["working", "waiting", &asked[2], "working", "waiting", "question: ", "working"];
    expect_told(&shop, &both).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_draws_itself_late_in_a_window_of_another_size_has_not_worked() {
    let shop = playing("copilot", "copilot/ready").await;
    let resize = |height: &str| {
        shop.tmux.run(&["resize-window", "-t", "=gt-shop-ash:", "-x", "110", "-y", height]);
    };
    resize("35");
    // What is cut off its screen tells nothing, and it prints all the while.
    let cut = "copilot/resizing 0.9 ".repeat(6);
    cue(&shop, &format!("{cut} copilot/ready 1 copilot/working"));
    eventually("the cut screen", async || {
        let screen = shop.screen("gt-shop-ash");
        if screen.contains("Manual Approval") { Err(screen) } else { Ok(()) }
    })
    .await;
    resize("36");
    eventually("the last screen", async || {
        let screen = shop.screen("gt-shop-ash");
        if screen.contains("Working") { Ok(()) } else { Err(screen) }
    })
    .await;
    expect_told(&shop, &["working"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_stays_is_told_once_whatever_moves_on_the_screen() {
    let shop = playing("claude", "claude/ready").await;
    cue(&shop, "claude/permission-write 0.6 claude/permission-write-moved");
    let asked = eventually("a question", async || {
        let told = told(&shop).await;
        if told.len() >= 2 { Ok(told) } else { Err(format!("{told:?}")) }
    })
    .await;
    assert_eq!(asked[0], "waiting");
    cue(&shop, "claude/permission-write 0.6 claude/working");
    expect_told(&shop, &[&asked[0], &asked[1], "working"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_draws_before_its_first_prompt_is_no_work() {
    let mut config = player("copilot", "copilot/first-second");
    config["agents"]["player"]["ready"] = json!({ "delay_ms": 300 });
    let shop = Shop::of(Project::new(), config).await;
    shop.editor.lua(LISTEN, Json::Null).await.unwrap();
    shop.editor.expect_line("polecat://status", "shop").await;
    shop.try_start("ash", json!({ "new": true, "agent": "player" })).await.unwrap();
    eventually("the player", async || {
        let screen = shop.tmux.run(&["capture-pane", "-p", "-t", "=gt-shop-ash:"]);
        if screen.contains("[Current]") { Ok(()) } else { Err(screen) }
    })
    .await;
    cue(&shop, &"copilot/first-second 0.4 ".repeat(6));
    cue(&shop, "copilot/ready");
    expect_told(&shop, &["starting", "idle"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_that_says_nothing_for_a_moment_changes_nothing() {
    let shop = playing("copilot", "copilot/ready").await;
    cue(&shop, "copilot/first-second 0.5 copilot/ready 1.5 copilot/working");
    expect_told(&shop, &["working"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dialog_that_is_drawn_in_pieces_is_told_when_it_is_there() {
    let shop = playing("qwen", "qwen/ready").await;
    cue(&shop, "qwen/permission-begun 0.1 qwen/permission");
    let told = eventually("a question", async || {
        let told = told(&shop).await;
        if told.len() >= 2 { Ok(told) } else { Err(format!("{told:?}")) }
    })
    .await;
    assert_eq!(told[0], "waiting");
    assert!(told[1].starts_with("permission: "), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_of_an_agent_whose_screen_is_not_known_is_called_a_guess() {
    let script = "stty raw -echo; printf 'hello> '; head -c 1 > /dev/null; \
        printf '\\r\\nReally? [y/N] '; head -c 1 > /dev/null; printf 'y\\r\\nhello> '; exec cat";
    let mine = json!({ "command": "sh", "args": ["-c", script] });
    let shop = Shop::of(Project::new(), json!({ "agents": { "mine": mine } })).await;
    shop.editor.lua(LISTEN, Json::Null).await.unwrap();
    shop.editor.expect_line("polecat://status", "shop").await;
    shop.try_start("ash", json!({ "new": true, "agent": "mine" })).await.unwrap();
    let is = async |state: &str| {
        eventually(state, async || {
            let info = &shop.editor.call("list", Json::Null).await.unwrap()[0];
            let found = [&info["state"], &info["state_source"], &info["waiting"]["text"]];
            let text = if state == "waiting" { json!("Really? [y/N]") } else { Json::Null };
            let told = found == [&json!(state), &json!("guessed"), &text];
            if told { Ok(()) } else { Err(format!("{found:?}")) }
        })
        .await;
    };
    is("idle").await;
    shop.tmux.run(&["send-keys", "-t", "=gt-shop-ash:", "x"]);
    is("waiting").await;
    shop.tmux.run(&["send-keys", "-t", "=gt-shop-ash:", "y"]);
    is("idle").await;
    shop.editor.nvim.command("split polecat://status/ash").await.unwrap();
    shop.editor.expect_line("polecat://status/ash", "state from  guessed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_of_an_agent_that_only_the_configuration_describes_is_told_step_by_step() {
    let mut config = player("generic", "kimi/ready");
    config["agents"]["player"]["screen"] = json!({
        "layout": "in_box",
        "marks": [">"],
        "markers": ["▶"],
        "busy_above": { "indent": 2, "glyphs": "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏🌔", "holds": ["Working…", "Tip:"] },
    });
    config["agents"]["player"]["dialogs"] = json!([
        { "reason": "permission", "choice": ["Approve once", "Reject"], "phrase": "▶" },
    ]);
    in_time(async || {
        let shop = playing_as(config.clone()).await;
        shows(&shop, "kimi/working", &["working"]).await?;
        let about =
            "cwd: /home/user/project/kimi-code/shop $ touch permitted.txt Runs a mock command";
        let asks = format!("permission: Run this command?: {about}");
        shows(&shop, "kimi/permission", &["waiting", &asks]).await?;
        shows(&shop, "kimi/idle-after-answer", &["idle"]).await?;
        Ok(())
    })
    .await;
}
