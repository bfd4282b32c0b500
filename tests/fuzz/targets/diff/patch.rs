//! A diff taken apart, and its parts as patches.

use std::slice::from_ref;

use polecat::core::diff::{Change, DiffPart, Direction, FileDiff, Hunk, parse, unquoted, written};
use polecat::host::git::check::untracked_file;

pub fn check(bytes: &[u8]) {
    let files = parse(bytes);
    nothing_is_lost(bytes, &files);
    hunks_end_where_their_counts_say(bytes, &files);
    for file in &files {
        assert_eq!(parse(&file.patch(&file.hunks)), from_ref(file), "it reads otherwise alone");
        for hunk in &file.hunks {
            a_hunk_alone_is_the_same(file, hunk);
        }
        for path in [&file.old, &file.new] {
            assert_eq!(unquoted(&written("", path)), *path);
        }
    }
}

/// Up to the first file everything is passed over.
fn nothing_is_lost(bytes: &[u8], files: &[FileDiff]) {
    let back: Vec<u8> = files.iter().flat_map(|file| file.patch(&file.hunks)).collect();
    assert!(bytes.ends_with(&back), "{}", String::from_utf8_lossy(&back));
    let passed = &bytes[..bytes.len() - back.len()];
    let begins = |line: &[u8]| line.starts_with(b"diff --git ");
    assert!(!passed.split(|byte| *byte == b'\n').any(begins), "a file is passed over");
}

#[expect(clippy::single_range_in_vec_init, reason = "all rows of one hunk")]
fn a_hunk_alone_is_the_same(file: &FileDiff, hunk: &Hunk) {
    let piece = FileDiff { hunks: vec![hunk.clone()], ..file.clone() };
    assert_eq!(parse(&piece.patch(&piece.hunks)), from_ref(&piece));
    if file.binary || file.change == Change::Unmerged {
        return;
    }
    let all = DiffPart { file: piece, rows: Some(vec![0..usize::MAX]) };
    for name in [&file.old, &file.new].into_iter().filter(|name| !name.is_empty()) {
        let text = all.patch(Direction::Do, name);
        let read = match &parse(&text)[..] {
            [] => continue,
            [read] => read.clone(),
            _ => panic!("one file became several"),
        };
        assert!(by_counts(&text).is_some(), "its counts are not those of its rows");
        let whole = matches!(read.change, Change::Added | Change::Deleted);
        let path = if whole { file.path() } else { name };
        assert_eq!((read.path(), read.binary), (path, false));
        let (read, drawn) = (read.counts(), all.file.counts());
        assert!(read.0 >= drawn.0 && read.1 >= drawn.1, "a line is lost: {read:?} of {drawn:?}");
    }
}

/// Where the lines that the counts of all hunks announce are there, they alone tell the hunks.
fn hunks_end_where_their_counts_say(bytes: &[u8], files: &[FileDiff]) {
    let Some(counted) = by_counts(bytes) else { return };
    let read: Vec<_> = files.iter().map(|file| (file.hunks.len(), file.counts())).collect();
    assert_eq!(read, counted, "hunks, and lines added and removed, of each file");
}

/// Of each file how many hunks it has, and the lines added and removed, as `git apply` reads them.
fn by_counts(bytes: &[u8]) -> Option<Vec<(usize, (usize, usize))>> {
    let mut files: Vec<(usize, (usize, usize))> = Vec::new();
    let (mut old, mut new, mut in_head) = (0, 0, false);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let starts = |start: &str| line.starts_with(start.as_bytes());
        if (old, new) == (0, 0) {
            if starts("diff --git ") {
                files.push((0, (0, 0)));
                in_head = true;
            } else if starts("@@ ") {
                (old, new) = ranges(line)?;
                files.last_mut()?.0 += 1;
                in_head = false;
            } else if (!starts("\\") && !in_head)
                || ["@@", "diff --c", "* Unmerged"].into_iter().any(starts)
            {
                return None;
            }
            continue;
        }
        let (_, (added, removed)) = files.last_mut()?;
        match line[0] {
            b'+' => (new, *added) = (new.checked_sub(1)?, *added + 1),
            b'-' => (old, *removed) = (old.checked_sub(1)?, *removed + 1),
            b' ' | b'\n' => (old, new) = (old.checked_sub(1)?, new.checked_sub(1)?),
            b'\\' => {}
            _ => return None,
        }
    }
    ((old, new) == (0, 0)).then_some(files)
}

/// The counts of `@@ -1,2 +3,4 @@`, as git writes them.
fn ranges(line: &[u8]) -> Option<(usize, usize)> {
    let text = String::from_utf8_lossy(line);
    let mut words = text.split(' ').skip(1);
    let mut count = |mark: char| {
        let range = words.next()?.strip_prefix(mark)?;
        let (line, count) = range.split_once(',').unwrap_or((range, "1"));
        line.parse::<u32>().ok()?;
        usize::try_from(count.parse::<u32>().ok()?).ok()
    };
    let counts = (count('-')?, count('+')?);
    (words.next()?.trim_end() == "@@").then_some(counts)
}

/// Input is its path, a NUL, and its content: it is shown as `git diff` shows a new one.
pub fn of_an_untracked_file(bytes: &[u8]) {
    let Some(at) = bytes.iter().position(|byte| *byte == 0) else { return };
    let (path, content) = (&bytes[..at], &bytes[at + 1..]);
    // A folder is only named.
    if path.is_empty() || path.ends_with(b"/") {
        return;
    }
    let file = untracked_file(path, content);
    assert_eq!(parse(&file.patch(&file.hunks)), from_ref(&file));
    assert_eq!(file.path(), path);
    let Some(hunk) = file.hunks.first() else {
        assert!(file.binary || content.is_empty());
        return;
    };
    let rows: Vec<&[u8]> = hunk.rows().collect();
    assert!(by_counts(&file.patch(&file.hunks)).is_some(), "its counts are not those of its rows");
    let added: Vec<&[u8]> = rows.iter().filter_map(|row| row.strip_prefix(b"+")).collect();
    let ends = rows.len() == added.len();
    let back = [added.join(&b'\n'), if ends { b"\n".to_vec() } else { Vec::new() }].concat();
    assert_eq!(back, content);
}
