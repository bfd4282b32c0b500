//! Numbered choices with a marker at one of them.

/// The choices on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Menu {
    /// Their labels, in order.
    pub(super) labels: Vec<String>,
    /// The marked one, from 0.
    pub(super) selected: usize,
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
    label: &'a str,
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
        labels: run.iter().map(|choice| label(choice.label)).collect(),
        selected,
        first: run[0].row,
        last: run[run.len() - 1].row,
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
    let (number, label) = numbered(rest)?;
    let column = text.chars().count() - rest.chars().count();
    Some(Choice { row, marked, column, number, label })
}

/// The label without the explanation in a second column.
fn label(text: &str) -> String {
    let text = text.trim();
    text.split_once("  ").map_or(text, |(label, _)| label).to_owned()
}

fn numbered(text: &str) -> Option<(usize, &str)> {
    let (number, label) = text.split_once(". ")?;
    let digits = number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    Some((number.parse().ok().filter(|_| digits)?, label))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(screen: &str, expected: Option<(&[&str], usize)>) {
        let rows: Vec<String> = screen.lines().map(str::to_owned).collect();
        let found = find(&rows, &['❯', '›']);
        let found = found.map(|menu| (menu.labels, menu.selected));
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
