//! A file beside what it was.

use rmpv::Value;

use super::{Effect, Level};
use crate::{
    rpc::{
        calls::At,
        encode::{Map, bytes, word},
    },
    session::Pair,
};

/// What Neovim shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rpc) struct SideBySide {
    polecat: String,
    /// As of [`Effect::Open`].
    at: Option<At>,
    /// From the top of the worktree.
    path: Vec<u8>,
    /// The file itself, be it there or not.
    file: std::path::PathBuf,
    /// Its path before, where it was there.
    old: Option<Vec<u8>>,
    /// What it was.
    lines: Vec<Vec<u8>>,
    /// Its lines end with a carriage return, which is left out.
    dos: bool,
    /// Where the cursor is to be, in the file.
    line: Option<usize>,
    /// The cursor is to be in the file, not in what it was.
    edits: bool,
}

impl SideBySide {
    /// What shows `pair` of a polecat by its name there, the cursor at `line`; or why there is nothing
    /// to be shown.
    pub(in crate::rpc) fn effect(
        pair: Pair,
        (polecat, at): (&str, Option<At>),
        line: Option<usize>,
        edits: bool,
    ) -> Effect {
        if pair.before.text.contains(&0) {
            let path = String::from_utf8_lossy(&pair.path);
            return Effect::Notify(Level::Warn, format!("`{path}` is a binary file"));
        }
        let (lines, dos) = lines(&pair.before.text);
        Effect::SideBySide(Box::new(Self {
            polecat: polecat.to_owned(),
            at,
            path: pair.path,
            file: pair.file,
            old: pair.before.path,
            lines,
            dos,
            line,
            edits,
        }))
    }

    pub(in crate::rpc) fn encode(self, map: Map) -> Map {
        let old = self.old.as_deref().map(String::from_utf8_lossy);
        let title = old.map_or_else(|| "new file".to_owned(), |old| format!("{old} as it was"));
        let filename = self.old.unwrap_or_else(|| self.path.clone());
        map.put("polecat", self.polecat)
            .some("at", super::place(self.at))
            .put("path", bytes(self.path))
            .put("file", word(self.file.as_os_str()))
            .put("title", title)
            .put("filename", bytes(filename))
            .put("lines", Value::Array(self.lines.into_iter().map(bytes).collect()))
            .put("fileformat", if self.dos { "dos" } else { "unix" })
            .some("line", self.line)
            .put("edits", self.edits)
    }
}

/// The lines of a text as Neovim reads them from a file, and whether it is one of DOS.
fn lines(text: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    if text.is_empty() {
        return (Vec::new(), false);
    }
    let lines: Vec<_> = text.split(|byte| *byte == b'\n').collect();
    let dos = lines.iter().all(|line| line.ends_with(b"\r"));
    let shown = |line: &&[u8]| line[..line.len() - usize::from(dos)].to_vec();
    (lines.iter().map(shown).collect(), dos)
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
        check(b"a", &[b"a"], false);
        check(b"a\n\nb\n", &[b"a", b"", b"b"], false);
        check(b"a\r\nb\r\n", &[b"a", b"b"], true);
        check(b"a\r\nb\n", &[b"a\r", b"b"], false);
        check(b"\xe4\n\n", &[b"\xe4", b""], false);
    }
}
