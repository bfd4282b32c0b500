//! The keys of a diff. What one was pressed on is found by the id of its row: it is what the person
//! saw, or nothing.

use std::{ffi::OsStr, ops::RangeInclusive, os::unix::ffi::OsStrExt, path::PathBuf, sync::Arc};

use rmpv::Value;

use super::{Done, keys::DiffKey, pressed::Press, words::word};
use crate::{
    core::{
        diff::PartId,
        host_files::HostFile,
        names::shown,
        review::{Comment, location, target},
    },
    rpc::{
        effects::{Effect, Level, Request, compose, info},
        encode::{self, Map},
        error::RpcError,
        views::{
            drawn_diff::{DrawnDiff, Reviewed},
            rows::Rows,
        },
    },
    session::{FoundLocation, Part, Parts, Paths, Reach, Since},
    view::{FileRow, Picture, Selection, Spot},
};

/// Does what `key` is for.
pub(super) async fn press(press: &Press<'_>, key: DiffKey) -> Done {
    if let Some(refusal) = only_looked_at(press, key) {
        return Ok(refusal);
    }
    match key {
        DiffKey::Edit => edit(press).await,
        DiffKey::SideBySide => side_by_side(press).await,
        DiffKey::Comment => comment(press),
        DiffKey::DropComment => drop_comment(press).await,
        DiffKey::ListComments => list_comments(press),
        DiffKey::SendComments => send(press).await,
        DiffKey::ToggleSince => toggle_since(press).await,
        DiffKey::Stage | DiffKey::UndoHunk => hunk(press, key).await,
        DiffKey::UndoLast => undo_last(press).await,
    }
}

/// What a key says that changes something, where two polecats are compared.
fn only_looked_at(press: &Press<'_>, key: DiffKey) -> Option<Vec<Effect>> {
    let drawn = drawn(press).ok()?;
    let looks = matches!(key, DiffKey::Edit | DiffKey::SideBySide);
    drawn.of.against.as_ref().filter(|_| !looks)?;
    let (title, polecat) = (drawn.of.title(), word(&drawn.of.polecat));
    Some(warn(format!("`{title}` cannot be changed: `:PolecatDiff {polecat}` has this key")))
}

async fn edit(press: &Press<'_>) -> Done {
    let drawn = drawn(press)?;
    let Some(spot) = file_at(press, &drawn)? else { return Ok(nothing()) };
    let (path, line) = in_worktree(&drawn, spot);
    let file = drawn.changed.workdir.join(OsStr::from_bytes(path));
    let Some((file, content)) = drawn.of.open(press.context, &file).await? else {
        let path = String::from_utf8_lossy(path);
        return Ok(warn(format!("`{path}` is gone; `dv` shows what it was")));
    };
    let (content, line) = (content.map(Box::new), Some(number(line)));
    Ok(vec![Effect::Edit { file, content, line, column: None }])
}

async fn side_by_side(press: &Press<'_>) -> Done {
    let drawn = drawn(press)?;
    let Some(spot) = file_at(press, &drawn)? else { return Ok(nothing()) };
    let (path, line) = in_worktree(&drawn, spot);
    let pair = drawn.of.before(press.context, path, drawn.since).await?;
    let line = spot.hunk.map(|_| line);
    Ok(vec![drawn.of.side_by_side(press.context, pair, (line, false)).await?])
}

fn comment(press: &Press<'_>) -> Done {
    let drawn = drawn(press)?;
    let (from, till) = (first(press, &drawn)?, last(press, &drawn)?);
    let Some((from, till)) = from.or(till).zip(till.or(from)) else { return Ok(nothing()) };
    let rows = from.row..=till.row;
    let spot = till.hunk.map_or(from, |_| till);
    let about = match comment_on(&drawn, &rows) {
        Some(comment) => comment.clone(),
        None if spot.folder => return Ok(nothing()),
        None => target_of(&drawn, spot, &rows),
    };
    let call = Request {
        method: "review.comment",
        args: comment_args(press, &drawn.of.shown, &about),
        editor: false,
    };
    let place = location(&about.place.path, about.shown);
    let at = Some(press.at.clone());
    let compose = compose::comment((&drawn.of.shown, at), &place, about.text, call);
    Ok(vec![Effect::Compose(Box::new(compose))])
}

/// A new comment on the rows.
fn target_of(drawn: &DrawnDiff, spot: Spot<'_>, rows: &RangeInclusive<usize>) -> Comment {
    let changes = &drawn.changed.changes;
    let lines = spot
        .hunk
        .and_then(|row| Some((drawn.picture.hunk(changes, row)?, Picture::lines_in(row, rows))));
    let file = spot.file.content(changes);
    file.map_or_else(Comment::default, |file| target(changes, (spot.file.stage, file), lines))
}

fn comment_args(press: &Press<'_>, polecat: &str, about: &Comment) -> Value {
    let place = &about.place;
    Map::new()
        .put("at", encode::told(&press.at))
        .put("polecat", polecat)
        .some("id", (about.id > 0).then_some(about.id))
        .put("path", encode::bytes(place.path.clone()))
        .put("side", place.side.as_str())
        .put("line", place.line)
        .put("shown", about.shown)
        .put("quote", encode::texts(&place.quote))
        .into()
}

async fn drop_comment(press: &Press<'_>) -> Done {
    let drawn = drawn(press)?;
    let rows = first(press, &drawn)?.map(|spot| spot.row..=spot.row);
    let Some(comment) = rows.and_then(|rows| comment_on(&drawn, &rows)) else {
        return Ok(warn("there is no comment on this line"));
    };
    drawn.of.drop_comment(press.context, comment.id).await?;
    let told = info("the comment is dropped; `p` puts its text");
    Ok(vec![Effect::Register(comment.text.clone()), told, drawn.of.redraw(None)])
}

/// The last comment that is shown on any of the rows.
fn comment_on<'a>(drawn: &'a DrawnDiff, rows: &RangeInclusive<usize>) -> Option<&'a Comment> {
    let row = |comment: &Comment| drawn.picture.comment_row(&drawn.changed.changes, comment).0;
    drawn.changed.comments.iter().rev().find(|comment| rows.contains(&row(comment)))
}

/// Each comment at its line in the worktree.
fn list_comments(press: &Press<'_>) -> Done {
    let drawn = drawn(press)?;
    let items: Vec<_> =
        drawn.changed.comments.iter().filter_map(|one| located(&drawn, one)).collect();
    if items.is_empty() {
        return Ok(vec![info("there are no comments")]);
    }
    Ok(vec![Effect::Quickfix { title: format!("review of {}", drawn.of.shown), items }])
}

fn located(drawn: &DrawnDiff, comment: &Comment) -> Option<FoundLocation> {
    let (row, outdated) = drawn.picture.comment_row(&drawn.changed.changes, comment);
    let spot = if outdated { None } else { drawn.picture.at(row) };
    let known = spot.map(|spot| in_worktree(drawn, spot));
    let (path, line) = known.unwrap_or((&comment.place.path, comment.shown));
    let (line, text) = (number(line), comment.text.clone().into_bytes());
    Some(FoundLocation { file: file(drawn, path)?, line, column: None, text })
}

/// What Neovim edits for the file at `path` of the worktree; `None` where nothing can be called so.
fn file(drawn: &DrawnDiff, path: &[u8]) -> Option<PathBuf> {
    let path = drawn.changed.workdir.join(OsStr::from_bytes(path));
    HostFile::editable(drawn.of.host.as_ref(), path)
}

async fn send(press: &Press<'_>) -> Done {
    let of = whose(press).await?;
    let sent = of.send(press.context).await?;
    let what = if sent == 1 { "1 comment".to_owned() } else { format!("{sent} comments") };
    let told = format!("{what} sent to `{}`; `gR` will show what it changes", of.shown);
    Ok(vec![info(told), of.redraw(None)])
}

/// Shows only what was changed since the last review, if there was one; or all again.
async fn toggle_since(press: &Press<'_>) -> Done {
    let drawn = drawn(press)?;
    let since = match drawn.since {
        Since::Review => "start",
        Since::Start => {
            drawn.of.changes(press.context, Since::Review).await?;
            "review"
        }
    };
    Ok(vec![drawn.of.redraw(Some(since))])
}

/// Stages or undoes the hunk, the file, or the lines of the selection, once the person has said so.
async fn hunk(press: &Press<'_>, key: DiffKey) -> Done {
    let drawn = drawn(press)?;
    let (first, last) = (first(press, &drawn)?, last(press, &drawn)?);
    let Some(from) = first else { return Ok(nothing()) };
    let (picture, rows) = (&drawn.picture, from.row..=last.unwrap_or(from).row);
    let selection = picture.in_tree(&rows).or_else(|| match last {
        None => Some(picture.whole(from)),
        Some(_) => picture.selected(&drawn.changed.changes, &rows),
    });
    let Some(selection) = selection else { return Ok(warn("no changed line is selected")) };
    let parts = Parts { since: drawn.since, parts: parts(&selection) };
    if key == DiffKey::UndoHunk {
        parts.stage()?;
    }
    let name = &selection.name;
    if !press.asked.confirmed.unwrap_or_default() {
        let prompt = match key {
            DiffKey::Stage => format!("Stage {name} in the main worktree?"),
            _ => format!("Undo {name} in the worktree of `{}`?", drawn.of.shown),
        };
        let (again, then) = (press.lhs.to_owned(), press.confirmed());
        return Ok(vec![Effect::Confirm { prompt, yes: "Yes", again, then }]);
    }
    let is = if selection.several { "are" } else { "is" };
    let told = if key == DiffKey::Stage {
        let left = left_alone(&drawn.of.take(press.context, parts).await?);
        format!("{name} {is} staged in the main worktree{left}; `u` undoes it")
    } else {
        drawn.of.reject(press.context, parts).await?;
        let it = if selection.several { "them" } else { "it" };
        format!("{name} {is} undone; `u` brings {it} back")
    };
    Ok(done(told, &drawn.of))
}

/// Tells what was done to files; those that buffers show are read again, and the diff is drawn anew.
fn done(told: String, of: &Reviewed) -> Vec<Effect> {
    let rig = of.at.rig.clone().filter(|_| of.host.is_none());
    let read = rig.map(Effect::Checktime);
    [info(told), of.redraw(None)].into_iter().chain(read).collect()
}

fn parts(selection: &Selection<'_>) -> Vec<Part> {
    let part = |(file, id): &(&FileRow, PartId)| Part {
        stage: file.stage,
        path: file.path.clone(),
        id: id.clone(),
    };
    selection.parts.iter().map(part).collect()
}

/// Which files have other changes, so that only the index has what was taken.
fn left_alone(Paths { paths }: &Paths) -> String {
    let Some(first) = paths.first() else { return String::new() };
    let first = shown(&String::from_utf8_lossy(first));
    match paths.len() - 1 {
        0 => format!("; `{first}` has other changes there, so only the index was changed"),
        more => {
            let files =
                if more == 1 { "1 more file".to_owned() } else { format!("{more} more files") };
            format!(
                "; `{first}` and {files} have other changes there, so only the index was changed"
            )
        }
    }
}

async fn undo_last(press: &Press<'_>) -> Done {
    let of = whose(press).await?;
    let told = of.undo(press.context).await?;
    Ok(done(told, &of))
}

/// What the view shows.
fn drawn(press: &Press<'_>) -> Result<Arc<DrawnDiff>, RpcError> {
    press.rows.as_ref().and_then(Rows::diff).ok_or_else(changed)
}

fn changed() -> RpcError {
    let message = "that has changed meanwhile, nothing was done".to_owned();
    let hint = Some("`r` refreshes".to_owned());
    RpcError { code: "stale", message, hint, detail: None }
}

/// The polecat that it is about, also where the view has ended.
async fn whose(press: &Press<'_>) -> Result<Reviewed, RpcError> {
    if let Ok(drawn) = drawn(press) {
        return Ok(drawn.of.clone());
    }
    let polecat = press.asked.about.as_ref().and_then(|about| about.polecat.clone());
    let polecat = polecat.ok_or_else(changed)?;
    Ok(Reviewed::find(press.context, press.at.clone(), &polecat, Reach::Anywhere).await?)
}

/// What the key was pressed on, or what the selection begins with.
fn first<'a>(press: &Press<'_>, drawn: &'a DrawnDiff) -> Result<Option<Spot<'a>>, RpcError> {
    find(drawn, press.asked.id.as_deref())
}

/// The same, where that is a file or in one.
fn file_at<'a>(press: &Press<'_>, drawn: &'a DrawnDiff) -> Result<Option<Spot<'a>>, RpcError> {
    Ok(first(press, drawn)?.filter(|spot| !spot.folder))
}

/// What the selection ends with.
fn last<'a>(press: &Press<'_>, drawn: &'a DrawnDiff) -> Result<Option<Spot<'a>>, RpcError> {
    find(drawn, press.asked.last_id.as_deref())
}

fn find<'a>(drawn: &'a DrawnDiff, id: Option<&str>) -> Result<Option<Spot<'a>>, RpcError> {
    id.map(|id| drawn.picture.spot(id).ok_or_else(changed)).transpose()
}

/// Where the rows from one id to another are in the worktree: `src/main.rs:10-20`; `None` if one of
/// them is not shown any more.
pub(super) fn place(drawn: &DrawnDiff, id: &str, last_id: &str) -> Option<Vec<u8>> {
    let (first, last) = (drawn.picture.spot(id)?, drawn.picture.spot(last_id)?);
    let ((path, from), (last_path, till)) = (in_worktree(drawn, first), in_worktree(drawn, last));
    let till = match (first.hunk.or(last.hunk), path == last_path) {
        (None, true) => return Some(path.to_vec()),
        (_, true) if till <= from => String::new(),
        (_, true) => format!("-{till}"),
        (_, false) => format!(" to {}", location(last_path, till)),
    };
    Some([path, format!(":{from}{till}").as_bytes()].concat())
}

/// Where what a row shows is in the worktree, which has the later changes too.
fn in_worktree<'a>(drawn: &'a DrawnDiff, spot: Spot<'a>) -> (&'a [u8], usize) {
    let changes = &drawn.changed.changes;
    let line = spot.hunk.map_or(1, |row| {
        let hunk = drawn.picture.hunk(changes, row);
        let below = spot.row.checked_sub(row.rows.0 + 1);
        let line = hunk.zip(below).and_then(|(hunk, below)| hunk.numbered().nth(below));
        line.map_or(row.new.0, |line| line.new).max(1)
    });
    changes.in_worktree(spot.file.stage, &spot.file.path, line)
}

fn number(line: usize) -> u32 {
    line.clamp(1, i32::MAX as usize).try_into().unwrap_or(1)
}

fn nothing() -> Vec<Effect> {
    warn("there is no file on this line")
}

fn warn(text: impl Into<String>) -> Vec<Effect> {
    vec![Effect::Notify(Level::Warn, text.into())]
}
