//! The status window: all polecats, or one in detail, live.

use jiff::tz::TimeZone;

use super::canvas::{Canvas, Offered, Order};
use crate::rpc::{calls::ViewOpen, error::RpcError};
use crate::{
    core::listing::{Change, Listing},
    session::{RigContext, SessionError, Status, StatusWatch, Workspace},
    view::{self, Section},
};

/// The width of a window that did not say how wide it is.
const WIDTH: usize = 80;

/// Draws until the view is closed.
pub(in crate::rpc::views) async fn run(
    workspace: &Workspace,
    open: ViewOpen,
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    let context = workspace.context(&open.at.into()).await?;
    let mut watch = StatusWatch::of(workspace, context.clone(), open.polecat.as_deref())?;
    let mut picture = Picture {
        workspace,
        listing: workspace.listing().await,
        width: open.width.unwrap_or(WIDTH),
        preview: open.lines.map(|lines| lines.try_into().unwrap_or(usize::MAX)),
        seen: watch.look().await?,
        context,
    };
    loop {
        // Before it is drawn: what is gone by now was never meant.
        picture.name_rows(canvas);
        canvas.draw(picture.frame()).await;
        tokio::select! {
            order = canvas.orders.recv() => match order {
                None => return Ok(()),
                Some(Order::Width(new)) => picture.width = new,
                Some(Order::Visible(visible)) => canvas.visible = visible,
                Some(Order::Refresh) => picture.see(watch.look().await)?,
                Some(Order::List(change)) => picture.choose(change).await,
                // The person may have gone.
                Some(Order::Offer(what, reply)) => drop(reply.send(picture.offer(what))),
            },
            next = watch.next(), if canvas.visible => picture.see(next)?,
        }
    }
}

/// What is drawn.
struct Picture<'a> {
    workspace: &'a Workspace,
    context: RigContext,
    listing: Listing,
    width: usize,
    /// The rows of one that shows only what a polecat prints.
    preview: Option<usize>,
    seen: Status,
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
        self.listing = std::mem::take(&mut self.listing).after(change);
        self.workspace.keep_listing(self.listing.clone()).await;
    }

    fn offer(&self, what: Offered) -> Vec<(String, Change)> {
        let offer = |sections: &[Section]| match what {
            Offered::Filters => view::filters(sections, &self.listing),
            Offered::Orders => view::orders(&self.listing),
        };
        self.with_sections(offer).unwrap_or_default()
    }

    /// Does something about the rigs, if all polecats are shown.
    fn with_sections<T>(&self, of: impl FnOnce(&[Section]) -> T) -> Option<T> {
        let Status::All(all) = &self.seen else { return None };
        let home = all.home.to_string_lossy();
        let section = Section {
            rig: self.context.rig_name(),
            home: &home,
            prefix: "",
            socket: self.context.town_socket(),
            sessions: &all.polecats,
        };
        Some(of(&[section]))
    }

    fn name_rows(&self, canvas: &Canvas) {
        let rows = |section: &Section| -> Vec<String> {
            let row = |one: &crate::core::SessionInfo| format!("{}{}", section.prefix, one.polecat);
            section.sessions.iter().map(row).collect()
        };
        let named = |sections: &[Section]| -> Vec<(String, Vec<String>)> {
            sections.iter().map(|one| (one.home.to_owned(), rows(one))).collect()
        };
        let sections = self.with_sections(named).unwrap_or_default();
        let ids = match &self.seen {
            Status::All(_) => sections.iter().flat_map(|(_, rows)| rows.clone()).collect(),
            Status::One { session, .. } => vec![session.polecat.to_string()],
        };
        canvas.rows.set(self.context.rig_home(), ids);
        canvas.rows.set_sections(sections);
    }

    fn frame(&self) -> view::Frame {
        let now = self.context.now();
        if let Status::One { session, tail } = &self.seen {
            if let Some(rows) = self.preview {
                return view::preview(session, tail.as_deref(), self.width, rows);
            }
            let now = now.to_zoned(TimeZone::system());
            return view::detail(session, tail.as_deref(), &now, self.width);
        }
        let columns = self.workspace.columns();
        let list = view::List { columns, listing: &self.listing, width: self.width };
        self.with_sections(|sections| view::status(sections, &list, now)).unwrap_or_default()
    }
}
