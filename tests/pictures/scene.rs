//! What the pictures show: five agents of a shop, of which one asks and one is reviewed.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::film::{COLUMNS, Film, ROWS};
use super::svg::Ground;
use crate::support::{
    eventually,
    neovim::{checkout, config, merge},
    rig::{Project, git},
    screen::Screen,
};

const CART: &str = "def total(prices):\n    return sum(prices)\n";

/// All of it, on a background that is `dark` or `light`.
pub(crate) async fn play(theme: &'static str, ground: Ground) {
    let screen = set(theme);
    stand(&screen).await;
    let mut film = Film::new(&screen, ground, theme);
    start(&screen, &mut film).await;
    answer(&screen, &mut film).await;
    review(&screen, &mut film).await;
    film.cut();
    screen.command("qall!");
}

fn set(theme: &str) -> Screen {
    let project = Project::new();
    project.commit("cart.py", CART);
    let setup = checkout().join("tests/pictures/setup.lua");
    let background = format!("set background={theme}");
    let args = ["-c", &background, "-c", &format!("luafile {}", setup.display()), "cart.py"];
    let size = (COLUMNS.to_string(), ROWS.to_string());
    Screen::with((&size.0, &size.1), project, configured, &args.map(Into::into))
}

/// The agents are scripted, under the names of those whose screens they draw.
fn configured(socket: &Path) -> Json {
    let tests = checkout().join("tests");
    let scripted = |program: &Path, args: &[&str], process: &str| {
        json!({
            "command": program, "args": args, "env": {}, "events": false,
            "process_names": [process],
        })
    };
    let of_the_tour = Path::new(env!("CARGO_BIN_EXE_polecat-nvim"));
    let mut config = config(socket);
    let agents = json!({
        "claude": scripted(of_the_tour, &["tour-agent"], "polecat-nvim"),
        "codex": scripted(&tests.join("agents/screens"), &["codex/ready-80"], "python3"),
        "qwen": {
            "preset": "generic", "command": tests.join("agents/dies"), "ready": { "delay_ms": 300 },
            "args": ["--after", "2000", "--say", "401: this API key was revoked"],
        },
    });
    merge(&mut config, json!({ "agent": "claude", "notify": "waiting", "agents": agents }));
    config
}

/// The polecats that are there before the film begins: one at work, and one that dies.
async fn stand(screen: &Screen) {
    screen.expect("○1").await;
    let cedar = screen.project.worktree("cedar");
    for (file, text) in [("totals.py", "pass\n".repeat(182)), ("cart.py", "pass\n".repeat(128))] {
        std::fs::write(cedar.join(file), text).unwrap();
        git(&cedar, &["add", file]);
        git(&cedar, &["commit", "--quiet", "--message", file]);
    }
    say(screen, "cedar", "codex/working-80");
    screen.expect("✗1 ●1").await;
}

/// Types into an agent's own terminal.
fn say(screen: &Screen, polecat: &str, words: &str) {
    let target = format!("=gt-shop-{polecat}:");
    screen.agents.run(&["send-keys", "-t", &target, "-l", words]);
    screen.agents.run(&["send-keys", "-t", &target, "Enter"]);
}

async fn start(screen: &Screen, film: &mut Film<'_>) {
    let begin = "Coding agents, each in a git worktree and a tmux session of its own";
    screen.keys(&[":echo", "Space", "Enter"]);
    film.shot(1.0, begin, &["cart.py"]).await;
    let command = "PolecatStart! ash prompt=let customers have a discount";
    screen.keys(&[":"]);
    screen.terminal.run(&["send-keys", "-t", "=tui:", "-l", command]);
    film.shot(2.5, "One command: a worktree, a branch, an agent at work", &[command]).await;
    screen.keys(&["Enter"]);
    eventually("ash", async || screen.agents.try_run(&["has-session", "-t", "=gt-shop-ash"])).await;
    screen.command("PolecatStart! birch prompt=write a test for total()");
    screen.command("PolecatStatus");
    screen.expect("permission").await;
    screen.keys(&["gg", "]w"]);
    let parts = ["Do you want to proceed?", "+8", "+5"];
    let told = ":PolecatStatus: who works, who died, who waits for you and why";
    film.still("status", 5.0, told, &parts).await;
}

async fn answer(screen: &Screen, film: &mut Film<'_>) {
    screen.keys(&["A"]);
    let told = "A: all that it asks, and keys that answer it. Nothing is answered by accident";
    film.still("question", 4.0, told, &["for permission", "Run the new test"]).await;
    screen.keys(&["y"]);
    film.shot(2.5, "y: it goes on", &["○2"]).await;
}

async fn review(screen: &Screen, film: &mut Film<'_>) {
    screen.keys(&["/ash *idle", "Enter"]);
    screen.keys(&["d"]);
    screen.expect("polecat://diff/ash").await;
    screen.keys(&["C-w", "_"]);
    let told = "d: all that it changed since its branch began";
    film.shot(3.0, told, &["A price for friends"]).await;
    screen.keys(&["/return total", "Enter"]);
    screen.keys(&["c"]);
    screen.expect("-- INSERT --").await;
    screen.keys(&["Round it to cents, please."]);
    film.shot(3.0, "c: a comment on a line", &["Round it to cents"]).await;
    screen.keys(&["Escape", ":w", "Enter"]);
    film.still("diff", 3.0, "It stays on its line until it is sent", &["┃ Round it to cents"])
        .await;
    screen.keys(&["S"]);
    screen.expect("sent").await;
    screen.keys(&["q"]);
    screen.command("20PolecatCapture ash");
    let told = "S sends it. :PolecatCapture: what an agent prints, live, in a buffer";
    screen.expect("Changed 1 line").await;
    eventually("a session as wide as its window", async || {
        let seen = screen.text();
        if seen.contains('›') { Err(seen) } else { Ok(()) }
    })
    .await;
    film.still("capture", 4.0, told, &["Changed 1 line", "○2"]).await;
    screen.keys(&["q"]);
    screen.command("PolecatDiff ash");
    screen.expect("polecat://diff/ash").await;
    screen.keys(&["C-w", "_"]);
    film.shot(4.0, "And what it made of it", &["return round("]).await;
}
