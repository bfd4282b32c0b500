//! The texts of a host: an agent there may have got hold of what sends them. Each is one line, without
//! what a terminal or an editor would take for more than text.

use crate::core::{
    names::visible,
    session::{SessionInfo, Waiting},
};

/// The longest text, in characters, and the most lines of one.
const TEXT_LIMIT: usize = 2_000;
const LINE_LIMIT: usize = 2_000;

/// Makes a text one that can be shown.
pub(super) fn clean(text: &mut String) {
    *text = visible(&text.chars().take(TEXT_LIMIT).collect::<String>());
}

fn clean_lines(lines: &mut Vec<String>) {
    lines.truncate(LINE_LIMIT);
    lines.iter_mut().for_each(clean);
}

/// A session of a host whose clock is so many milliseconds `ahead`, as it can be shown here.
pub(super) fn here(info: &mut SessionInfo, ahead: i64) {
    info.shift_times(-ahead);
    let always = [&mut info.session_id, &mut info.rig_name];
    let maybe = [
        &mut info.found_in,
        &mut info.agent,
        &mut info.command,
        &mut info.branch,
        &mut info.issue,
        &mut info.task,
        &mut info.label,
        &mut info.queue_held,
        &mut info.pane_id,
        &mut info.resumable,
    ];
    always.into_iter().chain(maybe.into_iter().flatten()).for_each(clean);
    if let Some(workdir) = &mut info.workdir {
        let mut path = workdir.display().to_string();
        clean(&mut path);
        *workdir = path.into();
    }
    info.branch_status.iter_mut().for_each(|status| clean(&mut status.of));
    info.waiting.iter_mut().for_each(question);
    if let Some(detail) = &mut info.detail {
        let maybe = [&mut detail.attempt, &mut detail.wait, &mut detail.until];
        [&mut detail.text].into_iter().chain(maybe.into_iter().flatten()).for_each(clean);
    }
    if let Some(usage) = &mut info.usage {
        [&mut usage.model, &mut usage.cost].into_iter().flatten().for_each(clean);
    }
    if let Some(exit) = &mut info.exit {
        clean(&mut exit.command);
        clean_lines(&mut exit.tail);
    }
}

/// A question of an agent there.
pub(super) fn question(waiting: &mut Waiting) {
    let Waiting { id, reason, text, subject, request, .. } = waiting;
    [id, reason, text, subject].into_iter().chain(request).for_each(clean);
    clean_lines(&mut waiting.about);
    clean_lines(&mut waiting.choices);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        names::PolecatName, session::Detail, session::DetailKind, session::Exit, session::ExitHow,
        session::Usage, session::branch_status::BranchStatus,
    };

    /// Each text of a session, as it goes over the wire, with an escape in it.
    #[test]
    fn no_text_of_a_host_has_a_line_break_or_an_escape() {
        let bad = || "a\nb\x1b[2J".to_owned();
        let ash = PolecatName::parse("ash").unwrap();
        let mut info = SessionInfo::stopped(ash, bad(), bad());
        for text in [
            &mut info.found_in,
            &mut info.agent,
            &mut info.command,
            &mut info.branch,
            &mut info.issue,
            &mut info.task,
            &mut info.label,
            &mut info.queue_held,
            &mut info.pane_id,
            &mut info.resumable,
        ] {
            *text = Some(bad());
        }
        info.workdir = Some(bad().into());
        info.branch_status = Some(BranchStatus { of: bad(), ..BranchStatus::default() });
        info.waiting = Some(Waiting {
            id: bad(),
            reason: bad(),
            text: bad(),
            about: vec![bad()],
            subject: bad(),
            choices: vec![bad()],
            request: Some(bad()),
            ..Waiting::default()
        });
        let (attempt, wait, until) = (Some(bad()), Some(bad()), Some(bad()));
        info.detail = Some(Detail { kind: DetailKind::Error, text: bad(), attempt, wait, until });
        info.usage = Some(Usage { model: Some(bad()), cost: Some(bad()), ..Usage::default() });
        let (how, at) = (ExitHow::Gone, jiff::Timestamp::UNIX_EPOCH);
        info.exit = Some(Exit { how, at, lived_ms: 1, command: bad(), tail: vec![bad()] });
        here(&mut info, 0);
        // JSON has its own escape for one that is left.
        let shown = serde_json::to_string(&info).unwrap();
        assert!(!shown.contains("\\u001b"), "{shown}");
        assert!(shown.matches("[2J").count() > 20, "{shown}");
    }

    #[test]
    fn a_text_without_end_has_one() {
        let mut text = "x".repeat(100_000);
        clean(&mut text);
        assert_eq!(text.len(), TEXT_LIMIT);
    }
}
