//! A command as it was typed; what it does is in the room of the commands.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::{At, InUse, Trust, calls};

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
        lines: Option<Lines>,
        /// The polecat that the buffer is about.
        about: Option<String>,
        /// What was written in a buffer for it.
        text: Option<ByteBuf>,
        editor: Option<EditorState>,
        answers: Option<Answers>,
    }
}

/// The lines of a range.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rpc) struct Lines {
    pub(in crate::rpc) name: ByteBuf,
    pub(in crate::rpc) filetype: String,
    pub(in crate::rpc) first: usize,
    pub(in crate::rpc) last: usize,
    pub(in crate::rpc) text: Vec<ByteBuf>,
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
}
