//! `stop` and `stop_all` of twenty: until the sessions are gone. The agents end at Ctrl-C.

use serde_json::json;

use super::clock::{Span, timed};
use super::gastown;
use super::pace::Pace;
use super::row::{Row, Target, USUAL};
use super::shop::{Ask, Shop, Taken};
use super::support::eventually;
use super::way::{WAYS, Way};

const TARGET: Target = Target {
    floors: 3.0,
    why: "it knows all processes of the agent before, waits until each of them is gone, and removes what was noted of the session",
    ..USUAL
};
const CROWD: usize = 20;

pub(crate) async fn rows(pace: &Pace) -> Vec<Row> {
    let mut shop = Shop::new().await;
    let mut taken = [Taken::default(), Taken::default()];
    for (taken, crowd, rounds) in
        taken.iter_mut().zip([1, CROWD]).zip([pace.lives, pace.crowds]).map(|((a, b), c)| (a, b, c))
    {
        for round in 0..=rounds {
            let mut turn = Taken::default();
            for way in WAYS {
                turn.push(way, stop(&mut shop, way, crowd).await);
            }
            if round > 0 {
                taken.join(turn);
            }
        }
    }
    shop.close().await;
    let [one, all] = taken;
    let crowd = f64::from(u32::try_from(CROWD).unwrap_or(u32::MAX));
    vec![
        row("stop".to_owned(), &one, gastown::STOP_SLEEPS),
        row(format!("stop_all, {CROWD} sessions"), &all, gastown::STOP_SLEEPS * crowd),
    ]
}

fn row(name: String, taken: &Taken, sleeps: f64) -> Row {
    let note = format!(
        "{name}: ours waits until the agent and all it started have ended, for which gastown sleeps, and kills what does not; the floor only presses Ctrl-C and kills the session. `true` stands for the tracker's sync, but at the floor"
    );
    Row::of_medians(name, &taken.0).sleeping(sleeps).held(TARGET).note(note)
}

/// Stops so many sessions, which are made for it.
async fn stop(shop: &mut Shop, way: Way, crowd: usize) -> Span {
    let names: Vec<String> = (0..crowd).map(|n| format!("c{n:02}")).collect();
    let sessions: Vec<String> = names.iter().map(|name| shop.session(name, "exec cat")).collect();
    for session in &sessions {
        is_up(shop, session).await;
    }
    let steps = if crowd == 1 { gastown::stop(&sessions[0]) } else { gastown::stop_all(&sessions) };
    let span = match way {
        Way::Plugin if crowd == 1 => shop.plugin("stop", json!([names[0], {}])).await,
        Way::Plugin => shop.plugin("stop_all", json!([{}])).await,
        Way::Library => library(shop, &names).await,
        Way::Gastown => shop.gastown(&steps),
        Way::Sync => shop.sync(&steps).await,
        Way::Floor => shop.floor(&ask(&sessions)).await,
        Way::Pipe => {
            let ask = ask(&sessions);
            shop.pipe(&ask)
        }
    };
    gone(shop).await;
    span
}

/// Ctrl-C must meet the program, not the shell before it.
async fn is_up(shop: &Shop, session: &str) {
    let target = format!("={session}:");
    eventually("cat", async || {
        let ask = ["display-message", "-p", "-t", &target, "#{pane_current_command}"];
        let command = shop.tmux.run(&ask);
        if command == "cat" { Ok(()) } else { Err(command) }
    })
    .await;
}

async fn library(shop: &Shop, names: &[String]) -> Span {
    let (done, span) = match names {
        [name] => timed(async { shop.library.sessions().stop(name, false).await.map(drop) }).await,
        _ => timed(async { shop.library.sessions().stop_all(false).await.map(drop) }).await,
    };
    done.expect("the sessions end");
    span
}

/// Where tmux had not ended them yet when the way said that it was done.
async fn gone(shop: &Shop) {
    eventually("the sessions to go", async || {
        let left = shop.tmux.run(&["list-sessions", "-F", "#S"]);
        if left.contains("gt-shop-c") { Err(left) } else { Ok(()) }
    })
    .await;
}

/// One line is run with nothing in between, so each session is still there when it is killed.
pub(crate) fn ask(sessions: &[String]) -> Ask {
    let stop =
        |session: &String| format!("send-keys -t ={session}: C-c ; kill-session -t ={session}");
    let lines: Vec<String> = sessions.iter().map(stop).collect();
    Ask { line: lines.join(" ; "), blocks: 2 * sessions.len(), ..Ask::default() }
}
