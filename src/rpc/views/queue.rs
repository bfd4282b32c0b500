//! What is queued for a polecat, live.

use super::{
    canvas::{Canvas, Order},
    rows::Row,
};
use crate::rpc::{
    calls::{Far, QueueListing, ViewOpen},
    error::RpcError,
};
use crate::{
    fleet::{Fleet, FleetWatch},
    session::{Reach, SessionError, StatusWatch, Whom, Workspace},
    view,
};

/// Draws until the view is closed.
pub(in crate::rpc::views) async fn run(
    (workspace, fleet): (&Workspace, &Fleet),
    open: ViewOpen,
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    let missing = || RpcError::bad_argument("`polecat` is missing");
    let said = open.polecat.clone().ok_or_else(missing)?;
    let mut watch = match Far::find(fleet, &said).await? {
        Some(far) => Watch::There(said, Box::new(far), fleet.listen()),
        None => Watch::here(workspace, open, &said).await?,
    };
    let mut queue = watch.queue().await?;
    loop {
        canvas.rows.set(watch.ids(&queue));
        canvas.draw(view::queue(watch.shown(), &queue)).await;
        tokio::select! {
            order = canvas.orders.recv() => match order {
                None => return Ok(()),
                Some(Order::Width(_) | Order::List(_) | Order::Offer(..) | Order::Hosts(_)) => continue,
                Some(Order::Visible(visible)) => canvas.visible = visible,
                Some(Order::Refresh) => {}
            },
            () = watch.changed(), if canvas.visible => {}
        }
        queue = watch.still(queue).await?;
    }
}

/// Whose queue it is, and when it may have changed.
enum Watch<'a> {
    Here(Box<Whom>, StatusWatch),
    There(String, Box<Far<'a>>, FleetWatch),
}

impl Watch<'_> {
    async fn here(workspace: &Workspace, open: ViewOpen, said: &str) -> Result<Self, SessionError> {
        let whom = workspace.whom(&open.at.into(), said, Reach::Reads).await?;
        let watch = StatusWatch::of(workspace, whom.context.clone(), Some(&whom.polecat))?;
        Ok(Self::Here(Box::new(whom), watch))
    }

    async fn changed(&mut self) {
        match self {
            Self::Here(_, watch) => drop(watch.next().await),
            Self::There(.., watch) => watch.changed().await,
        }
    }

    async fn queue(&self) -> Result<view::Queued, RpcError> {
        let waiting: QueueListing = match self {
            Self::Here(whom, _) => whom.context.messenger().queue(&whom.polecat).await?.into(),
            Self::There(_, far, _) => far.queue().await?,
        };
        Ok(waiting.into())
    }

    /// What is queued now; while that cannot be read, what was seen before stays.
    async fn still(&self, before: view::Queued) -> Result<view::Queued, RpcError> {
        match self.queue().await {
            Err(error) if error.is_passing() => Ok(before),
            now => now,
        }
    }

    fn shown(&self) -> &str {
        match self {
            Self::Here(whom, _) => &whom.shown,
            Self::There(said, ..) => said,
        }
    }

    /// What keys can be about: the messages, and the polecat where they are about all of them.
    fn ids(&self, queue: &view::Queued) -> Vec<(String, Row)> {
        let row = || match self {
            Self::Here(whom, _) => Row::of(&whom.context, &whom.polecat),
            Self::There(_, far, _) => far.row(),
        };
        let messages = queue.messages.iter().map(|(id, _)| view::queue_row(self.shown(), *id));
        messages.chain([self.shown().to_owned()]).map(|id| (id, row())).collect()
    }
}
