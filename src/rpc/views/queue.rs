//! What is queued for a polecat, live.

use super::canvas::{Canvas, Order};
use crate::rpc::{calls::ViewOpen, error::RpcError};
use crate::{
    core::queue::Queue,
    session::{RigContext, SessionError, StatusWatch, Workspace},
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
    let context = workspace.context(&open.at.into()).await?;
    let mut watch = StatusWatch::of(workspace, context.clone(), Some(&polecat))?;
    let mut queue = context.messenger().queue(&polecat).await?;
    loop {
        canvas.rows.set(context.rig_home(), ids(&polecat, &queue));
        canvas.draw(view::queue(&polecat, &queue)).await;
        tokio::select! {
            order = canvas.orders.recv() => match order {
                None => return Ok(()),
                Some(Order::Width(_) | Order::List(_) | Order::Offer(..)) => continue,
                Some(Order::Visible(visible)) => canvas.visible = visible,
                Some(Order::Refresh) => {}
            },
            _ = watch.next(), if canvas.visible => {}
        }
        queue = still(&context, &polecat, queue).await?;
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
fn ids(polecat: &str, queue: &Queue) -> Vec<String> {
    let messages = queue.messages.iter().map(|message| view::queue_row(polecat, message.id));
    messages.chain([polecat.to_owned()]).collect()
}
