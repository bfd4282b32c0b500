//! What a file holds, as the lines of a buffer.

use rmpv::Value;

use crate::rpc::encode::{Map, bytes};

/// What a buffer is filled with that Neovim cannot read itself: a file of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rpc) struct FileText {
    lines: Vec<Vec<u8>>,
    /// They end with a carriage return, which is left out.
    dos: bool,
    /// The last of them has an end too.
    ended: bool,
    /// What tells it from another version, for who writes it again; none where there is no file.
    seen: Option<String>,
    writable: bool,
}

impl FileText {
    pub(in crate::rpc) fn new(text: &[u8], seen: Option<String>, writable: bool) -> Self {
        let (lines, dos) = lines(text);
        let ended = text.is_empty() || text.ends_with(b"\n");
        Self { lines, dos, ended, seen, writable }
    }

    pub(in crate::rpc) fn is_there(&self) -> bool {
        self.seen.is_some()
    }
}

impl From<FileText> for Value {
    fn from(file: FileText) -> Self {
        Map::new()
            .put("lines", Value::Array(file.lines.into_iter().map(bytes).collect()))
            .put("fileformat", fileformat(file.dos))
            .put("endofline", file.ended)
            .some("seen", file.seen)
            .put("writable", file.writable)
            .into()
    }
}

/// How Neovim calls it.
pub(super) fn fileformat(dos: bool) -> &'static str {
    if dos { "dos" } else { "unix" }
}

/// The lines of a text as Neovim reads them from a file, and whether it is one of DOS.
pub(super) fn lines(text: &[u8]) -> (Vec<Vec<u8>>, bool) {
    if text.is_empty() {
        return (Vec::new(), false);
    }
    let mut lines: Vec<_> = text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    // What stands behind the last end, if anything does.
    let rest = lines.pop().filter(|rest| !rest.is_empty());
    let dos = !lines.is_empty() && lines.iter().all(|line| line.ends_with(b"\r"));
    if dos {
        for line in &mut lines {
            line.pop();
        }
    }
    lines.extend(rest);
    (lines, dos)
}

/// What Neovim writes: the lines of a buffer, in a 'fileformat', the last one with or without an end.
pub(in crate::rpc) fn joined(lines: &[impl AsRef<[u8]>], fileformat: &str, ended: bool) -> Vec<u8> {
    let end: &[u8] = match fileformat {
        "dos" => b"\r\n",
        "mac" => b"\r",
        _ => b"\n",
    };
    let mut text = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        text.extend_from_slice(line.as_ref());
        if ended || index + 1 < lines.len() {
            text.extend_from_slice(end);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &[u8], expected: &[&[u8]], dos: bool) {
        let expected = expected.iter().map(|line| line.to_vec()).collect();
        assert_eq!(lines(text), (expected, dos), "{}", String::from_utf8_lossy(text));
    }

    #[test]
    fn a_text_is_split_as_neovim_reads_a_file() {
        check(b"", &[], false);
        check(b"\n", &[b""], false);
        check(b"a", &[b"a"], false);
        check(b"a\n\nb\n", &[b"a", b"", b"b"], false);
        check(b"a\r\nb\r\n", &[b"a", b"b"], true);
        check(b"a\r\nb\n", &[b"a\r", b"b"], false);
        check(b"a\r\nb", &[b"a", b"b"], true);
        check(b"a\r", &[b"a\r"], false);
        check(b"\xe4\n\n", &[b"\xe4", b""], false);
    }

    #[test]
    fn what_was_read_is_written_byte_for_byte() {
        for text in [
            &b""[..],
            b"\n",
            b"a",
            b"a\n",
            b"a\r\nb\r\n",
            b"a\r\nb\n",
            b"\xff\0\n\n",
            b"a\r\nb\r",
            b"a\r\nb",
        ] {
            let read = FileText::new(text, None, true);
            let written = joined(&read.lines, fileformat(read.dos), read.ended);
            assert_eq!(written, text, "{:?}", String::from_utf8_lossy(text));
        }
    }
}
