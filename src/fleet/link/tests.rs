//! Tests of a link that say what a host says.

use super::*;
use crate::{fleet::wire::Rigs, session::local_launch};

fn link() -> Link {
    let ssh = Ssh { launch: local_launch(), state: None };
    let given = ("build1".parse().unwrap(), HostSettings::default());
    let shared = (Arc::new(Semaphore::new(1)), TaskTracker::new());
    Link::new(given, ssh, shared, (watch::Sender::default(), EventQueue::default()))
}

/// Says these in turn, without an end.
fn talks(said: impl Fn(u64) -> FromHost + Send + 'static) -> tokio::io::DuplexStream {
    let (mut there, here) = tokio::io::duplex(64);
    tokio::spawn(async move {
        for number in 0.. {
            if wire::write(&mut there, &said(number)).await.is_err() {
                return;
            }
        }
    });
    here
}

#[tokio::test]
async fn one_that_never_tells_of_its_rigs_is_lost_however_much_it_says() {
    let short = Duration::from_millis(50);
    let why = link().listen(&mut talks(FromHost::Pong), short).await;
    assert_eq!(why.as_deref(), Some("it has not told of its rigs in 0 s"));
    let rigs = |number| match number {
        0 => FromHost::Rigs(Rigs { now: 0, rigs: Vec::new() }),
        number => FromHost::Pong(number),
    };
    let (link, mut from) = (link(), talks(rigs));
    let listens = timeout(short * 4, link.listen(&mut from, short)).await;
    assert!(listens.is_err(), "{listens:?}");
}
