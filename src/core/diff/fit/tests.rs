#![expect(clippy::single_range_in_vec_init, reason = "each is what is chosen of one hunk")]

use proptest::prelude::*;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::*;

/// What `git apply` does, strictly: each hunk must be where it says.
fn apply(text: &[u8], hunks: &[Hunk], way: Direction) -> Vec<u8> {
    let after = super::super::apply(hunks, text, way);
    after.unwrap_or_else(|| panic!("{hunks:?} of {text:?}"))
}

/// The hunks that git would print, with up to `context` lines around each.
fn hunks(old: &str, new: &str, context: usize) -> Vec<Hunk> {
    let rows = rows(old, new);
    let is_near = |index: usize| {
        let from = index.saturating_sub(context);
        let till = (index + context + 1).min(rows.len());
        rows[from..till].iter().any(|(mark, _)| *mark != ' ')
    };
    let (mut hunks, mut at, mut last) = (Vec::new(), (0, 0), false);
    for (index, (mark, line)) in rows.iter().enumerate() {
        let near = is_near(index);
        if near && !last {
            hunks.push((at, (0, 0), String::new()));
        }
        let step = (usize::from(*mark != '+'), usize::from(*mark != '-'));
        if let Some((_, counts, text)) = hunks.last_mut().filter(|_| near) {
            *counts = (counts.0 + step.0, counts.1 + step.1);
            text.push(*mark);
            text.push_str(line);
            if !line.ends_with('\n') {
                text.push_str("\n\\ No newline at end of file\n");
            }
        }
        (at, last) = ((at.0 + step.0, at.1 + step.1), near);
    }
    hunks.into_iter().map(hunk).collect()
}

/// All lines, with their marks.
fn rows<'a>(old: &'a str, new: &'a str) -> Vec<(char, &'a str)> {
    let (old, new): (Vec<_>, Vec<_>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let mut rows = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if let DiffOp::Equal { .. } = op {
            rows.extend(old[op.old_range()].iter().map(|line| (' ', *line)));
        } else {
            rows.extend(old[op.old_range()].iter().map(|line| ('-', *line)));
            rows.extend(new[op.new_range()].iter().map(|line| ('+', *line)));
        }
    }
    rows
}

fn hunk((at, counts, body): ((usize, usize), (usize, usize), String)) -> Hunk {
    let range = |at: usize, count: usize| (if count == 0 { at } else { at + 1 }, count);
    let (old, new) = (range(at.0, counts.0), range(at.1, counts.1));
    let text = format!("@@ -{},{} +{},{} @@\n{body}", old.0, old.1, new.0, new.1);
    Hunk { old, new, text: text.into_bytes() }
}

fn all(hunks: &[Hunk]) -> Vec<Range<usize>> {
    hunks.iter().map(|hunk| 0..hunk.rows().count()).collect()
}

fn other(way: Direction) -> Direction {
    if way == Direction::Do { Direction::Undo } else { Direction::Do }
}

#[test]
fn lines_of_a_hunk_are_drawn_with_the_others_as_they_are_there() {
    let text = |hunks: Vec<Hunk>| String::from_utf8(hunks[0].text.clone()).unwrap();
    let hunks = hunks("1\nold\n2\n", "1\nnew\nmore\n2\n", 3);
    let only = |rows: Range<usize>, way| text(plain(&hunks, &[rows], way));
    assert_eq!(only(3..4, Direction::Do), "@@ -1,3 +1,4 @@\n 1\n old\n+more\n 2\n");
    assert_eq!(only(1..2, Direction::Do), "@@ -1,3 +1,2 @@\n 1\n-old\n 2\n");
    assert_eq!(only(3..4, Direction::Undo), "@@ -1,3 +1,4 @@\n 1\n new\n+more\n 2\n");
    assert_eq!(only(1..2, Direction::Undo), "@@ -1,5 +1,4 @@\n 1\n-old\n new\n more\n 2\n");
    assert_eq!(plain(&hunks, &[0..1], Direction::Do), [], "context");
    let rest = fit(&hunks, &[0..9], Direction::Do, b"0\n0\n0\n1\nold\nmore\n2\n");
    assert_eq!(rest, HunkFit::Nowhere, "it is of the beginning");
    let HunkFit::Hunks(rest) = fit(&hunks, &[0..9], Direction::Do, b"1\nold\nmore\n2\n9\n") else {
        panic!("it is there")
    };
    assert_eq!(text(rest), "@@ -1,4 +1,4 @@\n 1\n-old\n+new\n more\n 2\n");
    assert_eq!(fit(&hunks, &[0..9], Direction::Do, b"1\nnew\nmore\n2\n"), HunkFit::Done);
    assert_eq!(fit(&hunks, &[0..9], Direction::Do, b"1\nnew\nother\n2\n"), HunkFit::Nowhere);
}

#[test]
fn a_line_end_that_comes_or_goes_is_a_change_of_the_line() {
    let text = |hunks: Vec<Hunk>| String::from_utf8(hunks[0].text.clone()).unwrap();
    let hunks = hunks("a", "a\nb\n", 3);
    let rows: Vec<_> = hunks[0].rows().collect();
    assert_eq!(rows, [&b"-a"[..], b"\\ No newline at end of file", b"+a", b"+b"]);
    let added = text(plain(&hunks, &[3..4], Direction::Do));
    let expected = "@@ -1,1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n";
    assert_eq!(added, expected, "the line that stays gets an end");
    assert_eq!(fit(&hunks, &all(&hunks), Direction::Do, b"a\nb\n"), HunkFit::Done);
    assert_eq!(fit(&hunks, &all(&hunks), Direction::Undo, b"a"), HunkFit::Done);
}

/// A text and what became of it. Its lines differ: of equal ones, nobody can tell which of them
/// are there already.
fn versions() -> impl Strategy<Value = (String, String)> {
    let line = (any::<bool>(), prop::collection::vec("[xyz]{0,1}", 0..3));
    let ends = (any::<bool>(), any::<bool>());
    (prop::collection::vec(line, 0..12), ends).prop_map(|(lines, ends)| {
        let old: Vec<_> = (1..=lines.len()).map(|number| number.to_string()).collect();
        let new = lines.iter().zip(&old).flat_map(|((stays, more), line)| {
            more.iter().chain(stays.then_some(line)).map(String::as_str)
        });
        let text = |lines: Vec<&str>, ends| {
            let ends = if ends || lines.last() == Some(&"") { "\n" } else { "" };
            if lines.is_empty() { String::new() } else { lines.join("\n") + ends }
        };
        (text(old.iter().map(String::as_str).collect(), ends.0), text(new.collect(), ends.1))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn some_lines_and_then_the_rest_are_the_whole_and_each_comes_back(
        (old, new) in versions(),
        (from, len) in (0..12_usize, 0..8_usize),
        backwards in any::<bool>(),
    ) {
        let way = if backwards { Direction::Undo } else { Direction::Do };
        let (begin, end) = if backwards { (&new, &old) } else { (&old, &new) };
        let (begin, end) = (begin.as_bytes(), end.as_bytes());
        let hunks = hunks(&old, &new, 3);
        let some: Vec<_> = hunks.iter().map(|_| from..from + len).collect();
        let first = plain(&hunks, &some, way);
        let between = apply(begin, &first, way);
        prop_assert_eq!(&apply(&between, &first, other(way)), begin, "it is taken back");
        let fitted = fit(&hunks, &some, way, begin);
        prop_assert_eq!(&apply(begin, &drawn(fitted), way), &between, "as it is found");
        let rest = drawn(fit(&hunks, &all(&hunks), way, &between));
        prop_assert_eq!(&apply(&between, &rest, way), end, "the rest");
        prop_assert_eq!(&apply(end, &rest, other(way)), &between, "that is taken back too");
    }

    #[test]
    fn a_line_that_is_not_chosen_stays(
        (old, new) in versions(),
        (from, len) in (0..12_usize, 0..8_usize),
    ) {
        let hunks = hunks(&old, &new, 3);
        let some: Vec<_> = hunks.iter().map(|_| from..from + len).collect();
        let mut expected = 0_isize;
        for row in hunks.iter().flat_map(|hunk| hunk.rows().skip(from).take(len)) {
            expected += match row[0] { b'+' => 1, b'-' => -1, _ => 0 };
        }
        let after = apply(old.as_bytes(), &plain(&hunks, &some, Direction::Do), Direction::Do);
        let count = |text: &[u8]| lines(text).count().cast_signed();
        prop_assert_eq!(count(&after) - count(old.as_bytes()), expected);
    }
}

#[test]
fn of_lines_that_are_all_the_same_not_every_way_is_followed() {
    let text = [b"@@ -1,0 +2,1900 @@\n".to_vec(), b"+x\n".repeat(1_900)].concat();
    let hunks = [Hunk { old: (1, 0), new: (2, 1_900), text }];
    // Any of the ways is right, and all of them are too many to be counted.
    let found = fit(&hunks, &all(&hunks), Direction::Do, "x\n".repeat(900).as_bytes());
    assert!(matches!(found, HunkFit::Hunks(_) | HunkFit::Nowhere), "some lines are missing");
}

fn drawn(fit: HunkFit) -> Vec<Hunk> {
    match fit {
        HunkFit::Hunks(hunks) => hunks,
        HunkFit::Done => Vec::new(),
        HunkFit::Nowhere => panic!("it is there"),
    }
}
