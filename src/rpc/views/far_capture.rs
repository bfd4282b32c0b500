//! What a session of a host prints, followed from here for as long as somebody looks.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::{
    canvas::{Canvas, Order},
    transcript::draw,
};
use crate::{
    fleet::{FarFeed, Fleet, Heard, Unanswered},
    rpc::{
        calls::{Far, FollowOrder},
        encode::Map,
        error::RpcError,
    },
    session::Update,
    view::Tail,
};

/// How long one that its host could not see just now is left alone.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// Draws what `far`, which is called `said`, prints, until the view is closed.
pub(super) async fn run(
    (said, far): (&str, Far<'_>),
    fleet: &Fleet,
    (lines, width): (u32, Option<usize>),
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    canvas.rows.set([(said.to_owned(), far.row())]);
    let mut follow = FarFollow::new(fleet, far, (lines, width));
    let (mut tail, mut titled) = (Tail::default(), false);
    loop {
        let seen = tokio::select! {
            order = canvas.orders.recv() => match order {
                None => return Ok(()),
                Some(order) => {
                    follow.take(&order);
                    continue;
                }
            },
            seen = follow.next() => seen?,
        };
        let why = match seen {
            CaptureEvent::Update(update) => {
                draw(canvas, &mut tail, Some(update)).await?;
                None
            }
            CaptureEvent::Reached(why) => Some(why),
        };
        // One that is opened anew may have been left with another title.
        if why.is_some() || !titled {
            title(said, why.flatten(), canvas).await;
            titled = true;
        }
    }
}

/// Says whose it is, and why nothing comes. Where nothing was printed yet, there is a view all the same.
async fn title(said: &str, why: Option<String>, canvas: &mut Canvas) {
    let why = why.map(|why| format!(" [unreachable: {why}]")).unwrap_or_default();
    canvas.patch_with(&[], Map::new().put("title", format!("{said}{why}"))).await;
}

/// A capture of a polecat of a host.
struct FarFollow<'a> {
    fleet: &'a Fleet,
    far: Far<'a>,
    lines: u32,
    /// None while the host cannot be reached.
    feed: Option<FarFeed>,
    visible: bool,
    width: Option<usize>,
    /// Why nothing comes, once that was told.
    told: Option<String>,
    /// Whether anything has come.
    is_seen: bool,
    /// When it is followed again.
    due: Option<Instant>,
}

/// What is new.
enum CaptureEvent {
    /// It printed.
    Update(Update),
    /// The host cannot be reached, for this reason; or it can again.
    Reached(Option<String>),
}

impl<'a> FarFollow<'a> {
    fn new(fleet: &'a Fleet, far: Far<'a>, (lines, width): (u32, Option<usize>)) -> Self {
        let (feed, told, due) = (None, None, None);
        Self { fleet, far, lines, feed, visible: true, width, told, is_seen: false, due }
    }

    /// What is new. Cancelling it loses nothing.
    async fn next(&mut self) -> Result<CaptureEvent, RpcError> {
        loop {
            let Some(feed) = &mut self.feed else {
                if let Some(seen) = self.connect().await? {
                    return Ok(seen);
                }
                continue;
            };
            match feed.next().await {
                Ok(Heard::Part(update)) => {
                    self.is_seen = true;
                    return Ok(CaptureEvent::Update(update));
                }
                Ok(Heard::Answer(())) | Err(Unanswered::Lost) => self.feed = None,
                Err(why) => self.rest(self.far.unanswered(why))?,
            }
        }
    }

    /// Leaves it alone for a moment, if its host cannot see just now what it has seen before.
    fn rest(&mut self, error: RpcError) -> Result<(), RpcError> {
        if !self.is_seen || !error.is_passing() {
            return Err(error);
        }
        (self.feed, self.due) = (None, Some(Instant::now() + RETRY_DELAY));
        Ok(())
    }

    /// Has it sent, if the host can be reached; else waits until something has changed there.
    async fn connect(&mut self) -> Result<Option<CaptureEvent>, RpcError> {
        if let Some(due) = self.due {
            sleep_until(due).await;
            self.due = None;
        }
        let mut watch = self.fleet.listen();
        match self.far.follow(self.lines).await {
            Ok(feed) => {
                feed.tell(&self.shown());
                self.feed = Some(feed);
                Ok(self.told.take().map(|_| CaptureEvent::Reached(None)))
            }
            Err(Unanswered::Unreachable { why }) if self.told.as_ref() != Some(&why) => {
                self.told = Some(why.clone());
                Ok(Some(CaptureEvent::Reached(Some(why))))
            }
            Err(Unanswered::Unreachable { .. }) => {
                watch.changed().await;
                Ok(None)
            }
            Err(why) => Err(self.far.unanswered(why)),
        }
    }

    fn take(&mut self, order: &Order) {
        match order {
            Order::Refresh => return self.tell(FollowOrder::Look),
            Order::Visible(visible) => self.visible = *visible,
            Order::Width(width) => self.width = Some(*width),
            Order::List(_) | Order::Offer(..) | Order::Hosts(_) => return,
        }
        self.tell(self.shown());
    }

    fn shown(&self) -> FollowOrder {
        FollowOrder::Show { visible: self.visible, width: self.width }
    }

    fn tell(&self, order: FollowOrder) {
        if let Some(feed) = &self.feed {
            feed.tell(&order);
        }
    }
}
