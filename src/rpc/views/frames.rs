//! Frames as Lua reads them.

use rmpv::Value;

use crate::{
    rpc::{
        encode::{Map, texts},
        styles::Styles,
    },
    view::{Fold, Frame, Line, Patch},
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
    let waiting = frame.waiting.iter().map(|row| (*row).into());
    let none = || Value::Array(Vec::new());
    Map::new()
        .put("ranges", Value::Array(named.map(range).collect()))
        .put("stops", Map::new().put("waiting", Value::Array(waiting.collect())))
        .put("notes", none())
}
