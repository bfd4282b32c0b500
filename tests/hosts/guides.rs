//! What the guides in `doc/hosts/` say, for tests to do it.

/// The words of the list behind `key =` in a guide, where it stands first.
pub(crate) fn words(guide: &str, key: &str) -> Vec<String> {
    nth_words(guide, key, 0)
}

/// The same where it stands for the nth time, counted from 0.
pub(crate) fn nth_words(guide: &str, key: &str, nth: usize) -> Vec<String> {
    let begin = format!("{key} = {{ '");
    let lists = guide.lines().filter_map(|line| line.trim().strip_prefix(&begin));
    let list = lists.into_iter().nth(nth).unwrap_or_else(|| panic!("no `{key}` in\n{guide}"));
    let list = list.strip_suffix("' },").expect("a list on one line");
    list.split("', '").map(str::to_owned).collect()
}

/// The first block of this language.
pub(crate) fn block<'a>(guide: &'a str, language: &str) -> &'a str {
    let begin = format!("```{language}\n");
    let (_, rest) = guide.split_once(&begin).expect("a block");
    rest.split_once("```").expect("its end").0
}
