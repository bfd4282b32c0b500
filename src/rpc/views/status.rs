//! The status window: all polecats of a rig, or one in detail, live.

use super::canvas::{Canvas, Order};
use crate::rpc::{calls::ViewOpen, error::RpcError};
use crate::{
    core::session::SessionInfo,
    session::{RigContext, SessionError, Status, StatusWatch, Workspace},
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
    let context = workspace.context(&open.at.into()).await?;
    let mut watch = StatusWatch::of(workspace, context.clone(), open.polecat.as_deref())?;
    let mut width = open.width.unwrap_or(WIDTH);
    let mut seen = watch.look().await?;
    loop {
        // Before it is drawn: what is gone by now was never meant.
        canvas.rows.set(context.rig_home(), polecats(&seen));
        canvas.draw(frame(&context, &seen, width)).await;
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

/// What is seen now; while nothing can be seen, what was seen before stays.
fn still(now: Result<Status, SessionError>, before: Status) -> Result<Status, SessionError> {
    match now {
        Err(error) if error.is_passing() => Ok(before),
        now => now,
    }
}

fn polecats(seen: &Status) -> Vec<String> {
    let name = |session: &SessionInfo| session.polecat.as_str().to_owned();
    match seen {
        Status::All(all) => all.polecats.iter().map(name).collect(),
        Status::One { session, .. } => vec![name(session)],
    }
}

fn frame(context: &RigContext, seen: &Status, width: usize) -> view::Frame {
    match seen {
        Status::All(all) => {
            let heading = view::Heading { rig: context.rig_name(), socket: context.town_socket() };
            view::status(&heading, &all.polecats, context.now(), width)
        }
        Status::One { session, tail } => {
            view::detail(session, tail.as_deref(), context.now(), width)
        }
    }
}
