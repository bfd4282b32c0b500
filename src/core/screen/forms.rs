//! Text patterns: `{name}` captures, `*` matches anything, a blank any number of blanks.

/// A field that was found, by its name.
pub(super) type Found<'a> = (&'a str, String);

/// What the fields of `form` are in `text`, if that has this form as a whole. `takes` says what can
/// stand in a field.
pub(super) fn read<'a>(
    form: &'a str,
    text: &str,
    takes: &dyn Fn(&str, &str) -> bool,
) -> Option<Vec<Found<'a>>> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut found = Vec::new();
    matches(form, &text, takes, &mut found).then_some(found)
}

fn matches<'a>(
    form: &'a str,
    text: &str,
    takes: &dyn Fn(&str, &str) -> bool,
    found: &mut Vec<Found<'a>>,
) -> bool {
    if let Some(rest) = form.strip_prefix('*') {
        return ends(text).any(|end| matches(rest, &text[end..], takes, found));
    }
    if let Some((name, rest)) = form.strip_prefix('{').and_then(|form| form.split_once('}')) {
        // The longest that fits: a name may hold what stands behind it.
        let mut ends: Vec<_> = ends(text).collect();
        ends.reverse();
        return ends.into_iter().any(|end| {
            let value = text[..end].trim();
            let count = found.len();
            if value.is_empty() || !takes(name, value) {
                return false;
            }
            found.push((name, value.to_owned()));
            let fits = matches(rest, &text[end..], takes, found);
            if !fits {
                found.truncate(count);
            }
            fits
        });
    }
    match form.chars().next() {
        None => text.is_empty(),
        Some(letter) => text
            .strip_prefix(letter)
            .is_some_and(|rest| matches(&form[letter.len_utf8()..], rest, takes, found)),
    }
}

/// Where letters of `text` end, its beginning included.
fn ends(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.char_indices().map(|(at, _)| at).chain([text.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(form: &str, text: &str, expected: Option<&[(&str, &str)]>) {
        let numbers = |name: &str, value: &str| {
            name != "tokens" || value.bytes().all(|byte| byte.is_ascii_digit())
        };
        let found = read(form, text, &numbers);
        let found: Option<Vec<_>> = found
            .as_ref()
            .map(|all| all.iter().map(|(name, value)| (*name, value.as_str())).collect());
        assert_eq!(found.as_deref(), expected, "`{form}` in `{text}`");
    }

    #[test]
    fn a_text_has_a_form_as_a_whole_or_not() {
        check(
            "{model} ({tokens})",
            "mock 1   (20)",
            Some(&[("model", "mock 1"), ("tokens", "20")]),
        );
        check(
            "{model} ({tokens})",
            "mock (x) (20)",
            Some(&[("model", "mock (x)"), ("tokens", "20")]),
        );
        check("{model} ({tokens})", "mock-1 (many)", None);
        check("{model} ({tokens})", "mock-1 (20) $1", None);
        check("{task} | *", "mock | shop | x", Some(&[("task", "mock | shop")]));
        check("OC | {task}", "OC |", None);
        check("*{tokens}%", "↑1.2k 1%", Some(&[("tokens", "1")]));
    }
}
