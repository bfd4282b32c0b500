//! The status window: all polecats of a rig or of all rigs, or one in detail, live.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    canvas::{Canvas, Offered, Order},
    far_status,
    hosts::{self, FarSection},
    rows::Row,
};
use crate::rpc::{
    calls::{Far, ViewOpen},
    error::RpcError,
};
use crate::{
    core::listing::{Change, Listing},
    fleet::{Fleet, FleetWatch},
    session::{Reach, RigStatus, SessionError, Status, StatusWatch, Workspace},
    view::{self, Section},
};

/// The width of a window that did not say how wide it is.
const DEFAULT_WIDTH: usize = 80;

/// Draws until the view is closed.
pub(in crate::rpc::views) async fn run(
    (workspace, fleet): (&Workspace, Fleet),
    open: ViewOpen,
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    let width = open.width.unwrap_or(DEFAULT_WIDTH);
    let preview = open.lines.map(|rows| rows.try_into().unwrap_or(usize::MAX));
    if let Some(said) = &open.polecat
        && let Some(far) = Far::find(&fleet, said).await?
    {
        return far_status::run((said, &far), (width, preview), canvas).await;
    }
    let all = open.all.unwrap_or_default();
    let hosts = (all && open.polecat.is_none()).then(|| fleet.connect_all());
    // What hears of them has them, and gives them up for those of a later configuration.
    drop(fleet);
    let (rigs, one) = watch(workspace, open).await?;
    let mut watched = Watched { rigs, hosts };
    let mut picture = Picture {
        workspace,
        listing: workspace.listing().await,
        width,
        preview,
        seen: watched.rigs.look().await?,
        hosts: Vec::new(),
        all,
        one,
    };
    loop {
        picture.hosts = watched.sections();
        // Before it is drawn: what is gone by now was never meant.
        picture.name_rows(canvas);
        canvas.draw(picture.frame()).await;
        tokio::select! {
            order = canvas.orders.recv() => match order {
                None => return Ok(()),
                Some(Order::Visible(visible)) => canvas.visible = visible,
                Some(order) => watched.take(order, &mut picture).await?,
            },
            next = watched.rigs.next(), if canvas.visible => picture.see(next)?,
            () = changed(&mut watched.hosts), if canvas.visible => {}
        }
    }
}

/// Where what is drawn comes from.
struct Watched {
    rigs: StatusWatch,
    /// Of a list of all rigs.
    hosts: Option<FleetWatch>,
}

impl Watched {
    fn sections(&mut self) -> Vec<FarSection> {
        self.hosts.as_mut().map(|hosts| hosts::sections(&hosts.newest())).unwrap_or_default()
    }

    async fn take(&mut self, order: Order, picture: &mut Picture<'_>) -> Result<(), SessionError> {
        match order {
            Order::Width(width) => picture.width = width,
            Order::Refresh => return picture.see(self.look().await),
            Order::List(change) => picture.choose(change).await,
            Order::Hosts(fleet) => {
                self.hosts = self.hosts.take().map(|_| fleet.connect_all());
            }
            // The person may have gone.
            Order::Offer(what, reply) => drop(reply.send(picture.offer(what))),
            Order::Visible(_) => {}
        }
        Ok(())
    }

    async fn look(&mut self) -> Result<Status, SessionError> {
        if let Some(hosts) = &self.hosts {
            hosts.look();
        }
        self.rigs.look().await
    }
}

/// Waits until something has changed at a host.
async fn changed(far: &mut Option<FleetWatch>) {
    match far {
        Some(far) => far.changed().await,
        None => std::future::pending().await,
    }
}

/// What is watched, and of one polecat what its rows stand for.
async fn watch(
    workspace: &Workspace,
    open: ViewOpen,
) -> Result<(StatusWatch, Option<(String, Row)>), RpcError> {
    let place = open.at.into();
    match open.polecat {
        Some(said) => {
            let whom = workspace.whom(&place, &said, Reach::Anywhere).await?;
            let row = Row::of(&whom.context, &whom.polecat);
            let watch = StatusWatch::of(workspace, whom.context, Some(&whom.polecat))?;
            Ok((watch, Some((said, row))))
        }
        None if open.all.unwrap_or_default() => Ok((StatusWatch::of_all(workspace), None)),
        None => {
            let context = workspace.context(&place).await?;
            Ok((StatusWatch::of(workspace, context, None)?, None))
        }
    }
}

/// What is drawn.
struct Picture<'a> {
    workspace: &'a Workspace,
    listing: Listing,
    width: usize,
    /// The rows of one that shows only what a polecat prints.
    preview: Option<usize>,
    seen: Status,
    /// The rigs of hosts.
    hosts: Vec<FarSection>,
    /// Whether it is of all rigs.
    all: bool,
    /// Whom its rows are about, if that is one polecat.
    one: Option<(String, Row)>,
}

impl Picture<'_> {
    /// What is seen now; while nothing can be seen, what was seen before stays.
    fn see(&mut self, now: Result<Status, SessionError>) -> Result<(), SessionError> {
        match now {
            Err(error) if error.is_passing() => {}
            now => self.seen = now?,
        }
        Ok(())
    }

    async fn choose(&mut self, change: Change) {
        if let Status::All(_) = self.seen {
            self.listing = std::mem::take(&mut self.listing).after(change);
            self.workspace.keep_listing(self.listing.clone()).await;
        }
    }

    fn offer(&self, what: Offered) -> Vec<(String, Change)> {
        self.with_sections(|sections| match what {
            Offered::Filters => view::filters(sections, &self.listing),
            Offered::Orders => view::orders(&self.listing),
        })
    }

    /// Does something with the rigs; with none where one polecat is shown.
    fn with_sections<T>(&self, of: impl FnOnce(&[Section]) -> T) -> T {
        let Status::All(rigs) = &self.seen else { return of(&[]) };
        let names: Vec<_> = rigs.iter().map(|rig| (home(rig), self.prefix(rig))).collect();
        let sections = rigs.iter().zip(&names).map(|(rig, (home, prefix))| Section {
            rig: &rig.address,
            home,
            prefix,
            socket: rig.socket.as_deref(),
            sessions: rig.sessions(),
            problem: rig.problem.as_deref(),
        });
        of(&sections.chain(self.hosts.iter().map(FarSection::section)).collect::<Vec<_>>())
    }

    /// What the ids of a rig's rows begin with: nothing where it is the only one.
    fn prefix(&self, rig: &RigStatus) -> String {
        if self.all { format!("{}/", rig.address) } else { String::new() }
    }

    fn name_rows(&self, canvas: &Canvas) {
        let Status::All(rigs) = &self.seen else { return canvas.rows.set(self.one.clone()) };
        let (mut rows, mut sections) = (Vec::new(), Vec::new());
        for rig in rigs {
            let id = |polecat: &str| format!("{}{polecat}", self.prefix(rig));
            let polecats = || rig.sessions().iter().map(|session| session.polecat.as_str());
            sections.push((home(rig), polecats().map(id).collect()));
            rows.extend(polecats().map(|polecat| {
                let (rig, polecat_name) = (rig.path.clone(), polecat.to_owned());
                (id(polecat), Row { host: None, rig, polecat: polecat_name })
            }));
        }
        for (home, far) in self.hosts.iter().map(FarSection::rows) {
            sections.push((home, far.iter().map(|(id, _)| id.clone()).collect()));
            rows.extend(far);
        }
        canvas.rows.set(rows);
        canvas.rows.set_sections(sections);
    }

    fn frame(&self) -> view::Frame {
        let now = Timestamp::now();
        match (&self.seen, self.preview) {
            (Status::One { session, tail }, Some(rows)) => {
                view::preview(session, tail.as_deref(), self.width, rows)
            }
            (Status::One { session, tail }, None) => {
                let now = now.to_zoned(TimeZone::system());
                view::detail(session, tail.as_deref(), &now, self.width)
            }
            (Status::All(_), _) => {
                let columns = self.workspace.columns();
                let list = view::List { columns, listing: &self.listing, width: self.width };
                self.with_sections(|sections| view::status(sections, &list, now))
            }
        }
    }
}

/// What tells a rig from others: of one that was never read, its folder.
fn home(rig: &RigStatus) -> String {
    rig.home.as_ref().unwrap_or(&rig.path).to_string_lossy().into_owned()
}
