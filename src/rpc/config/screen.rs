//! `agents.*.screen` and `agents.*.keys`: where an agent draws what, and which keys it takes.

use super::{
    dialog::answering,
    kept::{self, text_at, texts_at},
    reader::{Item, Table},
};
use crate::core::screen::{
    Answering, Bang, BusyRow, KeysChanges, Layout, Means, ScreenChanges, TitleSign, TroublePlace,
    TroubleSign,
};
use crate::core::session::DetailKind;

pub(super) const LAYOUTS: [(&str, Layout); 8] = [
    ("ruled", Layout::Ruled),
    ("ruled_or_boxed", Layout::RuledOrBoxed),
    ("boxed", Layout::Boxed),
    ("in_box", Layout::InBox),
    ("barred", Layout::Barred),
    ("marked", Layout::Marked),
    ("last_line", Layout::LastLine),
    ("unknown", Layout::Unknown),
];
pub(super) const MEANINGS: [(&str, Means); 5] = [
    ("working", Means::Working),
    ("idle", Means::Idle),
    ("ready", Means::Ready),
    ("quiet", Means::Quiet),
    ("waiting", Means::Waiting),
];
pub(super) const TROUBLES: [(&str, DetailKind); 4] = [
    ("error", DetailKind::Error),
    ("retrying", DetailKind::Retrying),
    ("limit", DetailKind::Limit),
    ("compacting", DetailKind::Compacting),
];
pub(super) const PLACES: [(&str, TroublePlace); 3] = [
    ("busy", TroublePlace::Busy),
    ("working", TroublePlace::Working),
    ("rest", TroublePlace::Rest),
];
pub(super) const BANGS: [(&str, Bang); 3] =
    [("text", Bang::Text), ("text_after_blank", Bang::TextAfterBlank), ("unknown", Bang::Unknown)];

/// What stands at `screen`.
pub(super) fn screen(item: &Item) -> ScreenChanges {
    let mut screen = item.table();
    ScreenChanges {
        layout: screen.read("layout", |item| item.one_of(&LAYOUTS)),
        // An empty mark is one: nothing stands before what is typed.
        marks: screen.read("marks", |item| item.list("strings", Item::variable)).map(kept::texts),
        hints: texts_at(&mut screen, "hints"),
        markers: screen
            .read("markers", |item| item.list("characters", Item::character))
            .map(kept::list),
        titles: screen.read("titles", |item| item.list("tables", title)).map(kept::list),
        tasks: texts_at(&mut screen, "tasks"),
        no_tasks: texts_at(&mut screen, "no_tasks"),
        scroll_bar: text_at(&mut screen, "scroll_bar"),
        busy_below: texts_at(&mut screen, "busy_below"),
        busy_above: screen.read("busy_above", |item| Some(busy_row(item))),
        busy_rule: texts_at(&mut screen, "busy_rule"),
        starting: text_at(&mut screen, "starting"),
        splash: texts_at(&mut screen, "splash"),
        restarts: text_at(&mut screen, "restarts"),
        asks: texts_at(&mut screen, "asks"),
        dialog_top: texts_at(&mut screen, "dialog_top"),
        passing: texts_at(&mut screen, "passing"),
        answering: screen.read("answering", |item| Some(answering(item, Answering::NUMBER))),
        trouble: screen.read("trouble", |item| item.list("tables", trouble)).map(kept::list),
        asides: texts_at(&mut screen, "asides"),
        sent: texts_at(&mut screen, "sent"),
        usage: texts_at(&mut screen, "usage"),
        greeting: text_at(&mut screen, "greeting"),
    }
}

/// What stands at `keys`.
pub(super) fn keys(mut keys: Table) -> KeysChanges {
    KeysChanges {
        interrupt: texts_at(&mut keys, "interrupt"),
        interrupt_again: text_at(&mut keys, "interrupt_again"),
        interrupted: text_at(&mut keys, "interrupted"),
        newline: text_at(&mut keys, "newline"),
        clears: texts_at(&mut keys, "clears"),
        dialog_delay_ms: keys.read("dialog_delay_ms", |item| item.integer(0)),
        bang: keys.read("bang", |item| item.one_of(&BANGS)),
    }
}

fn title(item: &Item) -> Option<(TitleSign, Means)> {
    let mut title = item.table();
    let begins = text_at(&mut title, "begins").map(TitleSign::Begins);
    let spins = title.read("spinner", Item::boolean) == Some(true);
    let means = title.needed_as("means", |item| item.one_of(&MEANINGS));
    let sign = begins.or_else(|| spins.then_some(TitleSign::Spinner));
    if sign.is_none() {
        return item.problem("expected `begins`, or `spinner = true`");
    }
    Some((sign?, means?))
}

fn trouble(item: &Item) -> Option<TroubleSign> {
    let mut sign = item.table();
    let kind = sign.needed_as("kind", |item| item.one_of(&TROUBLES));
    let place = sign.needed_as("place", |item| item.one_of(&PLACES));
    let begins = text_at(&mut sign, "begins").unwrap_or_default();
    let holds = texts_at(&mut sign, "holds").unwrap_or_default();
    let unless = texts_at(&mut sign, "unless").unwrap_or_default();
    let coloured = sign.read("coloured", Item::boolean).unwrap_or(false);
    if begins.is_empty() && holds.is_empty() {
        return item.problem("expected `begins`, or `holds`");
    }
    Some(TroubleSign { kind: kind?, place: place?, begins, holds, unless, coloured })
}

fn busy_row(item: &Item) -> BusyRow {
    let mut row = item.table();
    let indent = row.read("indent", |item| item.integer(0)).unwrap_or(0);
    BusyRow {
        indent: usize::try_from(indent).unwrap_or(usize::MAX),
        glyphs: text_at(&mut row, "glyphs").unwrap_or_default(),
        holds: texts_at(&mut row, "holds").unwrap_or_default(),
        wraps: row.read("wraps", Item::boolean).unwrap_or(false),
        over: text_at(&mut row, "over"),
    }
}
