//! tmux's control mode: input is what a control client prints.

use polecat::tmux::Notification;
use polecat::tmux::protocol::{Block, Decoder, Limits, Message};

/// Small, so that inputs of a few hundred bytes reach them.
const LIMITS: Limits = Limits { line: 100, reply: 300 };

pub fn check(bytes: &[u8]) {
    let whole = decode(Limits::default(), [bytes]);
    same_however_it_is_split(bytes, &whole);
    nothing_is_made_up(bytes, &whole);
    keeps_to_its_limits(bytes);
    a_reply_is_kept_byte_for_byte(bytes);
}

fn decode<'a>(limits: Limits, parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<Message> {
    let mut decoder = Decoder::limited(limits);
    let mut out = Vec::new();
    parts.into_iter().for_each(|part| decoder.push(part, &mut out));
    out
}

fn same_however_it_is_split(bytes: &[u8], whole: &[Message]) {
    for size in [1, 2, 7, 64] {
        assert_eq!(decode(Limits::default(), bytes.chunks(size)), whole, "in parts of {size}");
    }
    let (head, tail) = bytes.split_at(bytes.len() / 2);
    assert_eq!(decode(LIMITS, [head, &[], tail]), decode(LIMITS, [bytes]));
}

fn nothing_is_made_up(bytes: &[u8], messages: &[Message]) {
    let lines = bytes.split(|byte| *byte == b'\n').count() - 1;
    assert!(messages.len() <= lines, "{} messages of {lines} lines", messages.len());
    let told: usize = messages.iter().map(size).sum();
    // What is no UTF-8 grows to U+FFFD, three bytes for one.
    assert!(told <= 3 * bytes.len(), "{told} bytes of {}", bytes.len());
}

fn keeps_to_its_limits(bytes: &[u8]) {
    for message in decode(LIMITS, [bytes]) {
        let (size, most) = match &message {
            Message::Block(_) => (size(&message), LIMITS.reply),
            _ => (size(&message), 3 * LIMITS.line),
        };
        assert!(size <= most, "{size} bytes are kept of a {message:?}");
    }
}

/// Whatever a command prints, its own guard apart, comes back as it was.
fn a_reply_is_kept_byte_for_byte(body: &[u8]) {
    let guard = |line: &[u8]| [&b"%end 7 8 1"[..], b"%error 7 8 1"].contains(&line);
    if body.split(|byte| *byte == b'\n').any(guard) {
        return;
    }
    let text = [b"%begin 7 8 1\n", body, b"\n%end 7 8 1\n"].concat();
    let body = [body, b"\n"].concat();
    let expected = Message::Block(Block { ours: true, ok: true, body, cut: false });
    assert_eq!(decode(Limits::default(), [&text[..]]), [expected]);
}

fn size(message: &Message) -> usize {
    match message {
        Message::Block(block) => block.body.len(),
        Message::Stray(line) | Message::Notification(Notification::Other(line)) => line.len(),
        Message::Exit(reason) => reason.as_ref().map_or(0, String::len),
        Message::Notification(Notification::WindowRenamed { name, .. }) => name.len(),
        Message::Notification(_) => 0,
    }
}
