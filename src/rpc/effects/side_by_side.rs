//! A file beside what it was.

use std::path::PathBuf;

use rmpv::Value;

use super::{
    Effect, Level,
    file_text::{FileText, fileformat, lines},
};
use crate::{
    rpc::{
        at::At,
        encode::{Map, bytes, word},
    },
    session::Pair,
};

/// A file that is opened, and what is in it where Neovim cannot read it.
pub(in crate::rpc) type Opened = (PathBuf, Option<FileText>);

/// What Neovim shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rpc) struct SideBySide {
    polecat: String,
    /// As of [`Effect::Open`].
    at: Option<At>,
    /// Whose file it is shown beside, where that is not what it was.
    against: Option<String>,
    /// From the top of the worktree.
    path: Vec<u8>,
    /// The file itself, if it is there; and what is in one of a host.
    file: Option<PathBuf>,
    content: Option<FileText>,
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
    /// What shows `pair` of a polecat by its name there, perhaps beside the file of another one, the
    /// cursor at `line`; or why there is nothing to be shown.
    pub(in crate::rpc) fn effect(
        pair: Pair,
        right: Option<Opened>,
        (polecat, against, at): (&str, Option<&str>, Option<At>),
        line: Option<usize>,
        edits: bool,
    ) -> Effect {
        if pair.before.text.contains(&0) {
            let path = String::from_utf8_lossy(&pair.path);
            return Effect::Notify(Level::Warn, format!("`{path}` is a binary file"));
        }
        let (lines, dos) = lines(&pair.before.text);
        let (file, content) = right.unzip();
        Effect::SideBySide(Box::new(Self {
            polecat: polecat.to_owned(),
            at,
            against: against.map(str::to_owned),
            path: pair.path,
            file,
            content: content.flatten(),
            old: pair.before.path,
            lines,
            dos,
            line,
            edits,
        }))
    }

    pub(in crate::rpc) fn encode(self, map: Map) -> Map {
        let old = self.old.as_deref().map(String::from_utf8_lossy);
        let title = match (old, self.against) {
            (Some(old), None) => format!("{old} as it was"),
            (None, None) => "new file".to_owned(),
            (Some(old), Some(other)) => format!("{old} of {other}"),
            (None, Some(other)) => format!("{other} has no such file"),
        };
        let filename = self.old.unwrap_or_else(|| self.path.clone());
        map.put("polecat", self.polecat)
            .some("at", super::place(self.at))
            .put("path", bytes(self.path))
            .some("file", self.file.map(|file| word(file.as_os_str())))
            .some("content", self.content)
            .put("title", title)
            .put("filename", bytes(filename))
            .put("lines", Value::Array(self.lines.into_iter().map(bytes).collect()))
            .put("fileformat", fileformat(self.dos))
            .some("line", self.line)
            .put("edits", self.edits)
    }
}
