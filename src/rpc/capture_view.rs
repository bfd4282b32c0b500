//! The capture of a session: what its agent prints, with colours, live.

use super::{
    args::ViewOpen,
    error::RpcError,
    methods::place,
    views::{Canvas, Order},
};
use crate::{
    session::{CaptureOptions, Follow, Workspace},
    view,
};

pub(super) async fn run(workspace: Workspace, open: ViewOpen, mut canvas: Canvas) {
    if let Err(error) = draw_until_closed(&workspace, open, &mut canvas).await {
        canvas.refuse(error);
    }
}

async fn draw_until_closed(
    workspace: &Workspace,
    open: ViewOpen,
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    let live = open.follow.unwrap_or(true);
    let mut follow = follow(workspace, open).await?;
    canvas.draw(view::capture(&follow.look().await?), false).await;
    loop {
        let output = tokio::select! {
            order = canvas.orders.recv() => match order {
                None => return Ok(()),
                Some(Order::Refresh) => follow.look().await,
                Some(Order::Visible(visible)) => {
                    canvas.visible = visible;
                    continue;
                }
                Some(Order::Width(_)) => continue,
            },
            output = follow.next(), if live && canvas.visible => output,
        };
        match output {
            Ok(output) => canvas.draw(view::capture(&output), false).await,
            // What was seen last stays until something can be seen again.
            Err(error) if error.is_passing() => {}
            Err(error) => return Err(error.into()),
        }
    }
}

async fn follow(workspace: &Workspace, open: ViewOpen) -> Result<Follow, RpcError> {
    let options = CaptureOptions::new(open.lines, Some(open.ansi.unwrap_or(true)));
    match (open.polecat, open.session) {
        (Some(polecat), None) => {
            Ok(workspace.manager(&place(open.at)).await?.follow(&polecat, options).await?)
        }
        (None, Some(session)) => Ok(workspace.follow_session(&session, options).await?),
        _ => Err(RpcError::bad_argument("a capture needs a `polecat` or a `session`")),
    }
}
