//! How what is new reads: what a person must know of it to decide whether to go and look.

use crate::core::hosts::HostName;
use crate::core::session::{
    Detail, DetailKind, Exit, ExitHow, SessionInfo, State, Waiting, notifications::Occasion,
};

/// How an agent ended that was part of a batch job.
pub(super) const JOB_ENDED: &str = "job ended";

/// What a person is told of `info` at this occasion: what happened, and on lines of their own
/// what else is known of it. One of another rig than the one around is called by its `address`.
///
/// ```text
/// `ash` (shop) waits for permission: $ rm -rf build
/// Do you want to proceed?
/// ```
#[must_use]
pub fn notification(occasion: Occasion, info: &SessionInfo, address: Option<&str>) -> String {
    let (what, more) = match (occasion, &info.detail) {
        (Occasion::State(State::Waiting), _) => waiting(info.waiting.as_ref()),
        (Occasion::State(State::Died), _) => ("died".to_owned(), ending(info.exit.as_ref())),
        (Occasion::State(State::Exited), _) => ("has exited".to_owned(), Vec::new()),
        (Occasion::State(State::Idle), Some(detail)) if detail.ends_turn() => trouble(detail),
        (Occasion::State(state), _) => (format!("is {state}"), Vec::new()),
        (Occasion::Trouble, Some(detail)) => trouble(detail),
        (Occasion::Trouble, None) => ("has trouble".to_owned(), Vec::new()),
    };
    let more: Vec<_> = more.iter().map(|text| on_one_line(text)).collect();
    let more: Vec<_> = more.into_iter().filter(|text| !text.is_empty()).collect();
    let who = match address {
        Some(address) => format!("`{address}`"),
        None => format!("`{}` ({})", info.polecat, info.rig_name),
    };
    let head = on_one_line(&format!("{who} {what}"));
    if more.is_empty() { head } else { format!("{head}: {}", more.join("\n")) }
}

/// That the job that a host is ends soon, `at` a time such as `12:03`.
#[must_use]
pub fn job_ending(host: &HostName, job: u64, at: &str) -> String {
    format!("`{host}` and all that runs there end at {at}, with job {job}")
}

/// What is asked for, the most telling part first: it may be all that there is room for.
fn waiting(asked: Option<&Waiting>) -> (String, Vec<String>) {
    let what = match asked.map(|asked| asked.reason.as_str()) {
        Some("permission") => "waits for permission",
        Some("question") => "waits for an answer",
        Some("trust") => "asks to be trusted",
        Some("sign-in") => "waits for a sign-in",
        _ => "waits for a person",
    };
    let more = asked.map_or_else(Vec::new, |Waiting { reason, text, subject, choices, .. }| {
        let [text, about] = [text, subject].map(String::clone);
        match reason.as_str() {
            // `Do you want to proceed?` alone tells nothing.
            "permission" => vec![about, text],
            "question" => vec![text, choices.join(" / ")],
            _ => vec![text, about],
        }
    });
    (what.to_owned(), more)
}

/// What holds an agent up, or has ended its turn.
fn trouble(Detail { kind, text, attempt, until, .. }: &Detail) -> (String, Vec<String>) {
    let what = match (kind, attempt, until) {
        (DetailKind::Error, ..) => "failed".to_owned(),
        (DetailKind::Limit, _, Some(until)) => format!("has used up its limit until {until}"),
        (DetailKind::Limit, _, None) => "has used up its limit".to_owned(),
        (DetailKind::Retrying, Some(attempt), _) => format!("is retrying ({attempt})"),
        (DetailKind::Retrying, None, _) => "is retrying".to_owned(),
        (DetailKind::Compacting, ..) => "is compacting its conversation".to_owned(),
    };
    (what, vec![text.clone()])
}

/// How an agent ended, and its last words.
fn ending(exit: Option<&Exit>) -> Vec<String> {
    let how = |exit: &Exit| match exit.how {
        ExitHow::Status(status) => format!("exit status {status}"),
        ExitHow::Signal(signal) => format!("signal {signal}"),
        ExitHow::Job => JOB_ENDED.to_owned(),
        ExitHow::Unknown | ExitHow::Gone => "cause unknown".to_owned(),
    };
    let last = |exit: &Exit| exit.tail.last().map(|last| format!(": {last}")).unwrap_or_default();
    exit.map(|exit| how(exit) + &last(exit)).into_iter().collect()
}

fn on_one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::view::testing::session;

    fn check(info: &SessionInfo, told: &str) {
        let occasion = Occasion::State(info.state);
        assert_eq!(notification(occasion, info, None), format!("`ash` (shop) {told}"));
    }

    #[test]
    fn what_is_notified_tells_what_is_to_be_decided() {
        let asks = |reason: &str, text: &str, about: &str, choices: &[&str]| {
            let [reason, text, subject] = [reason, text, about].map(str::to_owned);
            let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
            let waiting = Some(Waiting { reason, text, subject, choices, ..Waiting::default() });
            SessionInfo { waiting, ..session("ash", State::Waiting) }
        };
        let about = "Bash command · rm -r x";
        for (info, told) in [
            (
                asks("permission", "Proceed?", about, &["Yes"]),
                "waits for permission: Bash command · rm -r x\nProceed?",
            ),
            (
                asks("question", "Which\ncolour?", "", &["Red", "Blue"]),
                "waits for an answer: Which colour?\nRed / Blue",
            ),
            (
                asks("trust", "Do you trust it?", "/srv/shop", &[]),
                "asks to be trusted: Do you trust it?\n/srv/shop",
            ),
            (asks("sign-in", "Enter a key", "", &[]), "waits for a sign-in: Enter a key"),
            (asks("question", " ", "", &[]), "waits for an answer"),
            (session("ash", State::Waiting), "waits for a person"),
        ] {
            check(&info, told);
        }
    }

    #[test]
    fn a_death_tells_its_cause_and_the_last_words() {
        let died = |how, tail: &[&str]| {
            let tail = tail.iter().map(|line| (*line).to_owned()).collect();
            let (at, command) = (Timestamp::UNIX_EPOCH, String::new());
            let exit = Some(Exit { how, at, lived_ms: 1, command, tail });
            SessionInfo { exit, ..session("ash", State::Died) }
        };
        check(&died(ExitHow::Status(7), &["a", "no\u{7} key"]), "died: exit status 7: no key");
        check(&died(ExitHow::Signal(9), &[]), "died: signal 9");
        check(&died(ExitHow::Gone, &["bye"]), "died: cause unknown: bye");
        check(&session("ash", State::Died), "died");
    }

    #[test]
    fn trouble_tells_the_words_of_it_and_when_it_ends() {
        let with = |kind, text: &str, attempt: &str, until: &str| {
            let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let (attempt, until) = (some(attempt), some(until));
            let detail = Detail { kind, text: text.to_owned(), attempt, wait: None, until };
            SessionInfo { detail: Some(detail), ..session("ash", State::Idle) }
        };
        for (info, told) in [
            (with(DetailKind::Error, "529 overloaded", "", ""), "failed: 529 overloaded"),
            (
                with(DetailKind::Limit, "You've hit it", "", "3pm"),
                "has used up its limit until 3pm: You've hit it",
            ),
            (with(DetailKind::Retrying, "", "6/10", ""), "is retrying (6/10)"),
        ] {
            assert_eq!(
                notification(Occasion::Trouble, &info, None),
                format!("`ash` (shop) {told}")
            );
        }
        check(&with(DetailKind::Error, "529 overloaded", "", ""), "failed: 529 overloaded");
    }

    #[test]
    fn other_states_are_named() {
        check(&session("ash", State::Idle), "is idle");
        check(&session("ash", State::Exited), "has exited");
        check(&session("ash", State::Stopped), "is stopped");
    }
}
