//! Changes as an editor shows them: what stands in which rows.

use polecat::core::diff::{Change, Changes, FileDiff, PartId, Section, Stage, parse};
use polecat::view::{self, FileRow, HunkRow, Line, Picture, ShownPicture};

/// Longer than any line that an editor is given.
const LINE_LIMIT: usize = 3 * 4_000 + 100;

/// What is not staged, and behind it in the same buffer what is.
pub fn changes(unstaged: &[u8], staged: &[u8]) -> Changes {
    let section = |stage, bytes| Section { stage, commits: 1, files: parse(bytes), missing: None };
    let sections = vec![section(Stage::Unstaged, unstaged), section(Stage::Staged, staged)];
    Changes { since: "main (1a2b3c4)".to_owned(), sections }
}

pub fn check(before: &Changes, changes: &Changes) {
    let (old, new) = (view::changes("ash", before), view::changes("ash", changes));
    let lines = new.lines();
    assert_eq!(lines.len(), new.rows);
    lines.iter().for_each(a_buffer_can_show_it);
    rows_follow_each_other(&new);
    let files = changes.sections.iter().enumerate().flat_map(|(section, content)| {
        content.files.iter().enumerate().map(move |(index, file)| ((section, index), file))
    });
    assert_eq!(files.clone().count(), new.files.len());
    for (index, (at, file)) in files.enumerate() {
        assert_eq!((new.files[index].at, new.files[index].counts), (at, file.counts()));
        rows_say_what_the_diff_says(&lines, &new, index, file);
        what_is_shown_can_be_asked_for(changes, &new.files[index], file);
    }
    the_buffer_shows_the_last_picture(&old, &new);
}

fn a_buffer_can_show_it(line: &Line) {
    assert!(!line.text.contains('\n') && line.text.len() <= LINE_LIMIT, "{line:?}");
    let mut at = 0;
    for span in &line.spans {
        assert!(at <= span.from && span.from < span.to, "{line:?}");
        assert!(line.text.get(span.from..span.to).is_some(), "{line:?}");
        at = span.to;
    }
}

fn rows_follow_each_other(picture: &Picture) {
    let Picture { files, hunks, rows, .. } = picture;
    let mut at = 0;
    for FileRow { rows: (from, count), .. } in files {
        assert!(*from >= at && *count > 0, "{files:?}");
        at = from + count;
    }
    assert!(at <= *rows, "{at} of {rows} rows");
    let mut at = 0;
    for HunkRow { rows: (from, count), file, .. } in hunks {
        let (first, of_file) = files[*file].rows;
        assert!(*from >= at.max(first + 1) && *count > 0, "{hunks:?} of {files:?}");
        at = from + count;
        assert!(at <= first + of_file, "{hunks:?} of {files:?}");
    }
}

fn rows_say_what_the_diff_says(lines: &[Line], picture: &Picture, index: usize, file: &FileDiff) {
    let rows = picture.files[index].rows;
    let text = file.patch(&file.hunks);
    let text = text.strip_suffix(b"\n").unwrap_or(&text);
    let said: Vec<_> = text.split(|byte| *byte == b'\n').collect();
    assert_eq!(said.len(), rows.1, "{said:?}");
    for (line, said) in lines[rows.0..].iter().zip(said) {
        let whole = String::from_utf8_lossy(said);
        let start = line.text.split(" ┄┄ ").next().unwrap_or_default();
        let is_mark = said
            .first()
            .is_none_or(|byte| !byte.is_ascii() || line.text.starts_with(*byte as char));
        assert!(
            is_mark && (line.text == whole || whole.starts_with(start)),
            "{line:?} for {whole}"
        );
    }
    let hunks: Vec<_> = picture.hunks.iter().filter(|hunk| hunk.file == index).collect();
    assert_eq!(hunks.len(), file.hunks.len());
    for (row, hunk) in hunks.iter().zip(&file.hunks) {
        assert_eq!((row.old, row.new, row.rows.1), (hunk.old, hunk.new, hunk.rows().count() + 1));
        assert!(lines[row.rows.0].text.starts_with("@@"));
    }
}

/// By what the editor has been told of it.
fn what_is_shown_can_be_asked_for(changes: &Changes, row: &FileRow, file: &FileDiff) {
    let all = changes.piece(row.stage, &row.path).expect("the file is there").file;
    let text = |file: &FileDiff| file.patch(&file.hunks);
    let (whole, one) = (text(&all), text(file));
    assert!(whole.windows(one.len().max(1)).any(|part| part == one), "a part of it is left out");
    assert_eq!(all.path(), row.path);
    for hunk in &file.hunks {
        let part = PartId::Rows(vec![(file.id(hunk), 0..1)]);
        let piece = changes.part(row.stage, &row.path, &part).expect("the hunk is there");
        assert_eq!(piece.file.hunks, std::slice::from_ref(hunk));
        assert!(file.change != Change::Unmerged || piece.file.change == Change::Unmerged);
    }
    let none = PartId::Rows(vec![("no hunk".to_owned(), 0..1)]);
    assert_eq!(changes.part(row.stage, &row.path, &none), None);
}

fn the_buffer_shows_the_last_picture(old: &Picture, new: &Picture) {
    let (mut canvas, mut buffer) = (ShownPicture::default(), Vec::<Line>::new());
    for picture in [old, new, old] {
        for patch in canvas.show(picture).concat() {
            assert!(patch.from <= patch.to && patch.to <= buffer.len(), "{patch:?}");
            drop(buffer.splice(patch.from..patch.to, patch.lines));
        }
        assert_eq!(buffer, picture.lines());
        assert!(canvas.show(picture).concat().is_empty(), "the same is drawn twice");
    }
}
