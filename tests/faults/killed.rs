//! `kill -9` of the backend, of Neovim, of the tmux server and of the agent at every step of a
//! start, of an injection, of what is queued and of a stop.

use std::time::Duration;

use serde_json::json;

use crate::{
    crashes::{Point, Site, described},
    support::{editor::Editor, eventually, pause, values::Answer},
};

const VICTIMS: [&str; 4] = ["backend", "nvim", "server", "agent"];
const WHEN: [&str; 2] = ["before", "after"];
/// What is done at each point.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Operation {
    Start,
    Inject,
    Queue,
    Stop,
}

/// Goes through the crash points of `operation`, each with an editor of its own, until one lies
/// behind the operation's end. Gives the number of points at which somebody was killed.
async fn at_every_step(operation: Operation, victim: &'static str) {
    let site = Site::new();
    let mut killed = 0;
    for when in WHEN {
        for step in 1.. {
            let point = Point { victim, when, step, of: "" };
            match at(&site, operation, point).await.as_deref() {
                None => break,
                Some("nobody") => {}
                Some(_) => killed += 1,
            }
        }
    }
    eprintln!("{victim}: killed at {killed} points");
    assert!(killed > 0, "no step of it was met");
}

/// One crash point; who was killed there.
async fn at(site: &Site, operation: Operation, point: Point) -> Option<String> {
    let polecat = format!("{}{}{}", point.victim, point.when, point.step);
    let editor = site.editor().await;
    if operation != Operation::Start {
        site.start(&editor, &polecat).await.unwrap();
    }
    let before = site.said(&polecat).len();
    site.arm(point);
    let answer = answer(&editor, &polecat, operation, site, point).await;
    if operation == Operation::Queue && matches!(answer, Some(Ok(_))) {
        sent_or_killed(site, &polecat, before).await;
        // What tmux answered to the key may be on its way yet; the answer to this comes behind it.
        if point.victim != "nvim" && site.fired().is_none() {
            drop(editor.call("status", json!([polecat])).await);
        }
    }
    let (fired, steps) = site.disarm();
    let editor = if point.victim == "nvim" && fired.is_some() {
        drop(editor);
        site.editor().await
    } else {
        editor
    };
    if fired.is_none() {
        assert!(answer.as_ref().is_some_and(Result::is_ok), "{point:?}: {answer:?}\n{steps}");
    }
    match operation {
        Operation::Start => started(site, &editor, &polecat, point).await,
        Operation::Inject => injected(site, &editor, &polecat, point, before, answer).await,
        // Nobody reads any more, so that what is queued stays.
        Operation::Queue if fired.is_some() && matches!(point.victim, "agent" | "server") => {
            let count = site.said(&polecat).len() - before;
            assert!(count <= 1, "{point:?}: {count}");
        }
        Operation::Queue => queued(site, &editor, &polecat, point, before, answer).await,
        Operation::Stop => {}
    }
    stopped(site, &editor, &polecat, point).await;
    editor.quit().await;
    site.expect_clean(point).await;
    fired
}

/// The operation's answer; none where the one who asked was killed.
async fn answer(
    editor: &Editor,
    polecat: &str,
    operation: Operation,
    site: &Site,
    point: Point,
) -> Option<Answer> {
    let (method, args) = match operation {
        Operation::Start => ("start", json!([polecat, site.options(polecat)])),
        Operation::Inject => ("inject", json!([polecat, "a message"])),
        Operation::Queue => ("inject", json!([polecat, "a message", { "queue": true }])),
        Operation::Stop => ("stop", json!([polecat, {}])),
    };
    let asked = editor.ask(method, args).await;
    if point.victim != "nvim" {
        return Some(asked.await);
    }
    tokio::select! {
        biased;
        // First: it may have been killed before it could say that it asks.
        () = killed(site) => None,
        answer = asked => Some(answer),
    }
}

/// Waits until somebody was killed; whoever asked gives up first.
async fn killed(site: &Site) {
    while site.fired().is_none() {
        pause(Duration::from_millis(10)).await;
    }
}

/// A healthy session, whose agent was told once, or none and the next start makes one.
async fn started(site: &Site, editor: &Editor, polecat: &str, point: Point) {
    eventually(&format!("a start after {point:?}"), async || {
        match site.start(editor, polecat).await {
            Err(failure) if failure.code != "session_running" => Err(described(failure)),
            _ => Ok(()),
        }
    })
    .await;
    site.expect_first_words(editor, polecat, point).await;
}

/// The message arrived once, or not and an error said so; the next one arrives by itself.
async fn injected(
    site: &Site,
    editor: &Editor,
    polecat: &str,
    point: Point,
    before: usize,
    answer: Option<Answer>,
) {
    let lives = eventually(&format!("the state of `{polecat}` after {point:?}"), async || {
        let running = editor.call("is_running", json!([polecat])).await.map_err(described)?;
        if running == json!(true) && matches!(point.victim, "agent" | "server") {
            // It was killed; that is seen when it is.
            return if answer.as_ref().is_some_and(Result::is_ok) {
                Ok(true)
            } else {
                Err("alive".to_owned())
            };
        }
        Ok(running == json!(true))
    })
    .await;
    let arrived = |said: &[String]| said.iter().filter(|one| *one == "a message").count();
    if lives {
        editor.call("inject", json!([polecat, "the next"])).await.unwrap();
        eventually(&format!("the next message after {point:?}"), async || {
            let said = site.said(polecat);
            if said.last().is_some_and(|last| last == "the next") {
                Ok(())
            } else {
                Err(format!("{said:#?}"))
            }
        })
        .await;
        let said = site.said(polecat);
        assert!(said.len() - before - arrived(&said) == 1, "{point:?}: {said:#?}");
    }
    let count = arrived(&site.said(polecat));
    match answer {
        Some(Ok(_)) if point.victim != "agent" && point.victim != "server" => {
            assert_eq!(count, 1, "{point:?}");
        }
        _ => assert!(count <= 1, "{point:?}: {count}"),
    }
}

/// Waits until what was queued has been sent, or somebody was killed.
async fn sent_or_killed(site: &Site, polecat: &str, before: usize) {
    eventually("the queued message, or a kill", async || {
        let left = site.option(polecat, "@polecat_pasted");
        let sent = site.said(polecat).len() > before && left.is_empty();
        if sent || site.fired().is_some() { Ok(()) } else { Err(site.steps()) }
    })
    .await;
}

/// What was queued arrived once, or is still there; of a live session it arrives by itself, and
/// nothing is in the way of the next message.
async fn queued(
    site: &Site,
    editor: &Editor,
    polecat: &str,
    point: Point,
    before: usize,
    answer: Option<Answer>,
) {
    let arrived =
        || site.said(polecat).iter().skip(before).filter(|one| *one == "a message").count();
    eventually(&format!("an empty queue after {point:?}"), async || {
        let all = editor.call("list", json!([])).await.map_err(described)?;
        let queue = editor.call("queue", json!([polecat])).await.map_err(described)?;
        let left = site.option(polecat, "@polecat_pasted");
        if queue["messages"] == json!([]) && left.is_empty() {
            Ok(())
        } else {
            Err(format!("{queue} {left} {all}"))
        }
    })
    .await;
    // A message leaves the queue with its key, which the agent reads later, but before the next one.
    editor.call("inject", json!([polecat, "the next"])).await.unwrap();
    eventually(&format!("the next message after {point:?}"), async || {
        let said = site.said(polecat);
        if said.last().is_some_and(|last| last == "the next") {
            Ok(())
        } else {
            Err(said.join("\n"))
        }
    })
    .await;
    let expected = if matches!(answer, Some(Ok(_))) { 1..=1 } else { 0..=1 };
    assert!(expected.contains(&arrived()), "{point:?}: {:#?}", site.said(polecat));
}

/// Nothing of the session is left once it is stopped, perhaps anew.
async fn stopped(site: &Site, editor: &Editor, polecat: &str, point: Point) {
    eventually(&format!("the stop after {point:?}"), async || {
        match editor.call("stop", json!([polecat, { "force": true }])).await {
            Err(failure) if failure.code != "session_not_found" => Err(described(failure)),
            _ => Ok(()),
        }
    })
    .await;
    assert_eq!(site.sessions(), [""; 0], "{point:?}");
    let status = editor.call("status", json!([polecat])).await.unwrap();
    assert_eq!(status["running"], false, "{point:?}: {status}");
}

/// How many points are gone through at once: each has a Neovim, a backend and a server of its own, and
/// with twenty of them a machine of two cores answers nobody in time.
static AT_ONCE: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(4);

/// Some points of `operation`, several at once.
async fn at_some_steps<const N: usize>(
    operation: Operation,
    points: [(&'static str, &'static str, usize, &'static str); N],
) {
    let (local, mut running) = (tokio::task::LocalSet::new(), tokio::task::JoinSet::new());
    let _entered = local.enter();
    for (victim, when, step, of) in points {
        running.spawn_local(async move {
            let _turn = AT_ONCE.acquire().await;
            let point = Point { victim, when, step, of };
            let fired = at(&Site::new(), operation, point).await;
            // An agent that was interrupted may have ended by then.
            let may_be_gone = operation == Operation::Stop && victim == "agent";
            let met = fired.is_some_and(|fired| fired != "nobody" || may_be_gone);
            assert!(met, "{point:?} was not met");
        });
    }
    local.run_until(running.join_all()).await;
}

async fn whole(operation: Operation) {
    for victim in VICTIMS {
        at_every_step(operation, victim).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_killed_during_a_start_the_agent_is_told_once_and_nothing_is_left() {
    at_some_steps(
        Operation::Start,
        [
            ("backend", "before", 1, "worktree add"),
            ("backend", "after", 1, "paste-buffer"),
            ("nvim", "after", 1, "gt-shop-"),
            ("server", "before", 1, "br update"),
            ("agent", "after", 1, "br update"),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_killed_during_an_injection_the_message_arrives_once_or_an_error_says_not() {
    at_some_steps(
        Operation::Inject,
        [
            ("backend", "before", 1, "paste-buffer"),
            ("backend", "after", 1, "paste-buffer"),
            ("server", "after", 1, "paste-buffer"),
            ("agent", "after", 1, "paste-buffer"),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_killed_while_a_queue_is_sent_each_message_arrives_once() {
    at_some_steps(
        Operation::Queue,
        [
            ("backend", "before", 1, "@polecat_queue"),
            ("backend", "after", 1, "@polecat_queue"),
            ("backend", "after", 1, "paste-buffer"),
            ("backend", "before", 1, "Enter"),
            ("backend", "after", 1, "Enter"),
            ("nvim", "after", 1, "paste-buffer"),
            ("agent", "after", 1, "paste-buffer"),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_killed_during_a_stop_the_next_one_leaves_nothing() {
    at_some_steps(
        Operation::Stop,
        [
            ("backend", "after", 1, "br sync"),
            ("nvim", "after", 1, "@polecat_stopping"),
            ("server", "before", 1, "kill-session"),
            ("agent", "after", 1, "@polecat_stopping"),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: `make soak`"]
async fn at_every_step_of_a_start_whoever_is_killed_the_agent_is_told_once() {
    whole(Operation::Start).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: `make soak`"]
async fn at_every_step_of_an_injection_whoever_is_killed_the_message_arrives_once_or_not() {
    whole(Operation::Inject).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: `make soak`"]
async fn at_every_step_of_a_queue_whoever_is_killed_each_message_arrives_once() {
    whole(Operation::Queue).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: `make soak`"]
async fn at_every_step_of_a_stop_whoever_is_killed_the_next_one_leaves_nothing() {
    whole(Operation::Stop).await;
}
