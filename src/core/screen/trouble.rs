//! What holds an agent up, or ended its last turn, read off its screen.
//!
//! Only two places tell of it: the row that shows that it works, and the last entry of its
//! conversation, by the mark that the agent draws before it and, where its own answers have the same
//! one, by its colour. What else a conversation says of errors is prose.

use std::ops::Range;

use super::description::{Screen, TroublePlace, TroubleSign};
use super::layout::{self, Scene};
use super::patterns::Patterns;
use super::rows::{self, holds, joined};
use super::{ScreenState, ShownScreen, working};
use crate::core::session::{Detail, DetailKind};

/// How long the words may be, in characters.
const LENGTH_LIMIT: usize = 200;

/// How many blanks part a column at the right from what stands beside it.
const COLUMN_GAP: &str = "        ";

/// What a row says under its first words, which is no part of them.
const NOTES: [char; 4] = ['⎿', '└', '↻', '⎣'];

/// What holds up an agent that shows this and is seen doing `seen`, or ended its last turn.
#[must_use]
pub fn trouble(patterns: &Patterns, shown: &ShownScreen, seen: &ScreenState) -> Option<Detail> {
    let known = &patterns.known;
    if known.trouble.is_empty() {
        return None;
    }
    let rows = rows::texts_beside(&shown.rows, known.scroll_bar);
    let place = match seen {
        ScreenState::Working => TroublePlace::Working,
        ScreenState::Idle | ScreenState::Waiting(_) => TroublePlace::Rest,
        ScreenState::Starting | ScreenState::Unknown => return None,
    };
    let scene = layout::scene(patterns, &rows);
    let (end, busy) = match &scene {
        Scene::Composer(composer) if place == TroublePlace::Working => {
            let busy = working::signs(known, &rows, composer);
            (busy.first().map_or(composer.top, |row| row.start.min(composer.top)), busy)
        }
        Scene::Composer(composer) => (composer.top, Vec::new()),
        Scene::Dialog(dialog) => (dialog.start, Vec::new()),
        Scene::Busy => (rows.len(), Vec::new()),
    };
    let signs = |place| known.trouble.iter().filter(move |sign| sign.place == place);
    let told = busy
        .into_iter()
        .map(|at| busy_text(&rows[at]))
        .find_map(|text| signs(TroublePlace::Busy).find_map(|sign| held(sign, &text)));
    told.or_else(|| {
        let conversation = Conversation { rows: &rows[..end], shown, asides: known.asides };
        conversation.paragraphs().find_map(|paragraph| {
            signs(place).find_map(|sign| conversation.entry(sign, paragraph.clone()))
        })
    })
}

/// What the row says that shows that an agent works, with what it was broken into.
fn busy_text(rows: &[String]) -> String {
    let own = |row: &&String| !row.is_empty() && !row.trim_start().starts_with(NOTES);
    let rows = rows.iter().take_while(own).map(|row| cut(row).to_owned());
    joined(&rows.collect::<Vec<_>>())
}

/// The rows above the composer, or above the row that shows that the agent works.
struct Conversation<'a> {
    rows: &'a [String],
    shown: &'a ShownScreen,
    asides: &'a [&'a str],
}

impl Conversation<'_> {
    /// The last rows that belong together, and what stands under them without being part of the
    /// conversation, from the bottom up.
    fn paragraphs(&self) -> impl Iterator<Item = Range<usize>> {
        let mut above = Some(self.rows.len());
        std::iter::from_fn(move || {
            let end = self.rows[..above?].iter().rposition(|row| !row.is_empty())? + 1;
            let blank = self.rows[..end].iter().rposition(String::is_empty);
            let start = blank.map_or(0, |blank| blank + 1);
            above = self.is_aside(start).then_some(start);
            Some(start..end)
        })
    }

    fn is_aside(&self, row: usize) -> bool {
        let text = self.rows[row].trim_start();
        rows::is_drawn(text) || self.asides.iter().any(|aside| text.starts_with(aside))
    }

    /// What an entry of a paragraph says by `sign`, if one begins so.
    fn entry(&self, sign: &TroubleSign, paragraph: Range<usize>) -> Option<Detail> {
        let begins = |at: &usize| self.begins(sign, *at);
        let last = paragraph.clone().rev().find(begins)?;
        // A bar stands beside each of its rows.
        let barred = |at: &usize| sign.coloured && begins(at);
        let first = (paragraph.start..last).rev().take_while(barred).last().unwrap_or(last);
        // Of what is tried again, the row tells all.
        let end = if sign.kind == DetailKind::Retrying { last + 1 } else { paragraph.end };
        let noted = |at: &usize| *at > last && self.rows[*at].trim_start().starts_with(NOTES);
        let own = (first..end).take_while(|at| !noted(at)).map(|at| {
            let row = cut(&self.rows[at]);
            let bar = row.strip_prefix(sign.begins.trim_end()).filter(|_| at > first);
            bar.unwrap_or(row).to_owned()
        });
        held(sign, &joined(&own.collect::<Vec<_>>()))
    }

    fn begins(&self, sign: &TroubleSign, at: usize) -> bool {
        let coloured = !sign.coloured || self.shown.is_warning(at, sign.last_letter());
        coloured && self.rows[at].starts_with(sign.begins)
    }
}

/// Whether a row begins an entry that only its colour tells from a message.
pub(super) fn is_coloured(known: &Screen, shown: &ShownScreen, at: usize, row: &str) -> bool {
    let begins = |sign: &&TroubleSign| row.starts_with(sign.begins);
    let mut signs = known.trouble.iter().filter(|sign| sign.coloured).filter(begins);
    signs.any(|sign| shown.is_warning(at, sign.last_letter()))
}

/// The row without what stands far to the right: a column of its own.
fn cut(row: &str) -> &str {
    let text = row.trim_start();
    let own = row.len() - text.len();
    let end = text.find(COLUMN_GAP).map_or(row.len(), |at| own + at);
    &row[..end]
}

/// What `text` says, if it is what `sign` is about.
fn held(sign: &TroubleSign, text: &str) -> Option<Detail> {
    let found = sign.holds.iter().find(|words| holds(text, words));
    let fits = sign.holds.is_empty() || found.is_some();
    let other = sign.unless.iter().any(|words| holds(text, words));
    (fits && !other).then(|| detail(sign.kind, text, found.copied()))
}

fn detail(kind: DetailKind, text: &str, found: Option<&str>) -> Detail {
    let of = |kinds: DetailKind, value: Option<String>| value.filter(|_| kind == kinds);
    Detail {
        kind,
        text: words(kind, text, found),
        attempt: of(DetailKind::Retrying, attempt(text)),
        wait: of(DetailKind::Retrying, wait(text)),
        until: of(DetailKind::Limit, until(text)),
    }
}

/// Its text without marks and parsed fields.
fn words(kind: DetailKind, text: &str, found: Option<&str>) -> String {
    let text = match (kind, found.and_then(|found| text.find(found))) {
        (DetailKind::Compacting, _) => return String::new(),
        (DetailKind::Retrying, Some(at)) => &text[..at],
        (DetailKind::Retrying, None) => text.split_once("Error: ").map_or("", |(_, after)| after),
        (DetailKind::Error | DetailKind::Limit, _) => text,
    };
    let text = text.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let text = ["API Error: ", "Error: "]
        .iter()
        .fold(text, |text, word| text.strip_prefix(word).unwrap_or(text));
    // What it offers to do about it.
    let text = text.split_once("] (").map_or(text, |(text, _)| text).replace("⎢ ", "");
    let text =
        message(&text).unwrap_or_else(|| text.trim_end_matches([' ', '·', ']', '⎢']).to_owned());
    text.chars().take(LENGTH_LIMIT).collect()
}

/// Status and message of an error that is shown as JSON.
fn message(text: &str) -> Option<String> {
    let value = |name: &str| {
        let (_, rest) = text.split_once(&format!("\"{name}\":"))?;
        let rest = rest.trim_start();
        Some(match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or(quoted),
            None => rest.split([',', '}']).next().unwrap_or(rest).trim(),
        })
    };
    let message = value("message")?;
    let code = value("code").filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
    Some(match code.filter(|code| !message.contains(code)) {
        Some(code) => format!("{code} {message}"),
        None => message.to_owned(),
    })
}

/// `attempt 6/10`, `(6/10)`, `attempt #5`
fn attempt(text: &str) -> Option<String> {
    let plain = |word: &str| {
        let word = word.trim_matches(|letter: char| !letter.is_ascii_digit() && letter != '#');
        let number =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let counts = word.split_once('/').is_some_and(|(one, of)| number(one) && number(of));
        let single = word.strip_prefix('#').filter(|one| number(one));
        counts.then(|| word.to_owned()).or_else(|| single.map(str::to_owned))
    };
    text.split_whitespace().find_map(plain)
}

/// `in 12s`, `in 43 seconds`, `in 1m 20s`
fn wait(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words.windows(2).position(|pair| {
        pair[0].ends_with("in") && pair[1].starts_with(|letter: char| letter.is_ascii_digit())
    })?;
    let part = |word: &&str| -> Option<String> {
        let word = word.trim_end_matches(|letter: char| !letter.is_alphanumeric());
        let unit = word.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        (unit.len() < word.len() && ["d", "h", "m", "s", "ms"].contains(&unit))
            .then(|| word.to_owned())
    };
    let parts: Vec<String> = words[at + 1..].iter().map_while(part).collect();
    if !parts.is_empty() {
        return Some(parts.join(" "));
    }
    let seconds = words.get(at + 2).is_some_and(|unit| unit.starts_with("second"));
    seconds.then(|| format!("{}s", words[at + 1]))
}

/// `resets 12:04pm (UTC)`, `try again at 12:04 PM.`
fn until(text: &str) -> Option<String> {
    let words = ["resets at ", "resets in ", "resets ", "try again at ", "try again in "];
    let (_, rest) = words.iter().find_map(|words| text.split_once(words))?;
    let end = [". ", " · "].iter().filter_map(|end| rest.find(end)).min();
    let until = rest[..end.unwrap_or(rest.len())].trim_end_matches('.').trim();
    (!until.is_empty()).then(|| until.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_retry_tells_is_read_however_it_is_put() {
        for (text, found, words, attempt, wait) in [
            (
                "✻ API error · Retrying in 12s · attempt 6/10",
                "· Retrying in",
                "API error",
                Some("6/10"),
                Some("12s"),
            ),
            (
                "■■⬝ mock failure 500 [retrying in 1m 30s attempt #5] esc interrupt",
                "[retrying in",
                "mock failure 500",
                Some("5"),
                Some("1m 30s"),
            ),
            (
                "✕ [API Error: 429 mock failure] (Retrying in 43s… (attempt 1/10))",
                "(Retrying in",
                "429 mock failure",
                Some("1/10"),
                Some("43s"),
            ),
            (
                "Retrying request (5/9). Error: 429 too many",
                "none",
                "429 too many",
                Some("5/9"),
                None,
            ),
            ("⠧ Retrying… (48s Esc to interrupt)", "Retrying…", "", None, None),
        ] {
            let told = detail(DetailKind::Retrying, text, Some(found));
            let told = (told.text.as_str(), told.attempt.as_deref(), told.wait.as_deref());
            assert_eq!(told, (words, attempt, wait), "{text}");
        }
    }

    #[test]
    fn the_end_of_a_limit_is_read_and_so_is_an_error_in_json() {
        for (text, end) in [
            ("⎿ You've hit your session limit · resets 12:04pm (UTC)", Some("12:04pm (UTC)")),
            ("You’ve hit your usage limit. Upgrade or try again at 12:04 PM.", Some("12:04 PM")),
            ("Quota exhausted.", None),
        ] {
            assert_eq!(until(text).as_deref(), end, "{text}");
        }
        for (text, told) in [
            (
                r#"✕ [API Error: {"error":{"code":401,"message":"no key","status":"X"}}]"#,
                "401 no key",
            ),
            (r#"■ {"error":{"message":"Mock error 400", "code": 400}}"#, "Mock error 400"),
            ("● API Error: 529 Overloaded", "529 Overloaded"),
        ] {
            assert_eq!(detail(DetailKind::Error, text, None).text, told, "{text}");
        }
    }
}
