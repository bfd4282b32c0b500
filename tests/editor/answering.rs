//! A person answers what an agent asks, without attaching: the question that was meant, once.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};

use tempfile::TempDir;

use crate::{
    framed::Log,
    rig::{Shop, agent},
    support::{editor::Editor, eventually, rig::Project, values::Failure},
};

/// A shop where `ash` asks `names` after a message.
pub(crate) struct Asking {
    pub(crate) shop: Shop,
    folder: TempDir,
}

impl Asking {
    pub(crate) fn log(&self) -> Log {
        Log(self.folder.path().join("log"))
    }
}

pub(crate) async fn asking(names: &str) -> Asking {
    asked_in(Shop::new().await, "claude", names).await
}

pub(crate) async fn asked_in(shop: Shop, name: &str, names: &str) -> Asking {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    let cmd = agent(&format!("questions --log {} {names}", log.display()));
    let options = json!({ "new": true, "agent": name, "cmd": cmd });
    shop.try_start("ash", options).await.unwrap();
    shop.editor.call("inject", json!(["ash", "go"])).await.unwrap();
    shop.editor.expect_state("ash", "waiting").await;
    Asking { shop, folder }
}

/// What `ash` asks.
pub(crate) async fn waiting(yard: &Asking) -> Json {
    yard.shop.editor.call("status", json!(["ash"])).await.unwrap()["waiting"].clone()
}

pub(crate) async fn answer(yard: &Asking, choice: Json, opts: Json) -> Result<Json, Failure> {
    let args = json!(["ash", choice, opts]);
    yard.shop.editor.call("answer", args).await
}

/// What it was answered: the question, the choice, and words.
pub(crate) fn answered(log: &Log) -> Vec<[String; 3]> {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let (asked, chosen, words) =
        (log.values("answered"), log.values("choice"), log.values("words"));
    let all = asked.iter().zip(&chosen).zip(&words);
    all.map(|((asked, chosen), words)| [text(asked), text(chosen), text(words)]).collect()
}

pub(crate) fn given(all: &[[&str; 3]]) -> Vec<[String; 3]> {
    all.iter().map(|one| one.map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_is_given_by_its_number_its_label_its_beginning_or_its_meaning() {
    let yard = asking("permission permission permission permission permission").await;
    let asked = waiting(&yard).await;
    assert_eq!(asked["about"], json!(["Bash command", "", "  touch made", "  Run it"]), "{asked}");
    assert_eq!(asked["selected"], 1, "{asked}");
    assert!(asked["id"].as_str().is_some_and(|id| !id.is_empty()), "{asked}");
    for choice in [json!(1), json!("Yes"), json!("yes, and always"), json!("no"), json!("NO")] {
        let info = answer(&yard, choice.clone(), json!({})).await.unwrap();
        assert_eq!(info["polecat"], "ash", "{choice}: {info}");
    }
    let chosen: Vec<_> = answered(&yard.log()).into_iter().map(|[_, chosen, _]| chosen).collect();
    let always = "Yes, and always allow access to shop/ from this project";
    assert_eq!(chosen, ["Yes", "Yes", always, "No", "No"]);
    assert_eq!(yard.log().keys(), ["1", "1", "2", "3", "3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_choice_is_refused_by_name_and_presses_nothing() {
    let yard = asking("permission question").await;
    for (choice, code) in [
        (json!("ye"), "ambiguous_choice"),
        (json!("maybe"), "unknown_choice"),
        (json!(4), "unknown_choice"),
    ] {
        let refused = answer(&yard, choice, json!({})).await.unwrap_err();
        assert_eq!(refused.code, code, "{refused:?}");
    }
    assert_eq!(yard.log().keys(), Vec::<String>::new());
    let next = answer(&yard, json!(1), json!({})).await.unwrap();
    assert_eq!(next["waiting"]["text"], "Which colour should the button have?", "{next}");
    assert_eq!(next["waiting"]["free"], 3, "{next}");
    let refused = answer(&yard, json!(3), json!({})).await.unwrap_err();
    assert_eq!(refused.code, "words_needed", "{refused:?}");
    assert_eq!(yard.log().keys(), ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_was_answered_elsewhere_gets_no_key_though_the_next_one_looks_the_same() {
    let yard = asking("permission permission").await;
    let first = waiting(&yard).await["id"].clone();
    answer(&yard, json!(1), json!({ "id": first })).await.unwrap();
    let second = eventually("the second question", async || {
        let now = waiting(&yard).await;
        if now["id"].is_string() && now["id"] != first {
            Ok(now["id"].clone())
        } else {
            Err(now.to_string())
        }
    })
    .await;
    let refused = answer(&yard, json!(1), json!({ "id": first })).await.unwrap_err();
    assert_eq!(refused.code, "question_changed", "{refused:?}");
    assert_eq!(answered(&yard.log()).len(), 1);
    answer(&yard, json!(1), json!({ "id": second })).await.unwrap();
    assert_eq!(answered(&yard.log()).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_answer_at_once_one_is_heard() {
    let yard = asking("permission permission permission").await;
    let another = Editor::start(&yard.shop.tmux, yard.shop.project.path()).await;
    let id = waiting(&yard).await["id"].clone();
    let args = json!(["ash", 1, { "id": id }]);
    let more = args.clone();
    let ours = yard.shop.editor.call("answer", args);
    let (ours, theirs) = tokio::join!(ours, another.call("answer", more));
    let refused: Vec<_> = [&ours, &theirs].into_iter().filter_map(|it| it.as_ref().err()).collect();
    assert_eq!(refused.len(), 1, "{ours:?} {theirs:?}");
    assert_eq!(refused[0].code, "question_changed", "{refused:?}");
    assert_eq!(answered(&yard.log()).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_changes_all_the_time_gets_only_the_answer_that_was_meant_for_it() {
    let yard = asking("--flip 15 permission:a permission:a permission:a permission:a").await;
    for _ in 0..3 {
        let asked = eventually("the question", async || {
            let asked = waiting(&yard).await;
            if asked["about"].to_string().contains("touch a") {
                Ok(asked)
            } else {
                Err(asked.to_string())
            }
        })
        .await;
        let given = answer(&yard, json!(1), json!({ "id": asked["id"] })).await;
        if let Err(refused) = given {
            assert_eq!(refused.code, "question_changed", "{refused:?}");
        }
    }
    for [asked, ..] in answered(&yard.log()) {
        assert_eq!(asked, "permission:a");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_came_too_late_is_taken_back_out_of_the_composer() {
    let yard = asking("--draw 1200 permission").await;
    let info = yard.shop.editor.call("status", json!(["ash"])).await.unwrap();
    let pid = info["pid"].as_i64().and_then(|pid| Pid::from_raw(pid.try_into().ok()?)).unwrap();
    kill_process(pid, Signal::USR1).unwrap();
    eventually("the question to be over", async || {
        if yard.log().values("elsewhere").is_empty() { Err("it is open") } else { Ok(()) }
    })
    .await;
    let refused = answer(&yard, json!(1), json!({})).await.unwrap_err();
    assert_eq!(refused.code, "question_changed", "{refused:?}");
    eventually("an empty composer", async || {
        let screen = yard.shop.tmux.run(&["capture-pane", "-p", "-t", "=gt-shop-ash:"]);
        if screen.lines().any(|line| line.trim_end() == "❯") { Ok(()) } else { Err(screen) }
    })
    .await;
    assert_eq!(answered(&yard.log()), Vec::<[String; 3]>::new());
    yard.shop.editor.call("inject", json!(["ash", "hello"])).await.unwrap();
    assert_eq!(yard.log().said().last().map(String::as_str), Some("hello"));
}

#[tokio::test(flavor = "multi_thread")]
async fn words_go_into_the_field_that_their_choice_opens() {
    let yard = asking("question permission permission").await;
    answer(&yard, json!(3), json!({ "words": "a pale\ngreen" })).await.unwrap();
    answer(&yard, json!("yes"), json!({ "words": "but carefully" })).await.unwrap();
    answer(&yard, json!("no"), json!({ "words": "use make" })).await.unwrap();
    let expected = [
        ["question", "Type something.", "a pale green"],
        ["permission", "Yes", "but carefully"],
        ["permission", "No", "use make"],
    ];
    assert_eq!(answered(&yard.log()), given(&expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_choices_are_ticked_and_each_page_is_a_question_of_its_own() {
    let yard = asking("many").await;
    let asked = waiting(&yard).await;
    assert_eq!(asked["multi"], true, "{asked}");
    let next = answer(&yard, json!([1, "Large"]), json!({ "id": asked["id"] })).await.unwrap();
    assert_eq!(next["waiting"]["text"], "Ready to submit your answers?", "{next}");
    answer(&yard, json!("yes"), json!({ "id": next["waiting"]["id"] })).await.unwrap();
    assert_eq!(answered(&yard.log()), given(&[["many", "Small, Large", ""]]));
}

/// Gemini's list of one question is longer than what it shows, and its last row alone sends it.
#[tokio::test(flavor = "multi_thread")]
async fn what_sends_a_list_may_be_out_of_sight_but_not_one_of_its_choices() {
    let sent = [
        ("Red Blue Green", json!([2, 3]), Ok(["Blue", "Green"].as_slice())),
        ("Red Blue", json!(["Blue", "Red"]), Ok(&["Red", "Blue"])),
        ("Red Blue", json!("All of the above"), Ok(&["Red", "Blue"])),
        ("Red", json!("Red"), Ok(&["Red"])),
        // Who answers has not seen the fourth one.
        ("Red Blue Green Grey", json!([2]), Err("not_answerable")),
    ];
    let shop = Shop::new().await;
    for (at, (choices, said, expected)) in sent.into_iter().enumerate() {
        let (name, log) = (format!("ash{at}"), shop.project.around().join(format!("sent{at}")));
        let cmd = agent(&format!("ticks {} {choices}", log.display()));
        let started = json!({ "new": true, "agent": "gemini", "cmd": cmd });
        let started = shop.editor.ask("start", json!([name, started])).await;
        shop.editor.expect_state(&name, "waiting").await;
        let given = shop.editor.call("answer", json!([name, said, {}])).await;
        let given = given.map(drop).map_err(|refused| refused.code);
        assert_eq!(given, expected.map(drop).map_err(str::to_owned), "{choices}");
        let sent = Log(log).values("sent");
        let expected: Vec<Json> = expected.into_iter().map(|sent| json!(sent)).collect();
        assert_eq!(sent, expected, "{choices}");
        drop(started);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_nothing_gets_no_answer() {
    let shop = Shop::new().await;
    let options = json!({ "new": true, "agent": "claude", "cmd": agent("questions") });
    shop.try_start("ash", options).await.unwrap();
    shop.editor.expect_state("ash", "idle").await;
    let refused = shop.refusal("answer", json!(["ash", 1, {}])).await;
    assert_eq!(refused.code, "nothing_asked", "{refused:?}");
    let screen = shop.screen("gt-shop-ash");
    assert!(screen.lines().any(|line| line.trim_end() == "❯"), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_answers_and_without_a_polecat_shows_who_has_waited() {
    let by_select = json!({ "questions": "select" });
    let yard =
        asked_in(Shop::of(Project::new(), by_select).await, "claude", "permission question").await;
    let code = "_G.asked = {} vim.ui.select = function(labels, opts, done)
        table.insert(_G.asked, { labels = labels, prompt = opts.prompt }) done(labels[1]) end";
    yard.shop.editor.lua(code, Json::Null).await.unwrap();
    yard.shop.editor.command("PolecatAnswer").await.unwrap();
    eventually("both answers", async || {
        let all = answered(&yard.log());
        if all.len() == 2 { Ok(()) } else { Err(format!("{all:?}")) }
    })
    .await;
    let expected = [["permission", "Yes", ""], ["question", "Red", ""]];
    assert_eq!(answered(&yard.log()), given(&expected));
    let asked = yard.shop.editor.lua("return _G.asked", Json::Null).await.unwrap();
    assert_eq!(asked[0]["prompt"], "ash: Do you want to proceed?", "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_are_asked_for_go_to_the_question_they_were_asked_for_or_to_none() {
    let yard = asking("question question").await;
    yard.shop.editor.command("PolecatAnswer ash 3").await.unwrap();
    eventually("a place to write", async || {
        let name = yard.shop.editor.lua("return vim.api.nvim_buf_get_name(0)", Json::Null).await;
        if name == Ok(json!("polecat://answer/ash")) { Ok(()) } else { Err(format!("{name:?}")) }
    })
    .await;
    let first = waiting(&yard).await["id"].clone();
    answer(&yard, json!(1), json!({ "id": first })).await.unwrap();
    let write = "vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'green' }) pcall(vim.cmd.write)";
    yard.shop.editor.lua(write, Json::Null).await.unwrap();
    yard.shop.editor.expect_message("no longer asks that").await;
    assert_eq!(answered(&yard.log()), given(&[["question", "Red", ""]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_drops_what_is_pressed_in_a_new_dialog_is_answered_after_that() {
    let own = json!({ "preset": "claude", "keys": { "dialog_delay_ms": 700 } });
    let shop = Shop::of(Project::new(), json!({ "agents": { "deaf": own } })).await;
    let yard = asked_in(shop, "deaf", "--deaf 600 permission permission").await;
    for choice in [3, 1] {
        answer(&yard, json!(choice), json!({})).await.unwrap();
    }
    let expected = [["permission", "No", ""], ["permission", "Yes", ""]];
    assert_eq!(answered(&yard.log()), given(&expected));
    assert_eq!(yard.log().values("dropped"), Vec::<Json>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn words_wait_for_their_field_and_not_for_whatever_moves_first() {
    let yard = asking("--slow 700 permission").await;
    if let Err(e) = answer(&yard, json!("no"), json!({ "words": "use make" })).await {
        panic!(
            "{e:?} {} {:?}",
            yard.shop.screen("gt-shop-ash"),
            std::fs::read_to_string(yard.folder.path().join("log"))
        );
    }
    assert_eq!(answered(&yard.log()), given(&[["permission", "No", "use make"]]));
    assert_eq!(yard.log().values("dropped"), Vec::<Json>::new());
}

/// A busy agent may not hear at once in the field that it has drawn.
#[tokio::test(flavor = "multi_thread")]
async fn words_that_a_field_has_lost_are_pasted_once_more() {
    let yard = asking("--loses 1 permission").await;
    answer(&yard, json!("no"), json!({ "words": "use make" })).await.unwrap();
    assert_eq!(answered(&yard.log()), given(&[["permission", "No", "use make"]]));
    let yard = asking("--loses 2 permission").await;
    let lost = answer(&yard, json!("no"), json!({ "words": "use make" })).await.unwrap_err();
    assert_eq!(lost.code, "not_shown", "{lost:?}");
    assert_eq!(answered(&yard.log()), given(&[]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_that_is_behind_asks_nothing() {
    let titles = json!([{ "begins": "? ", "means": "waiting" }]);
    let own = json!({ "preset": "claude", "screen": { "titles": titles } });
    let shop = Shop::of(Project::new(), json!({ "agents": { "titled": own } })).await;
    let yard = asked_in(shop, "titled", "--title 1000 permission").await;
    let info = answer(&yard, json!(1), json!({})).await.unwrap();
    assert_eq!(info["waiting"], Json::Null, "{info}");
    assert_eq!(answered(&yard.log()), given(&[["permission", "Yes", ""]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_just_being_drawn_anew_is_no_other_one() {
    let yard = asking("--tear 200 permission permission").await;
    for words in ["use make", "use just"] {
        answer(&yard, json!("no"), json!({ "words": words })).await.unwrap();
    }
    let expected = [["permission", "No", "use make"], ["permission", "No", "use just"]];
    assert_eq!(answered(&yard.log()), given(&expected));
}

/// Of a list that is drawn anew with each tick, for a moment only the title says that it is there.
#[tokio::test(flavor = "multi_thread")]
async fn while_a_list_is_drawn_anew_its_title_alone_is_no_other_question() {
    let titles = json!([{ "begins": "? ", "means": "waiting" }]);
    let own = json!({ "preset": "claude", "screen": { "titles": titles } });
    let shop = Shop::of(Project::new(), json!({ "agents": { "titled": own } })).await;
    let yard = asked_in(shop, "titled", "--tear 200 --title 300 many").await;
    let next = answer(&yard, json!([1, "Large"]), json!({})).await.unwrap();
    assert_eq!(next["waiting"]["text"], "Ready to submit your answers?", "{next}");
    answer(&yard, json!("yes"), json!({})).await.unwrap();
    assert_eq!(answered(&yard.log()), given(&[["many", "Small, Large", ""]]));
}
