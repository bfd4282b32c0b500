//! Both versions of a file, from one of them and its hunks.

use super::{Change, Direction, FileDiff, Hunk, lines};

/// Begins the line of a head with the names of both versions.
const INDEX: &[u8] = b"index ";

impl FileDiff {
    /// What git calls the content before: `None` where there was none, or it is not told.
    #[must_use]
    pub fn version_before(&self) -> Option<&str> {
        let line = lines(&self.head).find_map(|line| line.strip_prefix(INDEX))?;
        let (before, _) = std::str::from_utf8(line).ok()?.split_once("..")?;
        let known = before.len() >= 4 && before.bytes().all(|byte| byte.is_ascii_hexdigit());
        (known && before.bytes().any(|byte| byte != b'0')).then_some(before)
    }

    /// The content before and after, where the hunks alone tell it: of a file that is new, or gone.
    #[must_use]
    pub fn told_versions(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        match self.change {
            Change::Added => Some((Vec::new(), apply(&self.hunks, b"", Direction::Do)?)),
            Change::Deleted => Some((apply(&self.hunks, b"", Direction::Undo)?, Vec::new())),
            _ => None,
        }
    }
}

/// `text` with `hunks` applied, each exactly where it says; `None` where one does not fit.
#[must_use]
pub fn apply(hunks: &[Hunk], text: &[u8], way: Direction) -> Option<Vec<u8>> {
    let (mut left, mut line) = (text, 0);
    let mut after = Vec::new();
    for hunk in hunks {
        let (first, count) = if way == Direction::Do { hunk.old } else { hunk.new };
        let begins = if count == 0 { first } else { first.checked_sub(1)? };
        after.extend_from_slice(take(&mut left, begins.checked_sub(line)?)?);
        let (gone, come, lines) = sides(hunk, way);
        left = left.strip_prefix(&gone[..])?;
        after.extend(come);
        line = begins + lines;
    }
    after.extend_from_slice(left);
    Some(after)
}

/// The next lines of `text`.
fn take<'a>(text: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let mut ends = text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::len);
    let mut end = 0;
    for _ in 0..count {
        end += ends.next()?;
    }
    let (taken, rest) = text.split_at(end);
    *text = rest;
    Some(taken)
}

/// What a hunk says of the text before and after, and how many lines it has before.
fn sides(hunk: &Hunk, way: Direction) -> (Vec<u8>, Vec<u8>, usize) {
    let goes = if way == Direction::Do { b'-' } else { b'+' };
    let (mut before, mut after, mut count) = (Vec::new(), Vec::new(), 0);
    let mut rows = hunk.rows().peekable();
    while let Some(row) = rows.next() {
        let (mark, text) = row.split_first().unwrap_or((&b' ', row));
        let open = rows.next_if(|next| next.first() == Some(&b'\\')).is_some();
        let end: &[u8] = if open { b"" } else { b"\n" };
        let is_kept = !matches!(mark, b'-' | b'+');
        if is_kept || *mark == goes {
            before.extend([text, end].concat());
            count += 1;
        }
        if is_kept || *mark != goes {
            after.extend([text, end].concat());
        }
    }
    (before, after, count)
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    const DIFF: &str = "diff --git a/f b/f\nindex 0a1b2c3..4d5e6f7 100644\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-x\n+b\n@@ -4 +4 @@\n-d\n+e\n\\ No newline at end of file\n";

    #[test]
    fn what_a_file_became_is_told_by_what_it_was_and_back() {
        let file = &parse(DIFF.as_bytes())[0];
        assert_eq!(file.version_before(), Some("0a1b2c3"));
        let after = apply(&file.hunks, b"a\nx\nc\nd\n", Direction::Do).unwrap();
        assert_eq!(after, b"a\nb\nc\ne");
        assert_eq!(
            apply(&file.hunks, &after, Direction::Undo).as_deref(),
            Some(&b"a\nx\nc\nd\n"[..])
        );
        for other in [&b""[..], b"a\ny\nc\nd\n", b"a\nx\nc\nd", b"a\nx\n"] {
            assert_eq!(apply(&file.hunks, other, Direction::Do), None, "{other:?}");
        }
    }

    #[test]
    fn of_a_file_that_is_new_or_gone_the_hunks_tell_all() {
        let added = "diff --git a/f b/f\nnew file mode 100644\nindex 0000000..1234567\n--- /dev/null\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n";
        let gone = "diff --git a/f b/f\ndeleted file mode 100644\nindex 1234567..0000000\n--- a/f\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n";
        let told = |diff: &str| parse(diff.as_bytes())[0].told_versions();
        assert_eq!(told(added), Some((Vec::new(), b"a\nb\n".to_vec())));
        assert_eq!(told(gone), Some((b"a\nb\n".to_vec(), Vec::new())));
        assert_eq!(told(DIFF), None);
        assert_eq!(parse(added.as_bytes())[0].version_before(), None);
    }
}
