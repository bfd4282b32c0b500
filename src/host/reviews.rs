//! The comments on a polecat's changes that have not been sent, in
//! `.runtime/polecat/reviews/<name>.json`.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::HostError;
use super::files::{blocking, broken, look, make_inside, read_text, replace, unwritten};
use super::locks;
use crate::core::diff::{Place, Side, unquoted};
use crate::core::review::Comment;
use crate::core::{PolecatName, Rig};

#[derive(Default, Serialize, Deserialize)]
struct Stored {
    comments: Vec<StoredComment>,
}

#[derive(Serialize, Deserialize)]
struct StoredComment {
    id: u64,
    /// As git writes it: a path may be any bytes.
    path: String,
    /// `old` or `new`.
    side: String,
    line: usize,
    shown: usize,
    quote: Vec<String>,
    text: String,
}

/// The comments, oldest first.
///
/// # Errors
/// The file could not be read, or is broken.
pub async fn load(rig: &Rig, polecat: &PolecatName) -> Result<Vec<Comment>, HostError> {
    let path = path(rig, polecat);
    blocking(move || read(&path)).await
}

/// Changes the comments as they are then: of two editors that do so at once, both are heeded.
/// Gives what `change` gives.
///
/// # Errors
/// The file could not be read or written, or another editor took too long; then it is as before.
pub async fn change<T: Send + 'static>(
    rig: &Rig,
    polecat: &PolecatName,
    change: impl FnOnce(&mut Vec<Comment>) -> T + Send + 'static,
) -> Result<T, HostError> {
    in_turn(rig, polecat, move |path| {
        let mut comments = read(path)?;
        let result = change(&mut comments);
        write(path, comments)?;
        Ok(result)
    })
    .await
}

/// The text of the file, to be kept elsewhere; `None` where nothing is said in it. One that is
/// broken says something.
pub(super) async fn unsent(rig: &Rig, polecat: &PolecatName) -> Result<Option<String>, HostError> {
    let path = path(rig, polecat);
    blocking(move || {
        let text = read_text(&path)?;
        Ok(text.filter(|text| !parse(&path, text).is_ok_and(|comments| comments.is_empty())))
    })
    .await
}

/// Removes the file, if it says what is kept elsewhere, or nothing.
pub(super) async fn take_away(
    rig: &Rig,
    polecat: &PolecatName,
    kept: Option<&str>,
) -> Result<(), HostError> {
    let (at, kept) = (path(rig, polecat), kept.map(str::to_owned));
    let there = at.clone();
    if blocking(move || look(&there)).await?.is_none() {
        return Ok(());
    }
    in_turn(rig, polecat, move |path| {
        let Some(text) = read_text(path)? else { return Ok(()) };
        let says_nothing = parse(path, &text).is_ok_and(|comments| comments.is_empty());
        if !says_nothing && Some(text) != kept {
            tracing::warn!(path = %path.display(), "comments that were just written stay");
            return Ok(());
        }
        fs::remove_file(path).map_err(|source| unwritten(path, source))
    })
    .await
}

/// Puts a text that was kept back, beside comments that were written since.
pub(super) async fn bring_back(
    rig: &Rig,
    polecat: &PolecatName,
    kept: &str,
) -> Result<(), HostError> {
    let kept = kept.to_owned();
    in_turn(rig, polecat, move |path| {
        let there = read(path)?;
        if there.is_empty() {
            return replace(path, &kept);
        }
        let Ok(mut all) = parse(path, &kept) else {
            tracing::warn!(path = %path.display(), "comments that cannot be read stay in the backup");
            return Ok(());
        };
        for one in there {
            if all.iter().all(|other| (&other.place, &other.text) != (&one.place, &one.text)) {
                let id = 1 + all.iter().map(|other| other.id).max().unwrap_or_default();
                all.push(Comment { id, ..one });
            }
        }
        write(path, all)
    })
    .await
}

/// Does something with the file while nobody else does.
async fn in_turn<T: Send + 'static>(
    rig: &Rig,
    polecat: &PolecatName,
    work: impl FnOnce(&Path) -> Result<T, HostError> + Send + 'static,
) -> Result<T, HostError> {
    let (anchor, path) = (rig.anchor().to_owned(), path(rig, polecat));
    let folder = path.parent().unwrap_or(&path).to_owned();
    let made = folder.clone();
    blocking(move || make_inside(&anchor, &made)).await?;
    let turn = locks::Comments::lock(&folder).await?;
    blocking(move || {
        let result = work(&path);
        drop(turn);
        result
    })
    .await
}

fn write(path: &Path, comments: Vec<Comment>) -> Result<(), HostError> {
    replace(path, &written(comments)?)
}

fn path(rig: &Rig, polecat: &PolecatName) -> PathBuf {
    rig.runtime_dir().join("polecat/reviews").join(format!("{polecat}.json"))
}

fn read(path: &Path) -> Result<Vec<Comment>, HostError> {
    read_text(path)?.map_or_else(|| Ok(Vec::new()), |text| parse(path, &text))
}

/// The comments in the file at `path`, whose content is `text`.
///
/// # Errors
/// It is none of ours: the error names the file.
pub fn parse(path: &Path, text: &str) -> Result<Vec<Comment>, HostError> {
    let stored: Stored =
        serde_json::from_str(text).map_err(|error| broken(path, error.to_string()))?;
    let comments = stored.comments.into_iter();
    comments.map(|one| one.comment().ok_or_else(|| broken(path, "a `side` is none"))).collect()
}

/// What a file of these comments holds.
///
/// # Errors
/// None that is known of.
pub fn written(comments: Vec<Comment>) -> Result<String, HostError> {
    let comments = comments.into_iter().map(StoredComment::from).collect();
    let text = serde_json::to_string_pretty(&Stored { comments });
    text.map(|text| text + "\n").map_err(|error| HostError::Internal(error.to_string()))
}

impl From<Comment> for StoredComment {
    fn from(comment: Comment) -> Self {
        let Place { path, side, line, quote } = comment.place;
        let path = match String::from_utf8(path) {
            Ok(path) if !path.starts_with('"') => path,
            Ok(path) => escaped(path.as_bytes()),
            Err(error) => escaped(error.as_bytes()),
        };
        let side = side.as_str().to_owned();
        Self { id: comment.id, path, side, line, shown: comment.shown, quote, text: comment.text }
    }
}

impl StoredComment {
    fn comment(self) -> Option<Comment> {
        let Self { id, path, side, line, shown, quote, text } = self;
        let (path, side) = (unquoted(path.as_bytes()), Side::named(&side)?);
        Some(Comment { id, place: Place { path, side, line, quote }, shown, text })
    }
}

/// In quotes, with every byte escaped.
fn escaped(path: &[u8]) -> String {
    let bytes: Vec<_> = path.iter().map(|byte| format!("\\{byte:03o}")).collect();
    format!("\"{}\"", bytes.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_any_bytes_is_kept_as_it_is() {
        for path in [&b"src/a b"[..], b"\"a\"", b"gr\xff\n", "größe".as_bytes()] {
            let place = Place { path: path.to_vec(), side: Side::Old, line: 1, quote: Vec::new() };
            let comment = Comment { id: 1, place, shown: 1, text: "x".to_owned() };
            assert_eq!(StoredComment::from(comment.clone()).comment(), Some(comment));
        }
    }
}
