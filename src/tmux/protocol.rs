//! Decodes tmux's control mode: bytes in, replies and notifications out.

pub(super) mod command;
pub(super) mod memfd;
pub(super) mod reply;
pub(super) mod request;
pub(super) mod rows;

use super::ids::{SessionId, WindowId};

/// How much to keep of what tmux says, which must not fill our memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest line outside a reply, in bytes; the rest of it is dropped.
    pub line: usize,
    /// Longest reply, in bytes; lines that would make it longer are dropped.
    pub reply: usize,
}

impl Default for Limits {
    /// What tmux says by itself is short, and captures go through files.
    fn default() -> Self {
        Self { line: 1 << 20, reply: 64 << 20 }
    }
}

/// A complete message from tmux.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// The end of one command's reply.
    Block(Block),
    /// Something happened.
    Notification(Notification),
    /// A line outside any reply that is not a notification, such as the late error of a
    /// `load-buffer`.
    Stray(Vec<u8>),
    /// tmux ends the connection, perhaps with a reason; the end of the stream follows.
    Exit(Option<String>),
}

/// What one command answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Whether the command came from our own input; hooks and the command line of the client
    /// make blocks as well.
    pub ours: bool,
    /// Whether tmux accepted the command.
    pub ok: bool,
    /// What it printed, each line ended by a newline.
    pub body: Vec<u8>,
    /// Whether there was more than we keep.
    pub cut: bool,
}

/// Something that happened in the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notification {
    /// A session was created or closed; tmux does not say which.
    SessionsChanged,
    /// A window was opened somewhere.
    WindowAdded(WindowId),
    /// A window was closed somewhere.
    WindowClosed(WindowId),
    /// A window got another name.
    WindowRenamed {
        /// The window.
        window: WindowId,
        /// Its new name, as tmux escapes it.
        name: String,
    },
    /// A session that was armed printed something (see `Tmux::arm_activity`).
    Activity(SessionId),
    /// A client, as a rule a person's, came to a session, by attaching or from another session.
    ClientAttached(SessionId),
    /// A client left whatever session it was in.
    ClientDetached,
    /// The connection to the server is up: anything may have changed since the last one.
    Connected,
    /// The connection to the server is lost.
    Lost,
    /// Any other notification: the whole line.
    Other(Vec<u8>),
}

/// Splits tmux's output into messages. Does no I/O.
#[derive(Debug, Default)]
pub struct Decoder {
    limits: Limits,
    /// The line under way, without its newline.
    line: Vec<u8>,
    /// Whether the line under way was too long and lost its end.
    cut: bool,
    open: Option<OpenBlock>,
}

#[derive(Debug)]
struct OpenBlock {
    /// The whole `T N F` of its `%begin`.
    guard: Vec<u8>,
    body: Vec<u8>,
    cut: bool,
}

impl Decoder {
    /// One that keeps no more than `limits`.
    #[must_use]
    pub fn limited(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes bytes, split anywhere, and appends the messages that they complete to `out`.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<Message>) {
        let mut lines = bytes.split(|&byte| byte == b'\n');
        // `split` yields at least one part; the last one has no newline yet.
        let last = lines.next_back().unwrap_or_default();
        for part in lines {
            self.keep(part);
            out.extend(self.end_line());
        }
        self.keep(last);
    }

    fn keep(&mut self, part: &[u8]) {
        let Limits { line, reply } = self.limits;
        let limit = if self.open.is_some() { reply } else { line };
        let room = limit.saturating_sub(self.line.len()).min(part.len());
        self.line.extend_from_slice(&part[..room]);
        self.cut |= room < part.len();
    }

    fn end_line(&mut self) -> Option<Message> {
        let line = std::mem::take(&mut self.line);
        let cut = std::mem::take(&mut self.cut);
        match self.open.take() {
            Some(block) => self.continue_block(block, &line, cut),
            None => self.outside(line),
        }
    }

    fn continue_block(&mut self, mut block: OpenBlock, line: &[u8], cut: bool) -> Option<Message> {
        // A pane's text may be `%end 1 2 1`: only the block's own numbers end it.
        for (word, ok) in [(&b"%end "[..], true), (b"%error ", false)] {
            if line.strip_prefix(word) == Some(&block.guard) {
                let ours = block.guard.ends_with(b" 1");
                return Some(Message::Block(Block { ours, ok, body: block.body, cut: block.cut }));
            }
        }
        block.cut |= cut || block.body.len() + line.len() >= self.limits.reply;
        if !block.cut {
            block.body.extend_from_slice(line);
            block.body.push(b'\n');
        }
        self.open = Some(block);
        None
    }

    fn outside(&mut self, line: Vec<u8>) -> Option<Message> {
        if let Some(guard) = line.strip_prefix(b"%begin ").filter(|guard| is_guard(guard)) {
            let guard = guard.to_vec();
            self.open = Some(OpenBlock { guard, body: Vec::new(), cut: false });
            return None;
        }
        if line == b"%exit" {
            return Some(Message::Exit(None));
        }
        if let Some(reason) = line.strip_prefix(b"%exit ") {
            return Some(Message::Exit(Some(String::from_utf8_lossy(reason).into_owned())));
        }
        if line.starts_with(b"%") {
            return Some(Message::Notification(notification(line)));
        }
        Some(Message::Stray(line))
    }
}

/// `T N F`: three numbers.
fn is_guard(text: &[u8]) -> bool {
    let numbers = text.split(|&byte| byte == b' ');
    let mut count = 0;
    numbers
        .inspect(|_| count += 1)
        .all(|word| !word.is_empty() && word.iter().all(u8::is_ascii_digit))
        && count == 3
}

fn notification(line: Vec<u8>) -> Notification {
    known(&line).unwrap_or(Notification::Other(line))
}

fn known(line: &[u8]) -> Option<Notification> {
    let (word, rest) = split_word(line);
    match word {
        b"%sessions-changed" => Some(Notification::SessionsChanged),
        b"%window-add" | b"%unlinked-window-add" => Some(Notification::WindowAdded(id(rest)?)),
        b"%window-close" | b"%unlinked-window-close" => Some(Notification::WindowClosed(id(rest)?)),
        b"%window-renamed" => {
            let (window, name) = split_word(rest);
            let name = String::from_utf8_lossy(name).into_owned();
            Some(Notification::WindowRenamed { window: id(window)?, name })
        }
        // `%client-session-changed /dev/pts/3 $1 name`
        b"%client-session-changed" => {
            let (session, _) = split_word(split_word(rest).1);
            Some(Notification::ClientAttached(id(session)?))
        }
        b"%client-detached" => Some(Notification::ClientDetached),
        _ => None,
    }
}

fn split_word(line: &[u8]) -> (&[u8], &[u8]) {
    match line.iter().position(|&byte| byte == b' ') {
        Some(at) => (&line[..at], &line[at + 1..]),
        None => (line, &[]),
    }
}

fn id<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(parts: &[&[u8]]) -> Vec<Message> {
        let mut decoder = Decoder::default();
        let mut out = Vec::new();
        for part in parts {
            decoder.push(part, &mut out);
        }
        out
    }

    fn block(ours: bool, ok: bool, body: &str) -> Message {
        Message::Block(Block { ours, ok, body: body.as_bytes().to_vec(), cut: false })
    }

    #[test]
    fn a_reply_that_holds_guard_like_text_is_kept() {
        let out = decode(&[b"%begin 9 8 1\n%end 1 2 1\n%error 9 8 0\n%begin 9 8 1\n%end 9 8 1\n"]);
        assert_eq!(out, [block(true, true, "%end 1 2 1\n%error 9 8 0\n%begin 9 8 1\n")]);
    }

    #[test]
    fn replies_of_others_are_told_from_ours() {
        let out = decode(&[b"%begin 1 2 0\nx\n%end 1 2 0\n%begin 1 3 1\nno\n%error 1 3 1\n"]);
        assert_eq!(out, [block(false, true, "x\n"), block(true, false, "no\n")]);
    }

    #[test]
    fn notifications_inside_a_reply_are_its_text() {
        let out = decode(&[b"%begin 1 2 1\n%sessions-changed\n%end 1 2 1\n"]);
        assert_eq!(out, [block(true, true, "%sessions-changed\n")]);
    }

    #[test]
    fn what_is_unknown_is_kept_whole() {
        for line in
            ["%frobnicated x y", "%output 3 x", "%window-add x", "%begin 1 2", "%begin a b c"]
        {
            let expected = Message::Notification(Notification::Other(line.as_bytes().to_vec()));
            assert_eq!(decode(&[line.as_bytes(), b"\n"]), [expected], "{line}");
        }
        assert_eq!(decode(&[b"no buffer x\n"]), [Message::Stray(b"no buffer x".to_vec())]);
    }

    #[test]
    fn goodbye_carries_its_reason() {
        assert_eq!(decode(&[b"%exit\n"]), [Message::Exit(None)]);
        let reason = Some("server exited unexpectedly".to_owned());
        assert_eq!(decode(&[b"%exit server exited unexpectedly\n"]), [Message::Exit(reason)]);
    }

    #[test]
    fn an_endless_line_is_cut_and_the_next_one_is_read() {
        let limit = Limits::default().line;
        let long = vec![b'x'; 2 * limit];
        let out = decode(&[b"%", &long, b"\n%sessions-changed\n"]);
        let [Message::Notification(Notification::Other(line)), second] = &out[..] else {
            panic!("{} messages", out.len())
        };
        assert_eq!(line.len(), limit);
        assert_eq!(*second, Message::Notification(Notification::SessionsChanged));
    }

    mod any {
        use super::*;
        use proptest::prelude::*;

        const TRANSCRIPT: &[u8] = b"%begin 1 2 0\n%end 1 2 0\n%window-add @1\n%begin 5 6 1\nrow\n\n%end 1 2 1\n%end 5 6 1\n\
            %output %0 \xff\\015\\012\nbare: error\n%begin 5 7 1\nbad\n%error 5 7 1\n%window-renamed @1 a b\n%exit why\n";

        proptest! {
            #[test]
            fn split_of_a_transcript_decodes_the_same(cuts in prop::collection::vec(0..=TRANSCRIPT.len(), 0..20)) {
                let mut cuts = cuts;
                cuts.sort_unstable();
                let mut parts = Vec::new();
                let mut from = 0;
                for cut in cuts {
                    parts.push(&TRANSCRIPT[from..cut]);
                    from = cut;
                }
                parts.push(&TRANSCRIPT[from..]);
                prop_assert_eq!(decode(&parts), decode(&[TRANSCRIPT]));
            }

            #[test]
            fn bytes_never_panic(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..20)) {
                let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
                decode(&parts);
            }

            #[test]
            fn row_survives_in_a_reply(row in "(%(end|error|begin) )?[0-9a-z ]{0,12}") {
                prop_assume!(row != "%end 77 88 1" && row != "%error 77 88 1");
                let text = format!("%begin 77 88 1\n{row}\n%end 77 88 1\n");
                prop_assert_eq!(decode(&[text.as_bytes()]), [block(true, true, &format!("{row}\n"))]);
            }
        }
    }
}
