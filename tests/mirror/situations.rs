//! What happens to a pane besides lines.

use crate::pane::Pane;

#[tokio::test(flavor = "multi_thread")]
async fn a_cleared_history_takes_nothing_from_the_transcript() {
    let mut pane = Pane::waiting(2_000).await;
    pane.print(500).await;
    pane.tmux(&["clear-history"]);
    pane.look().await;
    pane.print(300).await;
    pane.say("clear");
    pane.print(10).await;
    assert_eq!((pane.check(810), pane.gaps()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_scrolled_off_and_was_cleared_between_two_looks_is_a_gap() {
    let mut pane = Pane::waiting(2_000).await;
    pane.print(100).await;
    pane.say("400");
    // Not looked at until all of it is printed.
    crate::support::eventually("500", async || {
        let screen = pane.server.run(&["capture-pane", "-p", "-t", "first:1"]);
        if screen.contains("<500") { Ok(()) } else { Err(screen) }
    })
    .await;
    pane.tmux(&["clear-history"]);
    pane.say("50");
    pane.look_until(550).await;
    let missing = pane.check(550);
    assert!((300..400).contains(&missing), "{missing}");
    assert_eq!(pane.gaps(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_printed_anew_in_another_layout_takes_the_place_of_what_was_there() {
    for (lines, width) in [(60, 50), (400, 50), (1_500, 100), (300, 80)] {
        let mut pane = Pane::waiting(20_000).await;
        pane.print(lines).await;
        pane.resize(width, 30);
        pane.look().await;
        pane.say("reprint");
        pane.print(10).await;
        let last = lines + 10;
        assert_eq!((pane.check(last), pane.gaps()), (0, 0), "{lines} lines, {width} columns");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alternate_screen_comes_and_goes() {
    let mut pane = Pane::waiting(2_000).await;
    pane.print(100).await;
    let before = pane.rows().to_vec();
    pane.say("alternate");
    pane.look_for("another screen").await;
    pane.resize(50, 30);
    pane.look().await;
    pane.resize(80, 24);
    pane.say("main");
    pane.look_until(100).await;
    assert_eq!(pane.rows(), before);
    pane.print(40).await;
    assert_eq!((pane.check(140), pane.gaps()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_drawn_anew_on_the_screen_are_replaced() {
    let mut pane = Pane::waiting(2_000).await;
    pane.print(30).await;
    let rows = pane.rows().len();
    pane.say("redraw");
    pane.look_for("drawn anew").await;
    assert_eq!((pane.rows().len(), pane.gaps()), (rows, 0));
    pane.say("3");
    pane.look_until(33).await;
    assert_eq!(pane.rows().len(), rows + 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_pane_shows_its_last_lines() {
    let mut pane = Pane::waiting(2_000).await;
    pane.tmux(&["set-option", "-p", "remain-on-exit", "on"]);
    // tmux 3.2 has no such option, and writes a row of its own.
    let id = pane.id.to_string();
    let silent = ["set-option", "-p", "-t", &id, "remain-on-exit-format", ""];
    let _ = pane.server.try_run(&silent);
    pane.print(100).await;
    pane.say("17");
    pane.tmux(&["send-keys", "C-d"]);
    pane.look_until(117).await;
    assert_eq!((pane.check(117), pane.gaps()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pane_that_is_gone_is_told_from_one_that_is_quiet() {
    let mut pane = Pane::waiting(2_000).await;
    pane.print(3).await;
    pane.look().await;
    pane.tmux(&["kill-pane"]);
    let error = pane.look_at_nothing().await;
    assert!(error.is_missing_target(), "{error}");
}
