//! The git branch of a polecat, and checks of git names that come from elsewhere.

use crate::core::names::{IssueId, PolecatName};

/// Where a branch started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The commit, as its full hash.
    pub commit: String,
    /// The branch at that commit, such as `origin/main`; `None` if none was checked out.
    pub branch: Option<String>,
}

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

/// `polecat/<name>/<topic>@<ms>`, of a task that is no issue.
#[must_use]
pub fn branch_name_after(polecat: &PolecatName, topic: &str, ms: u64) -> String {
    format!("polecat/{polecat}/{topic}@{}", base36(ms))
}

/// Whether a branch has a name that [`branch_name`] makes for this polecat.
#[must_use]
pub fn is_own(branch: &str, polecat: &PolecatName) -> bool {
    let rest = branch.strip_prefix("polecat/").and_then(|rest| rest.strip_prefix(polecat.as_str()));
    is_branch(branch)
        && match rest.and_then(|rest| rest.split_at_checked(1)) {
            // `polecat/ash-tree-10` is `ash-tree`'s.
            Some(("-", ms)) => !ms.is_empty() && ms.bytes().all(|b| b.is_ascii_alphanumeric()),
            Some(("/", issue)) => !issue.is_empty(),
            _ => false,
        }
}

/// Enough of git's rules that a branch name can be neither another kind of revision nor an option.
#[must_use]
pub fn is_branch(name: &str) -> bool {
    let forbidden = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    !name.is_empty()
        && !name.starts_with('-')
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains(forbidden)
}

/// Whether it is a full object id.
#[must_use]
pub fn is_hash(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
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
    fn a_polecats_branch_is_told_from_one_of_a_longer_name() {
        let ash = PolecatName::parse("ash").unwrap();
        for (branch, own) in [
            ("polecat/ash-10", true),
            ("polecat/ash/gt-1@10", true),
            ("polecat/ash-tree-10", false),
            ("polecat/ashes-10", false),
            ("polecat/ash", false),
            ("polecat/ash-", false),
            ("polecat/ash/../../main", false),
            ("main", false),
        ] {
            assert_eq!(is_own(branch, &ash), own, "{branch}");
        }
    }

    #[test]
    fn what_git_could_take_for_something_else_is_no_name() {
        for name in ["", "-rf", "--output=x", "a..b", "a@{1}", "a b", "a:b", "a^", "a\n"] {
            assert!(!is_branch(name), "{name}");
        }
        for hash in ["", "HEAD", "--output=x", &"g".repeat(40), &"a".repeat(39)] {
            assert!(!is_hash(hash), "{hash}");
        }
        assert!(is_branch("feature/größe") && is_hash(&"0a".repeat(20)));
    }

    #[test]
    fn a_branch_names_the_polecat_and_the_issue() {
        let ash = PolecatName::parse("ash").unwrap();
        let issue = IssueId::parse("gt-1.2").unwrap();
        assert_eq!(branch_name(&ash, None, 36), "polecat/ash-10");
        assert_eq!(branch_name(&ash, Some(&issue), 36), "polecat/ash/gt-1.2@10");
    }
}
