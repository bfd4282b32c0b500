//! `agents.*.dialogs`, and how choices are given in them.

use super::{
    kept::{self, text_at, texts_at},
    reader::{Item, Table},
};
use crate::core::screen::{
    Accept, Answering, ChoiceInput, Dialog, Done, FreeText, Opens, Reason, Sign, Ticks, Toggle,
};

/// The words that a waiting agent's `reason` is told with.
pub(super) const REASONS: [(&str, Reason); 4] = [
    ("permission", Reason::Permission),
    ("question", Reason::Question),
    ("trust", Reason::Trust),
    ("sign-in", Reason::SignIn),
];
pub(super) const WAYS: [(&str, ChoiceInput); 4] = [
    ("number", ChoiceInput::Number),
    ("mark", ChoiceInput::Mark("Down", "Up")),
    ("letter", ChoiceInput::Letter),
    ("unknown", ChoiceInput::Unknown),
];

/// One of `dialogs`.
pub(super) fn dialog(item: &Item) -> Option<Dialog> {
    let mut dialog = item.table();
    let signs = signs(&mut dialog);
    let labels = texts_at(&mut dialog, "labels").unwrap_or_default();
    let reason = dialog.read("reason", |item| item.one_of(&REASONS)).unwrap_or(Reason::Question);
    let name = text_at(&mut dialog, "name");
    let accept = accept(&mut dialog);
    let usual = if reason == Reason::Question { Answering::QUESTION } else { Answering::NUMBER };
    let answering = dialog.read("answering", |item| Some(answering(item, usual)));
    drop(dialog);
    if signs.is_empty() && labels.is_empty() {
        return item.problem("expected what it shows: `text`, `phrase`, `row`, `labels`, …");
    }
    let shown = signs.iter().find_map(Sign::near).or_else(|| labels.first().copied());
    Some(Dialog {
        id: name.or(shown).unwrap_or("dialog"),
        reason,
        signs: kept::list(signs),
        labels,
        answering,
        accept,
    })
}

/// What makes a sign of a text.
type Kind = fn(&'static str) -> Sign;

/// The signs it is recognised by. Those of one kind stand in one list.
fn signs(dialog: &mut Table) -> Vec<Sign> {
    let mut signs = Vec::new();
    let choices = texts_at(dialog, "choices");
    signs.extend(choices.map(Sign::Choices));
    let marked = dialog.read("marked", Item::boolean) == Some(true);
    signs.extend(marked.then_some(Sign::Marked));
    let kinds: [(_, Kind); 6] = [
        ("text", Sign::Near),
        ("choice", Sign::Choice),
        ("phrase", Sign::Phrase),
        ("row", Sign::Row),
        ("words", Sign::Words),
        ("heading", Sign::Heading),
    ];
    for (key, sign) in kinds {
        let texts = dialog.read(key, Item::text_or_texts).unwrap_or_default();
        signs.extend(texts.into_iter().map(|text| sign(kept::text(text))));
    }
    signs
}

fn accept(dialog: &mut Table) -> Option<Accept> {
    let (keys, selected) = (texts_at(dialog, "press"), text_at(dialog, "selected"));
    let choice = dialog.read("accept", |item| item.integer(1));
    let implied_by = texts_at(dialog, "accepted_by").unwrap_or_default();
    if let Some(keys) = keys.filter(|keys| !keys.is_empty()) {
        return Some(Accept::Keys { keys, selected });
    }
    let choice = usize::try_from(choice?.saturating_sub(1)).unwrap_or(usize::MAX);
    Some(Accept::Choice { choice, implied_by })
}

/// How choices are given; what is not said is as usual.
pub(super) fn answering(item: &Item, usual: Answering) -> Answering {
    let mut table = item.table();
    let keys = table.read("keys", |item| item.list("tables", own_keys)).map(kept::list);
    let undrawn = table.read("undrawn", |item| item.list("tables", own_keys)).map(kept::list);
    let words = table.read("words", |item| item.list("tables", words)).map(kept::list);
    Answering {
        way: way(&mut table).unwrap_or(usual.way),
        keys: keys.unwrap_or_default(),
        yes: texts_at(&mut table, "yes").unwrap_or(usual.yes),
        no: texts_at(&mut table, "no").unwrap_or(usual.no),
        words: words.unwrap_or_default(),
        ticks: table.read("ticks", ticks),
        field: table.read("field", Item::boolean).unwrap_or(false),
        undrawn: undrawn.unwrap_or_default(),
    }
}

/// The way, with the keys that move the mark if they are not the arrows.
fn way(table: &mut Table) -> Option<ChoiceInput> {
    let way = table.read("way", |item| item.one_of(&WAYS));
    let (next, before) = (text_at(table, "next"), text_at(table, "previous"));
    match way? {
        ChoiceInput::Mark(down, up) => {
            Some(ChoiceInput::Mark(next.unwrap_or(down), before.unwrap_or(up)))
        }
        way => Some(way),
    }
}

fn own_keys(item: &Item) -> Option<(&'static str, &'static [&'static str])> {
    let mut own = item.table();
    let choice = own.needed("choice").map(kept::text);
    let press = own.needed_as("press", Item::texts).map(kept::texts);
    Some((choice?, press?))
}

fn words(item: &Item) -> Option<FreeText> {
    let mut table = item.table();
    let choice = table.needed("choice").map(kept::text);
    let needed = table.read("needed", Item::boolean).unwrap_or(false);
    let key = text_at(&mut table, "key");
    let message = table.read("message", Item::boolean) == Some(true);
    let marked = table.read("marked", Item::boolean) == Some(true);
    let opens = match key {
        Some(key) => Opens::Key(key),
        None if message => Opens::Message,
        None if marked => Opens::Marked,
        None => Opens::Choice,
    };
    Some(FreeText { choice: choice?, opens, needed })
}

fn ticks(item: &Item) -> Option<Ticks> {
    let mut table = item.table();
    let (off, on) = (texts_at(&mut table, "off"), texts_at(&mut table, "on"));
    let toggle = text_at(&mut table, "toggle").map_or(Toggle::Number, Toggle::Key);
    let (key, row) = (text_at(&mut table, "done"), text_at(&mut table, "done_row"));
    let done = key.map(Done::Key).or(row.map(Done::Row));
    drop(table);
    if done.is_none() || on.is_none_or(<[_]>::is_empty) {
        return item.problem("expected `on`, and `done` or `done_row`");
    }
    Some(Ticks { off: off.unwrap_or_default(), on: on?, toggle, done: done? })
}
