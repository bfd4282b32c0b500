//! A hub that is gone without a word.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::json;
use tokio::time::timeout;

/// The line with which a host begins.
const BEGIN: &str = "polecat-serve 1\n";

/// A link may be cut without either end being told: what serves there must not stay for ever.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "waits the minute that a hub may say nothing: `make soak`"]
async fn what_serves_a_hub_ends_when_the_hub_says_nothing_any_more() {
    #[expect(clippy::disallowed_methods, reason = "what a host runs is not started by a launcher")]
    let mut serving = Command::new(env!("CARGO_BIN_EXE_polecat-nvim"))
        .arg("serve")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut to, from) = (serving.stdin.take().unwrap(), serving.stdout.take().unwrap());
    let mut from = BufReader::new(from);
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    assert_eq!(line, BEGIN);
    // An empty map.
    let config = [0x80_u8];
    let hello = json!({ "config": config, "log": "" });
    let hello = rmp_serde::to_vec_named(&json!({ "Hello": hello })).unwrap();
    to.write_all(&u32::try_from(hello.len()).unwrap().to_be_bytes()).unwrap();
    to.write_all(&hello).unwrap();
    let ended = tokio::task::spawn_blocking(move || serving.wait());
    let ended = timeout(Duration::from_secs(120), ended).await;
    let status = ended.expect("it has ended").unwrap().unwrap();
    assert!(status.success(), "{status}");
    drop(to);
}
