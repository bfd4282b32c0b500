//! What the set-up of a worktree prints, live.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::{
    canvas::{Canvas, Order},
    rows::Row,
};
use crate::{
    fleet::Fleet,
    rpc::{
        calls::{Far, ViewOpen},
        error::RpcError,
    },
    session::{Printed, Reach, Workspace},
    view::{self, Frame},
};

/// How long until what a host's prints is looked at again.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Draws until the view is closed.
pub(in crate::rpc::views) async fn run(
    (workspace, fleet): (&Workspace, &Fleet),
    open: ViewOpen,
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    let missing = || RpcError::bad_argument("`polecat` is missing");
    let said = open.polecat.clone().ok_or_else(missing)?;
    if let Some(far) = Far::find(fleet, &said).await? {
        return run_there(&said, &far, canvas).await;
    }
    let whom = workspace.whom(&open.at.into(), &said, Reach::Reads).await?;
    let mut printed = whom.context.setups().printed(&whom.polecat)?;
    let mut goes_on = true;
    canvas.rows.set(vec![(whom.shown.clone(), Row::of(&whom.context, &whom.polecat))]);
    loop {
        let frame = frame(&whom.shown, &printed.borrow_and_update());
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

/// The same of a polecat of a host, which is asked again while it goes on.
async fn run_there(said: &str, far: &Far<'_>, canvas: &mut Canvas) -> Result<(), RpcError> {
    let mut printed = far.setup().await?;
    canvas.rows.set([(said.to_owned(), far.row())]);
    loop {
        canvas.draw(frame(said, &printed)).await;
        let due = Instant::now() + LOOK_INTERVAL;
        tokio::select! {
            order = canvas.orders.recv() => match order {
                None => return Ok(()),
                Some(Order::Visible(visible)) => {
                    canvas.visible = visible;
                    continue;
                }
                Some(Order::Refresh) => {}
                Some(Order::Width(_) | Order::List(_) | Order::Offer(..) | Order::Hosts(_)) => {
                    continue;
                }
            },
            () = sleep_until(due), if canvas.visible && printed.ended.is_none() => {}
        }
        printed = match far.setup().await.map_err(RpcError::from) {
            // What was seen before stays.
            Err(error) if error.is_passing() => printed,
            now => now?,
        };
    }
}

fn frame(polecat: &str, printed: &Printed) -> Frame {
    let ended = printed.ended.as_ref().map(|ended| ended.as_ref().err().map(String::as_str));
    view::setup(polecat, printed.command.as_deref(), (&printed.text, printed.cut), ended)
}
