//! What a polecat changed: drawn in portions, and anew when the polecat has come to rest.

use std::os::unix::ffi::OsStrExt;

use rmpv::Value;
use tracing::debug;

use super::{
    aside::aside,
    calls::{self, ViewOpen},
    encode::{Map, bytes},
    error::RpcError,
    views::{Canvas, Order},
};
use crate::{
    core::{diff::find, review::Comment},
    session::{Changed, IdleWatch, RigContext, Since, Workspace},
    view::{self, FileRow, HunkRow, Picture, Shown},
};

/// Draws until the view is closed.
pub(super) async fn run(
    workspace: &Workspace,
    open: ViewOpen,
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    let polecat = open.polecat.ok_or_else(|| RpcError::bad_argument("`polecat` is missing"))?;
    let context = workspace.context(&open.at.into()).await?;
    let mut idle = IdleWatch::of(workspace, &context, &polecat);
    let mut sheet = Sheet {
        context,
        polecat,
        since: calls::Since::of(open.since),
        shown: Shown::default(),
        drawn: false,
    };
    sheet.draw(canvas).await?;
    let mut due = false;
    loop {
        tokio::select! {
            order = canvas.orders.recv() => match order {
                None => return Ok(()),
                Some(Order::Refresh) => due = true,
                Some(Order::Visible(visible)) => canvas.visible = visible,
                Some(Order::Width(_)) => {}
            },
            () = idle.next() => due = true,
        }
        if due && canvas.visible {
            due = false;
            sheet.draw(canvas).await?;
        }
    }
}

/// One buffer, and what it shows.
struct Sheet {
    context: RigContext,
    polecat: String,
    since: Since,
    shown: Shown,
    drawn: bool,
}

impl Sheet {
    async fn draw(&mut self, canvas: &mut Canvas) -> Result<(), RpcError> {
        let changed = self.context.reviews().changes(&self.polecat, self.since).await?;
        debug!(self.polecat, "drawing what it changed");
        let (name, mut shown) = (self.polecat.clone(), std::mem::take(&mut self.shown));
        let drawn = aside(move || {
            let picture = view::changes(&name, &changed.changes);
            let (portions, index) = (shown.show(&picture), index(&changed, &picture));
            (shown, portions, index)
        });
        let (shown, mut portions, index) = drawn.await?;
        self.shown = shown;
        if portions.is_empty() {
            portions.push(Vec::new());
        }
        let mut index = Some(index);
        let last = portions.len() - 1;
        for (at, patches) in portions.iter().enumerate() {
            // What is drawn for the first time grows at its end, so that the rows are right from
            // the beginning; else only the last portion makes them so.
            let now = if self.drawn { at == last } else { at == 0 };
            let index = if now { index.take() } else { None };
            let more = Map::new().some("changes", index).put("whole", at == last);
            canvas.patch_with(patches, more).await;
        }
        self.drawn = true;
        Ok(())
    }
}

/// What stands in which rows.
fn index(changed: &Changed, picture: &Picture) -> Value {
    let comments = changed.comments.iter();
    Map::new()
        .put("workdir", path(changed.workdir.as_os_str().as_bytes()))
        .put("files", Value::Array(picture.files.iter().map(file).collect()))
        .put("hunks", Value::Array(picture.hunks.iter().map(hunk).collect()))
        .put("comments", Value::Array(comments.map(|one| comment(changed, picture, one)).collect()))
        .into()
}

/// A comment and the row below which it stands now.
fn comment(changed: &Changed, picture: &Picture, comment: &Comment) -> Value {
    let (row, outdated) = picture.row_of(find(&changed.changes.sections, &comment.place));
    let place = &comment.place;
    Map::new()
        .put("id", comment.id)
        .put("row", row)
        // Of a file as a whole there is nothing that could be another one.
        .put("outdated", outdated && !place.quote.is_empty())
        .put("path", path(&place.path))
        .put("shown", comment.shown)
        .put("text", comment.text.as_str())
        .into()
}

fn file(file: &FileRow) -> Value {
    Map::new()
        .put("row", file.rows.0)
        .put("rows", file.rows.1)
        .put("stage", file.stage.as_str())
        .put("change", file.change)
        .put("path", path(&file.path))
        .some("old", file.old.as_deref().map(path))
        .put("added", file.counts.0)
        .put("removed", file.counts.1)
        .put("binary", file.binary)
        .into()
}

fn hunk(hunk: &HunkRow) -> Value {
    Map::new()
        .put("row", hunk.rows.0)
        .put("rows", hunk.rows.1)
        // As Lua counts.
        .put("file", hunk.file + 1)
        .put("old", range(hunk.old))
        .put("new", range(hunk.new))
        .put("id", hunk.id.as_str())
        .into()
}

fn range((start, count): (usize, usize)) -> Value {
    Value::Array(vec![start.into(), count.into()])
}

/// A path, which may be any bytes.
fn path(path: &[u8]) -> Value {
    bytes(path.to_vec())
}
