//! Files and messages of ours that outlive a backend: what is read is written so that it is read
//! the same again, and what cannot be read is refused with the file's name.

use std::path::Path;

use polecat::core::diff::{CommentedLines, Side};
use polecat::core::review::{Comment, message};
use polecat::host::{HostError, git::check, records, reviews};

const PATH: &str = "/rig/.runtime/polecat/the-file.json";

pub fn record(kind: &[u8], bytes: &[u8]) {
    let (Ok(kind), Ok(text)) = (std::str::from_utf8(kind), std::str::from_utf8(bytes)) else {
        return;
    };
    let Some(written) = records::again(kind, Path::new(PATH), text) else { return };
    let Some(written) = read(written) else { return };
    let again = records::again(kind, Path::new(PATH), &written).expect("the kind is known");
    assert_eq!(read(again), Some(written));
}

fn read<T>(result: Result<T, HostError>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(HostError::Broken { path, why }) => {
            assert!(path == Path::new(PATH) && !why.is_empty(), "{why}");
            None
        }
        Err(other) => panic!("{other}"),
    }
}

/// The file, and comments that are made of the same bytes.
pub fn reviews(bytes: &[u8]) {
    let comments = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| read(reviews::parse(Path::new(PATH), text)));
    are_kept(comments.unwrap_or_default());
    let parts: Vec<&[u8]> = bytes.split(|byte| *byte == 0).collect();
    are_kept(parts.chunks(3).zip(1..).map(comment).collect());
}

fn comment((parts, id): (&[&[u8]], u64)) -> Comment {
    let part = |index: usize| parts.get(index).copied().unwrap_or_default();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let quote: Vec<String> = part(1).split(|byte| *byte == b'\n').map(text).collect();
    let side = if quote.len().is_multiple_of(2) { Side::Old } else { Side::New };
    let line = usize::MAX - quote.len() / 2;
    let place = CommentedLines { path: part(0).to_vec(), side, line, quote };
    Comment { id, place, shown: line, text: text(part(2)) }
}

fn are_kept(comments: Vec<Comment>) {
    let told = message(&comments);
    for comment in &comments {
        assert!(told.contains(comment.text.trim_end()), "{comment:?} is not in {told}");
    }
    let written = read(reviews::written(comments.clone())).expect("there is nothing to be refused");
    assert_eq!(read(reviews::parse(Path::new(PATH), &written)), Some(comments));
}

/// The message of a backup. Blanks at the end of a line git takes away.
pub fn backup(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let ends = |line: &str| line.ends_with(|c: char| c.is_whitespace());
    let Some(message) = check::backup(text) else { return };
    if !text.split('\n').any(ends) {
        assert_eq!(check::backup(&message).as_ref(), Some(&message));
    }
}
