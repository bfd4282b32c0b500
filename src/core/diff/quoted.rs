//! Paths as git writes them: plain, or in double quotes with the escapes of C.

/// Reads one path at the start of `text`: what it is, and what stands behind it. `None` when it
/// is not quoted, so that only the caller can know where it ends.
pub(super) fn quoted(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut path = Vec::new();
    loop {
        let (&byte, behind) = rest.split_first()?;
        rest = behind;
        match byte {
            b'"' => return Some((path, rest)),
            b'\\' => {
                let (byte, behind) = escape(rest)?;
                path.push(byte);
                rest = behind;
            }
            _ => path.push(byte),
        }
    }
}

/// A path that goes on to the end of its line.
#[must_use]
pub fn whole(text: &[u8]) -> Vec<u8> {
    quoted(text).map_or_else(|| text.to_vec(), |(path, _)| path)
}

fn escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let (&byte, rest) = text.split_first()?;
    let plain = match byte {
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        b'"' | b'\\' => byte,
        b'0'..=b'3' => {
            let digits = text.get(..3)?;
            let value = std::str::from_utf8(digits).ok()?;
            return Some((u8::from_str_radix(value, 8).ok()?, &text[3..]));
        }
        _ => return None,
    };
    Some((plain, rest))
}

/// `path` as git writes it with `core.quotePath=false`.
#[must_use]
pub fn written(prefix: &str, path: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| *byte >= 0x20 && !matches!(byte, b'"' | b'\\' | 0x7f);
    if path.iter().all(plain) {
        return [prefix.as_bytes(), path].concat();
    }
    let mut text = format!("\"{prefix}").into_bytes();
    for byte in path {
        match byte {
            b'"' | b'\\' => text.extend([b'\\', *byte]),
            7..=13 => text.extend([b'\\', b"abtnvfr"[usize::from(byte - 7)]]),
            byte if plain(byte) => text.push(*byte),
            byte => text.extend(format!("\\{byte:03o}").into_bytes()),
        }
    }
    text.push(b'"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_quoted_path_is_the_bytes_it_stands_for() {
        let read = quoted(br#""a/\303\244 \t\n\"\\" b"#).unwrap();
        assert_eq!(read, ("a/ä \t\n\"\\".as_bytes().to_vec(), &b" b"[..]));
        assert_eq!(whole(b"plain \\ path"), b"plain \\ path");
        for broken in [&b"\"a"[..], b"\"\\", b"\"\\9\"", b"\"\\77\""] {
            assert_eq!(quoted(broken), None, "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(path in prop::collection::vec(any::<u8>(), 1..12)) {
            let text = written("a/", &path);
            let starts_plain = !text.starts_with(b"\"");
            prop_assert_eq!(whole(&text), [b"a/", &path[..]].concat());
            prop_assert_eq!(starts_plain, quoted(&text).is_none());
        }
    }
}
