//! Changes: a file compared with what it was, a comment that was written. What the keys of a diff do
//! besides is in `commands/diff.rs`.

use std::{os::unix::ffi::OsStrExt as _, path::PathBuf};

use serde_bytes::ByteBuf;

use super::{At, CallContext, Operation, Since, arguments::word, calls};
use crate::{
    core::{
        diff::{CommentedLines, Side},
        host_files::HostFile,
        review,
    },
    rpc::{
        effects::{Effect, side_by_side::SideBySide},
        error::{Refusal, RpcError},
        views::drawn_diff::Reviewed,
    },
    session::{self, Reach},
};

calls! {
    /// Shows a file beside what it was: of a polecat and by its path there, or by its full path.
    "diff.side_by_side" => CompareFile {
        at: At,
        polecat: Option<String>,
        path: Option<ByteBuf>,
        since: Option<Since>,
        file: Option<PathBuf>,
        line: Option<usize>,
    }
    /// Keeps a comment on a line until all are sent; the diff then shows it.
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
        text: ByteBuf,
    }
}

fn side<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Side, D::Error> {
    word(from, Side::named)
}

impl Operation for CompareFile {
    type Answer = Vec<Effect>;

    async fn run(self, context: &CallContext<'_>) -> Result<Vec<Effect>, Refusal> {
        match (self.polecat, self.path, self.file) {
            (Some(polecat), Some(path), None) => {
                let of = Reviewed::find(context, self.at, &polecat, Reach::Anywhere).await?;
                let pair = of.before(context, &path, Since::of(self.since)).await?;
                Ok(vec![of.side_by_side(context, pair, (self.line, false)).await?])
            }
            (None, None, Some(file)) => {
                if let Some(file) = HostFile::named(file.as_os_str().as_bytes()) {
                    return beside(context, self.at, &file, self.line).await;
                }
                let rig = context.rig(self.at.clone()).await?;
                let pair = rig.reviews().pair_of(&file).await?;
                let (polecat, at) = (pair.polecat.to_string(), self.at.in_rig(rig.rig_path()));
                let right = pair.there.then(|| (pair.file.clone(), None));
                let whom = (&*polecat, None, Some(at));
                Ok(vec![SideBySide::effect(pair, right, whom, self.line, true)])
            }
            _ => Err(RpcError::bad_argument("not a polecat's diff or a file").into()),
        }
    }
}

/// The same of a file of a host.
async fn beside(
    context: &CallContext<'_>,
    at: At,
    file: &HostFile,
    line: Option<usize>,
) -> Result<Vec<Effect>, Refusal> {
    let nowhere = || {
        let why = format!("`{}` is in no worktree of a polecat", file.name().display());
        RpcError::bad_argument(why)
    };
    let (polecat, below) = context.polecat_of(file).ok_or_else(nowhere)?;
    let of = Reviewed::find(context, at, &polecat, Reach::Anywhere).await?;
    let pair = of.before(context, below.as_os_str().as_bytes(), session::Since::Start).await?;
    Ok(vec![of.side_by_side(context, pair, (line, true)).await?])
}

impl Operation for Comment {
    type Answer = Vec<Effect>;

    async fn run(self, context: &CallContext<'_>) -> Result<Vec<Effect>, Refusal> {
        let (path, side, line, quote) = (self.path.into_vec(), self.side, self.line, self.quote);
        let comment = review::Comment {
            id: self.id.unwrap_or_default(),
            place: CommentedLines { path, side, line, quote },
            shown: self.shown,
            text: String::from_utf8_lossy(&self.text).trim().to_owned(),
        };
        let of = Reviewed::find(context, self.at, &self.polecat, Reach::Anywhere).await?;
        of.keep(context, comment).await?;
        Ok(vec![of.redraw(None)])
    }
}
