//! What is typed into the agent's terminal.

const PASTE_START: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";

/// What is not text with a meaning of its own.
const KEYS: &[(&[u8], Key)] = &[
    (b"\x1b[A", Key::Up),
    (b"\x1b[B", Key::Down),
    (b"\x1b", Key::Escape),
    (b"\x03", Key::End),
    (b"\x04", Key::End),
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// As it comes in, of the message that is being typed.
    Text(String),
    /// What stood in the composer when Enter was pressed.
    Message(String),
    Up,
    Down,
    Escape,
    End,
}

/// The composer: pasted text goes into it as it is.
#[derive(Default)]
pub(super) struct Typing {
    message: Vec<u8>,
    rest: Vec<u8>,
    pasting: bool,
}

impl Typing {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.message).into_owned()
    }

    pub(super) fn clear(&mut self) {
        self.message.clear();
    }

    /// What `piece` means; the beginning of a mark of pasting waits for its end.
    pub(super) fn push(&mut self, piece: &[u8]) -> Vec<Key> {
        let mut bytes = std::mem::take(&mut self.rest);
        bytes.extend(piece);
        let (mut rest, mut keys) = (&bytes[..], Vec::new());
        while let Some(first) = rest.first() {
            let mark = if self.pasting { PASTE_END } else { PASTE_START };
            if let Some(after) = rest.strip_prefix(mark) {
                (self.pasting, rest) = (!self.pasting, after);
            } else if rest.len() > 1 && mark.starts_with(rest) {
                self.rest = rest.to_owned();
                break;
            } else if self.pasting {
                self.message.push(if *first == b'\r' { b'\n' } else { *first });
                rest = &rest[1..];
            } else {
                rest = self.press(rest, &mut keys);
            }
        }
        keys
    }

    fn press<'a>(&mut self, rest: &'a [u8], keys: &mut Vec<Key>) -> &'a [u8] {
        if let Some((bytes, key)) = KEYS.iter().find(|(bytes, _)| rest.starts_with(bytes)) {
            keys.push(key.clone());
            return &rest[bytes.len()..];
        }
        match rest[0] {
            b'\r' => {
                keys.push(Key::Message(self.text()));
                self.clear();
            }
            // Ctrl-U
            0x15 => self.clear(),
            byte => {
                self.message.push(byte);
                keys.push(Key::Text(char::from(byte).to_string()));
            }
        }
        &rest[1..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_is_one_message_in_whatever_pieces_it_comes() {
        let whole = b"\x1b[200~two\rlines 1\x1b[201~\r";
        for cut in 0..whole.len() {
            // An Escape alone is a key.
            if cut == 1 || whole[..cut].ends_with(b"\x1b") {
                continue;
            }
            let mut typing = Typing::default();
            let mut keys = typing.push(&whole[..cut]);
            keys.extend(typing.push(&whole[cut..]));
            assert_eq!(keys, [Key::Message("two\nlines 1".to_owned())], "{cut}");
        }
    }

    #[test]
    fn keys_are_told_from_text() {
        let mut typing = Typing::default();
        assert_eq!(typing.push(b"\x1b[B\x1b"), [Key::Down, Key::Escape]);
        assert_eq!(typing.push(b"a\x15b\r").last(), Some(&Key::Message("b".to_owned())));
    }
}
