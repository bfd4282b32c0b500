//! All polecats, one row each, in a section for each rig.

mod cells;
mod choices;
pub(super) mod doing;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use self::choices::{filters, orders};
use super::{
    attempts,
    columns::{self, Cell, ColumnFit, Row},
    frame::{Frame, Group, Line},
    lost_sessions::lost,
    words,
};
use crate::core::{
    listing::{Column, Listing, Order},
    session::{SessionInfo, State, attempt},
};

/// Which columns go when the window is narrow, the first to go in front; the others stay.
const EXPENDABLE: &[Column] = &[
    Column::Branch,
    Column::Attached,
    Column::Resume,
    Column::Cost,
    Column::Model,
    Column::Tokens,
    Column::Context,
    Column::Agent,
    Column::Issue,
    Column::Silence,
    Column::Label,
    Column::Attempt,
    Column::Since,
    Column::Queued,
    Column::Work,
    Column::Doing,
];

/// What stands in a rig without polecats.
const HINT: &str = "no polecats yet: `t` writes a task for a new one";

/// What is told of what a polecat does before other columns go, in cells.
const DOING_WIDTH: usize = 16;

/// The polecats of a rig.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    /// The rig's name.
    pub rig: &'a str,
    /// Its home, which tells rigs of one name apart.
    pub home: &'a str,
    /// What its polecats' names begin with, in what their rows stand for: nothing for the rig in use.
    pub prefix: &'a str,
    /// The name of tmux's socket, where it is neither the default nor a configured one.
    pub socket: Option<&'a str>,
    /// Every polecat of the rig, with or without a session.
    pub sessions: &'a [SessionInfo],
    /// Why it cannot be read, or has not been yet.
    pub problem: Option<&'a str>,
}

/// How they are listed.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    /// The columns, from left to right.
    pub columns: &'a [Column],
    /// What a person chose.
    pub listing: &'a Listing,
    /// The cells of a row.
    pub width: usize,
}

/// A section and what is shown of it.
struct Shown<'a> {
    section: &'a Section<'a>,
    /// In their order, without those that the filter hides.
    rows: Vec<&'a SessionInfo>,
    /// How many attempts there are at each task.
    attempts: BTreeMap<&'a str, usize>,
    folded: bool,
}

impl Shown<'_> {
    /// Whether the filter leaves nothing of it. Of an empty rig, the hint stays.
    fn is_hidden(&self) -> bool {
        self.rows.is_empty() && !self.section.sessions.is_empty()
    }

    /// What stands in the column. Which attempt one is says nothing where it is the only one left.
    fn cell(&self, column: Column, session: &SessionInfo, now: Timestamp) -> Cell {
        if column == Column::Attempt && attempts::short(session, &self.attempts).is_none() {
            return Cell::default();
        }
        cells::cell(column, session, now)
    }

    fn row(&self, session: &SessionInfo, columns: &[Column], now: Timestamp) -> Row {
        let cells = columns.iter().map(|column| self.cell(*column, session, now)).collect();
        Row { cells, key: format!("{}{}", self.section.prefix, session.polecat) }
    }
}

/// The rows of `sections` at `now`: of each rig who needs a person first, or as a person chose.
#[must_use]
pub fn status(sections: &[Section], list: &List, now: Timestamp) -> Frame {
    let shown: Vec<_> = sections.iter().map(|section| of_section(section, list.listing)).collect();
    let rows = shown
        .iter()
        .filter(|one| !one.folded)
        .flat_map(|one| one.rows.iter().map(|session| one.row(session, list.columns, now)));
    let rows: Vec<_> = rows.collect();
    let order: Vec<_> = EXPENDABLE.iter().filter_map(|one| place(*one, list.columns)).collect();
    let elastic = place(Column::Doing, list.columns).map(|at| (at, DOING_WIDTH));
    let fit = ColumnFit { expendable: &order, elastic };
    let mut set = columns::set(&rows, list.width, fit).into_iter();
    let names = shown.iter().flat_map(|one| &one.rows).map(|session| name_width(session));
    let indent = 3 + names.max().unwrap_or(0) + 2;
    let mut frame = Frame { title: Some(title(&shown, list.listing)), ..Frame::default() };
    for one in shown.iter().filter(|one| !one.is_hidden()) {
        frame.lines.push(heading(one, sections.len() > 1, list.width));
        let hint = one.section.sessions.is_empty().then_some(HINT);
        frame.lines.extend(gone(one, list.width));
        let told = one.section.problem.or(hint);
        frame.lines.extend(told.map(|text| muted(&words::plain(text), list.width)));
        for (session, line) in one.rows.iter().filter(|_| !one.folded).zip(&mut set) {
            let at = frame.lines.len();
            frame.waiting.extend((session.state == State::Waiting).then_some(at));
            let below = doing::choices(session, indent, list.width);
            frame.notes.extend(below.map(|line| (at, line)));
            frame.lines.push(line);
        }
    }
    frame.lines.extend(hidden(&shown, list.width));
    frame
}

fn place(column: Column, columns: &[Column]) -> Option<usize> {
    columns.iter().position(|one| *one == column)
}

fn name_width(session: &SessionInfo) -> usize {
    words::cells(session.polecat.as_str())
}

fn of_section<'a>(section: &'a Section<'a>, listing: &Listing) -> Shown<'a> {
    let shows = |one: &&SessionInfo| listing.filter.shows(one, section.home);
    let mut rows: Vec<_> = section.sessions.iter().filter(shows).collect();
    rows.sort_by_key(|one| place_of(one, listing.order));
    if listing.order == Order::Urgency {
        attempts::sort(&mut rows, |one| (one, place_of(one, listing.order)));
    }
    let attempts = attempt::counts(section.sessions);
    Shown { section, rows, attempts, folded: listing.folded.contains(section.home) }
}

/// What rows are sorted by.
fn place_of(session: &SessionInfo, order: Order) -> (Rank<'_>, &str) {
    (rank(session, order), session.polecat.as_str())
}

/// What rows are sorted by, before their names: a number, a text, a time in milliseconds.
type Rank<'a> = (u8, &'a str, i64);

fn rank(session: &SessionInfo, order: Order) -> Rank<'_> {
    match order {
        // Of those that wait, who has waited longest.
        Order::Urgency if session.state == State::Waiting => {
            (urgency(session), "", session.state_since.map_or(i64::MAX, Timestamp::as_millisecond))
        }
        Order::Urgency => (urgency(session), "", 0),
        Order::Name => (0, "", 0),
        // Those of which it is not known come last.
        Order::Since => match session.state_since {
            Some(since) => (0, "", since.as_millisecond()),
            None => (1, "", 0),
        },
        Order::Agent => {
            let agent = session.agent.as_deref();
            (u8::from(agent.is_none()), agent.unwrap_or_default(), 0)
        }
    }
}

/// A turn that failed needs a person as a death does.
fn urgency(session: &SessionInfo) -> u8 {
    let own = session.shown_state();
    let state = if session.turn_failed() && session.running { State::Died } else { own };
    words::urgency(own).min(words::urgency(state))
}

/// `shop: 3 polecats, 2 running, 1 waiting`, and where that is not told otherwise the server.
fn heading(shown: &Shown, folds: bool, width: usize) -> Line {
    let Section { rig, home, socket, sessions, .. } = shown.section;
    let count = |test: fn(&SessionInfo) -> bool| sessions.iter().filter(|one| test(one)).count();
    let mut parts = vec![match sessions.len() {
        1 => "1 polecat".to_owned(),
        many => format!("{many} polecats"),
    }];
    for (number, what) in [
        (count(|one| one.running), "running"),
        (count(|one| one.state == State::Waiting), "waiting"),
        (count(|one| one.shown_state() == State::Died), "died"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    let sign = match (folds || shown.folded, shown.folded) {
        (true, true) => "▸ ",
        (true, false) => "▾ ",
        (false, _) => "",
    };
    let text = |parts: &[String]| format!("{sign}{rig}: {}", parts.join(", "));
    // Who needs a person is told last, and is the last to go.
    while parts.len() > 1 && words::cells(&text(&parts)) > width {
        parts.remove(0);
    }
    let mut line = Line { key: format!("{home}/"), ..Line::default() };
    let text = words::fit(&text(&parts), width);
    line.push(&text, Some(Group::Named("PolecatTitle")));
    let server = socket.map(|socket| format!("  tmux -L {socket}")).unwrap_or_default();
    if words::cells(&text) + words::cells(&server) <= width {
        line.push(&server, Some(Group::Named("PolecatMuted")));
    }
    line
}

/// `polecats  !2 ✗1 ●3 ○5  3 rigs`, and what is chosen of them.
fn title(shown: &[Shown], listing: &Listing) -> Line {
    let mut line = Line::default();
    line.push("polecats", Some(Group::Named("PolecatTitle")));
    let all = || shown.iter().flat_map(|one| one.section.sessions);
    let mut gap = "  ";
    for state in [State::Waiting, State::Died, State::Working, State::Starting, State::Idle] {
        let count = all().filter(|one| one.shown_state() == state).count();
        if count > 0 {
            line.push(gap, None);
            let group = Group::Named(words::group(state));
            line.push(&format!("{}{count}", words::sign(state)), Some(group));
            gap = " ";
        }
    }
    let rigs = (shown.len() > 1).then(|| format!("{} rigs", shown.len()));
    let filter = [&listing.filter.state, &listing.filter.agent].into_iter().flatten().cloned();
    let only = listing.filter.rig.as_ref().map(|home| {
        let rig = shown.iter().find(|one| one.section.home == home);
        rig.map_or("another rig", |one| one.section.rig).to_owned()
    });
    let only: Vec<_> = filter.chain(only).collect();
    let only = (!only.is_empty()).then(|| format!("only {}", only.join(", ")));
    let order = (listing.order != Order::default()).then(|| listing.order.about().to_owned());
    for text in [rigs, only, order].into_iter().flatten() {
        line.push("  ", None);
        line.push(&words::plain(&text), Some(Group::Named("PolecatMuted")));
    }
    line
}

/// That the tmux server is gone, if it is, and how all come back.
fn gone(shown: &Shown, width: usize) -> Vec<Line> {
    let Some((what, then)) = lost(shown.section.rig, shown.section.sessions) else {
        return Vec::new();
    };
    let mut line = Line::default();
    line.push(&words::fit(&what, width), Some(Group::Named("PolecatDied")));
    vec![line, muted(&then, width)]
}

/// How many the filter hides.
fn hidden(shown: &[Shown], width: usize) -> Option<Line> {
    let count: usize = shown.iter().map(|one| one.section.sessions.len() - one.rows.len()).sum();
    (count > 0).then(|| muted(&format!("{count} hidden by the filter: `f` changes it"), width))
}

fn muted(text: &str, width: usize) -> Line {
    let mut line = Line::default();
    line.push(&words::fit(text, width), Some(Group::Named("PolecatMuted")));
    line
}

#[cfg(test)]
mod tests;
