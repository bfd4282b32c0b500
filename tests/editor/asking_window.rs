//! The window in which a person answers what an agent asks: all of it is seen before a key counts,
//! and each key answers exactly that.

use serde_json::{Value as Json, json};

use crate::{
    answering::{Asking, answer, answered, asked_in, asking, given, waiting},
    rig::{Shop, agent},
    support::{editor::Editor, eventually, rig::Project},
};

/// What the window shows: its lines, and what its frame says of the keys.
const WINDOW: &str = "
    for _, win in ipairs(vim.api.nvim_list_wins()) do
        local buf = vim.api.nvim_win_get_buf(win)
        if vim.bo[buf].filetype == 'polecat-question' then
            local frame = vim.api.nvim_win_get_config(win)
            local footer = frame.footer and frame.footer[1][1] or ''
            return {
                lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false),
                footer = footer, title = frame.title[1][1], height = frame.height,
                current = win == vim.api.nvim_get_current_win(),
            }
        end
    end
    return {}
";

async fn window(editor: &Editor) -> Json {
    editor.lua(WINDOW, Json::Null).await.unwrap()
}

/// Waits until a window holds `text` and its frame says `footer`.
async fn expect(editor: &Editor, text: &str, footer: &str) -> Json {
    eventually(&format!("a window with `{text}` and `{footer}`"), async || {
        let seen = window(editor).await;
        let holds = |part: &Json, text: &str| part.to_string().contains(text);
        if holds(&seen["lines"], text) && holds(&seen["footer"], footer) {
            return Ok(seen);
        }
        Err(format!("{seen} {:?}", editor.messages().await))
    })
    .await
}

async fn gone(editor: &Editor) {
    eventually("no window", async || {
        let seen = window(editor).await;
        if seen["lines"].is_null() { Ok(()) } else { Err(seen.to_string()) }
    })
    .await;
}

/// Types `keys` as a person does.
async fn typed(editor: &Editor, keys: &str) {
    editor.nvim.input(keys).await.unwrap();
}

/// The window for what `ash` asks, once it takes keys.
async fn opened(names: &str) -> Asking {
    let yard = asking(names).await;
    yard.shop.editor.command("PolecatAnswer ash").await.unwrap();
    expect(&yard.shop.editor, "", "q leaves").await;
    yard
}

async fn expect_answers(yard: &Asking, expected: &[[&str; 3]]) {
    eventually("the answers", async || {
        let all = answered(&yard.log());
        if all == given(expected) {
            Ok(())
        } else {
            Err(format!("{all:?} {:?}", yard.shop.editor.messages().await))
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digit_gives_the_choice_with_that_number_and_what_came_of_it_is_told() {
    let yard = opened("permission").await;
    let editor = &yard.shop.editor;
    let seen = window(editor).await;
    assert_eq!(seen["title"], " ash asks: permission ", "{seen}");
    let lines = json!([
        "Bash command",
        "",
        "  touch made",
        "  Run it",
        "",
        "Do you want to proceed?",
        "",
        " 1 y  Yes",
        " 2    Yes, and always allow access to shop/ from this project",
        " 3 n  No"
    ]);
    assert_eq!(seen["lines"], lines, "{seen}");
    typed(editor, "2").await;
    let always = "Yes, and always allow access to shop/ from this project";
    expect_answers(&yard, &[["permission", always, ""]]).await;
    editor.expect_message("`ash`: Yes, and always allow access to shop/ from this project →").await;
    gone(editor).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_typed_before_the_window_was_seen_answers_nothing() {
    let yard = asking("permission").await;
    let editor = &yard.shop.editor;
    let ahead = "vim.api.nvim_create_autocmd('FileType', { pattern = 'polecat-question',
        callback = function() vim.api.nvim_input('1y') end })";
    editor.lua(ahead, Json::Null).await.unwrap();
    editor.command("PolecatAnswer ash").await.unwrap();
    expect(editor, "Do you want to proceed?", "1 2 3 y n i <CR> answer, q leaves").await;
    assert_eq!(yard.log().keys(), Vec::<String>::new());
    typed(editor, "n").await;
    expect_answers(&yard, &[["permission", "No", ""]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_and_the_cursor_answer_too_and_what_is_asked_next_is_another_window() {
    let yard = opened("permission:a permission:b permission:c").await;
    let editor = &yard.shop.editor;
    typed(editor, "y").await;
    expect(editor, "touch b", "answer").await;
    typed(editor, "n").await;
    expect(editor, "touch c", "answer").await;
    typed(editor, "j<CR>").await;
    let always = "Yes, and always allow access to shop/ from this project";
    let expected =
        [["permission:a", "Yes", ""], ["permission:b", "No", ""], ["permission:c", always, ""]];
    expect_answers(&yard, &expected).await;
    gone(editor).await;
    let here = editor.lua("return vim.api.nvim_win_get_config(0).relative", Json::Null).await;
    assert_eq!(here, Ok(json!("")), "where it was asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_not_answered() {
    let yard = opened("permission").await;
    typed(&yard.shop.editor, "g?").await;
    eventually("the list of keys", async || {
        let here = "return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), ' ')";
        let seen = yard.shop.editor.lua(here, Json::Null).await.unwrap();
        let seen = seen.as_str().unwrap_or_default().to_owned();
        if seen.contains(" i     No, and say what instead") { Ok(()) } else { Err(seen) }
    })
    .await;
    typed(&yard.shop.editor, "qq").await;
    gone(&yard.shop.editor).await;
    yard.shop.editor.command("PolecatAnswer ash").await.unwrap();
    expect(&yard.shop.editor, "", "answer").await;
    typed(&yard.shop.editor, "4jk<Esc>").await;
    gone(&yard.shop.editor).await;
    assert_eq!(yard.log().keys(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_over_is_said_to_be_and_gets_no_key() {
    let yard = opened("permission:a permission:b permission:c").await;
    let editor = &yard.shop.editor;
    let first = waiting(&yard).await["id"].clone();
    answer(&yard, json!(1), json!({ "id": first })).await.unwrap();
    expect(editor, "touch a", "no longer asks this: `r` shows what it asks").await;
    typed(editor, "1").await;
    typed(editor, "r").await;
    let seen = expect(editor, "touch b", "answer").await;
    assert_eq!(seen["current"], true, "{seen}");
    // One that was not told of it is refused by the backend.
    editor.lua("vim.o.eventignore = 'User'", Json::Null).await.unwrap();
    let second = waiting(&yard).await["id"].clone();
    answer(&yard, json!(3), json!({ "id": second })).await.unwrap();
    typed(editor, "1").await;
    expect(editor, "touch b", "no longer asks this").await;
    editor.expect_message("no longer asks that").await;
    expect_answers(&yard, &[["permission:a", "Yes", ""], ["permission:b", "No", ""]]).await;
}

/// Writes `words` where they are asked for, and sends them.
async fn write(editor: &Editor, words: &str) {
    eventually("a place to write", async || {
        let name = editor.lua("return vim.api.nvim_buf_get_name(0)", Json::Null).await;
        if name == Ok(json!("polecat://answer/ash")) { Ok(()) } else { Err(format!("{name:?}")) }
    })
    .await;
    typed(editor, &format!("{words}<Esc>:w<CR>")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_to_do_instead_is_written_in_one_step_and_the_next_question_follows() {
    let yard = opened("permission question permission").await;
    let editor = &yard.shop.editor;
    typed(editor, "i").await;
    write(editor, "use make").await;
    expect(editor, "Which colour", "1 2 3 i <CR> answer").await;
    typed(editor, "i").await;
    write(editor, "pale green").await;
    expect(editor, "touch made", "answer").await;
    typed(editor, "q").await;
    editor.command("PolecatAnswer ash no use tabs instead").await.unwrap();
    let expected = [
        ["permission", "No", "use make"],
        ["question", "Type something.", "pale green"],
        ["permission", "No", "use tabs instead"],
    ];
    expect_answers(&yard, &expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_takes_no_words_with_its_no_gets_them_as_a_message() {
    let dialog = json!({ "reason": "permission", "phrase": "Do you want to proceed?",
        "answering": { "way": "number", "yes": ["Yes"], "no": ["No"] } });
    let config = json!({ "agents": { "claude": { "dialogs": [dialog] } } });
    let yard = asked_in(Shop::of(Project::new(), config).await, "claude", "permission").await;
    yard.shop.editor.command("PolecatAnswer ash no use tabs instead").await.unwrap();
    eventually("the message", async || {
        let said = yard.log().said();
        let told = yard.shop.editor.messages().await;
        if said.len() == 2 { Ok(()) } else { Err(format!("{said:?} {told:?}")) }
    })
    .await;
    assert_eq!(answered(&yard.log()), given(&[["permission", "No", ""]]));
    assert_eq!(yard.log().said()[1], "use tabs instead");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_choices_are_ticked_in_the_window_and_sent_together() {
    let yard = opened("many").await;
    let editor = &yard.shop.editor;
    typed(editor, "1").await;
    expect(editor, " 1  [x] Small", "tick, <CR> sends").await;
    typed(editor, "2").await;
    expect(editor, " 2  [x] Large", "tick").await;
    typed(editor, "gg/Small<CR><Space>").await;
    expect(editor, " 1  [ ] Small", "tick").await;
    assert_eq!(yard.log().keys(), Vec::<String>::new());
    typed(editor, "<CR>").await;
    expect(editor, "Ready to submit your answers?", "answer").await;
    typed(editor, "1").await;
    expect_answers(&yard, &[["many", "Large", ""]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_polecat_one_after_the_other_is_asked_who_waited_longest_first() {
    let yard = asking("permission:a").await;
    let shop = &yard.shop;
    let cmd = agent("questions permission:b");
    let options = json!({ "new": true, "agent": "claude", "cmd": cmd });
    shop.try_start("birch", options).await.unwrap();
    shop.editor.call("inject", json!(["birch", "go"])).await.unwrap();
    shop.editor.expect_state("birch", "waiting").await;
    shop.editor.command("PolecatAnswer").await.unwrap();
    expect(&shop.editor, "touch a", "answer").await;
    typed(&shop.editor, "]w").await;
    expect(&shop.editor, "touch b", "answer").await;
    typed(&shop.editor, "]w").await;
    expect(&shop.editor, "touch a", "answer").await;
    typed(&shop.editor, "n").await;
    expect(&shop.editor, "touch b", "answer").await;
    typed(&shop.editor, "y").await;
    gone(&shop.editor).await;
    expect_answers(&yard, &[["permission:a", "No", ""]]).await;
    shop.editor.expect_message("`birch`: Yes →").await;
    shop.editor.command("PolecatAnswer").await.unwrap();
    shop.editor.expect_message("no polecat waits for an answer").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_asked_about_is_there_and_a_change_looks_like_one() {
    let yard = opened("script:44 edit").await;
    let editor = &yard.shop.editor;
    let seen = window(editor).await;
    let lines: Vec<String> = serde_json::from_value(seen["lines"].clone()).unwrap();
    for step in 1..=44 {
        assert!(lines.contains(&format!("  step {step}")), "{step}: {lines:#?}");
    }
    let row = editor.lua("return vim.fn.line('.')", Json::Null).await.unwrap();
    assert_eq!(row, 1, "it is read from its beginning");
    typed(editor, "n").await;
    expect(editor, "1 + new", "answer").await;
    let marks = "local all = vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })
        return vim.tbl_map(function(mark) return mark[4].hl_group end, all)";
    let groups = editor.lua(marks, Json::Null).await.unwrap().to_string();
    assert!(groups.contains("PolecatAdded") && groups.contains("PolecatRemoved"), "{groups}");
}

#[tokio::test(flavor = "multi_thread")]
async fn to_what_is_not_all_on_the_screen_nobody_agrees_by_one_key() {
    let yard = opened("script:80 script:81 script:82").await;
    let editor = &yard.shop.editor;
    let asked = waiting(&yard).await;
    assert_eq!(asked["about_cut"], true, "{asked}");
    let refused = answer(&yard, json!("yes"), json!({})).await.unwrap_err();
    assert_eq!(refused.code, "question_cut", "{refused:?}");
    let pick = "_G.asked = {} vim.ui.select = function(labels, opts, done)
        table.insert(_G.asked, opts.prompt) done(labels[#_G.asked]) end";
    editor.lua(pick, Json::Null).await.unwrap();
    let seen = expect(editor, "its beginning is not on the screen", "answer").await;
    assert!(!seen.to_string().contains("step 1\\\""), "{seen}");
    typed(editor, "1").await;
    gone(editor).await;
    assert_eq!(yard.log().keys(), Vec::<String>::new(), "`Cancel` stands first");
    editor.command("PolecatAnswer ash").await.unwrap();
    expect(editor, "its beginning is not on the screen", "answer").await;
    typed(editor, "1").await;
    expect_answers(&yard, &[["script:80", "Yes", ""]]).await;
    let asked = editor.lua("return _G.asked[2]", Json::Null).await.unwrap();
    let prompt = "The beginning of what `ash` asks is not on its screen. Answer `Yes`?";
    assert_eq!(asked, prompt);
    answer(&yard, json!("no"), json!({})).await.unwrap();
    let last = answer(&yard, json!("yes"), json!({ "cut": true })).await.unwrap();
    assert_eq!(last["answered"], "Yes", "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_one_who_waits_is_a_row_in_the_status_window_and_a_capture_in_a_capture() {
    let yard = asking("permission").await;
    let shop = &yard.shop;
    shop.start("birch", "prompts").await;
    let options = json!({ "new": true, "agent": "claude", "cmd": agent("questions permission") });
    shop.try_start("cedar", options).await.unwrap();
    shop.editor.call("inject", json!(["cedar", "go"])).await.unwrap();
    shop.editor.expect_state("cedar", "waiting").await;
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line("polecat://status", "3 running, 2 waiting").await;
    let on = async |what: &str| {
        eventually(what, async || {
            let code = "return { vim.fn.expand('%'), vim.api.nvim_get_current_line() }";
            let seen = shop.editor.lua(code, Json::Null).await.unwrap().to_string();
            if seen.contains(what) { Ok(()) } else { Err(seen) }
        })
        .await;
    };
    shop.editor.command("normal gg]w").await.unwrap();
    on("ash").await;
    shop.editor.command("normal ]w").await.unwrap();
    on("cedar").await;
    shop.editor.command("normal [w").await.unwrap();
    on("ash").await;
    // From below those who wait, the first of them is the next.
    shop.editor.command("normal G]w").await.unwrap();
    on("ash").await;
    shop.editor.command("normal q").await.unwrap();
    shop.editor.command("execute \"normal \\<Plug>(PolecatNextWaiting)\"").await.unwrap();
    on("polecat://capture/gt-shop-ash").await;
    let count = async || {
        let code = "return #vim.api.nvim_tabpage_list_wins(0)";
        shop.editor.lua(code, Json::Null).await.unwrap()
    };
    let before = count().await;
    for (key, session) in [("]w", "cedar"), ("]w", "ash"), ("[w", "cedar")] {
        shop.editor.command(&format!("normal {key}")).await.unwrap();
        on(&format!("polecat://capture/gt-shop-{session}")).await;
    }
    assert_eq!(count().await, before, "in the same window");
    shop.editor.command("normal A").await.unwrap();
    let seen = expect(&shop.editor, "Do you want to proceed?", "answer").await;
    assert_eq!(seen["title"], " cedar asks: permission ", "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_that_is_ticked_keeps_its_colours_and_a_window_that_is_quit_leaves_nothing() {
    let yard = opened("many").await;
    let editor = &yard.shop.editor;
    let spans = "local found = {}
        for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, { details = true })) do
            local to = mark[4].end_col
            table.insert(found, { mark[2], mark[3], to, mark[4].hl_group })
        end
        return found";
    let before = editor.lua(spans, Json::Null).await.unwrap();
    assert_ne!(before, json!([]));
    typed(editor, "1").await;
    expect(editor, " 1  [x] Small", "tick, <CR> sends").await;
    assert_eq!(editor.lua(spans, Json::Null).await.unwrap(), before);
    typed(editor, ":quit<CR>").await;
    gone(editor).await;
    let left = "local ok, left = pcall(vim.api.nvim_get_autocmds, { group = 'polecat_question' })
        return ok and #left or 0";
    eventually("no autocommand", async || {
        let left = editor.lua(left, Json::Null).await.unwrap();
        if left == json!(0) { Ok(()) } else { Err(left) }
    })
    .await;
}
