//! What the set-up of a worktree prints, live.

use super::{
    canvas::{Canvas, Order},
    rows::Row,
};
use crate::{
    rpc::{calls::ViewOpen, error::RpcError},
    session::{Reach, Workspace},
    view,
};

/// Draws until the view is closed.
pub(in crate::rpc::views) async fn run(
    workspace: &Workspace,
    open: ViewOpen,
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    let missing = || RpcError::bad_argument("`polecat` is missing");
    let said = open.polecat.clone().ok_or_else(missing)?;
    let whom = workspace.whom(&open.at.into(), &said, Reach::Reads).await?;
    let mut printed = whom.context.setups().printed(&whom.polecat)?;
    let mut goes_on = true;
    canvas.rows.set(vec![(whom.shown.clone(), Row::of(&whom.context, &whom.polecat))]);
    loop {
        let frame = {
            let now = printed.borrow_and_update();
            let ended = now.ended.as_ref().map(|ended| ended.as_ref().err().map(String::as_str));
            let output = (&*now.text, now.cut);
            view::setup(&whom.shown, now.command.as_deref(), output, ended)
        };
        canvas.draw(frame).await;
        tokio::select! {
            order = canvas.orders.recv() => match order {
                None => return Ok(()),
                Some(Order::Visible(visible)) => canvas.visible = visible,
                // The one that a person has begun since.
                Some(Order::Refresh) => {
                    printed = whom.context.setups().printed(&whom.polecat)?;
                    goes_on = true;
                }
                Some(Order::Width(_) | Order::List(_) | Order::Offer(..) | Order::Hosts(_)) => {}
            },
            changed = printed.changed(), if canvas.visible && goes_on => goes_on = changed.is_ok(),
        }
    }
}
