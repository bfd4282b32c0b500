//! What hub and host say to each other: messages of one closed set, each with its length in front.
//! Both sides are of the same version, so a field that is not known here is an error.

mod files;

use std::{io, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_bytes::ByteBuf;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::timeout,
};

pub(super) use files::FarFiles;

use super::{error::FarError, identity::Identity, texts, values};
use crate::core::{batch_job::BatchJob, build, session::SessionInfo};

/// The first line of a host. What login scripts print stands in front of it.
pub(super) const MAGIC: &str = "polecat-serve 1";

/// The longest message, in bytes: ten thousand polecats have room in it.
pub(super) const MESSAGE_LIMIT: u32 = 16 * 1024 * 1024;
/// The most that one carries, in bytes.
const PACKED_LIMIT: usize = MESSAGE_LIMIT as usize - 1024;
/// How many rigs of one host are taken.
const RIG_LIMIT: usize = 500;
/// Characters with a meaning in addresses: several, all, a part of a row, a value. No name of a host's
/// rig has one here.
const MEANS_MORE: [char; 4] = [',', '*', '#', '='];
/// How many parts of one answer may be under way: so much is sent before the first was taken.
pub(super) const PARTS_IN_FLIGHT: usize = 3;
/// How much two clocks may seem to differ, in milliseconds, because messages take their time.
const CLOCK_SKEW_LIMIT_MS: u64 = 5_000;
/// The deepest that values may lie in each other.
const DEPTH_LIMIT: usize = 64;

/// What the hub says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) enum ToHost {
    /// The first message: who we are, and what is wanted.
    Hello(Hello),
    /// To be answered with the same number.
    Ping(u64),
    /// Everything is to be looked at anew.
    Look,
    /// To be carried out, and answered with the same number.
    Call {
        id: u64,
        /// As Lua calls it.
        name: String,
        args: ByteBuf,
    },
    /// For what carries out this call.
    Tell { id: u64, what: ByteBuf },
    /// A part of its answer was taken.
    Taken(u64),
    /// Nobody listens to its answer any more.
    Drop(u64),
}

/// What the hub wants of a host.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hello {
    /// What it goes by.
    pub(super) config: ByteBuf,
    /// Which lines of its log it is to send, a level.
    pub(super) log: String,
}

/// What a host says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) enum FromHost {
    /// The first message.
    Welcome(Welcome),
    Pong(u64),
    /// All rigs: at first, and when more than rows has changed.
    Rigs(Rigs),
    /// What else has changed in them.
    Rows(HostRows),
    /// Files were changed.
    Files(FarFiles),
    /// A part of an answer; another one when it was taken.
    Part {
        id: u64,
        part: ByteBuf,
    },
    Answer {
        id: u64,
        /// What came of the call.
        result: Result<ByteBuf, FarError>,
    },
}

/// Who a host is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Welcome {
    pub(super) version: String,
    /// What it was built from.
    pub(super) source: String,
    /// Where our program is there.
    pub(super) program: String,
    pub(super) identity: Identity,
    /// The job that it runs in, where there is one.
    pub(super) job: Option<BatchJob>,
}

impl Welcome {
    /// Ours, of the program that is at `program`.
    pub(super) fn new(program: String, identity: Identity, job: Option<BatchJob>) -> Self {
        let [version, source] = [build::VERSION, build::SOURCE].map(str::to_owned);
        Self { version, source, program, identity, job }
    }

    /// Refuses all but a program that is built from the same as this one.
    pub(super) fn check(&self) -> Result<(), String> {
        let (version, source) = (&self.version, &self.source);
        if version != build::VERSION {
            return Err(format!(
                "polecat-nvim is version {version:?} there, and {:?} here",
                build::VERSION
            ));
        }
        if source != build::SOURCE {
            return Err(format!(
                "polecat-nvim is of the same version there, but was built from other sources ({source:?}, {:?} here)",
                build::SOURCE
            ));
        }
        Ok(())
    }
}

/// Its rigs at one moment.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rigs {
    /// What the clock said there, in milliseconds since 1970: two clocks are never the same.
    pub(super) now: i64,
    pub(super) rigs: Vec<FarRig>,
}

/// Rows that are others since they were told last.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HostRows {
    /// As of [`Rigs`].
    pub(super) now: i64,
    pub(super) rigs: Vec<RigRows>,
    /// How long the message is, in bytes.
    #[serde(skip)]
    pub(super) length: usize,
}

/// Those of one rig.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RigRows {
    /// Which of those that were told last, from 0.
    pub(super) rig: usize,
    /// In the order in which they were told.
    pub(super) polecats: Vec<SessionInfo>,
}

/// A rig of a host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FarRig {
    /// What names it among those of its host.
    pub address: String,
    /// Its project's folder there.
    pub path: String,
    /// The name of its town's own tmux socket, if its sessions are on that.
    pub socket: Option<String>,
    /// Why it cannot be read there.
    pub problem: Option<String>,
    /// Every polecat, with or without a session, in the order of their names.
    pub polecats: Vec<SessionInfo>,
    /// Whether it has not been read, so that nobody knows which polecats there are.
    #[serde(default)]
    pub unread: bool,
}

/// How far a clock that says `there` is ahead of `now` here, in milliseconds, where that was `known`
/// before. It stays so while the way of a message may be all the difference: an agent that has begun at
/// another time is another agent.
pub(super) fn ahead(there: i64, now: Timestamp, known: i64) -> i64 {
    let measured = there.saturating_sub(now.as_millisecond());
    if measured.abs_diff(known) < CLOCK_SKEW_LIMIT_MS { known } else { measured }
}

impl Rigs {
    /// The rigs with their times as the clock here would have them, no more of them than are taken.
    pub(super) fn here(mut self, ahead: i64) -> Vec<FarRig> {
        self.rigs.truncate(RIG_LIMIT);
        for rig in &mut self.rigs {
            rig.address = rig.address.replace(MEANS_MORE, "_");
        }
        let polecats = self.rigs.iter_mut().flat_map(|rig| &mut rig.polecats);
        polecats.for_each(|info| info.shift_times(-ahead));
        self.rigs
    }
}

impl HostRows {
    /// What is another in `now` than `before`; `None` where that is more than rows.
    pub(super) fn between(before: &[FarRig], now: &[FarRig]) -> Option<Vec<RigRows>> {
        let same = before.len() == now.len() && before.iter().zip(now).all(|(a, b)| a.is_like(b));
        let of_rig = |(rig, (before, now)): (usize, (&FarRig, &FarRig))| {
            let rows = before.polecats.iter().zip(&now.polecats);
            let changed = rows.filter(|(before, now)| before != now);
            let polecats: Vec<_> = changed.map(|(_, now)| now.clone()).collect();
            (!polecats.is_empty()).then_some(RigRows { rig, polecats })
        };
        same.then(|| before.iter().zip(now).enumerate().filter_map(of_rig).collect())
    }

    /// Puts them, with their times as of [`Rigs::here`], in place of those in `rigs`.
    ///
    /// # Errors
    /// They were not told before.
    pub(super) fn put_into(self, rigs: &mut [FarRig], ahead: i64) -> Result<(), String> {
        for RigRows { rig, polecats } in self.rigs {
            // Those behind were not taken.
            let Some(rig) = rigs.get_mut(rig) else { continue };
            let mut rows = rig.polecats.iter_mut();
            for mut info in polecats {
                let Some(row) = rows.find(|row| row.polecat == info.polecat) else {
                    return Err("it changed a row that it has not sent".to_owned());
                };
                info.shift_times(-ahead);
                *row = info;
            }
        }
        Ok(())
    }
}

impl FarRig {
    /// Whether it is as `other` but for what its rows say.
    fn is_like(&self, other: &Self) -> bool {
        let Self { address, path, socket, problem, polecats, unread } = self;
        (address, path, socket) == (&other.address, &other.path, &other.socket)
            && (problem, unread) == (&other.problem, &other.unread)
            && polecats.len() == other.polecats.len()
            && polecats.iter().zip(&other.polecats).all(|(a, b)| a.polecat == b.polecat)
    }
}

/// Writes one message. It fails where the other side is gone.
pub(super) async fn write<T: Serialize>(
    to: &mut (impl AsyncWrite + Unpin),
    message: &T,
) -> io::Result<usize> {
    write_unless_stuck(to, message, Duration::MAX).await
}

/// The same to who may take nothing for no longer than `limit`. A long message over a slow line may take
/// longer, as long as something of it is taken. Else the error's kind is `TimedOut`.
pub(super) async fn write_unless_stuck<T: Serialize>(
    to: &mut (impl AsyncWrite + Unpin),
    message: &T,
    limit: Duration,
) -> io::Result<usize> {
    let bytes = rmp_serde::to_vec_named(message).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= MESSAGE_LIMIT);
    let length = length.ok_or_else(|| io::Error::other("the message is too long"))?;
    for mut rest in [&length.to_be_bytes()[..], &bytes] {
        while !rest.is_empty() {
            if timeout(limit, to.write_buf(&mut rest)).await?? == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
        }
    }
    timeout(limit, to.flush()).await??;
    Ok(bytes.len())
}

/// Reads one message; `None` where the other side has ended. To be read by one task, which is not
/// cancelled between two messages.
///
/// # Errors
/// It is longer than any may be, or is none.
pub(super) async fn read<T: Incoming>(
    from: &mut (impl AsyncRead + Unpin),
) -> io::Result<Option<T>> {
    read_unless_silent(from, Duration::MAX).await
}

/// The same of who may be silent for no longer than `silence`. A long message over a slow line may take
/// longer, as long as something of it comes. Else the error's kind is `TimedOut`.
pub(super) async fn read_unless_silent<T: Incoming>(
    from: &mut (impl AsyncRead + Unpin),
    silence: Duration,
) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match timeout(silence, from.read_exact(&mut length)).await? {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = u32::from_be_bytes(length);
    if length > MESSAGE_LIMIT {
        return Err(io::Error::other(format!("a message of {length} bytes")));
    }
    // As it comes: the length alone, which may be a lie, makes no room.
    let mut bytes = Vec::new();
    let mut rest = from.take(length.into());
    while timeout(silence, rest.read_buf(&mut bytes)).await?? > 0 {}
    if bytes.len() < length as usize {
        return Ok(None);
    }
    let message = T::decode(&bytes);
    message.map(Some).map_err(|why| io::Error::other(format!("invalid message: {why}")))
}

/// What can be read.
pub(super) trait Incoming: Sized {
    /// # Errors
    /// It is none of our messages.
    fn decode(bytes: &[u8]) -> Result<Self, String>;
}

impl Incoming for FromHost {
    fn decode(bytes: &[u8]) -> Result<Self, String> {
        let mut message = unpack(bytes)?;
        if let Self::Rows(rows) = &mut message {
            rows.length = bytes.len();
        }
        Ok(message)
    }
}

/// The hub is the person's own program: what it says is taken as it is.
impl Incoming for ToHost {
    fn decode(bytes: &[u8]) -> Result<Self, String> {
        unpack_exactly(bytes)
    }
}

/// As it goes over the wire.
///
/// # Errors
/// What serde cannot write, such as a path that is not UTF-8; or it has no room in a message, which
/// would end the connection.
pub fn pack(what: &impl Serialize) -> Result<ByteBuf, String> {
    let bytes = rmp_serde::to_vec_named(what).map_err(|why| why.to_string())?;
    if bytes.len() > PACKED_LIMIT {
        return Err(format!("{} bytes are too many to be sent", bytes.len()));
    }
    Ok(bytes.into())
}

/// What came over the wire: data of exactly the type that was asked for, whose texts can be shown.
///
/// # Errors
/// It is none of that.
pub(super) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    if !values::fit(bytes) {
        return Err("more values than a message has".to_owned());
    }
    let mut rest = bytes;
    let value = rmpv::decode::read_value_with_max_depth(&mut rest, DEPTH_LIMIT);
    let value = value.map_err(|why| why.to_string())?;
    if !rest.is_empty() {
        return Err(format!("{} bytes too many", rest.len()));
    }
    let value = texts::cleaned(value, &mut (MESSAGE_LIMIT as usize))?;
    let mut clean = Vec::with_capacity(bytes.len());
    rmpv::encode::write_value(&mut clean, &value).map_err(|why| why.to_string())?;
    // By way of bytes: rmpv's own deserializer does not know enums as they are written.
    unpack_exactly(&clean)
}

/// What is taken of a host's message, as it would be written here: the fuzzers ask.
///
/// # Errors
/// It is none of our messages.
pub fn taken(bytes: &[u8]) -> Result<Vec<u8>, String> {
    rmp_serde::to_vec_named(&FromHost::decode(bytes)?).map_err(|why| why.to_string())
}

/// The same as it is.
///
/// # Errors
/// It is none of that.
pub fn unpack_exactly<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    rmp_serde::from_slice(bytes).map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests;
