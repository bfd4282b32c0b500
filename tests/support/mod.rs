//! What the tests on real programs share.
#![allow(dead_code, reason = "each test file uses its own part of this")]
#![allow(unreachable_pub, reason = "the test files see it as a module of theirs")]

pub mod editor;
pub mod neovim;
pub mod processes;
pub mod rig;
pub mod screen;
pub mod tmux;
pub mod values;
pub mod waiting;

use std::fmt::Display;
use std::time::{Duration, Instant};

/// Long, for machines that do much else; nobody waits for it where all is well.
const CONDITION_TIMEOUT: Duration = Duration::from_secs(30);

/// The pauses between two looks: a look costs the machine too, on which others wait for something.
pub const FIRST_LOOK_DELAY: Duration = Duration::from_millis(5);
const LOOK_DELAY_LIMIT: Duration = Duration::from_millis(25);

/// The next pause; each is longer than the one before.
pub fn longer(pace: &mut Duration) -> Duration {
    std::mem::replace(pace, (*pace * 3 / 2).min(LOOK_DELAY_LIMIT))
}

/// Looks again and again until `look` gives a value, which must come within 30 s; an `Err` is
/// what was seen instead.
///
/// # Panics
/// When it does not come, with `waited 30 s for <what>, last saw <error>`.
pub async fn eventually<T, E: Display>(
    what: &str,
    mut look: impl AsyncFnMut() -> Result<T, E>,
) -> T {
    let begin = Instant::now();
    let mut pace = FIRST_LOOK_DELAY;
    loop {
        match look().await {
            Ok(value) => return value,
            Err(seen) if begin.elapsed() > CONDITION_TIMEOUT => {
                panic!("waited {} s for {what}, last saw {seen}", CONDITION_TIMEOUT.as_secs())
            }
            Err(_) => pause(longer(&mut pace)).await,
        }
    }
}

/// Looks again and again until `look` gives `expected`.
///
/// # Panics
/// When it does not within 30 s, with the value it last gave.
pub async fn eventually_equal<E, T>(expected: E, mut look: impl AsyncFnMut() -> T)
where
    T: PartialEq<E> + std::fmt::Debug,
    E: std::fmt::Debug,
{
    eventually(&format!("{expected:?}"), async || {
        let seen = look().await;
        if seen == expected { Ok(()) } else { Err(format!("{seen:?}")) }
    })
    .await;
}

/// Lets time pass between two looks, or where the passing of time itself is what is tested.
#[expect(clippy::disallowed_methods, reason = "the pause between two looks, not a guess")]
pub async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
