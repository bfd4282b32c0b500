//! What git prints about changes, and the files that are kept of them: input is which of them
//! (`diff`, `numstat`, `exits`, ...), a line feed, and the bytes.

mod comments;
mod kept;
mod listed;
mod patch;
mod picture;

pub fn check(bytes: &[u8]) {
    let Some(at) = bytes.iter().position(|byte| *byte == b'\n') else { return };
    let (kind, bytes) = (&bytes[..at], &bytes[at + 1..]);
    match kind {
        b"diff" => diff(bytes),
        b"untracked" => patch::of_an_untracked_file(bytes),
        b"numstat" => listed::numstat(bytes),
        b"status" => listed::status(bytes),
        b"name-status" => listed::name_status(bytes),
        b"ls-files" => listed::ls_files(bytes),
        b"backup" => kept::backup(bytes),
        b"reviews" => kept::reviews(bytes),
        kind => kept::record(kind, bytes),
    }
}

/// Behind the first NUL stands what the buffer showed before.
fn diff(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let (new, old) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    patch::check(new);
    let (before, changes) = (picture::changes(old, b""), picture::changes(new, old));
    picture::check(&before, &changes);
    comments::are_found_where_they_were_made(&changes);
}
