//! One polecat of a host in detail, with the end of what it prints.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};
use tokio::time::{MissedTickBehavior, interval};

use super::canvas::{Canvas, Order};
use crate::{
    core::session::SessionInfo,
    rpc::{calls::Far, error::RpcError},
    view,
};

/// How often it is asked for.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// How many of its last lines it is shown with.
const TAIL_LINES: u32 = 20;

/// Its session, and its last lines with colours.
type SessionTail = (SessionInfo, Option<Vec<u8>>);

/// Draws `far`, which is called `said`, until the view is closed: in full, or of a preview only the end
/// of what it prints, so many rows.
pub(super) async fn run(
    (said, far): (&str, &Far<'_>),
    (mut width, preview): (usize, Option<usize>),
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    let mut looks = interval(LOOK_INTERVAL);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    canvas.rows.set([(said.to_owned(), far.row())]);
    // What is known is shown until it has answered; a preview is of what only that has.
    let mut seen = match far.info().filter(|_| preview.is_none()) {
        Some(known) => (known.clone(), None),
        None => look(far).await?,
    };
    loop {
        canvas.draw(frame(&seen, width, preview)).await;
        tokio::select! {
            order = canvas.orders.recv() => match order {
                None => return Ok(()),
                Some(Order::Width(new)) => width = new,
                Some(Order::Visible(visible)) => canvas.visible = visible,
                Some(Order::Refresh) => seen = still(far, seen).await?,
                Some(Order::List(_) | Order::Offer(..) | Order::Hosts(_)) => {}
            },
            _ = looks.tick(), if canvas.visible => seen = still(far, seen).await?,
        }
    }
}

/// What is seen now; what was seen before stays while the host cannot be reached, but nobody knows what
/// it does by then.
async fn still(far: &Far<'_>, (session, tail): SessionTail) -> Result<SessionTail, RpcError> {
    match look(far).await {
        Err(error) if error.is_passing() => Ok((far.seen(session), tail)),
        now => now,
    }
}

async fn look(far: &Far<'_>) -> Result<SessionTail, RpcError> {
    // At once: each takes a whole round trip.
    let (session, tail) = tokio::join!(far.status(), far.tail(TAIL_LINES));
    let session = session?;
    // It may not run, or have ended since.
    let tail = tail.ok().filter(|_| session.pane_id.is_some());
    Ok((session, tail.map(serde_bytes::ByteBuf::into_vec)))
}

fn frame((session, tail): &SessionTail, width: usize, preview: Option<usize>) -> view::Frame {
    if let Some(rows) = preview {
        return view::preview(session, tail.as_deref(), width, rows);
    }
    let now = Timestamp::now().to_zoned(TimeZone::system());
    view::detail(session, tail.as_deref(), &now, width)
}
