//! The patches of pieces, for the files as they are where these are applied: some of their lines may
//! have been taken or rejected before.

use super::super::{Git, failed};
use super::{Patch, PatchPart, require_decided};
use crate::core::diff::{DiffPart, Direction, FileDiff, Stage};
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link};
use crate::host::git::command::format::path_from;
use crate::host::programs::run::RunError;

/// No more of all files together, in bytes.
const TOTAL_SIZE_LIMIT: usize = 64 * 1024 * 1024;
/// No longer file is looked at for lines that are there already, in bytes.
const FILE_SIZE_LIMIT: usize = 8 * 1024 * 1024;

impl Git {
    /// The patches of `pieces` of the worktree `own`, for this index.
    pub(super) async fn parts_to_take(
        &self,
        own: &Git,
        pieces: &[DiffPart],
    ) -> Result<Vec<PatchPart>, HostError> {
        let mut names = Vec::new();
        for piece in pieces {
            names.push(self.name_here(piece).await?);
        }
        let mut parts = Vec::new();
        let texts = self.staged(&names).await?;
        for ((piece, name), text) in pieces.iter().zip(names).zip(texts) {
            if piece.file.binary {
                let Patch { text, objects, .. } = own.whole(&piece.file).await?;
                parts.push(PatchPart::new(piece, piece.file.path(), text, objects));
            } else {
                parts.push(of_lines(piece, Direction::Do, name, text).await?);
            }
        }
        not_done(parts, "already in the main worktree")
    }

    /// What the file of `piece` is called in this index.
    async fn name_here<'a>(&self, piece: &'a DiffPart) -> Result<&'a [u8], HostError> {
        let FileDiff { old, new, .. } = &piece.file;
        let renamed = piece.is_part() && !new.is_empty() && old != new;
        if renamed && self.has(old).await? && !self.has(new).await? {
            return Ok(old);
        }
        Ok(piece.file.path())
    }

    /// The patches of `pieces` in `stage` of this worktree, which are applied in reverse.
    pub(super) async fn parts_to_reject(
        &self,
        stage: Stage,
        pieces: &[DiffPart],
    ) -> Result<Vec<PatchPart>, HostError> {
        let mut parts = Vec::new();
        for piece in pieces {
            let mut piece = piece.clone();
            if stage == Stage::Untracked {
                piece.file = self.untracked_file(&piece.file).await?;
            }
            require_decided(&piece.file)?;
            let path = piece.file.path().to_vec();
            if piece.file.binary {
                let Patch { text, objects, .. } = self.whole(&piece.file).await?;
                parts.push(PatchPart::new(&piece, &path, text, objects));
                continue;
            }
            // What is not committed is reverted where it was read.
            let committed = stage == Stage::Committed;
            let text = if committed { self.read(&path).await? } else { None };
            parts.push(of_lines(&piece, Direction::Undo, &path, text).await?);
        }
        not_done(parts, "already undone")
    }

    /// Whether the index has a file.
    async fn has(&self, path: &[u8]) -> Result<bool, HostError> {
        if path.is_empty() {
            return Ok(false);
        }
        let program = self.program(&["--literal-pathspecs", "ls-files", "-z", "--"]);
        let listed = program.arg(path_from(path)).run().await;
        let listed = listed.map_err(|source| failed("looking at the index", source))?;
        Ok(!listed.stdout.is_empty())
    }

    /// What the index has of files; `None` of one that it does not have, or has too much of.
    async fn staged(&self, paths: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>, HostError> {
        let is_line = |path: &&&[u8]| !path.is_empty() && !path.contains(&b'\n');
        let lines: Vec<_> =
            paths.iter().filter(is_line).map(|path| [b":0:", *path, b"\n"].concat()).collect();
        let program =
            self.program(&["cat-file", "--batch"]).input(lines.concat()).up_to(TOTAL_SIZE_LIMIT);
        let read = match program.run().await {
            Ok(read) => read.stdout,
            // Then `git apply` finds the places, or says what is in the way.
            Err(RunError::TooMuch { .. }) => return Ok(vec![None; paths.len()]),
            Err(source) => return Err(failed("reading the index", source)),
        };
        let mut read = &read[..];
        let text = |path| if is_line(&path) { blob(&mut read) } else { None };
        let texts = paths.iter().map(text);
        Ok(texts
            .map(|text| text.filter(|text| text.len() <= FILE_SIZE_LIMIT).map(<[u8]>::to_vec))
            .collect())
    }

    /// What stands in a file of this worktree; `None` if it is no file, or too long.
    async fn read(&self, path: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        let file = self.repository.join(path_from(path));
        blocking(move || {
            let found = look_at_link(&file)?;
            let fits =
                found.is_some_and(|found| found.is_file() && found.len() <= FILE_SIZE_LIMIT as u64);
            Ok(if fits { std::fs::read(&file).ok() } else { None })
        })
        .await
    }
}

/// The next answer of `git cat-file --batch`; `None` for what is no blob, or not there.
fn blob<'a>(read: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = read.iter().position(|byte| *byte == b'\n')?;
    let (head, rest) = (&read[..end], &read[end + 1..]);
    *read = rest;
    // `<hash> blob <size>`, or `<what was asked> missing`, of which each part may hold blanks.
    let words: Vec<_> = head.split(|byte| *byte == b' ').collect();
    let [hash, kind, size] = words[..] else { return None };
    let size: usize = std::str::from_utf8(size).ok()?.parse().ok()?;
    if !hash.iter().all(u8::is_ascii_hexdigit) || rest.len() <= size {
        return None;
    }
    *read = &rest[size + 1..];
    (kind == b"blob").then_some(&rest[..size])
}

/// The patch of `piece` for the file `name`, which has this `text` if that could be read.
async fn of_lines(
    piece: &DiffPart,
    way: Direction,
    name: &[u8],
    text: Option<Vec<u8>>,
) -> Result<PatchPart, HostError> {
    let (of, path) = (piece.clone(), name.to_vec());
    let made = blocking(move || {
        let fitted = text.and_then(|text| of.patch_for(way, &path, &text));
        Ok(fitted.unwrap_or_else(|| of.patch(way, &path)))
    });
    let text = made.await?;
    Ok(PatchPart::new(piece, name, text, Vec::new()))
}

/// Those with something left to do; an error if there are none.
fn not_done(parts: Vec<PatchPart>, done: &str) -> Result<Vec<PatchPart>, HostError> {
    let paths: Vec<_> = parts.iter().map(|part| part.path.clone()).collect();
    let left: Vec<_> = parts.into_iter().filter(|part| !part.text.is_empty()).collect();
    if left.is_empty() {
        let files = super::undo::files(&paths);
        return Err(HostError::Refused(format!("what you selected of {files} is {done}")));
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_of_a_batch_is_read_also_behind_one_that_is_missing() {
        let mut read = &b"ab12 blob 3\na\nb\n:0:x 1 missing\n:0:y missing\ncd blob 0\n\nef tree 1\nx\n12 blob 9\na"[..];
        let found: Vec<_> = (0..6).map(|_| blob(&mut read)).collect();
        let (ab, none, empty) = (Some(&b"a\nb"[..]), None, Some(&b""[..]));
        assert_eq!(found, [ab, none, none, empty, none, none]);
    }
}
