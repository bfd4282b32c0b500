//! Reading what `git diff` prints.

use super::quoted::{quoted, whole};
use super::{Change, FileDiff, Hunk};

/// The files of a `git diff`, of which every byte is kept. What stands in front of the first one
/// is passed over.
///
/// The format is that of git-diff(1), "Generating patch text with -p" and "Combined diff format".
#[must_use]
pub fn parse(text: &[u8]) -> Vec<FileDiff> {
    let mut files: Vec<FileDiff> = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        // Lines of content begin with a blank, `+`, `-` or `\`: no content can look like these.
        if let Some(file) = first_line(line) {
            files.push(file);
        } else if let Some(file) = files.last_mut() {
            take(file, line);
        }
    }
    files.iter_mut().for_each(settle);
    files
}

/// The hunks in `text`, each with its heading; what stands in front of the first is passed over.
pub(super) fn hunks(text: &[u8]) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if let Some((old, new)) = hunk_ranges(line) {
            hunks.push(Hunk { old, new, text: line.to_vec() });
        } else if let Some(hunk) = hunks.last_mut() {
            hunk.text.extend_from_slice(line);
        }
    }
    hunks
}

/// The file that `line` begins, if it does.
fn first_line(line: &[u8]) -> Option<FileDiff> {
    let told = line.strip_suffix(b"\n").unwrap_or(line);
    let (change, old, new) = if let Some(paths) = told.strip_prefix(b"diff --git ") {
        let (old, new) = both_paths(paths);
        (Change::Modified, old, new)
    } else {
        let kinds = [&b"diff --cc "[..], b"diff --combined ", b"* Unmerged path "];
        let path = whole(kinds.iter().find_map(|kind| told.strip_prefix(*kind))?);
        (Change::Unmerged, path.clone(), path)
    };
    let hunks = Vec::new();
    Some(FileDiff { change, old, new, binary: false, head: line.to_vec(), hunks })
}

fn take(file: &mut FileDiff, line: &[u8]) {
    if let Some((old, new)) = hunk_ranges(line) {
        return file.hunks.push(Hunk { old, new, text: line.to_vec() });
    }
    if let Some(hunk) = file.hunks.last_mut() {
        return hunk.text.extend_from_slice(line);
    }
    file.head.extend_from_slice(line);
    read_header(file, line.strip_suffix(b"\n").unwrap_or(line));
}

fn read_header(file: &mut FileDiff, line: &[u8]) {
    let is = |start: &str| line.starts_with(start.as_bytes());
    let behind = |start: &str| line.strip_prefix(start.as_bytes()).map(whole);
    if let Some(path) = behind("rename from ") {
        (file.change, file.old) = (Change::Renamed, path);
    } else if let Some(path) = behind("copy from ") {
        (file.change, file.old) = (Change::Copied, path);
    } else if let Some(path) = behind("rename to ").or_else(|| behind("copy to ")) {
        file.new = path;
    } else if is("new file mode ") {
        file.change = Change::Added;
    } else if is("deleted file mode ") && file.change != Change::Unmerged {
        file.change = Change::Deleted;
    } else if is("Binary files ") || is("GIT binary patch") {
        file.binary = true;
    } else if let Some(path) = line.strip_prefix(b"--- ").and_then(side) {
        file.old = path;
    } else if let Some(path) = line.strip_prefix(b"+++ ").and_then(side) {
        file.new = path;
    }
}

/// Where there is nothing before or after, there is no path.
fn settle(file: &mut FileDiff) {
    match file.change {
        Change::Added => file.old.clear(),
        Change::Deleted => file.new.clear(),
        _ => {}
    }
}

/// The path behind `--- ` or `+++ `; none for `/dev/null`.
fn side(text: &[u8]) -> Option<Vec<u8>> {
    // git ends a name that holds a blank with a tab, for the sake of GNU patch.
    let text = text.strip_suffix(b"\t").unwrap_or(text);
    (text != b"/dev/null").then(|| without_prefix(&whole(text)))
}

/// `a/path` and `b/path` without the letter.
fn without_prefix(path: &[u8]) -> Vec<u8> {
    path.get(2..).unwrap_or(path).to_vec()
}

/// Both paths behind `diff --git `. Where they differ, other lines tell them, and where they are
/// plain and hold blanks, only that they are the same shows where the first one ends.
fn both_paths(text: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (old, new) = if let Some((old, rest)) = quoted(text) {
        (old, whole(rest.strip_prefix(b" ").unwrap_or(rest)))
    } else if let Some((at, new)) = quoted_behind(text) {
        (text[..at].to_vec(), new)
    } else {
        let half = text.len().saturating_sub(1) / 2;
        (text[..half].to_vec(), text.get(half + 1..).unwrap_or_default().to_vec())
    };
    (without_prefix(&old), without_prefix(&new))
}

/// A quoted path behind a plain one, and where the plain one ends.
fn quoted_behind(text: &[u8]) -> Option<(usize, Vec<u8>)> {
    let at = text.windows(2).position(|pair| pair == b" \"")?;
    let (path, rest) = quoted(&text[at + 1..])?;
    rest.is_empty().then_some((at, path))
}

/// The ranges of `@@ -1,2 +3,4 @@`; of a combined one, `@@@ -1,2 -1,2 +3,4 @@@`, the first and
/// the last.
fn hunk_ranges(line: &[u8]) -> Option<((usize, usize), (usize, usize))> {
    let marks = line.iter().take_while(|byte| **byte == b'@').count();
    if marks < 2 || line.get(marks) != Some(&b' ') {
        return None;
    }
    // What stands behind the ranges is of the file, and may be any bytes.
    let told = line[marks + 1..].utf8_chunks().next()?.valid();
    let mut ranges = told.split_ascii_whitespace();
    let old = range(ranges.next()?.strip_prefix('-')?)?;
    let new = ranges.take(marks - 1).find_map(|part| part.strip_prefix('+'))?;
    Some((old, range(new)?))
}

fn range(text: &str) -> Option<(usize, usize)> {
    let (start, count) = text.split_once(',').unwrap_or((text, "1"));
    // No file has more lines; and of these, whoever counts on cannot run over.
    let number = |text: &str| usize::try_from(text.parse::<u32>().ok()?).ok();
    Some((number(start)?, number(count)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(bytes: &[u8]) -> &str {
        std::str::from_utf8(bytes).unwrap()
    }

    /// What is read of a file: its change, its paths, whether it is binary, its hunks' ranges.
    fn told(diff: &str) -> Vec<String> {
        let of = |file: &FileDiff| {
            let hunks: Vec<_> = file.hunks.iter().map(|hunk| (hunk.old, hunk.new)).collect();
            let (change, binary) = (file.change.as_str(), if file.binary { " binary" } else { "" });
            format!("{change}{binary} {:?} {:?} {hunks:?}", text(&file.old), text(&file.new))
        };
        parse(diff.as_bytes()).iter().map(of).collect()
    }

    #[test]
    fn each_kind_of_change_is_read_with_its_paths() {
        let cases = [
            (
                "diff --git a/x y b/x y\nindex 1..2 100644\n--- a/x y\t\n+++ b/x y\t\n@@ -1 +1,2 @@ fn\n-a\n+b\n+c\n",
                r#"modified "x y" "x y" [((1, 1), (1, 2))]"#,
            ),
            ("diff --git a/e b/e\nnew file mode 100644\nindex 0..0\n", r#"added "" "e" []"#),
            (
                "diff --git a/e b/e\ndeleted file mode 100644\n--- a/e\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
                r#"deleted "e" "" [((1, 1), (0, 0))]"#,
            ),
            (
                "diff --git a/o b/n n\nsimilarity index 100%\nrename from o\nrename to n n\n",
                r#"renamed "o" "n n" []"#,
            ),
            (
                "diff --git a/o b/n\nsimilarity index 100%\ncopy from o\ncopy to n\n",
                r#"copied "o" "n" []"#,
            ),
            ("diff --git a/p b/p\nold mode 100644\nnew mode 100755\n", r#"modified "p" "p" []"#),
            (
                "diff --git a/i b/i\nindex 1..2 100644\nBinary files a/i and b/i differ\n",
                r#"modified binary "i" "i" []"#,
            ),
            ("diff --git \"a/\\t\" \"b/\\t\"\nindex 1..2 100644\n", r#"modified "\t" "\t" []"#),
            (
                "diff --git a/o \"b/\\\"\"\nrename from o\nrename to \"\\\"\"\n",
                r#"renamed "o" "\"" []"#,
            ),
            (
                "diff --cc f\nindex 1,2..0\n--- a/f\n+++ b/f\n@@@ -1,1 -1,1 +1,5 @@@\n++<<\n +a\n",
                r#"unmerged "f" "f" [((1, 1), (1, 5))]"#,
            ),
            ("* Unmerged path f g\n", r#"unmerged "f g" "f g" []"#),
        ];
        for (diff, expected) in cases {
            assert_eq!(told(diff), [expected], "{diff}");
        }
        let all: String = cases.iter().map(|(diff, _)| *diff).collect();
        let expected: Vec<_> = cases.iter().map(|(_, expected)| *expected).collect();
        assert_eq!(told(&all), expected, "one behind the other");
    }

    #[test]
    fn content_that_looks_like_a_heading_is_content() {
        let diff = "diff --git a/d b/d\n--- a/d\n+++ b/d\n@@ -1,3 +1,2 @@\n--- a/x\n-@@ -1 +1 @@\n \n\n\\ No newline at end of file\n";
        let files = parse(diff.as_bytes());
        assert_eq!(told(diff), [r#"modified "d" "d" [((1, 3), (1, 2))]"#]);
        assert_eq!(files[0].counts(), (0, 2));
        assert_eq!(files[0].hunks[0].rows().count(), 5);
    }

    #[test]
    fn a_heading_may_go_on_with_any_bytes() {
        let diff = b"diff --git a/d b/d\n@@ -1 +1 @@ caf\xe9\n-a\n";
        assert_eq!(parse(diff)[0].hunks[0].old, (1, 1));
        let cut = b"diff --git a/d b/d\n@@ -99999999999999999999 +1 @@\n@@";
        assert_eq!(parse(cut)[0].hunks, []);
        let endless = format!("diff --git a/d b/d\n@@ -1 +{} @@\n+a\n+b\n", u64::MAX);
        assert_eq!(parse(endless.as_bytes())[0].hunks, [], "its lines have no numbers");
    }

    proptest! {
        #[test]
        fn no_byte_is_lost_and_none_is_too_strange(
            parts in prop::collection::vec(prop_oneof![
                Just("diff --git a/x b/x\n".as_bytes().to_vec()),
                Just(b"@@ -1,2 +3,4 @@\n".to_vec()),
                Just(b"@@@ -1 -2 +3 @@@ x\n".to_vec()),
                Just(b"rename to \"\\".to_vec()),
                Just(b"--- a/\xff\n".to_vec()),
                prop::collection::vec(any::<u8>(), 0..12),
            ], 0..30),
        ) {
            let diff = [b"diff --git a/x b/x\n".to_vec(), parts.concat()].concat();
            let files = parse(&diff);
            let back: Vec<u8> = files.iter().flat_map(|file| file.patch(&file.hunks)).collect();
            prop_assert_eq!(back, diff);
        }
    }
}
