//! The tour, as a person takes it; and that nothing of it stays, however it ends.

use std::path::{Path, PathBuf};

use rustix::process::Pid;

use crate::support::{eventually, processes, screen::Screen, tmux::TmuxServer};

/// The folders of tours below the home of a Neovim.
fn folders(home: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(home.join("tmp")).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.to_string_lossy().contains("polecat-tour-")).collect()
}

/// A Neovim whose agents are at work, and all processes of that tour.
async fn begun() -> (Screen, Vec<u32>) {
    let screen = Screen::sized("100", "32");
    screen.expect("~").await;
    screen.command("PolecatTour");
    screen.expect("2/5").await;
    screen.expect("+5").await;
    let [folder] = &folders(screen.home())[..] else { panic!("one tour has one folder") };
    let started = TmuxServer::of_another_process(folder.clone()).processes();
    (
        screen,
        started
            .into_iter()
            .filter_map(|pid| Pid::as_raw_nonzero(pid).get().try_into().ok())
            .collect(),
    )
}

async fn nothing_is_left(screen: &Screen, started: &[u32]) {
    assert!(started.len() > 4, "server, agents, editor, backend: {started:?}");
    eventually("no folder", async || {
        let left = folders(screen.home());
        if left.is_empty() { Ok(()) } else { Err(format!("{left:?}")) }
    })
    .await;
    processes::ended(started).unwrap_or_else(|left| panic!("left behind:\n{left}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tour_goes_from_step_to_step_and_leaves_nothing_behind() {
    let (screen, started) = begun().await;
    screen.keys(&["gg", "]w", "A"]);
    screen.expect("birch asks").await;
    screen.expect("answer, q leaves").await;
    screen.keys(&["y"]);
    screen.expect("3/5").await;
    screen.keys(&["/ash  ", "Enter", "Enter"]);
    screen.expect("It is done.").await;
    screen.keys(&["q"]);
    screen.expect("4/5").await;
    screen.command("PolecatStatus");
    screen.expect("polecats").await;
    screen.keys(&["/ash  ", "Enter", "d"]);
    screen.expect("polecat://diff/ash").await;
    screen.keys(&["C-w", "_"]);
    screen.expect("A price for friends").await;
    screen.keys(&["/return total", "Enter", "c"]);
    screen.expect("-- INSERT --").await;
    screen.keys(&["Round it.", "Escape", ":w", "Enter"]);
    screen.expect("┃ Round it.").await;
    screen.keys(&["S"]);
    screen.expect("5/5").await;
    screen.command("qa");
    eventually("the tab page to be gone", async || {
        let seen = screen.text();
        if seen.contains("5/5") || seen.contains("TERMINAL") { Err(seen) } else { Ok(()) }
    })
    .await;
    nothing_is_left(&screen, &started).await;
    screen.command("PolecatStatus");
    screen.expect("no polecats yet").await;
    screen.command("qall!");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tour_whose_neovim_is_killed_leaves_nothing_behind() {
    let (screen, started) = begun().await;
    screen.terminal.run(&["kill-pane", "-t", "=tui:"]);
    nothing_is_left(&screen, &started).await;
}
