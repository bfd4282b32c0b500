//! How times, states and texts read in a view.

use jiff::{Timestamp, Zoned};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::core::session::{Detail, DetailKind, SessionInfo, State};

/// How long ago `then` was, in the shortest form that still tells: `now`, `42s`, `7m`, `3h`, `5d`.
pub(crate) fn ago(then: Timestamp, now: Timestamp) -> String {
    match now.as_second() - then.as_second() {
        seconds if seconds < 1 => "now".to_owned(),
        seconds @ 1..60 => format!("{seconds}s"),
        seconds @ 60..3_600 => format!("{}m", seconds / 60),
        seconds @ 3_600..86_400 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

/// The same in steps that a list can show without moving all the time: `now` up to ten seconds, then
/// tens of seconds, whole minutes, hours, days.
pub(crate) fn coarse(then: Timestamp, now: Timestamp) -> String {
    match now.as_second() - then.as_second() {
        seconds if seconds < 10 => "now".to_owned(),
        seconds @ 10..60 => format!("{}s", seconds / 10 * 10),
        _ => ago(then, now),
    }
}

/// A time as somebody reads it who is where `now` is: `14:05 (25m ago)`, of another day
/// `Nov 27 14:05 (2d ago)`, of another year `2025-11-27 14:05 (400d ago)`.
pub(crate) fn local(at: Timestamp, now: &Zoned) -> String {
    let there = at.to_zoned(now.time_zone().clone());
    let form = match () {
        () if there.date() == now.date() => "%H:%M",
        () if there.year() == now.year() => "%b %-d %H:%M",
        () => "%Y-%m-%d %H:%M",
    };
    let ago = match ago(at, now.timestamp()).as_str() {
        "now" => "now".to_owned(),
        ago => format!("{ago} ago"),
    };
    format!("{} ({ago})", there.strftime(form))
}

/// The sign in front of a polecat: its state at a glance, one cell wide.
pub(crate) fn sign(state: State) -> &'static str {
    match state {
        State::Waiting => "!",
        State::Died => "✗",
        State::Working => "●",
        State::Starting => "◌",
        State::Idle => "○",
        State::Exited => "✓",
        State::Stopped => "·",
        State::Unknown => "?",
    }
}

/// The word for what it is in.
pub(crate) fn state(session: &SessionInfo) -> &'static str {
    if session.setting_up().is_some() { "setting up" } else { session.state.as_str() }
}

/// The highlight group of a state.
pub(crate) fn group(state: State) -> &'static str {
    match state {
        State::Waiting => "PolecatWaiting",
        State::Died => "PolecatDied",
        State::Working => "PolecatWorking",
        State::Starting => "PolecatStarting",
        State::Idle => "PolecatIdle",
        State::Exited | State::Stopped | State::Unknown => "PolecatStopped",
    }
}

/// The highlight group of what holds an agent up.
pub(crate) fn trouble_group(detail: &Detail) -> &'static str {
    match detail.kind {
        DetailKind::Error | DetailKind::Limit => "PolecatDied",
        DetailKind::Retrying => "PolecatWaiting",
        DetailKind::Compacting => "PolecatMuted",
    }
}

/// A text without what a view cannot show as it is.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|each| if each.is_control() { '\u{fffd}' } else { each }).collect()
}

/// Who needs a person comes first, who is done or gone comes last.
pub(crate) fn urgency(state: State) -> u8 {
    match state {
        State::Waiting => 0,
        State::Died => 1,
        State::Working | State::Starting => 2,
        State::Idle => 3,
        State::Unknown => 4,
        State::Exited => 5,
        State::Stopped => 6,
    }
}

/// The width of `text` on the screen, in cells.
pub(crate) fn cells(text: &str) -> usize {
    text.width()
}

/// `text` in at most `width` cells; what does not fit ends in `…`.
pub(crate) fn fit(text: &str, width: usize) -> String {
    if cells(text) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for character in text.chars() {
        let next = used + character.width().unwrap_or(0);
        if next + 1 > width {
            break;
        }
        used = next;
        kept.push(character);
    }
    if width > 0 {
        kept.push('…');
    }
    kept
}

/// `text` in rows of at most `width` cells, broken at blanks where there are some.
pub(crate) fn folded(text: &str, width: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    for word in text.split(' ') {
        let last = rows.len() - 1;
        let (used, needed) = (cells(&rows[last]), cells(word));
        if used > 0 && used + 1 + needed <= width {
            rows[last].push(' ');
            rows[last].push_str(word);
        } else if used == 0 {
            rows.truncate(last);
            rows.extend(pieces(word, width));
        } else {
            rows.extend(pieces(word, width));
        }
    }
    rows
}

/// A word in pieces of at most `width` cells, at least one.
fn pieces(word: &str, width: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    for character in word.chars() {
        let last = rows.len() - 1;
        if cells(&rows[last]) + character.width().unwrap_or(0) > width && !rows[last].is_empty() {
            rows.push(character.to_string());
        } else {
            rows[last].push(character);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_largest_whole_unit() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        for (seconds, told) in [
            (0, "now"),
            (-3, "now"),
            (59, "59s"),
            (60, "1m"),
            (3_599, "59m"),
            (7_200, "2h"),
            (200_000, "2d"),
        ] {
            let then = Timestamp::from_second(1_000_000 - seconds).unwrap();
            assert_eq!(ago(then, now), told, "{seconds} s");
        }
    }

    #[test]
    fn in_a_list_times_move_in_coarse_steps() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        for (seconds, told) in
            [(-3, "now"), (9, "now"), (10, "10s"), (19, "10s"), (59, "50s"), (60, "1m")]
        {
            let then = Timestamp::from_second(1_000_000 - seconds).unwrap();
            assert_eq!(coarse(then, now), told, "{seconds} s");
        }
    }

    #[test]
    fn a_time_is_told_as_clocks_show_it_where_the_person_is() {
        let berlin = jiff::tz::TimeZone::fixed(jiff::tz::offset(1));
        let now = "2026-11-29T13:30:00Z".parse::<Timestamp>().unwrap().to_zoned(berlin);
        for (at, told) in [
            ("2026-11-29T13:05:00Z", "14:05 (25m ago)"),
            ("2026-11-28T23:30:00Z", "00:30 (14h ago)"),
            ("2026-11-28T22:30:00Z", "Nov 28 23:30 (15h ago)"),
            ("2026-07-01T10:00:00Z", "Jul 1 11:00 (151d ago)"),
            ("2025-11-29T13:00:00Z", "2025-11-29 14:00 (365d ago)"),
            ("2026-11-29T13:30:00Z", "14:30 (now)"),
        ] {
            assert_eq!(local(at.parse().unwrap(), &now), told);
        }
    }

    #[test]
    fn a_text_is_cut_by_cells_never_inside_a_character() {
        for (text, width, fitted) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("漢字漢", 4, "漢…"),
            ("漢字", 4, "漢字"),
            ("abc", 0, ""),
            ("abc", 1, "…"),
        ] {
            assert_eq!(fit(text, width), fitted, "`{text}` in {width}");
            assert!(cells(fitted) <= width, "`{text}` in {width}");
        }
    }

    #[test]
    fn a_long_text_is_folded_at_blanks_and_a_long_word_anywhere() {
        for (text, width, rows) in [
            ("one two three", 7, vec!["one two", "three"]),
            ("/srv/shop/ash", 5, vec!["/srv/", "shop/", "ash"]),
            ("漢字漢", 5, vec!["漢字", "漢"]),
            ("a /srv/shop", 5, vec!["a", "/srv/", "shop"]),
            ("", 5, vec![""]),
        ] {
            assert_eq!(folded(text, width), rows, "`{text}` in {width}");
        }
    }
}
