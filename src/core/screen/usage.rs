//! Which model an agent uses and what its conversation used, read off its screen: below its composer,
//! and in the box with which it greets. What its conversation says is prose.

use super::ShownScreen;
use super::description::Screen;
use super::forms;
use super::layout::{self, Scene};
use super::patterns::Patterns;
use super::rows;
use crate::core::session::Usage;

/// How long the name of a model may be, in characters.
const MODEL_LIMIT: usize = 60;

/// What the screen says of it; nothing where it shows no composer, which tells where to look.
#[must_use]
pub fn usage(patterns: &Patterns, shown: &ShownScreen) -> Option<Usage> {
    let known = &patterns.known;
    if known.usage.is_empty() {
        return None;
    }
    let all = rows::texts_beside(&shown.rows, known.scroll_bar);
    let Scene::Composer(composer) = layout::scene(patterns, &all) else { return None };
    let below = all.get(composer.below..).unwrap_or_default();
    let mut usage = Usage::default();
    for form in known.usage {
        for text in texts(form, below, greeting(known, &all[..composer.top])) {
            take(&mut usage, form_of(form), &text);
        }
    }
    usage.if_any()
}

/// Whether the screen can say it: where it does not, nothing is known of it.
#[must_use]
pub fn tells_usage(patterns: &Patterns, shown: &ShownScreen) -> bool {
    let all = rows::texts_beside(&shown.rows, patterns.known.scroll_bar);
    matches!(layout::scene(patterns, &all), Scene::Composer(_))
}

/// The texts that may have this form.
fn texts(form: &str, below: &[String], greeting: &[String]) -> Vec<String> {
    if let Some((head, _)) = column(form) {
        return under(head, below).into_iter().collect();
    }
    let parts = below.iter().flat_map(|row| parts(row).into_iter().map(|(_, text)| text));
    let cells = greeting.iter().flat_map(|row| row.split('│'));
    parts.chain(cells).map(str::to_owned).collect()
}

/// `under HEAD: FORM` is for what stands in the row below HEAD.
fn column(form: &str) -> Option<(&str, &str)> {
    form.strip_prefix("under ")?.split_once(": ")
}

fn form_of(form: &str) -> &str {
    column(form).map_or(form, |(_, form)| form)
}

/// The parts of a row between two blanks or more, with the cells that they begin at.
fn parts(row: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    for part in row.split("  ") {
        let text = part.trim();
        if !text.is_empty() {
            let lead = part.len() - part.trim_start().len();
            found.push((row[..from + lead].chars().count(), text));
        }
        from += part.len() + 2;
    }
    found
}

/// What stands below the part that is `head`, if one thing does.
fn under(head: &str, rows: &[String]) -> Option<String> {
    let (at, row) = rows.iter().enumerate().find_map(|(at, row)| {
        let part = parts(row).into_iter().find(|(_, text)| *text == head)?;
        Some((part.0, at))
    })?;
    let end = |from: usize, text: &str| from + text.chars().count();
    let below = rows.get(row + 1)?;
    let mut below = parts(below)
        .into_iter()
        .filter(|(from, text)| *from < end(at, head) && at < end(*from, text));
    below.next().filter(|_| below.next().is_none()).map(|(_, text)| text.to_owned())
}

/// The rows of the box with which the agent greets, if that is on the screen and its model was not
/// changed since.
fn greeting<'a>(known: &Screen, conversation: &'a [String]) -> &'a [String] {
    let begins = |row: &String| row.starts_with('╭') && row.contains(known.greeting);
    let Some(top) = conversation.iter().rposition(begins).filter(|_| !known.greeting.is_empty())
    else {
        return &[];
    };
    let Some(height) = conversation[top..].iter().position(|row| row.starts_with('╰')) else {
        return &[];
    };
    let changed = |row: &String| {
        let sent = known.sent.iter().find_map(|mark| row.strip_prefix(mark));
        sent.is_some_and(|text| text.trim_start().starts_with('/'))
    };
    // Which of its commands change the model is not known for all versions.
    if conversation[top + height..].iter().any(changed) {
        return &[];
    }
    &conversation[top..top + height]
}

fn take(usage: &mut Usage, form: &str, text: &str) {
    for (name, value) in forms::read(form, text, &fits).unwrap_or_default() {
        match name {
            "model" => drop(usage.model.get_or_insert(value)),
            "tokens" => usage.tokens = usage.tokens.or_else(|| number(&value)),
            "context" => usage.context = usage.context.or_else(|| percent(&value)),
            "cost" => drop(usage.cost.get_or_insert(value)),
            _ => {}
        }
    }
}

/// Whether `value` can be what a field is called.
fn fits(name: &str, value: &str) -> bool {
    match name {
        "model" => {
            let plain = |letter: char| !letter.is_control() && !"…·%│$".contains(letter);
            value.chars().count() <= MODEL_LIMIT && value.chars().all(plain)
        }
        "tokens" => number(value).is_some(),
        "context" => percent(value).is_some(),
        "cost" => {
            let digits = value.strip_prefix('$').unwrap_or_default();
            digits.parse::<f64>().is_ok() && digits.starts_with(|one: char| one.is_ascii_digit())
        }
        _ => false,
    }
}

/// `1,200`, `980`, `1.2K`, `34k`, `1.5M`
fn number(text: &str) -> Option<u64> {
    let plain = text.replace(',', "");
    let (digits, unit) = match plain.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1_000),
        None => match plain.strip_suffix(['m', 'M']) {
            Some(digits) => (digits, 1_000_000),
            None => (plain.as_str(), 1),
        },
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 3 || !all_digits(whole) || !all_digits(part) {
        return None;
    }
    // A part of one token is none.
    if unit == 1 && !part.is_empty() {
        return None;
    }
    let thousandths: u64 = format!("{part:0<3}").parse().ok()?;
    let whole: u64 = whole.parse().ok()?;
    whole.checked_mul(unit)?.checked_add(thousandths * unit / 1_000)
}

/// `7%`, `1.0%`, up to a hundred.
fn percent(text: &str) -> Option<u32> {
    let digits = text.strip_suffix('%')?;
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.parse().ok().filter(|whole| *whole <= 100)?;
    part.bytes().all(|byte| byte.is_ascii_digit()).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_agents_write_them_and_nothing_else_is() {
        for (text, read) in [
            ("1,200", Some(1_200)),
            ("0", Some(0)),
            ("1.2K", Some(1_200)),
            ("1.22k", Some(1_220)),
            ("1.5M", Some(1_500_000)),
            ("34k", Some(34_000)),
            ("1.5", None),
            ("k", None),
            ("12x", None),
            ("", None),
        ] {
            assert_eq!(number(text), read, "{text}");
        }
        for (text, read) in
            [("1%", Some(1)), ("1.9%", Some(1)), ("100%", Some(100)), ("101%", None), ("x%", None)]
        {
            assert_eq!(percent(text), read, "{text}");
        }
    }

    #[test]
    fn what_stands_below_a_head_is_found_where_one_thing_does() {
        let rows = [" workspace      sandbox     /model", " ~/shop      no sandbox       Auto"];
        let rows = rows.map(str::to_owned);
        assert_eq!(under("/model", &rows).as_deref(), Some("Auto"));
        assert_eq!(under("sandbox", &rows).as_deref(), Some("no sandbox"));
        assert_eq!(under("branch", &rows), None);
    }
}
