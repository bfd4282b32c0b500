//! Our ends of the pipes to Neovim, or to the hub.

use std::{
    io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream as StdStream,
    },
};

use rustix::fs::{FileType, fstat};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{UnixStream, unix::pipe},
};

/// Where messages come in.
pub(crate) type Input = Box<dyn AsyncRead + Send + Unpin>;
/// Where our messages go out.
pub(crate) type Output = Box<dyn AsyncWrite + Send + Unpin>;

/// Stdin. Neovim gives sockets, others pipes: of both the system tells when there is something,
/// whereas of anything else a thread must wait for each message, which costs more than most calls.
pub(crate) fn input() -> io::Result<Input> {
    let (end, kind) = end(io::stdin().as_fd())?;
    Ok(match kind {
        FileType::Socket => Box::new(stream(end)?),
        FileType::Fifo => Box::new(pipe::Receiver::from_owned_fd(end)?),
        _ => Box::new(tokio::io::stdin()),
    })
}

/// Stdout.
pub(crate) fn output() -> io::Result<Output> {
    let (end, kind) = end(io::stdout().as_fd())?;
    Ok(match kind {
        FileType::Socket => Box::new(stream(end)?),
        FileType::Fifo => Box::new(pipe::Sender::from_owned_fd(end)?),
        _ => Box::new(tokio::io::stdout()),
    })
}

fn end(stdio: impl AsFd) -> io::Result<(OwnedFd, FileType)> {
    let end = stdio.as_fd().try_clone_to_owned()?;
    let kind = FileType::from_raw_mode(fstat(&end)?.st_mode);
    Ok((end, kind))
}

fn stream(end: OwnedFd) -> io::Result<UnixStream> {
    let stream = StdStream::from(end);
    stream.set_nonblocking(true)?;
    UnixStream::from_std(stream)
}
