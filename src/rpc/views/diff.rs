//! What a polecat changed: drawn in portions, and anew when the polecat has come to rest.

use std::sync::Arc;

use rmpv::Value;
use tracing::debug;

use super::canvas::{Canvas, Order};
use super::drawn_diff::DrawnDiff;
use crate::rpc::{
    aside::aside,
    calls::{self, ViewOpen},
    encode::Map,
    error::RpcError,
};
use crate::{
    session::{IdleWatch, Reach, Since, Whom, Workspace},
    view::{self, Group, Line, Marks, Note, Patch, RowRange, Shown, Span},
};

/// Draws until the view is closed.
pub(in crate::rpc::views) async fn run(
    workspace: &Workspace,
    open: ViewOpen,
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    let polecat = open.polecat.ok_or_else(|| RpcError::bad_argument("`polecat` is missing"))?;
    let whom = workspace.whom(&open.at.into(), &polecat, Reach::Reads).await?;
    let mut idle = IdleWatch::of(workspace, &whom.context, &whom.polecat);
    let since = calls::Since::of(open.since);
    let mut diff = Diff { whom: Arc::new(whom), since, shown: Shown::default(), drawn: false };
    diff.draw(canvas).await?;
    let mut due = false;
    loop {
        tokio::select! {
            order = canvas.orders.recv() => match order {
                None => return Ok(()),
                Some(Order::Refresh) => due = true,
                Some(Order::Visible(visible)) => canvas.visible = visible,
                Some(Order::Width(_) | Order::List(_) | Order::Offer(..)) => {}
            },
            () = idle.next() => due = true,
        }
        if due && canvas.visible {
            due = false;
            diff.draw(canvas).await?;
        }
    }
}

/// One buffer, and what it shows.
struct Diff {
    whom: Arc<Whom>,
    since: Since,
    shown: Shown,
    drawn: bool,
}

impl Diff {
    async fn draw(&mut self, canvas: &mut Canvas) -> Result<(), RpcError> {
        let Whom { context, polecat, shown } = &*self.whom;
        let changed = context.reviews().changes(polecat, self.since).await?;
        debug!(polecat, "drawing what it changed");
        let (name, mut shown) = (shown.clone(), std::mem::take(&mut self.shown));
        let drawn = aside(move || {
            let picture = view::changes(&name, &changed.changes);
            let portions = shown.show(&picture);
            let marks = picture.marks(&changed.changes, &changed.comments);
            (shown, portions, picture.without_lines(), changed, marks)
        });
        let (shown, portions, picture, changed, marks) = drawn.await?;
        self.shown = shown;
        canvas.rows.set_diff(Arc::new(DrawnDiff {
            whom: self.whom.clone(),
            since: self.since,
            changed,
            picture,
        }));
        self.send(canvas, portions, &marks).await;
        Ok(())
    }

    async fn send(&mut self, canvas: &mut Canvas, mut portions: Vec<Vec<Patch>>, marks: &Marks) {
        if portions.is_empty() {
            portions.push(Vec::new());
        }
        let (title, mut marks) = (self.title(), Some(encode_marks(marks)));
        let last = portions.len() - 1;
        for (at, patches) in portions.iter().enumerate() {
            // What is drawn for the first time grows at its end, so that the rows are right from
            // the beginning; else only the last portion makes them so.
            let now = if self.drawn { at == last } else { at == 0 };
            let marks = if now { marks.take() } else { None };
            let title = marks.is_some().then_some(title.as_str());
            let more = Map::new().some("marks", marks).some("title", title);
            canvas.patch_with(patches, more.put("whole", at == last)).await;
        }
        self.drawn = true;
    }

    fn title(&self) -> String {
        match self.since {
            Since::Start => self.whom.shown.clone(),
            Since::Review => format!("{} since the last review", self.whom.shown),
        }
    }
}

/// What the rows mean, as Lua reads it.
fn encode_marks(marks: &Marks) -> Value {
    let list = |rows: &[usize]| Value::Array(rows.iter().map(|row| (*row).into()).collect());
    let stops = Map::new().put("hunk", list(&marks.hunks)).put("file", list(&marks.files));
    Map::new()
        .put("ranges", Value::Array(marks.ranges.iter().map(range).collect()))
        .put("stops", stops)
        .put("notes", Value::Array(marks.notes.iter().map(note).collect()))
        .into()
}

fn range(range: &RowRange) -> Value {
    let RowRange { row, rows, id, text } = range;
    Value::Array(vec![(*row).into(), (*rows).into(), id.as_str().into(), chunks(text)])
}

fn note(note: &Note) -> Value {
    let lines = note.lines.iter().map(chunks).collect();
    Value::Array(vec![note.row.into(), Value::Array(lines)])
}

/// A line that is no line of the buffer, as virtual text and 'foldtext' take it: `{ text, group }`.
fn chunks(line: &Line) -> Value {
    let chunk = |span: &Span| {
        let Group::Named(group) = span.group else { return Value::Nil };
        Value::Array(vec![line.text[span.from..span.to].into(), group.into()])
    };
    Value::Array(line.spans.iter().map(chunk).collect())
}
