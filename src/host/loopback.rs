//! What listens on this machine alone: a port and a password for it, and how it is asked.

pub mod event_stream;
pub mod http;

use std::io;
use std::net::{Ipv4Addr, TcpListener};

/// Where ports are looked for: below those that systems give to whoever asks for any, so that
/// nobody gets one by chance before it is listened on.
const PORTS: std::ops::Range<u16> = 16_384..32_768;
/// How many ports are tried.
const TRIES_LIMIT: usize = 64;
/// The length of a password, in bytes before it is written in hexadecimal.
const PASSWORD_BYTES: usize = 24;

/// A port on 127.0.0.1 that nobody listens on.
///
/// # Errors
/// None was found, or the system gives no random numbers.
pub fn free_port() -> io::Result<u16> {
    for _ in 0..TRIES_LIMIT {
        let mut random = [0; 2];
        fill(&mut random)?;
        let port = PORTS.start + u16::from_ne_bytes(random) % (PORTS.end - PORTS.start);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err(io::Error::new(io::ErrorKind::AddrInUse, "no free port was found"))
}

/// A password that cannot be guessed.
///
/// # Errors
/// The system gives no random numbers.
pub fn password() -> io::Result<String> {
    let mut random = [0; PASSWORD_BYTES];
    fill(&mut random)?;
    let digit = |four: u8| char::from_digit(u32::from(four), 16);
    Ok(random.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).flatten().collect())
}

fn fill(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_free_and_each_password_is_another() {
        let port = free_port().unwrap();
        assert!(PORTS.contains(&port), "{port}");
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        let (one, other) = (password().unwrap(), password().unwrap());
        assert_eq!((one.len(), one == other), (2 * PASSWORD_BYTES, false));
    }
}
