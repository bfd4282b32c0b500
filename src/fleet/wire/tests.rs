//! Tests of what goes over the wire.

use super::*;
use crate::{
    core::{
        names::PolecatName,
        session::{
            Detail, DetailKind, Exit, ExitHow, State, Usage, Waiting, branch_status::BranchStatus,
            diffstat::Diffstat,
        },
        trust::{Content, TrustRequest},
    },
    session::ErrorDetail,
};

fn rigs(now: i64, since: i64) -> Rigs {
    let ash = PolecatName::parse("ash").unwrap();
    let mut info = SessionInfo::stopped(ash, "gt-shop-ash".to_owned(), "shop".to_owned());
    (info.state, info.state_since) = (State::Idle, Timestamp::from_second(since).ok());
    let rig = FarRig {
        address: "shop".to_owned(),
        path: "/srv/shop".to_owned(),
        socket: None,
        problem: None,
        polecats: vec![info],
        unread: false,
    };
    Rigs { now, rigs: vec![rig] }
}

#[tokio::test]
async fn what_is_written_is_read_and_an_end_is_no_error() {
    let mut bytes = Vec::new();
    write(&mut bytes, &FromHost::Rigs(rigs(0, 7))).await.unwrap();
    write(&mut bytes, &FromHost::Pong(3)).await.unwrap();
    let mut from = &bytes[..];
    let Ok(Some(FromHost::Rigs(read_back))) = read(&mut from).await else { panic!("rigs") };
    assert_eq!(read_back.rigs, rigs(0, 7).rigs);
    assert!(matches!(read(&mut from).await, Ok(Some(FromHost::Pong(3)))));
    assert!(matches!(read::<FromHost>(&mut from).await, Ok(None)));
    let mut cut = &bytes[..bytes.len() - 1];
    assert!(matches!(read::<FromHost>(&mut cut).await, Ok(Some(_))));
    assert!(matches!(read::<FromHost>(&mut cut).await, Ok(None)));
}

/// What is left out on the way to Lua because it is usual must be so again here: a choice has the
/// number that a person presses.
#[tokio::test]
async fn all_that_is_known_of_a_session_arrives() {
    let at = Timestamp::from_second(7).unwrap();
    let mut sent = rigs(0, 7);
    let info = &mut sent.rigs[0].polecats[0];
    let choices = ["Yes", "No"].map(str::to_owned).to_vec();
    info.waiting = Some(Waiting { id: "q".to_owned(), first: 1, choices, ..Waiting::default() });
    info.exit = Some(Exit {
        how: ExitHow::Gone,
        at,
        lived_ms: 5,
        command: "claude".to_owned(),
        tail: vec!["bye".to_owned()],
    });
    info.diff = Some(Diffstat { ahead: 1, added: 2, removed: 3, uncommitted: 4, untracked: 5 });
    info.branch_status =
        Some(BranchStatus { of: "main".to_owned(), behind: 3, merged: true, conflicts: true });
    info.usage = Some(Usage { tokens: Some(3), ..Usage::default() });
    let (kind, text) = (DetailKind::Limit, "used up".to_owned());
    info.detail = Some(Detail { kind, text, attempt: None, wait: None, until: None });
    (info.created, info.pid, info.lost) = (Some(at), Some(3), true);
    let second = info.clone();
    let waiting = info.waiting.as_mut().unwrap();
    (waiting.first, waiting.multi, waiting.ticked) = (4, true, vec![5]);
    (waiting.subject, waiting.yes) = ("$ rm -rf build".to_owned(), Some(4));
    sent.rigs[0].polecats.push(second);
    let mut bytes = Vec::new();
    let expected = sent.rigs.clone();
    write(&mut bytes, &FromHost::Rigs(sent)).await.unwrap();
    let Ok(Some(FromHost::Rigs(arrived))) = read(&mut &bytes[..]).await else { panic!("rigs") };
    assert_eq!(arrived.rigs, expected);
}

#[tokio::test]
async fn what_is_too_long_or_is_no_message_is_an_error() {
    for bytes in [
        &[0xff, 0xff, 0xff, 0xff, 0][..],
        &[0, 0, 0, 1, 0xc1],
        // A map with a field that no message has.
        &[0, 0, 0, 7, 0x81, 0xa5, b'L', b'o', b'o', b'p', b'!'],
    ] {
        let read = read::<FromHost>(&mut &bytes[..]).await;
        assert!(read.is_err(), "{bytes:?}: {read:?}");
    }
}

#[tokio::test]
async fn the_largest_that_can_be_packed_has_room_in_a_message() {
    let most = pack(&ByteBuf::from(vec![0; PACKED_LIMIT - 5])).unwrap();
    assert_eq!(most.len(), PACKED_LIMIT);
    let mut bytes = Vec::new();
    write(&mut bytes, &FromHost::Answer { id: u64::MAX, result: Ok(most) }).await.unwrap();
    assert!(matches!(read(&mut &bytes[..]).await, Ok(Some(FromHost::Answer { .. }))));
    assert!(pack(&ByteBuf::from(vec![0; PACKED_LIMIT])).is_err());
}

#[tokio::test]
async fn a_long_message_over_a_narrow_line_is_read_and_one_that_stops_midway_is_a_silence() {
    let mut message = Vec::new();
    let part = ByteBuf::from(vec![7; 100_000]);
    write(&mut message, &FromHost::Part { id: 1, part: part.clone() }).await.unwrap();
    let half = message[..message.len() / 2].to_vec();
    let (mut there, mut here) = tokio::io::duplex(64);
    let said = tokio::spawn(async move {
        there.write_all(&message).await.unwrap();
        there.write_all(&half).await.unwrap();
        there
    });
    let read = read_unless_silent(&mut here, Duration::from_secs(60)).await;
    assert!(matches!(read, Ok(Some(FromHost::Part { part: read, .. })) if read == part));
    let read = read_unless_silent::<FromHost>(&mut here, Duration::from_millis(50)).await;
    assert_eq!(read.unwrap_err().kind(), io::ErrorKind::TimedOut);
    drop(said.await.unwrap());
}

#[tokio::test]
async fn who_takes_a_long_message_bit_by_bit_gets_it_and_who_takes_nothing_does_not_hold_us_up() {
    let part = FromHost::Part { id: 1, part: ByteBuf::from(vec![7; 100_000]) };
    let (mut here, mut there) = tokio::io::duplex(64);
    let takes = tokio::spawn(async move {
        let read = read::<FromHost>(&mut there).await;
        (read, there)
    });
    let limit = Duration::from_millis(50);
    write_unless_stuck(&mut here, &part, Duration::from_secs(60)).await.unwrap();
    let (read, _there) = takes.await.unwrap();
    assert!(matches!(read, Ok(Some(FromHost::Part { .. }))));
    let stuck = write_unless_stuck(&mut here, &part, limit).await;
    assert_eq!(stuck.unwrap_err().kind(), io::ErrorKind::TimedOut);
}

/// Each of their bytes is six where it is shown.
#[test]
fn texts_that_become_longer_than_a_message_are_none() {
    let texts = vec!["\u{1b}".repeat(texts::TEXT_LIMIT); 250];
    let read = unpack::<Vec<String>>(&pack(&texts).unwrap());
    assert_eq!(read, Err("more text than a message has".to_owned()));
}

/// A person is to see what they agree to as it is, and what is wrong line by line.
#[test]
fn the_texts_of_an_error_arrive_with_their_lines() {
    let (path, text) = ("/shop/hooks".into(), Some("one\ntwo\n".to_owned()));
    let request = TrustRequest {
        home: "/shop".into(),
        files: vec!["/shop/hooks".into()],
        argv: vec!["claude".to_owned()],
        env: Vec::new(),
        settings: vec![("runs in".to_owned(), "/".to_owned())],
        contents: vec![Content { path, hash: "7".to_owned(), text }],
        lasting: true,
    };
    let (code, message) = ("untrusted".to_owned(), "one\ntwo".to_owned());
    let detail = Some(Box::new(ErrorDetail::Untrusted(request)));
    let error = FarError { code, message, hint: None, detail };
    assert_eq!(unpack::<FarError>(&pack(&error).unwrap()), Ok(error));
}

/// A message to `build1:x,shop/ash` would go to `ash` of a rig `shop` here too.
#[test]
fn what_a_host_calls_a_rig_names_nothing_else() {
    let mut sent = rigs(0, 0);
    sent.rigs[0].address = "x,shop/ash*#3 y=z".to_owned();
    assert_eq!(sent.here(0)[0].address, "x_shop/ash__3 y_z");
}

#[test]
fn times_are_those_of_the_clock_here() {
    let now = Timestamp::from_second(1_000).unwrap();
    // An hour ahead there: what began ten seconds ago there did so here.
    let sent = rigs(4_600_000, 4_590);
    let an_hour = ahead(sent.now, now, 0);
    let here = sent.here(an_hour);
    assert_eq!(here[0].polecats[0].state_since, Timestamp::from_second(990).ok());
    assert_eq!(ahead(4_600_700, now, an_hour), an_hour, "a message that was quick");
    assert_eq!(ahead(999_000, now, 0), 0);
}

#[tokio::test]
async fn rows_that_were_not_told_are_refused_and_others_have_the_times_of_the_clock_here() {
    let known = rigs(0, 7).rigs;
    let of = |rig: usize, infos: &[&SessionInfo]| {
        let polecats = infos.iter().map(|info| (*info).clone()).collect();
        HostRows { now: 0, rigs: vec![RigRows { rig, polecats }], length: 0 }
    };
    let ash = &known[0].polecats[0];
    let birch = SessionInfo { polecat: PolecatName::parse("birch").unwrap(), ..ash.clone() };
    let mut here = known.clone();
    of(0, &[ash]).put_into(&mut here, 2_000).unwrap();
    assert_eq!(here[0].polecats[0].state_since, Timestamp::from_second(5).ok());
    of(RIG_LIMIT, &[ash]).put_into(&mut here, 0).expect("one that was not taken");
    for wrong in [of(0, &[&birch]), of(0, &[ash, ash])] {
        assert!(wrong.put_into(&mut here, 0).is_err());
    }
    let mut bytes = Vec::new();
    let written = write(&mut bytes, &FromHost::Rows(of(0, &[ash]))).await.unwrap();
    let Ok(Some(FromHost::Rows(read))) = read(&mut &bytes[..]).await else { panic!("rows") };
    assert_eq!((read.length, &read.rigs), (written, &of(0, &[ash]).rigs));
}
