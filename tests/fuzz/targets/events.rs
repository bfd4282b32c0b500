//! What an agent tells of itself: input is the length of the pieces in which it comes (one byte),
//! and the stream.

use jiff::Timestamp;
use polecat::core::agent::events::{Activity, EventServer, HookReport};
use polecat::host::loopback::event_stream::EventLines;

pub fn check(bytes: &[u8]) {
    let Some((size, stream)) = bytes.split_first() else { return };
    let whole = events(stream, stream.len().max(1));
    assert_eq!(events(stream, usize::from(*size).max(1)), whole);
    for event in &whole {
        hook(event);
    }
    activity(&whole);
}

/// The events of a stream, which is shorter than what is refused.
fn events(stream: &[u8], size: usize) -> Vec<String> {
    let (mut lines, mut found) = (EventLines::default(), Vec::new());
    for piece in stream.chunks(size) {
        lines.push(piece);
        while let Some(event) = lines.event().expect("it is short") {
            found.push(event);
        }
    }
    found
}

/// Whoever waits has a question, and what was told twice changes nothing more.
fn activity(events: &[String]) {
    let server = EventServer::of_agent("opencode").expect("it serves events");
    let mut activity = Activity::default();
    for event in events {
        for (_, read) in server.present {
            for told in read(event) {
                Activity::default().take(told);
            }
        }
        let Some(told) = (server.read)(event) else { continue };
        activity.take(told.clone());
        let waits = activity.state().as_str() == "waiting";
        assert_eq!(waits, activity.oldest().is_some(), "{event}");
        let once = activity.clone();
        activity.take(told);
        assert_eq!(activity.state(), once.state(), "{event}");
    }
}

/// What a hook says comes back as it was written down.
fn hook(input: &str) {
    let at = Timestamp::UNIX_EPOCH;
    if let Ok(HookReport { word: Some(word), .. }) = HookReport::from_hook(input.as_bytes(), at) {
        assert_eq!(word.to_string().parse(), Ok(word), "{input}");
    }
}
