//! What a session of a host prints, followed from here for as long as somebody looks.

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

/// Draws what `far`, which is called `said`, prints, until the view is closed.
pub(super) async fn run(
    (said, far): (&str, Far<'_>),
    fleet: &Fleet,
    (lines, width): (u32, Option<usize>),
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    canvas.rows.set([(said.to_owned(), far.row())]);
    let mut follow = FarFollow::new(fleet, far, lines);
    let (mut tail, mut width) = (Tail::default(), width);
    follow.show(canvas.visible, width);
    loop {
        let seen = tokio::select! {
            order = canvas.orders.recv() => match order {
                None => return Ok(()),
                Some(Order::Refresh) => {
                    follow.look();
                    continue;
                }
                Some(Order::List(_) | Order::Offer(..) | Order::Hosts(_)) => continue,
                Some(Order::Visible(visible)) => {
                    canvas.visible = visible;
                    follow.show(visible, width);
                    continue;
                }
                Some(Order::Width(now)) => {
                    width = Some(now);
                    follow.show(canvas.visible, width);
                    continue;
                }
            },
            seen = follow.next() => seen?,
        };
        match seen {
            Seen::Update(update) => draw(canvas, &mut tail, Some(update)).await?,
            Seen::Reached(why) => {
                let why = why.map(|why| format!(" [unreachable: {why}]")).unwrap_or_default();
                canvas.patch_with(&[], Map::new().put("title", format!("{said}{why}"))).await;
            }
        }
        // Where nothing was printed yet, there is a view all the same.
        canvas.opened().await;
    }
}

/// A capture of a polecat of a host.
struct FarFollow<'a> {
    fleet: &'a Fleet,
    far: Far<'a>,
    lines: u32,
    /// None while the host cannot be reached.
    feed: Option<FarFeed>,
    shown: FollowOrder,
    /// Why nothing comes, once that was told.
    told: Option<String>,
}

/// What is new.
enum Seen {
    /// It printed.
    Update(Update),
    /// The host cannot be reached, for this reason; or it can again.
    Reached(Option<String>),
}

impl<'a> FarFollow<'a> {
    fn new(fleet: &'a Fleet, far: Far<'a>, lines: u32) -> Self {
        let shown = FollowOrder::Show { visible: true, width: None };
        Self { fleet, far, lines, feed: None, shown, told: None }
    }

    /// What is new. Cancelling it loses nothing.
    async fn next(&mut self) -> Result<Seen, RpcError> {
        loop {
            let Some(feed) = &mut self.feed else {
                if let Some(seen) = self.connect().await? {
                    return Ok(seen);
                }
                continue;
            };
            match feed.next().await {
                Ok(Heard::Part(update)) => return Ok(Seen::Update(update)),
                Ok(Heard::Answer(())) | Err(Unanswered::Lost) => self.feed = None,
                Err(why) => return Err(self.far.unanswered(why)),
            }
        }
    }

    /// Has it sent, if the host can be reached; else waits until something has changed there.
    async fn connect(&mut self) -> Result<Option<Seen>, RpcError> {
        let mut watch = self.fleet.listen();
        match self.far.follow(self.lines).await {
            Ok(feed) => {
                feed.tell(&self.shown);
                self.feed = Some(feed);
                Ok(self.told.take().map(|_| Seen::Reached(None)))
            }
            Err(Unanswered::Unreachable { why }) if self.told.as_ref() != Some(&why) => {
                self.told = Some(why.clone());
                Ok(Some(Seen::Reached(Some(why))))
            }
            Err(Unanswered::Unreachable { .. }) => {
                watch.changed().await;
                Ok(None)
            }
            Err(why) => Err(self.far.unanswered(why)),
        }
    }

    /// Has it looked at now.
    fn look(&self) {
        self.tell(FollowOrder::Look);
    }

    /// Its window is as wide as this, or hidden.
    fn show(&mut self, visible: bool, width: Option<usize>) {
        self.shown = FollowOrder::Show { visible, width };
        self.tell(self.shown);
    }

    fn tell(&self, order: FollowOrder) {
        if let Some(feed) = &self.feed {
            feed.tell(&order);
        }
    }
}
