//! The comments on a polecat's changes that have not been sent, in
//! `.runtime/polecat/reviews/<name>.json`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::core::diff::{Place, Side, unquoted};
use crate::core::review::Comment;
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::dir::Dir;
use crate::host::files::{blocking, broken};
use crate::host::locks;

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
    let (rig, polecat) = (rig.clone(), polecat.clone());
    blocking(move || match File::open(&rig, &polecat)? {
        Some(file) => file.comments(),
        None => Ok(Vec::new()),
    })
    .await
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
    in_turn(rig, polecat, move |file| {
        let mut comments = file.comments()?;
        let result = change(&mut comments);
        file.write(comments)?;
        Ok(result)
    })
    .await
}

/// Deletes all comments on the polecat; gives how many there were.
pub(in crate::host) async fn delete(rig: &Rig, polecat: &PolecatName) -> Result<usize, HostError> {
    let (rig, polecat) = (rig.clone(), polecat.clone());
    blocking(move || {
        let Some(file) = File::open(&rig, &polecat)? else { return Ok(0) };
        let count = file.comments().map_or(0, |comments| comments.len());
        file.dir.remove(&file.name).map(|()| count)
    })
    .await
}

/// Does something with the file while nobody else does.
async fn in_turn<T: Send + 'static>(
    rig: &Rig,
    polecat: &PolecatName,
    work: impl FnOnce(&File) -> Result<T, HostError> + Send + 'static,
) -> Result<T, HostError> {
    let (of, name) = (rig.clone(), polecat.clone());
    let file = blocking(move || {
        let (dir, _) = Dir::make(of.anchor(), &folder(&of))?;
        Ok(File::of(&of, &name, dir))
    });
    let file = file.await?;
    let turn = locks::Comments::lock(&folder(rig)).await?;
    blocking(move || {
        let result = work(&file);
        drop(turn);
        result
    })
    .await
}

/// The comments of one polecat.
struct File {
    dir: Dir,
    name: String,
    /// What errors name.
    path: PathBuf,
}

impl File {
    /// In its folder, if that is there.
    fn open(rig: &Rig, polecat: &PolecatName) -> Result<Option<Self>, HostError> {
        let dir = Dir::open(rig.anchor(), &folder(rig))?;
        Ok(dir.map(|dir| Self::of(rig, polecat, dir)))
    }

    fn of(rig: &Rig, polecat: &PolecatName, dir: Dir) -> Self {
        let name = format!("{polecat}.json");
        Self { path: folder(rig).join(&name), dir, name }
    }

    fn text(&self) -> Result<Option<String>, HostError> {
        self.dir.read(&self.name)
    }

    fn comments(&self) -> Result<Vec<Comment>, HostError> {
        self.text()?.map_or_else(|| Ok(Vec::new()), |text| parse(&self.path, &text))
    }

    fn write(&self, comments: Vec<Comment>) -> Result<(), HostError> {
        self.dir.replace(&self.name, &written(comments)?)
    }
}

fn folder(rig: &Rig) -> PathBuf {
    rig.runtime_dir().join("polecat/reviews")
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
