//! Changes: compared, commented on, staged or undone hunk by hunk.

use std::{os::unix::ffi::OsStrExt, path::PathBuf};

use rmpv::Value;
use serde::Serialize;
use serde_bytes::ByteBuf;

use super::{At, CallContext, Operation, Since, calls, given::word};
use crate::{
    core::{
        diff::{Place, Side, Stage},
        review,
    },
    rpc::{
        encode::{Encode, Map, bytes},
        error::{Refusal, RpcError},
    },
    session::{Pair, Part},
};

calls! {
    /// A file as it was: of a polecat and by its path there, or by its full path.
    "diff.pair" => DiffPair {
        at: At,
        polecat: Option<String>,
        path: Option<ByteBuf>,
        since: Option<Since>,
        file: Option<PathBuf>,
    }
    /// Keeps a comment on a line until all are sent.
    "review.comment" => Comment {
        at: At,
        polecat: String,
        /// Of the comment that it replaces.
        id: Option<u64>,
        path: ByteBuf,
        #[serde(deserialize_with = "side")]
        side: Side,
        line: usize,
        shown: usize,
        quote: Vec<String>,
        text: String,
    }
    "review.uncomment" => DropComment { at: At, polecat: String, id: u64 }
    /// Sends all comments to the agent.
    "review.send" => SendReview { at: At, polecat: String }
    /// Stages a hunk, or a whole file, in the main worktree.
    "hunk.take" => TakeHunk {
        at: At,
        polecat: String,
        since: Option<Since>,
        #[serde(deserialize_with = "stage")]
        stage: Stage,
        path: ByteBuf,
        hunk: Option<String>,
    }
    /// Undoes it in the polecat's worktree.
    "hunk.reject" => RejectHunk {
        at: At,
        polecat: String,
        since: Option<Since>,
        #[serde(deserialize_with = "stage")]
        stage: Stage,
        path: ByteBuf,
        hunk: Option<String>,
    }
    /// Takes back the last of these two.
    "hunk.undo" => UndoHunk { at: At, polecat: String }
}

fn side<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Side, D::Error> {
    word(from, Side::named)
}

fn stage<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Stage, D::Error> {
    word(from, Stage::named)
}

impl Operation for DiffPair {
    type Answer = Pair;

    async fn run(self, context: &CallContext<'_>) -> Result<Pair, Refusal> {
        let rig = context.rig(self.at).await?;
        match (self.polecat, self.path, self.file) {
            (Some(polecat), Some(path), None) => {
                Ok(rig.reviews().pair(&polecat, &path, Since::of(self.since)).await?)
            }
            (None, None, Some(file)) => Ok(rig.reviews().pair_of(&file).await?),
            _ => {
                let why = "a pair needs a `polecat` and a `path`, or a `file`";
                Err(RpcError::bad_argument(why).into())
            }
        }
    }
}

/// A file as it was, beside the one that is.
impl Encode for Pair {
    fn encode(self) -> Result<Value, String> {
        let map = Map::new()
            .put("polecat", self.polecat.as_str())
            .put("path", bytes(self.path))
            .put("file", bytes(self.file.as_os_str().as_bytes().to_vec()))
            .some("old", self.before.path.map(bytes))
            .put("text", bytes(self.before.text));
        Ok(map.into())
    }
}

impl Operation for Comment {
    type Answer = ();

    async fn run(self, context: &CallContext<'_>) -> Result<(), Refusal> {
        let (path, side, line, quote) = (self.path.into_vec(), self.side, self.line, self.quote);
        let comment = review::Comment {
            id: self.id.unwrap_or_default(),
            place: Place { path, side, line, quote },
            shown: self.shown,
            text: self.text,
        };
        Ok(context.rig(self.at).await?.reviews().comment(&self.polecat, comment).await?)
    }
}

impl Operation for DropComment {
    type Answer = ();

    async fn run(self, context: &CallContext<'_>) -> Result<(), Refusal> {
        Ok(context.rig(self.at).await?.reviews().uncomment(&self.polecat, self.id).await?)
    }
}

/// How many comments were sent.
#[derive(Serialize)]
pub(in crate::rpc) struct Sent {
    sent: usize,
}

impl Operation for SendReview {
    type Answer = Sent;

    async fn run(self, context: &CallContext<'_>) -> Result<Sent, Refusal> {
        Ok(Sent { sent: context.rig(self.at).await?.reviews().send_review(&self.polecat).await? })
    }
}

impl Operation for TakeHunk {
    type Answer = ();

    async fn run(self, context: &CallContext<'_>) -> Result<(), Refusal> {
        let part = part(self.since, self.stage, self.path, self.hunk);
        Ok(context.rig(self.at).await?.reviews().take_hunk(&self.polecat, &part).await?)
    }
}

impl Operation for RejectHunk {
    type Answer = ();

    async fn run(self, context: &CallContext<'_>) -> Result<(), Refusal> {
        let part = part(self.since, self.stage, self.path, self.hunk);
        Ok(context.rig(self.at).await?.reviews().reject_hunk(&self.polecat, &part).await?)
    }
}

fn part(since: Option<Since>, stage: Stage, path: ByteBuf, hunk: Option<String>) -> Part {
    Part { since: Since::of(since), stage, path: path.into_vec(), hunk }
}

/// What was undone, in words.
#[derive(Serialize)]
pub(in crate::rpc) struct Undone {
    text: String,
}

impl Operation for UndoHunk {
    type Answer = Undone;

    async fn run(self, context: &CallContext<'_>) -> Result<Undone, Refusal> {
        Ok(Undone { text: context.rig(self.at).await?.reviews().undo_hunk(&self.polecat).await? })
    }
}
