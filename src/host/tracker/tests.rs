//! Tests of what the tracker says.

use super::*;

#[test]
fn a_list_is_read_as_each_tracker_writes_it() {
    let issue = r#"{ "id": "sh-1", "status": "hooked", "assignee": "shop/polecats/ash" }"#;
    for (answer, found) in [
        (format!("[{issue}]"), Some(1)),
        (format!(r#"{{ "issues": [{issue}], "total": 1 }}"#), Some(1)),
        ("[]".to_owned(), Some(0)),
        ("No issues found.\n".to_owned(), Some(0)),
        ("Error: no database".to_owned(), None),
        ("\n".to_owned(), Some(0)),
        (r#"{ "error": {} }"#.to_owned(), None),
    ] {
        let read = IssueListing::read(answer.as_bytes()).ok().map(|issues| issues.len());
        assert_eq!(read, found, "{answer}");
    }
}

#[test]
fn an_unknown_issue_is_told_from_a_tracker_that_fails() {
    for (said, unknown) in [
        (r#"{ "error": { "code": "ISSUE_NOT_FOUND", "message": "..." } }"#, true),
        ("Error: no issue found matching \"gt-1\"", true),
        ("Error fetching gt-1: issue not found: gt-1", true),
        (r#"{ "error": { "code": "NOT_INITIALIZED" } }"#, false),
        ("sh: bd: not found", false),
        ("", false),
    ] {
        assert_eq!(says_unknown(said), unknown, "{said}");
    }
}

#[test]
fn an_error_that_is_an_object_is_its_message() {
    for (said, expected) in [
        (r#"{ "error": "no issues found", "hint": "x" }"#, "no issues found"),
        (r#"{ "error": { "code": "X", "message": "no such thing" } }"#, "no such thing"),
        (r#"{ "error": { "code": "X" } }"#, r#"{ "error": { "code": "X" } }"#),
        ("Issue gt-1 not found", "Issue gt-1 not found"),
        ("", ""),
    ] {
        assert_eq!(words(said), expected);
    }
}
