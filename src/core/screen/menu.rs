//! Choices: numbered with a marker at one of them, as most agents draw them; without numbers, or
//! without a marker, as some do.

use super::rows::indent;

/// The choices on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Menu {
    /// Their labels, in order.
    pub(super) labels: Vec<String>,
    /// The number of the first one; 1 where they have none.
    pub(super) number: usize,
    /// The marked one, from 0; some agents mark it by a colour only.
    pub(super) selected: Option<usize>,
    /// The row of the first one.
    pub(super) first: usize,
    /// The row of the last one.
    pub(super) last: usize,
}

/// One row of a menu.
struct Choice<'a> {
    row: usize,
    marked: bool,
    /// The column of its number, in characters: the same for all choices of a menu.
    column: usize,
    number: usize,
    /// The box in front of its number, if any.
    tick: &'a str,
    label: &'a str,
}

impl Choice<'_> {
    fn label(&self) -> String {
        format!("{}{}", self.tick, label(self.label))
    }
}

/// Whether text begins like a choice: `1. Yes`.
pub(super) fn is_choice(text: &str) -> bool {
    numbered(text).is_some()
}

/// The menu around the last marked choice of `rows`, of at least two choices.
///
/// A lone `❯ 1. Yes` is a list that somebody typed.
pub(super) fn find(rows: &[String], markers: &[char]) -> Option<Menu> {
    let choices: Vec<Choice> = (0..rows.len())
        .filter_map(|row| Some((row, rows.get(row)?)))
        .filter_map(|(row, text)| choice(row, text, markers))
        .collect();
    let at = choices.iter().rposition(|choice| choice.marked)?;
    let column = choices[at].column;
    let before = choices[..at].iter().rev().filter(|choice| choice.column == column);
    let mut run: Vec<&Choice> = vec![&choices[at]];
    for choice in before {
        if choice.marked || choice.number + 1 != run[run.len() - 1].number {
            break;
        }
        run.push(choice);
    }
    run.reverse();
    let selected = run.len() - 1;
    for choice in choices[at + 1..].iter().filter(|choice| choice.column == column) {
        if choice.number != run[run.len() - 1].number + 1 {
            break;
        }
        run.push(choice);
    }
    (run.len() > 1).then(|| Menu {
        labels: run.iter().map(|choice| choice.label()).collect(),
        number: run[0].number,
        selected: Some(selected),
        first: run[0].row,
        last: run[run.len() - 1].row,
    })
}

/// The last numbered choices of `rows`, from the first on, none of which is marked.
pub(super) fn unmarked(rows: &[String]) -> Option<Menu> {
    let choices: Vec<Choice> =
        rows.iter().enumerate().filter_map(|(row, text)| choice(row, text, &[])).collect();
    let first = choices.iter().rposition(|choice| choice.number == 1)?;
    let in_order = |(at, choice): &(usize, &Choice)| {
        choice.number == at + 1 && choice.column == choices[first].column
    };
    let run: Vec<&Choice> = choices[first..]
        .iter()
        .enumerate()
        .take_while(in_order)
        .map(|(_, choice)| choice)
        .collect();
    (run.len() > 1).then(|| Menu {
        labels: run.iter().map(|choice| choice.label()).collect(),
        number: run[0].number,
        selected: None,
        first: run[0].row,
        last: run[run.len() - 1].row,
    })
}

/// The last numbered choices of `rows` with boxes, none of which is marked: a part of a list, from
/// whichever number on.
pub(super) fn part(rows: &[String]) -> Option<Menu> {
    let choices: Vec<Choice> = rows
        .iter()
        .enumerate()
        .filter_map(|(row, text)| choice(row, text, &[]))
        .filter(|choice| without_box(choice.label).len() < choice.label.len())
        .collect();
    let follows =
        |pair: &&[Choice]| pair[0].number + 1 == pair[1].number && pair[0].column == pair[1].column;
    let before = choices.windows(2).rev().take_while(follows).count();
    let run = &choices[choices.len().checked_sub(before + 1)?..];
    (run.len() > 1).then(|| Menu {
        labels: run.iter().map(Choice::label).collect(),
        number: run[0].number,
        selected: None,
        first: run[0].row,
        last: run[run.len() - 1].row,
    })
}

/// The choices around the last marked row of `rows`, one in each row, in one column.
pub(super) fn plain(rows: &[String], markers: &[char]) -> Option<Menu> {
    let marked = |row: &String| {
        let text = row.trim_start();
        let rest = text.trim_start_matches(markers);
        (rest.len() < text.len() && rest.starts_with(' ') && !rest.trim().is_empty())
            .then(|| row.chars().count() - rest.trim_start().chars().count())
    };
    let at = rows.iter().rposition(|row| marked(row).is_some())?;
    let column = marked(&rows[at])?;
    let same = |row: &&String| indent(row) == column && !row.is_empty();
    let first = at - rows[..at].iter().rev().take_while(same).count();
    let last = at + rows[at + 1..].iter().take_while(same).count();
    let text = |row: &String| label(row.trim_start().trim_start_matches(markers));
    (last > first).then(|| Menu {
        labels: rows[first..=last].iter().map(text).collect(),
        number: 1,
        selected: Some(at - first),
        first,
        last,
    })
}

/// The choices that begin with `labels`, in their order: in a row each, or all in the last row that
/// holds them.
pub(super) fn labelled(rows: &[String], labels: &[&str], markers: &[char]) -> Option<Menu> {
    in_a_row(rows, labels).or_else(|| one_below_the_other(rows, labels, markers))
}

fn in_a_row(rows: &[String], labels: &[&str]) -> Option<Menu> {
    let has_all = |row: &String| {
        let mut rest = row.as_str();
        labels.iter().all(|label| {
            let found = rest.find(label);
            rest = found.map_or("", |at| &rest[at + label.len()..]);
            found.is_some()
        })
    };
    let row = rows.iter().rposition(has_all).filter(|_| labels.len() > 1)?;
    let labels = labels.iter().map(|label| (*label).to_owned()).collect();
    Some(Menu { labels, number: 1, selected: None, first: row, last: row })
}

fn one_below_the_other(rows: &[String], labels: &[&str], markers: &[char]) -> Option<Menu> {
    let unmarked = |row: &String| row.trim_start().trim_start_matches(markers).trim().to_owned();
    let mut found: Vec<usize> = Vec::new();
    let mut end = rows.len();
    // From the last one up: the conversation above may quote them.
    for label in labels.iter().rev() {
        end = rows[..end].iter().rposition(|row| unmarked(row).starts_with(label))?;
        found.insert(0, end);
    }
    let marked = |row: &usize| rows[*row].trim_start().starts_with(markers);
    Some(Menu {
        labels: found.iter().map(|row| self::label(&unmarked(&rows[*row]))).collect(),
        number: 1,
        selected: found.iter().position(marked),
        first: *found.first()?,
        last: *found.last()?,
    })
}

/// The number of the first row of `rows` that looks like a choice: above 1, its menu began
/// further up.
pub(super) fn first_number(rows: &[String], markers: &[char]) -> Option<usize> {
    let mut choices = rows.iter().enumerate().filter_map(|(at, row)| choice(at, row, markers));
    choices.next().map(|choice| choice.number)
}

fn choice<'a>(row: usize, text: &'a str, markers: &[char]) -> Option<Choice<'a>> {
    let trimmed = text.trim_start();
    let unmarked = trimmed.trim_start_matches(markers);
    let marked = unmarked.len() < trimmed.len();
    let rest = unmarked.trim_start();
    // `[ ] 1. Small`
    let unboxed = without_box(rest);
    let tick = &rest[..rest.len() - unboxed.len()];
    let (number, label) = numbered(unboxed)?;
    let column = text.chars().count() - unboxed.chars().count();
    Some(Choice { row, marked, column, number, tick, label })
}

/// What stands behind a box, `[ ]` or `[✓]`, if there is one.
pub(super) fn without_box(text: &str) -> &str {
    let parts = text.strip_prefix('[').and_then(|text| text.split_once("] "));
    let is_box = |inner: &str| {
        inner.chars().count() == 1 && !inner.starts_with(|it: char| it.is_ascii_digit())
    };
    parts.filter(|(inner, _)| is_box(inner)).map_or(text, |(_, rest)| rest.trim_start())
}

/// The same of a box that is a mere mark: `•` or, ticked, `✓`.
pub(super) fn without_tick(text: &str) -> &str {
    let marked = ["• ", "✓ "].iter().find_map(|mark| text.strip_prefix(mark));
    marked.map_or_else(|| without_box(text), str::trim_start)
}

/// The last choices with boxes and without numbers, of at least two in one column.
pub(super) fn boxed(rows: &[String]) -> Option<Menu> {
    let has_box = |row: &String| without_box(row.trim_start()).len() < row.trim_start().len();
    let last = rows.iter().rposition(has_box)?;
    let column = indent(&rows[last]);
    // A description may stand under each.
    let its = |row: &&String| row.is_empty() || indent(row) >= column;
    let first = last - rows[..last].iter().rev().take_while(its).count();
    let found = |row: &usize| has_box(&rows[*row]) && indent(&rows[*row]) == column;
    let found: Vec<usize> = (first..=last).filter(found).collect();
    (found.len() > 1).then(|| Menu {
        labels: found.iter().map(|row| label(&rows[*row])).collect(),
        number: 1,
        selected: None,
        first: found[0],
        last,
    })
}

/// The label without the explanation in a second column.
fn label(text: &str) -> String {
    let text = text.trim();
    text.split_once("  ").map_or(text, |(label, _)| label).to_owned()
}

fn numbered(text: &str) -> Option<(usize, &str)> {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.split_once("] "));
    let (number, label) = bracketed.or_else(|| text.split_once(". "))?;
    let digits = number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    Some((number.parse().ok().filter(|_| digits)?, label))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(screen: &str, expected: Option<(&[&str], usize)>) {
        let rows: Vec<String> = screen.lines().map(str::to_owned).collect();
        let found = find(&rows, &['❯', '›']);
        let found = found.map(|menu| (menu.labels, menu.selected.unwrap_or(usize::MAX)));
        let expected = expected.map(|(labels, selected)| {
            (labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>(), selected)
        });
        assert_eq!(found, expected, "{screen}");
    }

    #[test]
    fn the_marked_choice_is_known_and_descriptions_are_none() {
        check(
            "❯ 1. Red   warm\n     like 2. a rose\n  2. Blue  cold\n  3. Type",
            Some((&["Red", "Blue", "Type"], 0)),
        );
        check("  1. No, exit\n❯ 2. Yes", Some((&["No, exit", "Yes"], 1)));
        check("  › 8. a\n    9. b\n   10. c", Some((&["a", "b"], 0)));
    }

    #[test]
    fn a_lone_choice_a_list_and_a_second_menu_are_not_mixed_up() {
        check("❯ 1. Yes", None);
        check("  1. one\n  2. two", None);
        check("❯ 1. a\n  2. b\n\n❯ 1. c\n  2. d\n  1. e", Some((&["c", "d"], 0)));
        check("❯ 1.no\n❯ 99999999999999999999999. x\n", None);
    }
}
