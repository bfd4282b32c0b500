//! The git branch a polecat works on.

use super::names::{IssueId, PolecatName};

/// `polecat/<name>-<ms>`, with an issue `polecat/<name>/<issue>@<ms>`; `ms` is Unix time in
/// milliseconds, written in base 36.
#[must_use]
pub fn branch_name(polecat: &PolecatName, issue: Option<&IssueId>, ms: u64) -> String {
    let at = base36(ms);
    match issue {
        Some(issue) => format!("polecat/{polecat}/{issue}@{at}"),
        None => format!("polecat/{polecat}-{at}"),
    }
}

/// A number in base 36, lower case, as Go's `strconv.FormatInt(n, 36)` writes it.
fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(b"0123456789abcdefghijklmnopqrstuvwxyz"[(number % 36) as usize]);
        number /= 36;
        if number == 0 {
            break;
        }
    }
    digits.iter().rev().map(|&digit| char::from(digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_in_base_36_as_go_writes_it() {
        for (number, text) in [
            (0, "0"),
            (9, "9"),
            (10, "a"),
            (35, "z"),
            (36, "10"),
            (1_768_521_600_000, "mkg43k00"),
            (u64::MAX, "3w5e11264sgsf"),
        ] {
            assert_eq!(base36(number), text);
            assert_eq!(u64::from_str_radix(text, 36), Ok(number));
        }
    }

    #[test]
    fn a_branch_names_the_polecat_and_the_issue() {
        let ash = PolecatName::parse("ash").unwrap();
        let issue = IssueId::parse("gt-1.2").unwrap();
        assert_eq!(branch_name(&ash, None, 36), "polecat/ash-10");
        assert_eq!(branch_name(&ash, Some(&issue), 36), "polecat/ash/gt-1.2@10");
    }
}
