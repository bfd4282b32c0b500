//! The status window: all polecats of a rig, or one in detail, live.

use super::{
    calls::ViewOpen,
    error::RpcError,
    views::{Canvas, Order},
};
use crate::{
    core::session::SessionInfo,
    session::{RigContext, Seen, SessionError, Watch, Workspace},
    view,
};

/// The width of a window that did not say how wide it is.
const WIDTH: usize = 80;

/// Draws until the view is closed.
pub(super) async fn run(
    workspace: &Workspace,
    open: ViewOpen,
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    let context = workspace.context(&open.at.into()).await?;
    let mut watch = match &open.polecat {
        Some(polecat) => Watch::one(workspace, context.clone(), polecat)?,
        None => Watch::all(workspace, context.clone()),
    };
    let mut width = open.width.unwrap_or(WIDTH);
    let mut seen = watch.look().await?;
    loop {
        // Before it is drawn: what is gone by now was never meant.
        canvas.rows.set(context.rig_home(), polecats(&seen));
        canvas.draw(frame(&context, &seen, width), true).await;
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
fn still(now: Result<Seen, SessionError>, before: Seen) -> Result<Seen, SessionError> {
    match now {
        Err(error) if error.is_passing() => Ok(before),
        now => now,
    }
}

fn polecats(seen: &Seen) -> Vec<String> {
    let name = |session: &SessionInfo| session.polecat.as_str().to_owned();
    match seen {
        Seen::All(all) => all.polecats.iter().map(name).collect(),
        Seen::One { session, .. } => vec![name(session)],
    }
}

fn frame(context: &RigContext, seen: &Seen, width: usize) -> view::Frame {
    match seen {
        Seen::All(all) => {
            let heading = view::Heading { rig: context.rig_name(), socket: context.town_socket() };
            view::status(&heading, &all.polecats, context.now(), width)
        }
        Seen::One { session, tail } => view::detail(session, tail.as_deref(), context.now(), width),
    }
}
