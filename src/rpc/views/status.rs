//! The status window: all polecats of a rig or of all rigs, or one in detail, live.

use super::{
    canvas::{Canvas, Order},
    rows::Row,
};
use crate::rpc::{calls::ViewOpen, error::RpcError};
use crate::{
    session::{Reach, RigStatus, SessionError, Status, StatusWatch, Workspace},
    view,
};

/// The width of a window that did not say how wide it is.
const WIDTH: usize = 80;

/// Draws until the view is closed.
pub(in crate::rpc::views) async fn run(
    workspace: &Workspace,
    open: ViewOpen,
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    let mut width = open.width.unwrap_or(WIDTH);
    let all = open.all.unwrap_or_default();
    let (mut watch, one) = watch(workspace, open).await?;
    let mut seen = watch.look().await?;
    loop {
        // Before it is drawn: what is gone by now was never meant.
        canvas.rows.set(rows(&seen, one.as_ref(), all));
        canvas.draw(frame(&seen, all, width)).await;
        tokio::select! {
            order = canvas.orders.recv() => match order {
                None => return Ok(()),
                Some(Order::Width(new)) => width = new,
                Some(Order::Visible(visible)) => canvas.visible = visible,
                Some(Order::Refresh) => seen = still(watch.look().await, seen)?,
            },
            next = watch.next(), if canvas.visible => seen = still(next, seen)?,
        }
    }
}

/// What is watched, and of one polecat what its rows stand for.
async fn watch(
    workspace: &Workspace,
    open: ViewOpen,
) -> Result<(StatusWatch, Option<(String, Row)>), RpcError> {
    let place = open.at.into();
    match open.polecat {
        Some(said) => {
            let whom = workspace.whom(&place, &said, Reach::Anywhere).await?;
            let row = Row::of(&whom.context, &whom.polecat);
            let watch = StatusWatch::of(workspace, whom.context, Some(&whom.polecat))?;
            Ok((watch, Some((said, row))))
        }
        None if open.all.unwrap_or_default() => Ok((StatusWatch::of_all(workspace), None)),
        None => {
            let context = workspace.context(&place).await?;
            Ok((StatusWatch::of(workspace, context, None)?, None))
        }
    }
}

/// What is seen now; while nothing can be seen, what was seen before stays.
fn still(now: Result<Status, SessionError>, before: Status) -> Result<Status, SessionError> {
    match now {
        Err(error) if error.is_passing() => Ok(before),
        now => now,
    }
}

/// What each row stands for, by its id.
fn rows(seen: &Status, one: Option<&(String, Row)>, all: bool) -> Vec<(String, Row)> {
    let Status::All(rigs) = seen else { return one.into_iter().cloned().collect() };
    let of_rig = |rig: &RigStatus| {
        let (path, prefix) = (rig.path.clone(), prefix(rig, all));
        rig.sessions()
            .iter()
            .map(move |session| {
                let polecat = session.polecat.as_str().to_owned();
                (format!("{prefix}{polecat}"), Row { rig: path.clone(), polecat })
            })
            .collect::<Vec<_>>()
    };
    rigs.iter().flat_map(of_rig).collect()
}

/// What the ids of a rig's rows begin with: nothing where it is the only one.
fn prefix(rig: &RigStatus, all: bool) -> String {
    if all { format!("{}/", rig.address) } else { String::new() }
}

fn frame(seen: &Status, all: bool, width: usize) -> view::Frame {
    let now = jiff::Timestamp::now();
    match seen {
        Status::All(rigs) => {
            let mut whole = view::Frame::default();
            for rig in rigs {
                let heading = view::Heading { rig: &rig.address, socket: rig.socket.as_deref() };
                let mut frame = view::status(&heading, rig.sessions(), now, width);
                for line in frame.lines.iter_mut().filter(|line| !line.key.is_empty()) {
                    line.key = format!("{}{}", prefix(rig, all), line.key);
                }
                let first = whole.lines.len();
                whole.lines.extend(frame.lines);
                whole.lines.extend(rig.problem.iter().map(view::Line::plain));
                whole.waiting.extend(frame.waiting.into_iter().map(|row| first + row));
            }
            whole
        }
        Status::One { session, tail } => view::detail(session, tail.as_deref(), now, width),
    }
}
