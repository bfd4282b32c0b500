//! Sockets behind which there is no server of ours: refused, silent, closed at once, of another
//! protocol. What is there is unknown then, never "nothing".

use std::{
    io::{Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::Path,
    thread::JoinHandle,
};

use serde_json::{Value as Json, json};

use crate::rig::{Shop, agent};

/// Something that listens on the server's socket, until it is dropped.
struct Listener {
    socket: std::path::PathBuf,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Hands each connection to `talk`; the connections are kept open where that keeps them.
    fn new(
        socket: &Path,
        talk: impl Fn(UnixStream) -> Option<UnixStream> + Send + 'static,
    ) -> Self {
        let listener = UnixListener::bind(socket).unwrap();
        let thread = std::thread::spawn(move || {
            let mut kept = Vec::new();
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                connection.set_read_timeout(Some(std::time::Duration::from_secs(5))).unwrap();
                let mut first = [0; 4];
                // Goes on where a signal comes, such as that a child has ended.
                match connection.read_exact(&mut first) {
                    Ok(()) if first == *b"stop" => return,
                    Ok(()) => kept.extend(talk(connection)),
                    // Who only looks whether somebody listens.
                    Err(_) => {}
                }
            }
        });
        Self { socket: socket.to_owned(), thread: Some(thread) }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // A test that fails must not fail again here.
        let told = UnixStream::connect(&self.socket).and_then(|mut to| to.write_all(b"stop"));
        if let (Ok(()), Some(thread)) = (told, self.thread.take()) {
            thread.join().ok();
        }
        std::fs::remove_file(&self.socket).ok();
    }
}

/// What an older server says to a client of a newer protocol: `MSG_VERSION` with its own in
/// `peerid`. The words that follow from it are the real client's.
fn older(mut connection: UnixStream) -> Option<UnixStream> {
    let words: [u32; 4] = [12, 16, 7, 0];
    connection.write_all(&words.map(u32::to_ne_bytes).concat()).ok()?;
    connection.shutdown(std::net::Shutdown::Both).ok()?;
    None
}

/// What works again afterwards.
async fn expect_work(shop: &Shop) {
    shop.try_start("ash", json!({ "new": true, "cmd": agent("prompts") })).await.unwrap();
    assert_eq!(shop.sessions(), ["gt-shop-ash"]);
}

async fn refused(shop: &Shop, code: &str, part: &str) {
    shop.editor.call("new", json!(["birch", {}])).await.ok();
    let options = json!({ "cmd": agent("prompts") });
    for (method, args) in [
        ("list", json!([])),
        ("is_running", json!(["birch"])),
        ("start", json!(["birch", options])),
        ("stop", json!(["birch", {}])),
        ("inject", json!(["birch", "x"])),
    ] {
        let refused = shop.refusal(method, args).await;
        assert_eq!(refused.code, code, "{method}: {refused:?}");
        assert!(refused.message.contains(part), "{method}: {refused:?}");
    }
    assert_eq!(shop.editor.lua("return 1 + 1", Json::Null).await.unwrap(), json!(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_refuses_is_that_of_no_server_and_the_next_start_makes_one() {
    let shop = Shop::new().await;
    drop(UnixListener::bind(shop.tmux.socket()).unwrap());
    assert_eq!(shop.editor.call("list", json!([])).await.unwrap(), json!([]));
    expect_work(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_an_older_protocol_is_named_with_both_versions_and_left_alone() {
    let shop = Shop::new().await;
    let listener = Listener::new(&shop.tmux.socket(), older);
    let mismatch = "protocol version mismatch (client 8, server 7)";
    refused(&shop, "tmux_failed", mismatch).await;
    shop.editor.command("PolecatStatus!").await.unwrap();
    shop.editor.expect_line("polecat://status", "another version of tmux").await;
    drop(listener);
    expect_work(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_closes_the_connection_without_a_word_is_no_server_that_is_gone() {
    let shop = Shop::new().await;
    // As tmux from 3.6 on does with clients before it, and they with newer ones.
    let listener = Listener::new(&shop.tmux.socket(), |_| None);
    refused(&shop, "tmux_failed", "another version of tmux").await;
    drop(listener);
    expect_work(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_place_of_the_socket_is_named_and_stays() {
    let shop = Shop::new().await;
    std::fs::write(shop.tmux.socket(), "no socket").unwrap();
    assert_eq!(shop.editor.call("list", json!([])).await.unwrap(), json!([]));
    std::fs::remove_file(shop.tmux.socket()).unwrap();
    expect_work(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tmux_of_another_version_works_with_the_server_or_says_that_it_cannot() {
    let others = std::env::var("TMUX_OTHERS").unwrap_or_default();
    for other in others.split_whitespace() {
        let shop = Shop::new().await;
        shop.start("ash", "prompts").await;
        let config = json!({ "tmux": { "command": other } });
        let editor =
            crate::support::editor::Editor::with(&shop.tmux, shop.project.path(), config).await;
        match editor.call("list", json!([])).await {
            Ok(list) => assert_eq!(list.as_array().map(Vec::len), Some(1), "{other}: {list}"),
            Err(refused) => {
                assert!(refused.message.contains("another version"), "{other}: {refused:?}");
            }
        }
        editor.quit().await;
        assert_eq!(shop.editor.call("list", json!([])).await.unwrap().as_array().unwrap().len(), 1);
    }
}
