//! Asks a server on this machine: GET over HTTP/1.1, and nothing else. What it answers is bounded
//! in size and time.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long connecting, and the head of an answer, may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest head of an answer, in bytes.
const HEAD_LIMIT: usize = 32 << 10;
/// The most headers that an answer may have.
const HEADERS_LIMIT: usize = 64;
/// How much is read at once.
const READ_SIZE: usize = 16 << 10;
/// The longest line that gives the size of a chunk.
const CHUNK_LINE_LIMIT: usize = 256;

/// A server on 127.0.0.1 that asks for a password.
#[derive(Clone, PartialEq, Eq)]
pub struct LocalServer {
    /// Its port.
    pub port: u16,
    /// The user of HTTP's basic authentication.
    pub user: &'static str,
    /// The password.
    pub password: String,
}

/// Why a server was not asked, or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The connection failed, or ended too early.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It did not answer in time.
    #[error("it did not answer within {0:?}")]
    NoAnswer(Duration),
    /// It refuses.
    #[error("it answered with status {0}")]
    Status(u16),
    /// It answered what is not HTTP/1.1, or too much.
    #[error("its answer is not understood: {0}")]
    Malformed(&'static str),
}

/// The body of an answer, as it comes.
pub struct Body {
    stream: TcpStream,
    /// What was read and not given yet.
    rest: Vec<u8>,
    framing: Framing,
}

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// By its length: how much is left.
    Length(u64),
    /// In chunks: how much is left of this one.
    Chunk(u64),
    /// The same, and a line end is due before the next one.
    ChunkEnd,
    /// By the end of the connection.
    Close,
    /// It was all given.
    Ended,
}

impl LocalServer {
    /// Asks for `path`, and gives the body of the answer when its head has come.
    ///
    /// # Errors
    /// [`HttpError::Status`] if that is not 200.
    pub async fn get(&self, path: &str) -> Result<Body, HttpError> {
        let asked = timeout(ANSWER_TIMEOUT, self.ask(path)).await;
        asked.unwrap_or(Err(HttpError::NoAnswer(ANSWER_TIMEOUT)))
    }

    async fn ask(&self, path: &str) -> Result<Body, HttpError> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await?;
        let secret = base64(format!("{}:{}", self.user, self.password).as_bytes());
        let host = format!("127.0.0.1:{}", self.port);
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {secret}\r\n\
             Accept: */*\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut read = Vec::new();
        loop {
            if let Some((framing, head)) = head(&read)? {
                let rest = read.split_off(head);
                return Ok(Body { stream, rest, framing });
            }
            more(&mut stream, &mut read).await?;
        }
    }
}

/// How the body behind the head of an answer ends, and how long that head is; `None` if it is not
/// complete.
fn head(read: &[u8]) -> Result<Option<(Framing, usize)>, HttpError> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_LIMIT];
    let mut answer = httparse::Response::new(&mut headers);
    let parsed = answer.parse(read).map_err(|_| HttpError::Malformed("not HTTP"))?;
    let length = match parsed {
        httparse::Status::Complete(length) => length,
        httparse::Status::Partial => read.len(),
    };
    if length > HEAD_LIMIT {
        return Err(HttpError::Malformed("its head is too long"));
    }
    if parsed.is_partial() {
        return Ok(None);
    }
    match answer.code {
        Some(200) => Ok(Some((framing(answer.headers)?, length))),
        code => Err(HttpError::Status(code.unwrap_or_default())),
    }
}

fn framing(headers: &[httparse::Header]) -> Result<Framing, HttpError> {
    let find = |name: &str| {
        let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        header.map(|header| String::from_utf8_lossy(header.value).trim().to_ascii_lowercase())
    };
    match (find("transfer-encoding").as_deref(), find("content-length")) {
        (Some("chunked"), _) => Ok(Framing::Chunk(0)),
        (Some("identity") | None, None) => Ok(Framing::Close),
        (Some("identity") | None, Some(length)) => {
            let length = length.parse().map_err(|_| HttpError::Malformed("its length"))?;
            Ok(Framing::Length(length))
        }
        (Some(_), _) => Err(HttpError::Malformed("its encoding")),
    }
}

impl Body {
    /// The next piece, of limited length; `None` at the end.
    ///
    /// # Errors
    /// The connection ended within the body, or it is malformed.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, HttpError> {
        loop {
            if let Some(piece) = self.piece()? {
                return Ok(Some(piece));
            }
            if matches!(self.framing, Framing::Ended | Framing::Length(0)) {
                return Ok(None);
            }
            match more(&mut self.stream, &mut self.rest).await {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return if self.framing == Framing::Close {
                        Ok(None)
                    } else {
                        Err(error.into())
                    };
                }
                other => other?,
            }
        }
    }

    /// All of it.
    ///
    /// # Errors
    /// It is longer than `limit`, is late, or [`Body::next`] fails.
    pub async fn whole(mut self, limit: usize) -> Result<String, HttpError> {
        let read = async {
            let mut all = Vec::new();
            while let Some(piece) = self.next().await? {
                all.extend(piece);
                if all.len() > limit {
                    return Err(HttpError::Malformed("it is too long"));
                }
            }
            String::from_utf8(all).map_err(|_| HttpError::Malformed("it is not UTF-8"))
        };
        timeout(ANSWER_TIMEOUT, read).await.unwrap_or(Err(HttpError::NoAnswer(ANSWER_TIMEOUT)))
    }

    /// What can be given of that which was read.
    fn piece(&mut self) -> Result<Option<Vec<u8>>, HttpError> {
        loop {
            let left = match self.framing {
                Framing::Ended | Framing::Length(0) => return Ok(None),
                Framing::Close => u64::MAX,
                Framing::Chunk(0) | Framing::ChunkEnd => {
                    if self.next_chunk()? {
                        continue;
                    }
                    return Ok(None);
                }
                Framing::Length(left) | Framing::Chunk(left) => left,
            };
            let count = usize::try_from(left).unwrap_or(usize::MAX).min(self.rest.len());
            if count == 0 {
                return Ok(None);
            }
            let piece = self.rest.drain(..count).collect();
            let left = left - u64::try_from(count).unwrap_or(left);
            self.framing = match self.framing {
                Framing::Length(_) => Framing::Length(left),
                Framing::Chunk(_) if left == 0 => Framing::ChunkEnd,
                Framing::Chunk(_) => Framing::Chunk(left),
                other => other,
            };
            return Ok(Some(piece));
        }
    }

    /// Reads the line before a chunk, with the line end of the one before it; `false` if it is not
    /// complete.
    fn next_chunk(&mut self) -> Result<bool, HttpError> {
        let start = if self.framing == Framing::ChunkEnd { 2 } else { 0 };
        let Some(line) = self.rest.get(start..) else { return Ok(false) };
        if !self.rest.starts_with(&b"\r\n"[..start]) {
            return Err(HttpError::Malformed("a chunk without its end"));
        }
        let parsed = httparse::parse_chunk_size(line);
        match parsed.map_err(|_| HttpError::Malformed("the size of a chunk"))? {
            httparse::Status::Partial if line.len() > CHUNK_LINE_LIMIT => {
                Err(HttpError::Malformed("the size of a chunk"))
            }
            httparse::Status::Partial => Ok(false),
            httparse::Status::Complete((length, size)) => {
                self.rest.drain(..start + length);
                // What follows the last one (trailers) is of no use.
                self.framing = if size == 0 { Framing::Ended } else { Framing::Chunk(size) };
                Ok(true)
            }
        }
    }
}

async fn more(stream: &mut TcpStream, read: &mut Vec<u8>) -> io::Result<()> {
    let mut piece = vec![0; READ_SIZE];
    let count = stream.read(&mut piece).await?;
    read.extend_from_slice(piece.get(..count).unwrap_or_default());
    if count == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let six = usize::try_from(bits >> (18 - 6 * at) & 63).unwrap_or_default();
            text.push(if at <= three.len() { char::from(ALPHABET[six]) } else { '=' });
        }
    }
    text
}
