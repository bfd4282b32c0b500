//! A server that has a release, and the faults of networks.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::support::pause;

/// How the next archive is sent. Others are sent whole.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// The connection breaks after this many bytes.
    Cut(usize),
    /// In small pieces, with pauses.
    Slowly,
    /// Whole, whatever part of it was asked for.
    WithoutRanges,
}

#[derive(Default)]
struct State {
    ways: VecDeque<Way>,
    requests: Vec<String>,
}

/// Serves the files of a folder on a loopback port, until it is dropped.
pub(super) struct Server {
    pub(super) url: String,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(super) async fn of(folder: PathBuf) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Its client may go away at any time.
                tokio::spawn(serve(stream, folder.clone(), Arc::clone(&shared)));
            }
        });
        Server { url, state, task }
    }

    pub(super) fn next(&self, ways: &[Way]) {
        self.state.lock().unwrap().ways.extend(ways);
    }

    /// What was asked for: `/name`, and behind it the first byte where that is not 0.
    pub(super) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().requests)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    folder: PathBuf,
    state: Arc<Mutex<State>>,
) -> std::io::Result<()> {
    let head = head(&mut stream).await?;
    // Of a proxy whole addresses are asked for.
    let asked = head.split(' ').nth(1).unwrap_or_default();
    let name = asked.rsplit('/').next().unwrap_or_default();
    let from = head.split("bytes=").nth(1).and_then(|range| range.split('-').next()?.parse().ok());
    let way = {
        let mut state = state.lock().unwrap();
        state.requests.push(from.map_or(asked.to_owned(), |from: usize| format!("{asked} {from}")));
        name.contains(".tar.").then(|| state.ways.pop_front()).flatten()
    };
    let Ok(bytes) = std::fs::read(folder.join(name)) else {
        return answer(&mut stream, "404 Not Found", "", b"").await;
    };
    let all = bytes.len();
    let from = if matches!(way, Some(Way::WithoutRanges)) { None } else { from };
    let Some(rest) = bytes.get(from.unwrap_or(0)..).filter(|rest| !rest.is_empty()) else {
        let range = format!("Content-Range: bytes */{all}\r\n");
        return answer(&mut stream, "416 Range Not Satisfiable", &range, b"").await;
    };
    let range = from.map(|from| format!("Content-Range: bytes {from}-{}/{all}\r\n", all - 1));
    let status = if range.is_some() { "206 Partial Content" } else { "200 OK" };
    start(&mut stream, status, &range.unwrap_or_default(), rest.len()).await?;
    match way {
        Some(Way::Cut(after)) => stream.write_all(&rest[..after]).await?,
        Some(Way::Slowly) => {
            for piece in rest.chunks(1024) {
                stream.write_all(piece).await?;
                pause(Duration::from_millis(4)).await;
            }
        }
        _ => stream.write_all(rest).await?,
    }
    stream.shutdown().await
}

async fn head(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

async fn answer(
    stream: &mut TcpStream,
    status: &str,
    headers: &str,
    body: &[u8],
) -> std::io::Result<()> {
    start(stream, status, headers, body.len()).await?;
    stream.write_all(body).await?;
    stream.shutdown().await
}

async fn start(
    stream: &mut TcpStream,
    status: &str,
    headers: &str,
    length: usize,
) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
    );
    stream.write_all(head.as_bytes()).await
}
