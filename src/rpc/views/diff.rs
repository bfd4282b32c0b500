//! What a polecat changed: drawn in portions, and anew when the polecat has done something.

use std::sync::Arc;

use rmpv::Value;
use tracing::debug;

use super::canvas::{Canvas, Order};
use super::drawn_diff::{DrawnDiff, Reviewed};
use super::frames::chunks;
use super::rest::{Rest, RestEvent};
use crate::rpc::{
    blocking::aside,
    calls::{self, CallContext, ViewOpen},
    encode::Map,
    error::RpcError,
};
use crate::{
    session::{Reach, Since},
    view::{self, Marks, Note, Patch, RowRange, ShownPicture},
};

/// Draws until the view is closed.
pub(in crate::rpc::views) async fn run(
    context: &CallContext<'_>,
    open: ViewOpen,
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    let polecat = open.polecat.ok_or_else(|| RpcError::bad_argument("`polecat` is missing"))?;
    let of = Reviewed::find(context, open.at, &polecat, Reach::Reads).await?;
    let mut rest = Rest::of(context, &of).await?;
    let mut other = match of.other() {
        Some(other) => Some(Rest::of(context, &other).await?),
        None => None,
    };
    let since = calls::Since::of(open.since);
    let mut diff = Diff { of, since, shown: ShownPicture::default(), drawn: false, lost: false };
    diff.draw(context, canvas).await?;
    let mut due = false;
    loop {
        tokio::select! {
            order = canvas.orders.recv() => match order {
                None => return Ok(()),
                Some(Order::Refresh) => due = true,
                Some(Order::Visible(visible)) => canvas.visible = visible,
                Some(Order::Width(_) | Order::List(_) | Order::Offer(..) | Order::Hosts(_)) => {}
            },
            seen = next(&mut rest, other.as_mut()) => match seen {
                RestEvent::Worked => due = true,
                RestEvent::Lost => diff.lose(canvas).await,
            },
        }
        if due && canvas.visible {
            due = false;
            diff.draw_if_reached(context, canvas).await?;
        }
    }
}

/// What is seen next of the polecat, or of the one that it is compared with.
async fn next(rest: &mut Rest, other: Option<&mut Rest>) -> RestEvent {
    match other {
        None => rest.next().await,
        Some(other) => tokio::select! {
            seen = rest.next() => seen,
            seen = other.next() => seen,
        },
    }
}

/// One buffer, and what it shows.
struct Diff {
    of: Reviewed,
    since: Since,
    shown: ShownPicture,
    drawn: bool,
    /// Its host cannot be reached: it shows what was there before.
    lost: bool,
}

impl Diff {
    /// What was drawn stays while its host cannot be reached.
    async fn draw_if_reached(
        &mut self,
        context: &CallContext<'_>,
        canvas: &mut Canvas,
    ) -> Result<(), RpcError> {
        match self.draw(context, canvas).await {
            Err(error) if error.is_unreachable() => {
                self.lose(canvas).await;
                Ok(())
            }
            done => done,
        }
    }

    async fn lose(&mut self, canvas: &mut Canvas) {
        if !std::mem::replace(&mut self.lost, true) {
            canvas.patch_with(&[], Map::new().put("title", self.title()).put("whole", true)).await;
        }
    }

    async fn draw(
        &mut self,
        context: &CallContext<'_>,
        canvas: &mut Canvas,
    ) -> Result<(), RpcError> {
        let changed = self.of.changes(context, self.since).await?;
        debug!(polecat = self.of.polecat, "drawing what it changed");
        self.lost = false;
        let (name, mut shown) = (self.of.title(), std::mem::take(&mut self.shown));
        let drawn = aside(move || {
            let picture = view::changes(&name, &changed.changes);
            let portions = shown.show(&picture);
            let marks = picture.marks(&changed.changes, &changed.comments);
            (shown, portions, picture.without_lines(), changed, marks)
        });
        let (shown, portions, picture, changed, marks) = drawn.await?;
        self.shown = shown;
        let (of, since) = (self.of.clone(), self.since);
        canvas.rows.set_diff(Arc::new(DrawnDiff { of, since, changed, picture }));
        self.send(canvas, portions, marks).await;
        Ok(())
    }

    async fn send(&mut self, canvas: &mut Canvas, mut portions: Vec<Vec<Patch>>, mut marks: Marks) {
        if portions.is_empty() {
            portions.push(Vec::new());
        }
        let (title, last) = (self.title(), portions.len() - 1);
        for (at, patches) in portions.iter().enumerate() {
            // What is drawn for the first time grows at its end: each portion says what its own rows
            // are. Later, only the last one makes all rows right.
            let end = if at == last { usize::MAX } else { end(patches) };
            let now = !self.drawn || at == last;
            let marks = now.then(|| encode_marks(&marks.take_above(end), !self.drawn && at > 0));
            let title = (at == if self.drawn { last } else { 0 }).then_some(title.as_str());
            let more = Map::new().some("marks", marks).some("title", title);
            canvas.patch_with(patches, more.put("whole", at == last)).await;
        }
        self.drawn = true;
    }

    fn title(&self) -> String {
        let lost = if self.lost { " (unreachable, as it was)" } else { "" };
        let since = match self.since {
            Since::Start => "",
            Since::Review => " since the last review",
        };
        format!("{}{since}{lost}", self.of.title())
    }
}

/// The row behind what these draw at the end of a buffer.
fn end(patches: &[Patch]) -> usize {
    patches.last().map_or(0, |patch| patch.from + patch.lines.len())
}

/// What the rows mean, as Lua reads it; or what more of them do.
fn encode_marks(marks: &Marks, more: bool) -> Value {
    let list = |rows: &[usize]| Value::Array(rows.iter().map(|row| (*row).into()).collect());
    let stops = Map::new().put("hunk", list(&marks.hunks)).put("file", list(&marks.files));
    Map::new()
        .put("ranges", Value::Array(marks.ranges.iter().map(range).collect()))
        .put("stops", stops)
        .put("notes", Value::Array(marks.notes.iter().map(note).collect()))
        .put("more", more)
        .into()
}

fn range(range: &RowRange) -> Value {
    let RowRange { row, rows, id, text, leads } = range;
    let mut told = vec![(*row).into(), (*rows).into(), id.as_str().into(), chunks(text)];
    told.extend(leads.map(Value::from));
    Value::Array(told)
}

fn note(note: &Note) -> Value {
    let lines = note.lines.iter().map(chunks).collect();
    Value::Array(vec![note.row.into(), Value::Array(lines)])
}
