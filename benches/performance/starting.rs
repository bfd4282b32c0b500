//! `start`: what it takes after the agent's prompt is there, until it says that all is done.

use std::path::Path;

use serde_json::json;

use super::clock::Span;
use super::gastown;
use super::pace::Pace;
use super::row::{Row, Target, USUAL};
use super::shop::{Ask, Shop, Taken};
use super::support::eventually;
use super::way::Way;
use super::yard::{agent, session_of};

const TARGET: Target = Target {
    floors: 10.0,
    why: "the screen is looked at before a message is typed, until it shows, before it is submitted and until it is gone, for both messages, and the agent draws in between",
    ..USUAL
};

/// What gastown types to an agent: its beacon and its nudge.
pub(crate) const MESSAGES: [&str; 2] = [
    "[GAS TOWN] shop/polecats/ash <- witness • 2026-01-16T12:00 • assigned\n\nWork is on your hook. Run `gt hook` now and begin immediately.",
    "Run `gt hook` to check your hook and begin work.",
];

pub(crate) async fn rows(pace: &Pace) -> Vec<Row> {
    let mut shop = Shop::new().await;
    let mut taken = Taken::default();
    for round in 0..=pace.lives {
        let mut turn = Taken::default();
        turn.push(Way::Plugin, plugin(&shop, &format!("s{round:03}")).await);
        let session = ready(&shop, &format!("t{round:03}")).await;
        let steps = gastown::finish_start(&session, &MESSAGES);
        turn.push(Way::Gastown, shop.gastown(&steps));
        turn.push(Way::Sync, shop.sync(&steps).await);
        let ask = ask(&shop, &session);
        turn.push(Way::Floor, shop.floor(&ask).await);
        turn.push(Way::Pipe, shop.pipe(&ask));
        if round > 0 {
            taken.join(turn);
        }
    }
    shop.close().await;
    vec![
        Row::of_medians("start, after the prompt", &taken.0)
            .sleeping(gastown::START_SLEEPS)
            .held(TARGET)
            .note("start: of an agent whose prompt is known; both messages of gastown are typed and submitted in each way; ours also waits until the agent has read each and shows it as submitted. gastown's sleeps are those for Claude, of which 10 s are its guess when the prompt is there"),
    ]
}

/// From the prompt, whose time the agent notes, to the plugin's answer.
async fn plugin(shop: &Shop, name: &str) -> Span {
    shop.polecat(name);
    let file = shop.file("stamp");
    let options = json!({ "agent": "stamps", "cmd": stamps(&file) });
    let span = shop.plugin("start", json!([name, options])).await;
    let noted = std::fs::read_to_string(&file).expect("the agent notes its prompt");
    shop.tmux.run(&["kill-session", "-t", &format!("={}", session_of(name))]);
    Span { begin: noted.parse().expect("a time"), ..span }
}

/// A session of an agent that shows its prompt.
async fn ready(shop: &Shop, name: &str) -> String {
    let session = shop.session(name, &stamps(&shop.file("stamp")));
    eventually("a prompt", async || {
        let screen = shop.tmux.run(&["capture-pane", "-p", "-t", &format!("={session}:")]);
        if screen.contains('❯') { Ok(()) } else { Err(screen) }
    })
    .await;
    session
}

fn stamps(file: &Path) -> String {
    agent(&format!("stamps {}", file.display()))
}

/// One look at the screen, and both messages pasted and submitted with no wait.
fn ask(shop: &Shop, session: &str) -> Ask {
    let (pane, file) = (shop.pane(session), shop.file("said"));
    let file = file.to_string_lossy().into_owned();
    let say = format!(
        "load-buffer -b bench-d {file} ; paste-buffer -p -d -r -b bench-d -t {pane} ; send-keys -t {pane} Enter"
    );
    let line = format!("display-message -p -t {pane} '#{{cursor_y}}' ; {say} ; {say}");
    Ask { line, blocks: 7, file, text: MESSAGES[0].to_owned(), ..Ask::default() }
}
