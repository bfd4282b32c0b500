//! What is queued for a polecat, live.

use super::{
    canvas::{Canvas, Order},
    rows::Row,
};
use crate::rpc::{calls::ViewOpen, error::RpcError};
use crate::{
    core::session::queue::Queue,
    session::{Reach, RigContext, SessionError, StatusWatch, Whom, Workspace},
    view,
};

/// Draws until the view is closed.
pub(in crate::rpc::views) async fn run(
    workspace: &Workspace,
    open: ViewOpen,
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    let missing = || RpcError::bad_argument("`polecat` is missing");
    let polecat = open.polecat.ok_or_else(missing)?;
    let whom = workspace.whom(&open.at.into(), &polecat, Reach::Reads).await?;
    let Whom { context, polecat, shown } = &whom;
    let mut watch = StatusWatch::of(workspace, context.clone(), Some(polecat))?;
    let mut queue = context.messenger().queue(polecat).await?;
    loop {
        canvas.rows.set(ids(&whom, &queue));
        canvas.draw(view::queue(shown, &queue)).await;
        tokio::select! {
            order = canvas.orders.recv() => match order {
                None => return Ok(()),
                Some(Order::Width(_) | Order::List(_) | Order::Offer(..)) => continue,
                Some(Order::Visible(visible)) => canvas.visible = visible,
                Some(Order::Refresh) => {}
            },
            _ = watch.next(), if canvas.visible => {}
        }
        queue = still(context, polecat, queue).await?;
    }
}

/// What is queued now; while that cannot be read, what was seen before stays.
async fn still(context: &RigContext, polecat: &str, before: Queue) -> Result<Queue, SessionError> {
    match context.messenger().queue(polecat).await {
        Err(error) if error.is_passing() => Ok(before),
        now => now,
    }
}

/// What keys can be about: the messages, and the polecat where they are about all of them.
fn ids(whom: &Whom, queue: &Queue) -> Vec<(String, Row)> {
    let row = || Row::of(&whom.context, &whom.polecat);
    let messages = queue.messages.iter().map(|message| view::queue_row(&whom.shown, message.id));
    messages.chain([whom.shown.clone()]).map(|id| (id, row())).collect()
}
