//! `merge_queue` of a rig's settings. We use none of it, but gastown rejects a file in which it is
//! invalid (`validateMergeQueueConfig` in `internal/config/loader.go`).

use std::path::Path;

use serde::Deserialize;

use super::{
    BadSetting, said,
    values::{Others, Whole},
};

/// What gastown can do about conflicting branches.
const ON_CONFLICT: [&str; 2] = ["assign_back", "auto_rebase"];
/// The units of Go's durations, those first that others begin with.
const UNITS: [&str; 8] = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, expecting = "an object, how branches are merged")]
pub(super) struct MergeQueue {
    on_conflict: Option<String>,
    poll_interval: Option<String>,
    retry_flaky_tests: Option<Whole>,
    max_concurrent: Option<Whole>,
    #[serde(flatten)]
    _others: Others,
}

impl MergeQueue {
    /// The checks of both gastown versions.
    pub(super) fn check(&self, path: &Path) -> Result<(), BadSetting> {
        let bad =
            |key: &str, why: String| Err(BadSetting::new(path, format!("merge_queue.{key}"), why));
        if let Some(given) = said(self.on_conflict.as_ref()).filter(|it| !ON_CONFLICT.contains(it))
        {
            return bad(
                "on_conflict",
                format!("it is `{given}`, expected one of {}", ON_CONFLICT.join(", ")),
            );
        }
        if let Some(given) = said(self.poll_interval.as_ref()).filter(|it| !is_duration(it)) {
            return bad("poll_interval", format!("it is `{given}`, expected a time such as `30s`"));
        }
        for (key, number) in
            [("retry_flaky_tests", self.retry_flaky_tests), ("max_concurrent", self.max_concurrent)]
        {
            if let Some(Whole(number)) = number.filter(|number| number.0 < 0) {
                return bad(key, format!("it is {number}, expected 0 or more"));
            }
        }
        Ok(())
    }
}

/// Whether Go's `time.ParseDuration` accepts it: numbers with units, `1h30m`, or a bare `0`.
fn is_duration(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    if text == "0" {
        return true;
    }
    let mut rest = text;
    while !rest.is_empty() {
        let number = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let digits = &rest[..rest.len() - number.len()];
        let is_number =
            digits.contains(|c: char| c.is_ascii_digit()) && digits.matches('.').count() < 2;
        let Some(behind) = UNITS.iter().find_map(|unit| number.strip_prefix(unit)) else {
            return false;
        };
        if !is_number {
            return false;
        }
        rest = behind;
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_reads_as_a_time_is_one() {
        for (text, expected) in [
            ("30s", true),
            ("1h30m", true),
            ("-1.5h", true),
            (".5ms", true),
            ("5µs2ns", true),
            ("0", true),
            ("30", false),
            ("s", false),
            ("1..5s", false),
            (".s", false),
            ("1d", false),
            ("1s ", false),
            ("", false),
            ("-", false),
        ] {
            assert_eq!(is_duration(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_file_that_gastown_takes_not_for_its_merge_queue_is_named_with_the_key() {
        let check = |text| {
            let queue: MergeQueue = serde_json::from_str(text).unwrap();
            queue.check(Path::new("/f")).map_err(|bad| bad.to_string())
        };
        for (text, expected) in [
            (
                r#"{ "on_conflict": "invalid" }"#,
                "`on_conflict`: it is `invalid`, expected one of assign_back, auto_rebase",
            ),
            (
                r#"{ "poll_interval": "not-a-duration" }"#,
                "`poll_interval`: it is `not-a-duration`, expected a time such as `30s`",
            ),
            (r#"{ "retry_flaky_tests": -1 }"#, "`retry_flaky_tests`: it is -1, expected 0 or more"),
            (r#"{ "max_concurrent": -2 }"#, "`max_concurrent`: it is -2, expected 0 or more"),
        ] {
            let expected = expected.replacen('`', "`merge_queue.", 1);
            assert_eq!(check(text), Err(format!("`/f` is broken: {expected}")));
        }
        let good = r#"{ "on_conflict": "", "poll_interval": "30s", "max_concurrent": 0, "x": [] }"#;
        assert_eq!(check(good), Ok(()));
    }
}
