//! How the files of a diff are highlighted: asked for when they can be seen, and drawn in Lua.

use rmpv::Value;

use super::{At, CallContext, Operation, calls};
use crate::{
    core::diff::{Direction, FileDiff, apply},
    rpc::{
        blocking::aside,
        encode::{self, Encode, Map},
        error::{Refusal, RpcError},
        views::{drawn_diff::DrawnDiff, rows::Rows},
    },
    view::FileLines,
};

/// Versions that are longer are left as they are, in bytes.
pub(super) const VERSION_LIMIT: usize = 1024 * 1024;

calls! {
    /// What the rows of a file are lines of, and which words differ.
    "diff.highlight" => DiffHighlight { at: Option<At>, view: u64, id: String }
    /// Both versions of a file; none where one is too long, or not there any more.
    "diff.versions" => DiffVersions { at: Option<At>, view: u64, id: String }
}

/// A file of a diff, as it is drawn.
pub(in crate::rpc) struct FileHighlight {
    /// Its path, and what it was before.
    names: [Vec<u8>; 2],
    lines: FileLines,
}

/// The texts of a file before and after.
pub(in crate::rpc) struct Versions(Option<(String, String)>);

impl Operation for DiffHighlight {
    type Answer = FileHighlight;

    async fn run(self, context: &CallContext<'_>) -> Result<FileHighlight, Refusal> {
        let drawn = drawn(context)?;
        let found = aside(move || {
            let file = drawn.picture.spot(&self.id)?.file;
            let lines = drawn.picture.file_lines(&drawn.changed.changes, file);
            let old = file.old.clone().unwrap_or_else(|| file.path.clone());
            Some(FileHighlight { names: [file.path.clone(), old], lines })
        });
        Ok(found.await?.ok_or_else(gone)?)
    }
}

impl Operation for DiffVersions {
    type Answer = Versions;

    async fn run(self, context: &CallContext<'_>) -> Result<Versions, Refusal> {
        let drawn = drawn(context)?;
        let spot = drawn.picture.spot(&self.id);
        let file = spot.and_then(|spot| spot.file.content(&drawn.changed.changes));
        let file = file.ok_or_else(gone)?.clone();
        let size: usize = file.hunks.iter().map(|hunk| hunk.text.len()).sum();
        if size > VERSION_LIMIT {
            return Ok(Versions(None));
        }
        let before = match file.version_before() {
            Some(hash) => drawn.of.version(context, hash).await?,
            None => None,
        };
        let versions = aside(move || versions(&file, before)).await?;
        Ok(Versions(versions.and_then(|(old, new)| Some((shown(old)?, shown(new)?)))))
    }
}

/// A text whose bytes are those of its lines in the diff, and which is not too long.
fn shown(text: Vec<u8>) -> Option<String> {
    String::from_utf8(text).ok().filter(|text| text.len() <= VERSION_LIMIT)
}

/// The version after is not everywhere in git's store; its hunks tell it.
fn versions(file: &FileDiff, before: Option<Vec<u8>>) -> Option<(Vec<u8>, Vec<u8>)> {
    file.told_versions().or_else(|| {
        let before = before?;
        let after = apply(&file.hunks, &before, Direction::Do)?;
        Some((before, after))
    })
}

fn drawn(context: &CallContext<'_>) -> Result<std::sync::Arc<DrawnDiff>, RpcError> {
    context.rows.as_ref().and_then(Rows::diff).ok_or_else(gone)
}

fn gone() -> RpcError {
    let message = "that has changed meanwhile".to_owned();
    RpcError { code: "stale", message, hint: None, detail: None }
}

impl Encode for FileHighlight {
    fn encode(self) -> Result<Value, String> {
        let [name, old_name] = self.names.map(encode::bytes);
        let lines = self.lines.lines.into_iter().map(Value::from).collect();
        let words = self.lines.words.into_iter();
        let words = words.map(|(row, bytes)| {
            Value::Array(vec![row.into(), bytes.start.into(), bytes.end.into()])
        });
        let told = Map::new()
            .put("name", name)
            .put("old_name", old_name)
            .put("lines", Value::Array(lines))
            .put("words", Value::Array(words.collect()));
        Ok(told.into())
    }
}

impl Encode for Versions {
    fn encode(self) -> Result<Value, String> {
        let (old, new) = self.0.unzip();
        Ok(Map::new().some("old", old).some("new", new).into())
    }
}
