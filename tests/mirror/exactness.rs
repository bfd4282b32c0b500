//! Bursts past the history limit.

use std::time::{Duration, Instant};

use crate::{pane::Pane, support::pause};

#[tokio::test(flavor = "multi_thread")]
async fn lines_far_past_the_limit_are_all_there_when_no_burst_is_larger() {
    let mut pane = Pane::waiting(2_000).await;
    let mut last = 0;
    for burst in (0..40).map(|turn| 1 + turn * 397 % 1_500) {
        pane.print(burst).await;
        last += burst;
    }
    assert_eq!((pane.check(last), pane.gaps()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_bursts_larger_than_the_limit_only_gaps_miss_anything() {
    let mut pane = Pane::running(2_000, "--lines 60000 --burst 9000 --pause 60 --seed 3").await;
    pane.look_until(60_000).await;
    let missing = pane.check(60_000);
    assert_eq!(missing > 0, pane.gaps() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_history_is_followed_through_bursts_of_thousands_of_lines() {
    let mut pane = Pane::waiting(20_000).await;
    let mut last = 0;
    for burst in (0..10).map(|turn| 1 + turn * 3_971 % 9_000) {
        pane.print(burst).await;
        last += burst;
    }
    assert!(last > 40_000);
    assert_eq!((pane.check(last), pane.gaps()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn resizes_under_bursts_lose_nothing() {
    let mut pane = Pane::waiting(20_000).await;
    let sizes = [(40, 24), (80, 10), (120, 40), (61, 7), (80, 24), (33, 50)];
    let mut last = 0;
    for (turn, (width, height)) in sizes.into_iter().cycle().take(18).enumerate() {
        let burst = 1 + turn * 397 % 900;
        last += burst;
        pane.say(&burst.to_string());
        pane.look().await;
        pane.resize(width, height);
        pane.look_until(last).await;
    }
    assert_eq!((pane.check(last), pane.gaps()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: a million lines, twenty times the limit, with resizes"]
async fn a_million_lines_that_leave_time_to_look_are_all_there() {
    let mut pane = Pane::waiting(50_000).await;
    let (mut last, mut turn) = (0, 0);
    while last < 1_000_000 {
        turn += 1;
        let burst = 1 + turn * 7_919 % 24_000;
        pane.print(burst).await;
        last += burst;
        if turn % 5 == 0 {
            pane.resize([80, 120, 57][turn / 5 % 3], [24, 40, 12][turn / 5 % 3]);
        }
    }
    assert_eq!((pane.check(last), pane.gaps()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: a million lines as fast as they come, with resizes"]
async fn of_a_million_lines_that_leave_no_time_only_gaps_miss_any() {
    for (limit, lines, seed) in [(50_000, 1_000_000, 11), (2_000, 200_000, 12)] {
        let options = format!("--lines {lines} --burst 9000 --pause 120 --seed {seed}");
        let mut pane = Pane::running(limit, &options).await;
        let (begin, mut looking, mut turn) = (Instant::now(), Duration::ZERO, 0);
        while pane.last() != lines {
            turn += 1;
            if turn % 50 == 0 {
                pane.resize([80, 120, 57][turn / 50 % 3], [24, 40, 12][turn / 50 % 3]);
            }
            let look = Instant::now();
            pane.look().await;
            looking += look.elapsed();
            pause(Duration::from_millis(16)).await;
            assert!(begin.elapsed() < Duration::from_secs(900), "last saw {}", pane.last());
        }
        pane.look_until(lines).await;
        let missing = pane.check(lines);
        eprintln!(
            "limit {limit}: {lines} lines in {:?}, {} looks in {looking:?}, {} rows, {missing} \
             lines missing at {} gaps",
            begin.elapsed(),
            pane.looks,
            pane.rows().len(),
            pane.gaps(),
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn what_a_refresh_costs() {
    for lines in [1_000, 100_000] {
        let options = format!("--lines {lines} --burst 1000 --pause 5");
        let mut pane = Pane::running(200_000, &options).await;
        pane.look_until(lines).await;
        let mut took = Vec::new();
        for _ in 0..100 {
            let last = pane.last() + 1;
            pane.say("1");
            // The line is there before the look: only the look is measured.
            while pane.last() != last {
                let begin = Instant::now();
                pane.look().await;
                took.push(begin.elapsed());
            }
        }
        took.sort();
        eprintln!(
            "{lines} lines: median {:?}, p99 {:?} of {}",
            took[took.len() / 2],
            took[took.len() * 99 / 100],
            took.len()
        );
    }
}
