//! That a tmux server is gone, with all that it ran.

use crate::core::session::{ExitHow, SessionInfo};

/// How many polecats are named.
const NAMED_LIMIT: usize = 8;

/// What brings those of the rig around back.
const RESUME: &str = "`:PolecatResume`";

/// What a person is told of the polecats of `rig` that were lost with their tmux server, and what can be
/// done about it; `None` if there are none.
///
/// ```text
/// the tmux server is gone with `ash`, `birch` and `cedar` of `shop`
/// `:PolecatResume` brings them back
/// ```
#[must_use]
pub fn lost<'a>(
    rig: &str,
    sessions: impl IntoIterator<Item = &'a SessionInfo>,
) -> Option<(String, String)> {
    let lost: Vec<_> = sessions.into_iter().filter(|session| session.lost).collect();
    if lost.is_empty() {
        return None;
    }
    let (back, left): (Vec<_>, Vec<_>) =
        lost.iter().copied().partition(|session| session.resumable.is_some());
    // Of a host it must be named.
    let resume =
        if rig.contains(':') { format!("`:PolecatResume {rig}`") } else { RESUME.to_owned() };
    let then = match (back.as_slice(), left.as_slice()) {
        ([_], []) => format!("{resume} brings it back"),
        (_, []) => format!("{resume} brings them back"),
        ([], [_]) => "its conversation is not known".to_owned(),
        ([], _) => "their conversations are not known".to_owned(),
        (back, left) => format!(
            "{resume} brings back {}, not {}, whose conversation is not known",
            names(back),
            names(left)
        ),
    };
    let with_job =
        |one: &&SessionInfo| one.exit.as_ref().is_some_and(|exit| exit.how == ExitHow::Job);
    let gone =
        if lost.iter().any(with_job) { "the job has ended" } else { "the tmux server is gone" };
    Some((format!("{gone} with {} of `{rig}`", names(&lost)), then))
}

/// `` `ash`, `birch` and `cedar` ``
fn names(sessions: &[&SessionInfo]) -> String {
    let name = |session: &&SessionInfo| format!("`{}`", session.polecat);
    let mut names: Vec<_> = sessions.iter().take(NAMED_LIMIT).map(name).collect();
    let last = match sessions.len().saturating_sub(NAMED_LIMIT) {
        0 => names.pop(),
        1 => Some("1 other".to_owned()),
        more => Some(format!("{more} others")),
    };
    let last = last.unwrap_or_default();
    if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::session::{Exit, State};
    use crate::view::testing::session;
    use jiff::Timestamp;

    fn told(of: &[(&str, bool)]) -> Option<String> {
        let one = |(name, back): &(&str, bool)| SessionInfo {
            lost: true,
            resumable: back.then(|| "7".to_owned()),
            ..session(name, State::Stopped)
        };
        let mut all: Vec<_> = of.iter().map(one).collect();
        all.push(session("doc", State::Stopped));
        lost("shop", &all).map(|(what, then)| format!("{what}: {then}"))
    }

    #[test]
    fn of_a_host_the_rig_is_named_that_is_to_be_resumed() {
        let ash = SessionInfo {
            lost: true,
            resumable: Some("7".to_owned()),
            ..session("ash", State::Stopped)
        };
        let (_, then) = lost("build1:shop", [&ash]).unwrap();
        assert_eq!(then, "`:PolecatResume build1:shop` brings it back");
        let (at, command) = (Timestamp::UNIX_EPOCH, String::new());
        let exit = Exit { how: ExitHow::Job, at, lived_ms: 1, command, tail: Vec::new() };
        let ended = SessionInfo { exit: Some(exit), ..ash };
        let (what, _) = lost("hpc:shop", [&ended]).unwrap();
        assert_eq!(what, "the job has ended with `ash` of `hpc:shop`");
    }

    #[test]
    fn who_was_lost_is_named_with_what_brings_them_back() {
        let gone = "the tmux server is gone with";
        for (of, expected) in [
            (&[][..], None),
            (&[("ash", true)], Some("`ash` of `shop`: `:PolecatResume` brings it back")),
            (
                &[("ash", true), ("birch", true), ("cedar", true)],
                Some("`ash`, `birch` and `cedar` of `shop`: `:PolecatResume` brings them back"),
            ),
            (&[("ash", false)], Some("`ash` of `shop`: its conversation is not known")),
            (
                &[("ash", true), ("birch", false)],
                Some(
                    "`ash` and `birch` of `shop`: `:PolecatResume` brings back `ash`, not `birch`, \
                     whose conversation is not known",
                ),
            ),
        ] {
            assert_eq!(told(of), expected.map(|expected| format!("{gone} {expected}")));
        }
        let names: Vec<_> = (0..12).map(|number| format!("p{number}")).collect();
        let many: Vec<_> = names.iter().map(|name| (name.as_str(), true)).collect();
        assert!(told(&many).unwrap().contains("`p7` and 4 others of"), "{:?}", told(&many));
    }
}
