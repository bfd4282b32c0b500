//! Frames as Lua reads them.

use rmpv::Value;

use crate::{
    rpc::{
        encode::{Map, texts},
        styles::Styles,
    },
    view::{Fold, Frame, Group, Line, Patch},
};

/// A patch with the highlights of its lines, whose rows are counted in the whole buffer. What lies
/// side by side and looks alike, as colours were rounded, is one.
pub(in crate::rpc::views) fn patch<'a>(patch: &'a Patch, styles: &mut Styles<'a, '_>) -> Map {
    let mut spans: Vec<(usize, usize, usize, Value)> = Vec::new();
    for (offset, line) in patch.lines.iter().enumerate() {
        let row = patch.from + offset;
        for span in &line.spans {
            let Some(group) = styles.group(&span.group) else { continue };
            match spans.last_mut() {
                Some(last) if (last.0, last.2, &last.3) == (row, span.from, &group) => {
                    last.2 = span.to;
                }
                _ => spans.push((row, span.from, span.to, group)),
            }
        }
    }
    let span = |(row, from, to, group): (usize, usize, usize, Value)| {
        Value::Array(vec![row.into(), from.into(), to.into(), group])
    };
    let folds: Option<Vec<Value>> =
        patch.lines.iter().map(|line| line.fold.map(fold_level)).collect();
    Map::new()
        .put("from", patch.from)
        .put("to", patch.to)
        .put("lines", texts(patch.lines.iter().map(|line| &line.text)))
        .put("spans", Value::Array(spans.into_iter().map(span).collect()))
        .some("folds", folds.map(Value::Array))
}

/// As 'foldexpr' gives it.
fn fold_level(fold: Fold) -> Value {
    match fold {
        Fold::Starts(level) => format!(">{level}").into(),
        Fold::In(level) => level.into(),
    }
}

/// What each line stands for, as the marks of a diff say it: a row of its own, whose id is
/// `name#`.
pub(in crate::rpc::views) fn row_marks(frame: &Frame) -> Map {
    let named = frame.lines.iter().enumerate().filter(|(_, line)| !line.key.is_empty());
    let range = |(row, line): (usize, &Line)| {
        Value::Array(vec![row.into(), 1.into(), format!("{}#", line.key).into()])
    };
    let rows =
        |rows: &mut dyn Iterator<Item = usize>| Value::Array(rows.map(Value::from).collect());
    let is_heading = |(_, line): &(usize, &Line)| line.key.ends_with('/');
    let mut rigs = named.clone().filter(is_heading).map(|(row, _)| row);
    let stops = Map::new()
        .put("waiting", rows(&mut frame.waiting.iter().copied()))
        .put("rig", rows(&mut rigs));
    let note = |(row, line): &(usize, Line)| {
        Value::Array(vec![(*row).into(), Value::Array(vec![chunks(line)])])
    };
    Map::new()
        .put("ranges", Value::Array(named.map(range).collect()))
        .put("stops", stops)
        .put("notes", Value::Array(frame.notes.iter().map(note).collect()))
}

/// A line as texts with their groups, as Neovim takes it for virtual text and titles. It has no
/// colours of terminals.
pub(in crate::rpc::views) fn chunks(line: &Line) -> Value {
    let mut chunks = Vec::new();
    let mut put = |text: &str, group: &str| {
        if !text.is_empty() {
            chunks.push(texts([text, group]));
        }
    };
    let mut at = 0;
    for span in &line.spans {
        put(&line.text[at..span.from], "");
        let group = match span.group {
            Group::Named(group) => group,
            Group::Styled(_) => "",
        };
        put(&line.text[span.from..span.to], group);
        at = span.to;
    }
    put(&line.text[at..], "");
    Value::Array(chunks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_texts_with_their_groups() {
        let line = Line {
            text: "polecats  !2 x".to_owned(),
            spans: vec![crate::view::Span {
                from: 10,
                to: 12,
                group: Group::Named("PolecatWaiting"),
            }],
            ..Line::default()
        };
        let expected = [["polecats  ", ""], ["!2", "PolecatWaiting"], [" x", ""]];
        assert_eq!(chunks(&line), Value::Array(expected.iter().map(|one| texts(*one)).collect()));
    }
}
