//! A command as it was typed; what it does is in the room of the commands.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::{At, InUse, Trust, calls};
use crate::core::contexts::Node;

calls! {
    /// A command as it was typed, from where, and what a person has answered since.
    #[derive(Clone, Serialize)]
    "command.run" => CommandRun {
        at: At,
        /// What relative paths begin at.
        cwd: PathBuf,
        name: String,
        args: ByteBuf,
        bang: Option<bool>,
        count: Option<u32>,
        lines: Option<Box<Lines>>,
        /// The view that the lines, and what the contexts name, stand in.
        view: Option<u64>,
        /// What the words of a message name in the editor: of those that it has.
        contexts: Option<Box<Gathered>>,
        /// The polecat that the buffer is about.
        about: Option<String>,
        /// What was written in a buffer for it.
        text: Option<ByteBuf>,
        editor: Option<EditorState>,
        answers: Option<Answers>,
    }
}

impl CommandRun {
    /// The command `name` with nothing but its arguments, as if it had been typed at `at`.
    pub(in crate::rpc) fn typed(at: &At, name: &str, args: &str) -> Self {
        Self {
            at: at.clone(),
            cwd: at.cwd.clone(),
            name: name.to_owned(),
            args: args.as_bytes().to_vec().into(),
            bang: None,
            count: None,
            lines: None,
            view: None,
            contexts: None,
            about: None,
            text: None,
            editor: None,
            answers: None,
        }
    }
}

/// Lines of a buffer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rpc) struct Lines {
    /// The full path of a file, or the name of a buffer that shows none.
    pub(in crate::rpc) name: ByteBuf,
    pub(in crate::rpc) filetype: String,
    pub(in crate::rpc) first: usize,
    pub(in crate::rpc) last: usize,
    pub(in crate::rpc) text: Vec<ByteBuf>,
    /// In a view, what the first and the last of them stand for.
    pub(in crate::rpc) id: Option<String>,
    pub(in crate::rpc) last_id: Option<String>,
}

/// What words such as `{line}` name in the editor. `here` is always there, the others only where
/// they are named and there is something.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rpc) struct Gathered {
    /// The line under the cursor.
    pub(in crate::rpc) here: Lines,
    pub(in crate::rpc) selection: Option<Lines>,
    /// Nothing where the buffer has no tree-sitter parser.
    pub(in crate::rpc) function: Option<Around>,
    pub(in crate::rpc) diagnostics: Option<Vec<Entry>>,
    pub(in crate::rpc) quickfix: Option<Vec<Entry>>,
    /// Full paths.
    pub(in crate::rpc) buffers: Option<Vec<ByteBuf>>,
}

/// The nodes of the syntax tree around the cursor, the innermost first, and the lines of the
/// outermost.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rpc) struct Around {
    pub(in crate::rpc) nodes: Vec<Node>,
    pub(in crate::rpc) lines: Option<Lines>,
}

/// A diagnostic, or an entry of a list.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rpc) struct Entry {
    /// A full path.
    pub(in crate::rpc) name: ByteBuf,
    /// From 1; 0 for none.
    pub(in crate::rpc) line: usize,
    /// In bytes from 1; 0 for none.
    pub(in crate::rpc) column: usize,
    /// From 1, an error, to 4, a hint.
    pub(in crate::rpc) severity: Option<usize>,
    pub(in crate::rpc) text: ByteBuf,
    /// Who says so.
    pub(in crate::rpc) source: Option<String>,
}

/// What the editor has open and stands in: the backend cannot see it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rpc) struct EditorState {
    /// The files of buffers with changes that are not saved.
    pub(in crate::rpc) unsaved: Vec<PathBuf>,
    /// The current folders.
    pub(in crate::rpc) dirs: Vec<PathBuf>,
}

/// What a person has answered.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rpc) struct Answers {
    pub(in crate::rpc) confirmed: Option<bool>,
    /// Which of several it is about; after which one to look for who waits.
    pub(in crate::rpc) polecat: Option<String>,
    pub(in crate::rpc) in_use: Option<InUse>,
    /// That much may be copied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::rpc) large: Option<bool>,
    pub(in crate::rpc) trust: Option<Trust>,
    pub(in crate::rpc) trust_id: Option<String>,
    /// Which question of an agent is answered.
    pub(in crate::rpc) question: Option<String>,
    /// The numbers of the choices that were ticked in it.
    pub(in crate::rpc) ticked: Option<Vec<usize>>,
    /// That it is agreed to though its beginning is not on the screen.
    pub(in crate::rpc) cut: Option<bool>,
    /// That the question of who else waits comes after it.
    pub(in crate::rpc) round: Option<bool>,
    /// The commit that the person was asked about.
    pub(in crate::rpc) commit: Option<String>,
    /// Whom the person wants removed.
    pub(in crate::rpc) remove: Option<Vec<String>>,
    /// That its agent is stopped first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::rpc) stop: Option<bool>,
}
