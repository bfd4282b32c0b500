//! The window in which a person answers what an agent asks: all of it is seen before a key counts,
//! and each key answers exactly that.

use serde_json::{Value as Json, json};

use crate::{
    answering::{Asking, answer, answered, asking, given, waiting},
    support::{editor::Editor, eventually},
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
    expect(&yard.shop.editor, "", "answer").await;
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
