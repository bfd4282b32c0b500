//! A server on this machine that is asked, and what it may answer.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use polecat::host::{
    event_stream::EventStream,
    http::{HttpError, LocalServer},
};

/// A server that answers one request with these pieces, and tells what it was asked.
fn answering(pieces: Vec<Vec<u8>>) -> (LocalServer, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_nodelay(true).unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            request.extend(byte);
        }
        for piece in pieces {
            // Whoever asked may have left.
            if stream.write_all(&piece).is_err() {
                break;
            }
        }
        String::from_utf8(request).unwrap()
    });
    let server = LocalServer { port, user: "opencode", password: "s3cret".to_owned() };
    (server, asked)
}

async fn whole(answer: &[u8]) -> Result<String, HttpError> {
    let (server, asked) = answering(answer.chunks(3).map(<[u8]>::to_vec).collect());
    let body = server.get("/x").await;
    let whole = match body {
        Ok(body) => body.whole(1_000).await,
        Err(error) => Err(error),
    };
    asked.join().unwrap();
    whole
}

#[tokio::test]
async fn a_request_has_the_password_as_a_server_expects_it() {
    let (server, asked) =
        answering(vec![b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_vec()]);
    assert_eq!(server.get("/a?b=c").await.unwrap().whole(10).await.unwrap(), "ok");
    let asked = asked.join().unwrap();
    assert!(asked.starts_with("GET /a?b=c HTTP/1.1\r\n"), "{asked}");
    // `opencode:s3cret`.
    assert!(asked.contains("\r\nAuthorization: Basic b3BlbmNvZGU6czNjcmV0\r\n"), "{asked}");
}

#[tokio::test]
async fn a_body_is_the_same_in_any_framing() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\none two",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\none\r\n4\r\n two\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n0007\r\none two\r\n0\r\nTrailer: x\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\none two",
    ] {
        assert_eq!(whole(answer.as_bytes()).await.unwrap(), "one two", "{answer}");
    }
}

#[tokio::test]
async fn what_is_no_whole_answer_is_an_error() {
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(40_000));
    let large = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(1_001));
    for (answer, error) in [
        ("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "it answered with status 401"),
        ("HTTP/1.1 302 Found\r\nLocation: /y\r\n\r\n", "it answered with status 302"),
        ("SSH-2.0-OpenSSH_9.2\r\n", "its answer is not understood: not HTTP"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "not understood: its encoding"),
        ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "not understood: its length"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "unexpected end of file"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort",
            "unexpected end of file",
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nlong\r\n", "without its end"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "the size of a chunk"),
        (&long, "its head is too long"),
        (&large, "it is too long"),
    ] {
        let failed = whole(answer.as_bytes()).await.map_err(|error| error.to_string());
        assert!(failed.as_ref().is_err_and(|told| told.contains(error)), "{error}: {failed:?}");
    }
}

#[tokio::test]
async fn events_come_one_by_one_and_one_without_end_is_refused() {
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    let chunk = |data: &[u8]| [format!("{:x}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat();
    let mut pieces = vec![head, chunk(b"data: one\n\ndata: t"), chunk(b"wo\n\n")];
    pieces.extend(vec![chunk(&vec![b'x'; 1 << 20]); 100]);
    let (server, asked) = answering(pieces);
    let mut stream = EventStream::open(&server, "/event").await.unwrap();
    assert_eq!(stream.next().await.unwrap().as_deref(), Some("one"));
    assert_eq!(stream.next().await.unwrap().as_deref(), Some("two"));
    let refused = stream.next().await.map_err(|error| error.to_string());
    assert_eq!(refused.unwrap_err(), "its answer is not understood: an event is too long");
    drop(stream);
    asked.join().unwrap();
}
